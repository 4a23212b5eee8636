//! Orders from XML to JSON by hand: the events of `quick-xml` straight into types.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::orders::{Line, ShipTo, Shipment};

/// The texts of one order, by the elements in which they stand.
#[derive(Default)]
struct Open<'a> {
    id: Cow<'a, str>,
    first: String,
    last: String,
    email: String,
    street: String,
    city: String,
    zip: String,
    country: String,
    lines: Vec<Line<'a>>,
    sku: Cow<'a, str>,
    name: String,
    quantity: String,
    price: String,
}

fn attribute<'a>(tag: &BytesStart<'a>, wanted: &str) -> Cow<'a, str> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == wanted);
    found.map_or(Cow::Borrowed(""), |attribute| Cow::Owned(attribute.value.into_owned()))
}

impl<'a> Open<'a> {
    /// Where the text of an element goes.
    fn slot(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "firstName" => &mut self.first,
            "lastName" => &mut self.last,
            "email" => &mut self.email,
            "street" => &mut self.street,
            "city" => &mut self.city,
            "zip" => &mut self.zip,
            "country" => &mut self.country,
            "name" => &mut self.name,
            "qty" => &mut self.quantity,
            "price" => &mut self.price,
            _ => return None,
        })
    }

    fn end_item(&mut self) {
        let quantity: i64 = self.quantity.parse().expect("an int");
        if quantity > 0 {
            let unit_price: f64 = self.price.parse().expect("a number");
            self.lines.push(Line {
                sku: std::mem::take(&mut self.sku),
                description: Cow::Owned(std::mem::take(&mut self.name)),
                quantity,
                unit_price,
                line_total: quantity as f64 * unit_price,
            });
        }
        self.name.clear();
        self.quantity.clear();
        self.price.clear();
    }

    fn finish(self) -> Shipment<'a> {
        Shipment {
            order_id: self.id,
            customer_name: format!("{} {}", self.first, self.last),
            email: Cow::Owned(self.email),
            ship_to: ShipTo {
                line1: Cow::Owned(self.street),
                city: Cow::Owned(self.city),
                postal_code: Cow::Owned(self.zip),
                country: self.country.to_uppercase(),
            },
            item_count: self.lines.len(),
            total: self.lines.iter().map(|line| line.line_total).sum(),
            lines: self.lines,
        }
    }
}

/// All orders of a document, as a JSON array; of a document with one order, that order.
pub fn by_hand(bytes: &[u8]) -> Vec<u8> {
    let mut reader = Reader::from_str(std::str::from_utf8(bytes).expect("UTF-8"));
    let mut shipments = Vec::new();
    let mut open = Open::default();
    let mut inside: Vec<BytesStart<'_>> = Vec::new();
    let mut many = false;
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(tag) => {
                match tag.name().as_ref() {
                    "orders" => many = true,
                    "order" => open.id = attribute(&tag, "id"),
                    "item" => open.sku = attribute(&tag, "sku"),
                    _ => {}
                }
                inside.push(tag);
            }
            Event::Text(text) => {
                if let Some(slot) = inside.last().and_then(|tag| open.slot(tag.name().as_ref())) {
                    slot.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                let text = match &*name {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    _ => "'",
                };
                if let Some(slot) = inside.last().and_then(|tag| open.slot(tag.name().as_ref())) {
                    slot.push_str(text);
                }
            }
            Event::End(tag) => {
                inside.pop();
                match tag.name().as_ref() {
                    "item" => open.end_item(),
                    "order" => shipments.push(std::mem::take(&mut open).finish()),
                    _ => {}
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if many { serde_json::to_vec(&shipments) } else { serde_json::to_vec(&shipments[0]) }.expect("JSON")
}
