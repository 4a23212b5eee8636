//! The listener against peers that behave badly: each gets a correct answer or a refusal, and none hangs.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::{Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::answer::{Answer, AnswerBody, Refusal};
use super::pace::Times;
use super::server::{Offer, Server};
use super::site::{Endpoint, Received, RequestBody, Route, Site};
use crate::connectors::http::guard::AddressList;
use crate::connectors::http::path::Pattern;

/// Answers with what it was asked: method, path, variables, body.
struct Echo;

impl Endpoint for Echo {
    fn answer(self: Arc<Self>, request: Received) -> Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send>> {
        Box::pin(async move {
            let RequestBody::Whole(body, _) = request.body else { return Err(Refusal::System) };
            let body = String::from_utf8_lossy(&body);
            let text = format!("{} {} {:?} [{body}]", request.parts.method, request.path, request.variables);
            Ok(Response::new(AnswerBody::Whole(Bytes::from(text))))
        })
    }
}

/// Never answers before it is told.
struct Slow(Arc<tokio::sync::Notify>);

impl Endpoint for Slow {
    fn answer(self: Arc<Self>, _: Received) -> Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send>> {
        Box::pin(async move {
            self.0.notified().await;
            Ok(Response::new(AnswerBody::Whole(Bytes::from_static(b"done"))))
        })
    }
}

/// Answers with more than sockets hold, and tells when the answer was given up.
struct Large(Arc<tokio::sync::Notify>);

const LARGE: usize = 64 << 20;

/// The bytes of that answer.
struct Watched(Vec<u8>, Arc<tokio::sync::Notify>);

impl AsRef<[u8]> for Watched {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.1.notify_one();
    }
}

impl Endpoint for Large {
    fn answer(self: Arc<Self>, _: Received) -> Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send>> {
        Box::pin(async move {
            let bytes = Watched(vec![b'x'; LARGE], Arc::clone(&self.0));
            Ok(Response::new(AnswerBody::Whole(Bytes::from_owner(bytes))))
        })
    }
}

/// Times that no test waits for, however slow the machine is.
const LONG: Times = Times { keep_alive: Duration::from_secs(60), request: Duration::from_secs(60) };
/// Times that tests wait for.
const SHORT: Times = Times { keep_alive: Duration::from_millis(400), request: Duration::from_millis(300) };

fn site(routes: Vec<Route>, times: Times) -> Site {
    Site {
        hosts: Vec::new(),
        base: Pattern::parse("/api").unwrap(),
        allow: None,
        trusted_proxies: AddressList::default(),
        users: Vec::new(),
        auth_fail_status: StatusCode::UNAUTHORIZED,
        max_body: 1_000,
        request_timeout: times.request,
        routes,
    }
}

fn route(path: &str, methods: &[&str], endpoint: Arc<dyn Endpoint>) -> Route {
    let methods = methods.iter().map(ToString::to_string).collect();
    Route { pattern: Pattern::parse(path).unwrap(), methods, streams: false, endpoint }
}

async fn start(routes: Vec<Route>, times: Times) -> Server {
    let offer = Offer { sites: vec![site(routes, times)], tls: None, times, max_header: 4_096 };
    Server::start("127.0.0.1:0", offer).await.unwrap()
}

async fn echo(times: Times) -> Server {
    start(vec![route("/echo/{name}", &["GET", "POST", "HEAD"], Arc::new(Echo))], times).await
}

/// Sends bytes and reads until the server closes; a server that does not is a failed test.
async fn exchange(server: &Server, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    // The server may refuse before it has read all.
    let _ = stream.write_all(request).await;
    read_all(&mut stream).await
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    let _ = read.expect("the server hangs");
    String::from_utf8_lossy(&answer).into_owned()
}

fn statuses(answers: &str) -> Vec<&str> {
    answers.split("HTTP/1.1 ").skip(1).map(|answer| answer.get(..3).unwrap_or_default()).collect()
}

#[tokio::test]
async fn hostile_requests() {
    let server = echo(LONG).await;
    let long = "x".repeat(5_000);
    for (request, expected) in [
        ("GET /api/echo/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".to_owned(), &["200"][..]),
        ("GET /api/echo/a HTTP/1.1\r\nHost: h\r\n\r\nGET /api/echo/b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".into(), &["200", "200"]),
        ("GET /api/other HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".into(), &["404"]),
        ("GET /api/../api/echo/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".into(), &["404"]),
        ("GET /api/echo/%2e%2e HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".into(), &["404"]),
        ("GET /api/echo/%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".into(), &["404"]),
        ("PUT /api/echo/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".into(), &["405"]),
        (format!("GET /api/echo/{long} HTTP/1.1\r\nHost: h\r\n\r\n"), &["431"]),
        (format!("GET /api/echo/a HTTP/1.1\r\nHost: h\r\nX: {long}\r\n\r\n"), &["431"]),
        (format!("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{long}", long.len()), &["413"]),
        (format!("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n{long}\r\n0\r\n\r\n"), &["413"]),
        ("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd".into(), &["400"]),
        ("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n".into(), &["400"]),
        ("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".into(), &["400"]),
        ("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 4\r\n\r\nabcd".into(), &["400"]),
        ("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\nabc".into(), &["400"]),
        ("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff0\r\n".into(), &["400"]),
        ("GET /api/echo/a HTTP/1.1\r\nHost : h\r\n\r\n".into(), &["400"]),
        ("GET /api/echo/a HTTP/1.1\r\nHost: a\0b\r\n\r\n".into(), &["400"]),
        ("GET /api/echo/a b HTTP/1.1\r\nHost: h\r\n\r\n".into(), &["400"]),
        ("GET /api/echo/a HTTP/9.9\r\nHost: h\r\n\r\n".into(), &["400"]),
        (format!("GET /api/echo/a HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(200)), &["431"]),
        ("OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".into(), &["404"]),
        ("CONNECT h:80 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".into(), &["404"]),
        ("GET http://h/api/echo/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".into(), &["200"]),
        ("GET /api/echo/%252e%252e HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".into(), &["200"]),
        ("GET /api/echo/a;/../b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".into(), &["404"]),
        ("nonsense\r\n\r\n".into(), &["400"]),
        // Line ends of one byte: in a head they cannot be mistaken, in the sizes of chunks they could.
        ("GET /api/echo/a HTTP/1.1\nHost: h\nConnection: close\n\n".into(), &["200"]),
        ("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n".into(), &["400"]),
        ("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n".into(), &["400"]),
        // What never ends beside the data of a body: extensions of chunks, trailers.
        (format!("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;{}", "x".repeat(100_000)), &["400"]),
        (format!("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{}", "X-T: y\r\n".repeat(20_000)), &["400"]),
        ("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999999999999\r\n\r\nabc".into(), &["413"]),
        ("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\nabc".into(), &["400"]),
        // Three in one write: a body, an empty one, a last one.
        ("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcPOST /api/echo/b HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\nGET /api/echo/c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".into(), &["200", "200", "200"]),
        ("GET /api/echo/a HTTP/1.1\r\nHost: h\r\n bad: header\r\n\r\n".into(), &["400"]),
    ] {
        let answer = exchange(&server, request.as_bytes()).await;
        assert_eq!(statuses(&answer), expected, "{request:.80}");
    }
    server.close(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn bodies_and_heads() {
    let server = echo(LONG).await;
    let chunked = "POST /api/echo/a%2Fb/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
                   3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n";
    let answer = exchange(&server, chunked.as_bytes()).await;
    assert!(answer.ends_with("POST /echo/a%2Fb/ [(\"name\", \"a/b\")] [abcde]"), "{answer}");
    let head = exchange(&server, b"HEAD /api/echo/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    assert!(head.ends_with("\r\n\r\n") && head.contains("content-length: 31"), "{head}");
    let refused = exchange(&server, b"PUT /api/echo/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    assert!(refused.contains("allow: GET, HEAD, POST\r\n"), "{refused}");
    assert!(refused.contains("\"Code\":\"HTTP:LISTENER_METHOD_NOT_ALLOWED\""), "{refused}");
}

#[tokio::test]
async fn slow_peers_are_let_go() {
    let server = echo(SHORT).await;
    // A head, a body and nothing at all, each of which never ends.
    for (start, status) in [
        ("GET /api/echo/a HTTP/1.1\r\nHo", "408"),
        ("POST /api/echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc", "408"),
        ("", ""),
    ] {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(start.as_bytes()).await.unwrap();
        let answer = read_all(&mut stream).await;
        assert_eq!(statuses(&answer).concat(), status, "{start}");
    }
    // Bytes that drip in do not buy time.
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let drip = async {
        loop {
            if writer.write_all(b"X").await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let mut answer = Vec::new();
    tokio::select! {
        _ = reader.read_to_end(&mut answer) => {}
        () = drip => {}
    }
    assert_eq!(statuses(&String::from_utf8_lossy(&answer)), ["408"]);
}

/// A smuggled second request must not be seen: with both headers the length is that of the chunks, and the connection ends.
#[tokio::test]
async fn two_lengths_are_no_second_request() {
    let server = echo(LONG).await;
    let smuggled = "POST /api/echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n\
                    0\r\n\r\nGET /api/echo/smuggled HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    let answer = exchange(&server, smuggled.as_bytes()).await;
    assert!(matches!(*statuses(&answer), ["400"] | ["200"]) || statuses(&answer) == ["200", "200"], "{answer}");
    assert!(!answer.contains("[0"), "{answer}");
}

/// A client that never reads its answer is let go.
#[tokio::test]
async fn an_answer_that_nobody_reads() {
    let given_up = Arc::new(tokio::sync::Notify::new());
    let server = start(vec![route("/large", &[], Arc::new(Large(Arc::clone(&given_up))))], SHORT).await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET /api/large HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    given_up.notified().await;
    // What was in flight can still be read, but it is not all.
    let answer = read_all(&mut stream).await;
    assert!(answer.len() < LARGE, "{}", answer.len());
}

#[tokio::test]
async fn a_client_that_leaves_and_an_orderly_end() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let routes =
        vec![route("/slow", &[], Arc::new(Slow(Arc::clone(&gate)))), route("/echo/{name}", &[], Arc::new(Echo))];
    let server = Arc::new(start(routes, LONG).await);
    let mut running = TcpStream::connect(server.address()).await.unwrap();
    running.write_all(b"GET /api/slow HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    let mut kept = TcpStream::connect(server.address()).await.unwrap();
    kept.write_all(b"GET /api/echo/a HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    kept.read_exact(&mut first).await.unwrap();
    server.stop_accepting();
    kept.write_all(b"GET /api/echo/a HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    let refused = read_all(&mut kept).await;
    assert!(refused.contains("HTTP/1.1 503") && refused.contains("connection: close"), "{refused}");
    assert!(refused.contains("HTTP:LISTENER_SHUTDOWN"), "{refused}");
    let closing = tokio::spawn({
        let server = Arc::clone(&server);
        async move { server.close(Duration::from_secs(10)).await }
    });
    gate.notify_one();
    let answered = read_all(&mut running).await;
    assert!(answered.starts_with("HTTP/1.1 200") && answered.ends_with("done"), "{answered}");
    closing.await.unwrap();
    assert!(TcpStream::connect(server.address()).await.is_err());
}
