//! Made-up payloads: orders as JSON and XML, rows of a table as CSV. The same bytes every time.

use std::fmt::Write;

const CITIES: [(&str, &str); 7] = [
    ("Singapore", "sg"),
    ("Shanghai", "cn"),
    ("Bremen", "de"),
    ("Lyon", "fr"),
    ("Sendai", "jp"),
    ("Austin", "us"),
    ("Córdoba", "es"),
];
const FIRST: [&str; 6] = ["Mei", "Ana", "José", "Wei", "Fatima", "Sven"];
const LAST: [&str; 6] = ["Wang", "García", "Tan", "Dupont", "Larsson", "Smith"];
const GOODS: [&str; 6] = ["Gasket M8", "Lamp, warm", "Valve \"HD\"", "Cable 2 m", "Bolt set", "Sensor & bracket"];

/// A small generator of numbers: what it gives depends on nothing but its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    fn of<T: Copy>(&mut self, choice: &[T]) -> T {
        choice[self.below(choice.len())]
    }
}

/// What both forms of an order are made of.
struct Order {
    number: usize,
    created: String,
    name: (&'static str, &'static str),
    customer: usize,
    city: (&'static str, &'static str),
    house: usize,
    zip: usize,
    items: Vec<(usize, &'static str, usize, f64)>,
}

fn order(dice: &mut Dice, number: usize) -> Order {
    let day = (dice.below(12) + 1, dice.below(28) + 1, dice.below(24), dice.below(60));
    Order {
        number,
        created: format!("2025-{:02}-{:02}T{:02}:{:02}:00Z", day.0, day.1, day.2, day.3),
        name: (dice.of(&FIRST), dice.of(&LAST)),
        customer: dice.below(1_000_000),
        city: dice.of(&CITIES),
        house: dice.below(300) + 1,
        zip: dice.below(1_000_000),
        items: (0..8)
            .map(|_| {
                let price = (dice.below(800) + 4) as f64 * 0.25;
                (dice.below(100_000), dice.of(&GOODS), dice.below(7), price)
            })
            .collect(),
    }
}

fn json(order: &Order) -> String {
    let (first, last) = order.name;
    let items = order.items.iter().map(|(sku, name, quantity, price)| {
        serde_json::json!({"sku": format!("SKU-{sku:05}"), "name": name, "qty": quantity, "price": price}).to_string()
    });
    // Written by hand because the order of the fields matters to readers that predict it.
    format!(
        concat!(
            r#"{{"id":"ORD-{:07}","created":"{}","channel":"web","currency":"USD","amount":250.5,"country":"{}","#,
            r#""customer":{{"id":{},"first_name":"{}","last_name":"{}","email":"{}@example.com","vip":{}}},"#,
            r#""address":{{"street":"{} Harbour Road","city":"{}","zip":"{:06}","country":"{}"}},"#,
            r#""reference":"PO-{:08}/7","phone":"+65 {:08}","notes":"{}","items":[{}]}}"#
        ),
        order.number,
        order.created,
        order.city.1.to_uppercase(),
        order.customer,
        first,
        last,
        last.to_lowercase(),
        order.customer.is_multiple_of(5),
        order.house,
        order.city.0,
        order.zip,
        order.city.1,
        order.customer * 7,
        order.customer * 13,
        "Please leave the parcel at the front desk and ring twice; the invoice goes to accounts.",
        items.collect::<Vec<_>>().join(",")
    )
}

fn xml(order: &Order) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let mut out = format!(
        concat!(
            r#"<order id="ORD-{:07}" created="{}"><channel>web</channel><customer id="{}"><firstName>{}</firstName>"#,
            "<lastName>{}</lastName><email>{}@example.com</email></customer><address><street>{} Harbour Road</street>",
            "<city>{}</city><zip>{:06}</zip><country>{}</country></address><items>"
        ),
        order.number,
        order.created,
        order.customer,
        order.name.0,
        order.name.1,
        order.name.1.to_lowercase(),
        order.house,
        order.city.0,
        order.zip,
        order.city.1
    );
    for (sku, name, quantity, price) in &order.items {
        let name = escape(name);
        let _ = write!(
            out,
            r#"<item sku="SKU-{sku:05}"><name>{name}</name><qty>{quantity}</qty><price>{price:?}</price></item>"#
        );
    }
    out + "</items></order>"
}

/// Texts until they have `size` bytes together.
fn until(size: usize, mut make: impl FnMut(usize) -> String) -> Vec<String> {
    let (mut made, mut len) = (Vec::new(), 0);
    while len < size {
        let text = make(made.len() + 1);
        len += text.len();
        made.push(text);
    }
    made
}

/// One order of about a kilobyte.
pub fn order_json() -> Vec<u8> {
    json(&order(&mut Dice(1), 123)).into_bytes()
}

/// An array of orders of about `size` bytes.
pub fn orders_json(size: usize) -> Vec<u8> {
    let mut dice = Dice(2);
    format!("[{}]", until(size, |n| json(&order(&mut dice, n))).join(",")).into_bytes()
}

/// One order of about a kilobyte.
pub fn order_xml() -> Vec<u8> {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{}", xml(&order(&mut Dice(1), 123))).into_bytes()
}

/// A document of orders of about `size` bytes.
pub fn orders_xml(size: usize) -> Vec<u8> {
    let mut dice = Dice(2);
    let orders = until(size, |n| xml(&order(&mut dice, n))).join("\n");
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<orders>{orders}</orders>").into_bytes()
}

/// A table of about `size` bytes.
pub fn rows_csv(size: usize) -> Vec<u8> {
    let mut dice = Dice(3);
    let rows = until(size, |n| {
        let goods = dice.of(&GOODS);
        let goods =
            if goods.contains([',', '"']) { format!("\"{}\"", goods.replace('"', "\"\"")) } else { goods.into() };
        format!(
            "{n},2025-{:02}-{:02},{} {},{},SKU-{:05},{goods},{},{:?},{}\n",
            dice.below(12) + 1,
            dice.below(28) + 1,
            dice.of(&FIRST),
            dice.of(&LAST),
            dice.of(&CITIES).1.to_uppercase(),
            dice.below(100_000),
            dice.below(50),
            (dice.below(800) + 4) as f64 * 0.25,
            dice.below(2) == 0
        )
    });
    format!("id,created,customer,country,sku,description,qty,price,active\n{}", rows.concat()).into_bytes()
}
