//! Rows from CSV to JSON by hand: records of the `csv` crate into types.

use serde::Serialize;

#[derive(Serialize)]
struct Row<'a> {
    id: i64,
    created: &'a str,
    customer: &'a str,
    country: &'a str,
    sku: &'a str,
    description: &'a str,
    qty: i64,
    price: f64,
    active: bool,
}

/// The rows as a JSON array, written row by row.
pub fn by_hand(bytes: &[u8]) -> Vec<u8> {
    let mut reader = csv::Reader::from_reader(bytes);
    let mut out = Vec::with_capacity(bytes.len() * 2);
    out.push(b'[');
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).expect("a record") {
        if out.len() > 1 {
            out.push(b',');
        }
        let row = Row {
            id: record[0].parse().expect("an int"),
            created: &record[1],
            customer: &record[2],
            country: &record[3],
            sku: &record[4],
            description: &record[5],
            qty: record[6].parse().expect("an int"),
            price: record[7].parse().expect("a number"),
            active: &record[8] == "true",
        };
        serde_json::to_writer(&mut out, &row).expect("JSON");
    }
    out.push(b']');
    out
}
