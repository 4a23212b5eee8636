//! Orders reshaped and grouped by hand: with types of their own, and over trees of values.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hint::black_box;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What of an order is used.
#[derive(Deserialize)]
pub struct Order<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    customer: Customer<'a>,
    #[serde(borrow)]
    address: Address<'a>,
    #[serde(borrow)]
    items: Vec<Item<'a>>,
}

#[derive(Deserialize)]
struct Customer<'a> {
    #[serde(borrow)]
    first_name: Cow<'a, str>,
    #[serde(borrow)]
    last_name: Cow<'a, str>,
    #[serde(borrow)]
    email: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Address<'a> {
    #[serde(borrow)]
    street: Cow<'a, str>,
    #[serde(borrow)]
    city: Cow<'a, str>,
    #[serde(borrow)]
    zip: Cow<'a, str>,
    #[serde(borrow)]
    country: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    qty: i64,
    price: f64,
}

/// A reshaped order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shipment<'a> {
    pub order_id: Cow<'a, str>,
    pub customer_name: String,
    pub email: Cow<'a, str>,
    pub ship_to: ShipTo<'a>,
    pub lines: Vec<Line<'a>>,
    pub item_count: usize,
    pub total: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShipTo<'a> {
    pub line1: Cow<'a, str>,
    pub city: Cow<'a, str>,
    pub postal_code: Cow<'a, str>,
    pub country: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line<'a> {
    pub sku: Cow<'a, str>,
    pub description: Cow<'a, str>,
    pub quantity: i64,
    pub unit_price: f64,
    pub line_total: f64,
}

fn reshape<'a>(order: &'a Order<'a>) -> Shipment<'a> {
    let (customer, address) = (&order.customer, &order.address);
    let lines: Vec<Line<'a>> = order
        .items
        .iter()
        .filter(|item| item.qty > 0)
        .map(|item| Line {
            sku: Cow::Borrowed(&item.sku),
            description: Cow::Borrowed(&item.name),
            quantity: item.qty,
            unit_price: item.price,
            line_total: item.qty as f64 * item.price,
        })
        .collect();
    Shipment {
        order_id: Cow::Borrowed(&order.id),
        customer_name: format!("{} {}", customer.first_name, customer.last_name),
        email: Cow::Borrowed(&customer.email),
        ship_to: ShipTo {
            line1: Cow::Borrowed(&address.street),
            city: Cow::Borrowed(&address.city),
            postal_code: Cow::Borrowed(&address.zip),
            country: address.country.to_uppercase(),
        },
        item_count: lines.len(),
        total: lines.iter().map(|line| line.line_total).sum(),
        lines,
    }
}

/// A group of orders.
#[derive(Default, Serialize)]
struct Group {
    count: u64,
    total: f64,
}

fn group<'a>(orders: &[Order<'a>]) -> HashMap<String, Group> {
    let mut groups: HashMap<String, Group> = HashMap::new();
    for order in orders {
        let total: f64 = order.items.iter().filter(|i| i.qty > 0).map(|i| i.qty as f64 * i.price).sum();
        let group = groups.entry(order.address.country.to_uppercase()).or_default();
        group.count += 1;
        group.total += total;
    }
    groups
}

/// Reshapes an order that was read already `times` times.
pub fn reshape_parsed(bytes: &[u8], times: u64) {
    let order: Order<'_> = serde_json::from_slice(bytes).expect("an order");
    (0..times).for_each(|_| drop(black_box(reshape(black_box(&order)))));
}

/// As [`reshape_parsed`], as a tree of values.
pub fn reshape_parsed_value(bytes: &[u8], times: u64) {
    let order: Value = serde_json::from_slice(bytes).expect("an order");
    (0..times).for_each(|_| drop(black_box(reshape_value(black_box(&order)))));
}

/// One order through `serde_json` and types.
pub fn serde_one(bytes: &[u8]) -> Vec<u8> {
    let order: Order<'_> = serde_json::from_slice(bytes).expect("an order");
    serde_json::to_vec(&reshape(&order)).expect("JSON")
}

/// One order through `sonic-rs` and types.
pub fn sonic_one(bytes: &[u8]) -> Vec<u8> {
    let order: Order<'_> = sonic_rs::from_slice(bytes).expect("an order");
    sonic_rs::to_vec(&reshape(&order)).expect("JSON")
}

/// An array of orders through `serde_json` and types.
pub fn serde_all(bytes: &[u8]) -> Vec<u8> {
    let orders: Vec<Order<'_>> = serde_json::from_slice(bytes).expect("orders");
    serde_json::to_vec(&orders.iter().map(reshape).collect::<Vec<_>>()).expect("JSON")
}

/// An array of orders through `sonic-rs` and types.
pub fn sonic_all(bytes: &[u8]) -> Vec<u8> {
    let orders: Vec<Order<'_>> = sonic_rs::from_slice(bytes).expect("orders");
    sonic_rs::to_vec(&orders.iter().map(reshape).collect::<Vec<_>>()).expect("JSON")
}

/// Orders grouped by country through `serde_json` and types.
pub fn serde_group(bytes: &[u8]) -> Vec<u8> {
    let orders: Vec<Order<'_>> = serde_json::from_slice(bytes).expect("orders");
    serde_json::to_vec(&group(&orders)).expect("JSON")
}

/// Orders grouped by country through `sonic-rs` and types.
pub fn sonic_group(bytes: &[u8]) -> Vec<u8> {
    let orders: Vec<Order<'_>> = sonic_rs::from_slice(bytes).expect("orders");
    sonic_rs::to_vec(&group(&orders)).expect("JSON")
}

fn reshape_value(order: &Value) -> Value {
    let lines: Vec<Value> = order["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|item| item["qty"].as_i64() > Some(0))
        .map(|item| {
            let total = item["qty"].as_i64().unwrap_or(0) as f64 * item["price"].as_f64().unwrap_or(0.0);
            json!({"sku": item["sku"], "description": item["name"], "quantity": item["qty"], "unitPrice": item["price"],
                   "lineTotal": total})
        })
        .collect();
    let (customer, address) = (&order["customer"], &order["address"]);
    let text = |value: &'_ Value| value.as_str().unwrap_or_default().to_owned();
    let total: f64 = lines.iter().filter_map(|line| line["lineTotal"].as_f64()).sum();
    json!({
        "orderId": order["id"],
        "customerName": format!("{} {}", text(&customer["first_name"]), text(&customer["last_name"])),
        "email": customer["email"],
        "shipTo": {"line1": address["street"], "city": address["city"], "postalCode": address["zip"],
                   "country": text(&address["country"]).to_uppercase()},
        "itemCount": lines.len(),
        "total": total,
        "lines": lines,
    })
}

/// One order through a tree of `serde_json` values.
pub fn value_one(bytes: &[u8]) -> Vec<u8> {
    let order: Value = serde_json::from_slice(bytes).expect("JSON");
    serde_json::to_vec(&reshape_value(&order)).expect("JSON")
}

/// An array of orders through trees of `serde_json` values.
pub fn value_all(bytes: &[u8]) -> Vec<u8> {
    let orders: Vec<Value> = serde_json::from_slice(bytes).expect("JSON");
    serde_json::to_vec(&orders.iter().map(reshape_value).collect::<Vec<_>>()).expect("JSON")
}
