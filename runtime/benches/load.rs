//! A flow behind an HTTP listener against a hand-written handler that does the same with typed structs: both in this process,
//! asked by the same client, in turns.
//!
//! `cargo bench -p dataway-runtime --bench load` prints requests per second of both and their ratio, what single requests
//! take at half load, and what happens when four times as much comes as a flow may take. It asserts nothing. With the argument
//! `flow` or `hand` only that one is asked, at full speed, for whoever looks at it with a profiler.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use dataway_runtime::model::{self, Options};
use dataway_runtime::running::Running;
use dataway_runtime::store::writer::{self, Writer};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Connections of the client.
const CONNECTIONS: usize = 32;
/// One measurement.
const ROUND: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;

const APP: &str = r##"
name: load
version: 1.0.0
configs:
  api: {type: http-listener, listen: "127.0.0.1:0"}
admin: {listen: off}
"##;

const FLOWS: &str = r##"
flows:
  - name: order
    trigger: {http-listener: {path: /orders, methods: [POST]}}
    steps:
      - choice:
          - when: "#[msg.payload['express']]"
            steps: [{set-variable: {name: class, value: express}}]
          - otherwise: [{set-variable: {name: class, value: normal}}]
      - transform:
          payload: |
            #[
            def dw_process(msg):
                order = msg.payload['^value']
                items = [{'sku': i['sku'], 'amount': i['qty'] * i['price']} for i in order['items']]
                return {
                    'id': order['id'],
                    'class': msg.vars['class'],
                    'customer': order['customer']['name'],
                    'city': order['customer']['address']['city'],
                    'items': items,
                    'total': sum([i['amount'] for i in items]),
                }
            ]
  - name: narrow
    max-concurrency: 8
    queue: 8
    trigger: {http-listener: {path: /narrow, methods: [POST]}}
    steps: [{sleep: 5ms}, {set-payload: done}]
"##;

#[derive(Deserialize)]
struct Order {
    id: String,
    express: bool,
    customer: Customer,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Customer {
    name: String,
    address: Address,
}

#[derive(Deserialize)]
struct Address {
    city: String,
}

#[derive(Deserialize)]
struct Item {
    sku: String,
    qty: i64,
    price: i64,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    class: &'a str,
    customer: &'a str,
    city: &'a str,
    items: Vec<Line<'a>>,
    total: i64,
}

#[derive(Serialize)]
struct Line<'a> {
    sku: &'a str,
    amount: i64,
}

/// The same by hand.
async fn by_hand(body: Bytes) -> impl IntoResponse {
    let Ok(order) = serde_json::from_slice::<Order>(&body) else {
        return (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "text/plain")], Vec::new());
    };
    let items: Vec<Line<'_>> =
        order.items.iter().map(|item| Line { sku: &item.sku, amount: item.qty * item.price }).collect();
    let answer = Answer {
        id: &order.id,
        class: if order.express { "express" } else { "normal" },
        customer: &order.customer.name,
        city: &order.customer.address.city,
        total: items.iter().map(|line| line.amount).sum(),
        items,
    };
    let body = serde_json::to_vec(&answer).unwrap_or_default();
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body)
}

/// An order of about 1 KB.
fn order() -> String {
    let items: Vec<_> = (0..8)
        .map(|n| serde_json::json!({"sku": format!("SKU-{n:05}"), "qty": n + 1, "price": 1999 + n, "note": "handle with care, keep dry"}))
        .collect();
    let customer =
        serde_json::json!({"name": "Ada Lovelace", "address": {"street": "12 St James's Square", "city": "London"}});
    serde_json::json!({"id": "o-4711", "express": false, "customer": customer, "items": items}).to_string()
}

fn request(path: &str, body: &str) -> Arc<[u8]> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    (head + body).into_bytes().into()
}

/// Sends one request on a kept connection; gives the status of the answer.
async fn exchange(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> std::io::Result<u16> {
    stream.write_all(request).await?;
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if buffer.len() >= end + 4 + length.unwrap_or_default() {
            return Ok(head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default());
        }
    }
}

/// What came of a load: status and duration of each request.
type Seen = Vec<(u16, Duration)>;

/// Asks on many connections for a while; with a pace, each connection asks so often and durations count from when it should
/// have asked.
async fn load(at: SocketAddr, request: &Arc<[u8]>, connections: usize, pace: Option<Duration>) -> Seen {
    let mut clients = tokio::task::JoinSet::new();
    let end = Instant::now() + ROUND;
    for n in 0..connections {
        let request = Arc::clone(request);
        clients.spawn(async move {
            let (mut seen, mut buffer) = (Seen::new(), Vec::with_capacity(4_096));
            let Ok(mut stream) = TcpStream::connect(at).await else { return seen };
            // Clients do not march in step.
            let share = u32::try_from(n).unwrap_or_default();
            let mut due = Instant::now() + pace.unwrap_or_default() * share / u32::try_from(connections).unwrap_or(1);
            while Instant::now() < end {
                match pace {
                    Some(pace) => {
                        tokio::time::sleep_until(due.into()).await;
                        due += pace;
                    }
                    None => due = Instant::now(),
                }
                let start = pace.map_or(due, |pace| due - pace);
                match exchange(&mut stream, &request, &mut buffer).await {
                    Ok(status) => seen.push((status, start.elapsed())),
                    Err(_) => return seen,
                }
            }
            seen
        });
    }
    clients.join_all().await.concat()
}

fn per_second(seen: &Seen) -> f64 {
    seen.iter().filter(|(status, _)| *status == 200).count() as f64 / ROUND.as_secs_f64()
}

/// The duration below which that share of the requests with a status lies.
fn percentile(seen: &Seen, status: u16, share: f64) -> Duration {
    let mut times: Vec<Duration> = seen.iter().filter(|(own, _)| *own == status).map(|(_, time)| *time).collect();
    times.sort_unstable();
    let at = (times.len() as f64 * share) as usize;
    times.get(at.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Resident memory of this process in MiB, where the system tells it.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or_default() * 4 / 1_024
}

/// Processor time of this process so far, its client included, where the system tells it.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
    // User and system time in hundredths of a second; the fields are counted from behind the name.
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// As [`load`] at full speed; also the processor time of a request, in microseconds.
async fn full_load(at: SocketAddr, request: &Arc<[u8]>) -> (f64, f64) {
    let before = processor_time();
    let seen = load(at, request, CONNECTIONS, None).await;
    let spent = processor_time().saturating_sub(before);
    (per_second(&seen), spent.as_secs_f64() * 1e6 / seen.len().max(1) as f64)
}

fn folder() -> std::io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("dataway-load-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("flows"))?;
    std::fs::write(folder.join("app.yaml"), APP)?;
    std::fs::write(folder.join("flows/all.yaml"), FLOWS)?;
    Ok(folder)
}

/// The app as `dataway run` runs it, and where it listens.
async fn flow(folder: &Path) -> Result<(Running, SocketAddr), String> {
    let options = Options { values: Vec::new(), secrets: None, no_secrets: false, environment: &|_| None };
    let app = model::load(folder, &options)?.app;
    let log = writer::Options {
        folder: folder.join(&app.file.log.dir),
        app: app.file.name.clone(),
        version: app.file.version.clone(),
        retention: app.file.log.retention,
        redactor: app.redactor.clone(),
    };
    let running = Running::start(&app, folder, Box::new(Writer::new(log))).await.map_err(|errors| errors.join("\n"))?;
    let url = running.sites().first().map(|site| site.url.trim_start_matches("http://").to_owned());
    let address = url.and_then(|url| url.parse().ok()).ok_or("nothing listens")?;
    Ok((running, address))
}

async fn measure(folder: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    let (running, ours) = flow(folder).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
    let theirs = listener.local_addr().map_err(failed)?;
    tokio::spawn(axum::serve(listener, axum::Router::new().route("/orders", post(by_hand))).into_future());

    let ask = request("/orders", &order());
    for (name, address) in [("flow", ours), ("hand", theirs)] {
        if std::env::args().any(|argument| argument == name) {
            let before = processor_time();
            let mut requests = 0;
            for _ in 0..ROUNDS {
                requests += load(address, &ask, CONNECTIONS, None).await.len();
            }
            let cost = processor_time().saturating_sub(before).as_secs_f64() * 1e6 / requests.max(1) as f64;
            println!("{requests} requests, {cost:.1} µs of processors each");
            running.stop().await;
            return Ok(());
        }
        load(address, &ask, CONNECTIONS, None).await;
    }
    let (mut flow, mut hand) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        flow.push(full_load(ours, &ask).await);
        hand.push(full_load(theirs, &ask).await);
    }
    let [(most, cost), (hand, least)] = [flow, hand].map(|rounds| {
        let (rates, costs) = rounds.into_iter().unzip();
        (median(rates), median(costs))
    });
    println!("full load      flow {most:8.0}/s   by hand {hand:8.0}/s   ratio {:.2}", most / hand);
    println!("of processors  flow {cost:6.1} µs   by hand {least:6.1} µs a request, the client included");

    let pace = Duration::from_secs_f64(CONNECTIONS as f64 / (most / 2.0).max(1.0));
    for (name, address) in [("flow", ours), ("by hand", theirs)] {
        let seen = load(address, &ask, CONNECTIONS, Some(pace)).await;
        let (middle, late) = (percentile(&seen, 200, 0.5), percentile(&seen, 200, 0.99));
        println!("half load      {name:8} {:8.0}/s   p50 {middle:9.2?}   p99 {late:9.2?}", per_second(&seen));
    }

    let before = resident();
    let seen = load(ours, &request("/narrow", "{}"), 64, None).await;
    let refused = seen.iter().filter(|(status, _)| *status == 503).count();
    let late = percentile(&seen, 503, 0.99);
    println!("4 x overload   {:8.0}/s answered, {refused} refused, 503 within {late:.2?} (p99)", per_second(&seen));
    let after = per_second(&load(ours, &ask, CONNECTIONS, None).await);
    println!("after it       flow {after:8.0}/s   memory {before} MiB before, {} MiB now", resident());
    println!("log            {} events dropped", running.runtime.log().dropped());
    running.stop().await;
    Ok(())
}

fn main() {
    let run = || -> Result<(), String> {
        let folder = folder().map_err(|error| error.to_string())?;
        let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let measured = tokio.map_err(|error| error.to_string())?.block_on(measure(&folder));
        let _ = std::fs::remove_dir_all(&folder);
        measured
    };
    if let Err(reason) = run() {
        eprintln!("{reason}");
        std::process::exit(1);
    }
}
