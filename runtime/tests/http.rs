//! Flows that are called over HTTP and call others: the listener, `http-request`, and both together.

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use dataway_lang::Document;
use support::client::{answer, send};
use support::{TestApp, json, upstream, value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: Shop.Example\r\nConnection: close\r\n\r\n")
}

fn post(path: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

fn address(app: &TestApp) -> SocketAddr {
    let url = &app.triggers.listeners.sites.first().unwrap().url;
    url.trim_start_matches("http://").split('/').next().unwrap().parse().unwrap()
}

const API: &str = r##"  gate: {type: state, key: gate}
  api: {type: http-listener, listen: "127.0.0.1:0", base-path: /api, max-body: 1KiB}"##;

const LISTENERS: &str = r##"
  - name: attributes
    trigger: {http-listener: {path: "/show/{id}/*"}}
    steps: [{set-payload: "#[msg.attrs]"}]
  - name: order
    trigger:
      http-listener:
        path: /orders
        methods: [POST]
        response:
          status: "#[201 if msg.payload['ok'] else 202]"
          reason: Well Done
          headers: {X-One: "1", X-Two: [a, b]}
          cookies: [{name: sid, value: "42", path: /, http-only: true}]
          compress: 6
        error-response: {status: 409, body: "#[{'error': msg.error['Code']}]"}
    steps:
      - choice: [{when: "#[msg.payload['total'] < 0]", steps: [{raise-error: {type: "ORDER:BAD", description: x}}]}]
      - set-payload: "#[{'ok': msg.payload['total'] > 10, 'text': 'x' * 200}]"
  - name: body
    trigger: {http-listener: {path: "/body/{kind}"}}
    steps:
      - set-payload: "#[{'text': 'text', 'bytes': b'raw', 'none': None, 'int': 5, 'list': [1, 2], 'entity': Entity.from_bytes(b'<a/>', 'application/xml')}[msg.attrs['uriParams']['kind']]]"
  - name: bad-headers
    trigger: {http-listener: {path: /bad/headers, response: {headers: "#[{'X': 5}]"}}}
    steps: []
  - name: bad-headers-eval
    trigger: {http-listener: {path: /bad/headers-eval, response: {headers: "#[1 / 0]"}}}
    steps: []
  - name: bad-status
    trigger: {http-listener: {path: /bad/status, response: {status: "#[700]"}}}
    steps: []
  - name: bad-cookie
    trigger: {http-listener: {path: /bad/cookie, response: {cookies: "#[[{'name': 'a b'}]]"}}}
    steps: []
  - name: bad-body
    trigger: {http-listener: {path: /bad/body, response: {body: "#[msg.payload['x']]"}}}
    steps: [{set-payload: "#[{}]"}]
  - name: empty
    trigger: {http-listener: {path: /empty, response: {status: 204}}}
    steps: [{set-payload: text}]
  - name: rows
    trigger: {http-listener: {path: /rows, body: stream}}
    steps:
      - set-variable: {name: sum, value: 0}
      - for-each: {steps: [{set-variable: {name: sum, value: "#[msg.vars['sum'] + msg.payload['n']]"}}]}
      - set-payload: "#[{'sum': msg.vars['sum']}]"
  - name: zipped
    trigger: {http-listener: {path: /zipped, response: {compress: 6}}}
    steps: [{set-payload: "#['x' * 1000000]"}]
  - name: busy
    max-concurrency: 1
    queue: 0
    trigger: {http-listener: {path: /busy}}
    steps: [{while: {condition: "#[msg.vars.get('open', {'value': None})['value'] is None]", steps: [{sleep: 20ms}, {state.get: {config: gate}}, {set-variable: {name: open, value: "#[msg.payload]"}}]}}]
  - name: open
    steps: [{state.set: {config: gate, value: true}}]
  - name: late
    timeout: 1
    trigger: {http-listener: {path: /late}}
    steps: [{sleep: 30s}]
"##;

/// Whether the last step writes the answer, or the listener, because it looks at more of the message than the payload.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_the_same_whoever_writes_them() {
    let payloads = [
        ("{'a': [1, 2.5, 'é\"', None, {'b': {}}], 'c': True}", "200"),
        ("[{'n': n} for n in range(3)]", "200"),
        ("({'n': n} for n in range(3))", "200"),
        ("({1: 2, None: 3}, ())", "200"),
        ("{'d': datetime.date(2024, 2, 29), 'm': decimal.Decimal('1.50')}", "200"),
        ("{'e': Entity.from_bytes(b'[1]', 'application/json')}", "200"),
        ("Entity.from_bytes(b'k=1&k=2', 'application/x-www-form-urlencoded')['^value']", "200"),
        ("{'f': float('nan')}", ""),
        ("{'b': b'raw'}", ""),
        ("[lambda: 1]", "500"),
        ("{}", "200"),
        ("'text'", "200"),
        ("7", "500"),
        ("None", "200"),
        ("1 // 0", "500"),
    ];
    let mut flows = String::new();
    for (n, (payload, _)) in payloads.iter().enumerate() {
        let step = format!("transform: {{payload: \"#[{}]\"}}", payload.replace('"', "\\\""));
        let inside = format!("choice: [{{when: '#[True]', steps: [{{{step}}}]}}]");
        for (way, response, step) in [
            ("last", "{}", &step),
            ("inside", "{mime-type: application/json}", &inside),
            ("read", "{status: '#[200]'}", &step),
        ] {
            flows.push_str(&format!(
                "\n  - name: {way}-{n}\n    trigger: {{http-listener: {{path: /{way}/{n}, response: {response}}}}}\n    steps: [{{{step}}}]"
            ));
        }
    }
    flows.push_str("\n  - name: twice\n    trigger: {http-listener: {path: /twice}}\n    steps: [{flow-ref: last-0}, {set-payload: \"#[msg.payload['a'][4] | {'x': type(msg.payload).__name__}]\"}]\n");
    let app = TestApp::start(API, &flows).await;
    let at = address(&app);
    let answer = async |path: String| {
        let (head, body) = send(at, &get(&path)).await;
        let head = head.lines().filter(|line| !line.starts_with("date:")).collect::<Vec<_>>().join("\n");
        // Each way stands in lines of its own.
        let body = body.split(" (flows").next().unwrap_or_default();
        format!("{head}\n{body}")
    };
    for (n, (payload, status)) in payloads.iter().enumerate() {
        let read = answer(format!("/api/read/{n}")).await;
        assert!(read.starts_with(&format!("http/1.1 {status}")), "{payload}: {read}");
        assert_eq!(answer(format!("/api/last/{n}")).await, read, "{payload}");
        if !matches!(*payload, "'text'" | "None") {
            assert_eq!(answer(format!("/api/inside/{n}")).await, read, "{payload}");
        }
    }
    assert!(answer("/api/twice".to_owned()).await.ends_with("{\"b\":{},\"x\":\"dict\"}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn listeners() {
    let app = TestApp::start(API, LISTENERS).await;
    let at = address(&app);

    let shown = "GET /api/show/a%2Fb/c?x=1&y=%C3%A9&x=2 HTTP/1.1\r\nHost: h:80\r\nCookie: k=v\r\nX-multi: 1\r\nx-Multi: 2\r\nConnection: close\r\n\r\n";
    let (head, body) = send(at, shown).await;
    assert!(head.starts_with("http/1.1 200 ok") && head.contains("content-type: application/json"), "{head}");
    let attributes = value(&body);
    let part = |key: &str| json(attributes.get(key).unwrap());
    assert_eq!(part("uriParams"), r##"{"id":"a/b"}"##);
    assert_eq!(part("queryParams"), r##"{"x":["1","2"],"y":["é"]}"##);
    assert_eq!(part("requestPath"), "\"/show/a%2Fb/c\"");
    assert_eq!(part("requestUri"), "\"/api/show/a%2Fb/c?x=1&y=%C3%A9&x=2\"");
    assert_eq!(
        (part("cookies"), part("host"), part("method")),
        (r##"{"k":"v"}"##.into(), "\"h:80\"".into(), "\"GET\"".into())
    );
    assert!(part("headers").contains(r##""X-Multi":["1","2"]"##) && part("headers") == part("header"));
    assert!(part("remoteAddr").starts_with("\"127.0.0.1:"));

    let (head, body) = send(at, &post("/api/orders", "application/json", r##"{"total": 11}"##)).await;
    assert!(head.starts_with("http/1.1 201 well done") && body.contains("\"ok\":true"), "{head}");
    for line in ["x-one: 1", "x-two: a", "x-two: b", "set-cookie: sid=42; path=/; httponly"] {
        assert!(head.contains(line), "{line}: {head}");
    }
    let zipped = post("/api/orders", "application/json", r##"{"total": 1}"##)
        .replace("Host: h", "Host: h\r\nAccept-Encoding: br, gzip");
    let (head, body) = send(at, &zipped).await;
    assert!(head.starts_with("http/1.1 202") && head.contains("content-encoding: gzip") && body.len() < 200, "{head}");
    let large = get("/api/zipped").replace("Connection", "Accept-Encoding: gzip\r\nConnection");
    let (head, body) = send(at, &large).await;
    assert!(head.starts_with("http/1.1 200") && head.contains("content-encoding: gzip"), "{head}");
    assert!(!body.is_empty() && body.len() < 10_000, "{}", body.len());
    let (head, body) = send(at, &post("/api/orders", "application/json", r##"{"total": -1}"##)).await;
    assert!(head.starts_with("http/1.1 409"), "{head}");
    assert_eq!(body, r##"{"error":"ORDER:BAD"}"##);
    let (head, _) = send(at, &post("/api/orders", "text/plain", &"x".repeat(2_000))).await;
    assert!(head.starts_with("http/1.1 413"), "{head}");

    for (kind, mime, text) in [
        ("text", Some("text/plain"), "text"),
        ("bytes", Some("application/octet-stream"), "raw"),
        ("none", None, ""),
        ("list", Some("application/json"), "[1,2]"),
        ("entity", Some("application/xml"), "<a/>"),
    ] {
        let (head, body) = send(at, &get(&format!("/api/body/{kind}"))).await;
        let given = head.lines().find_map(|line| line.strip_prefix("content-type: "));
        assert_eq!((given, &*body), (mime, text), "{kind}");
    }
    for (path, code) in [
        ("/api/body/int", "RESPONSE_TYPE_ERROR"),
        ("/api/bad/headers", "HTTP:LISTENER_HEADERS_TYPE_ERROR"),
        ("/api/bad/headers-eval", "HTTP:LISTENER_HEADERS_EVAL_ERROR"),
        ("/api/bad/status", "HTTP:LISTENER_STATUS_EVAL_ERROR"),
        ("/api/bad/cookie", "HTTP:LISTENER_SET_COOKIE_EVAL_ERROR"),
        ("/api/bad/body", "HTTP:LISTENER_BODY_EVAL_ERROR"),
    ] {
        let (head, body) = send(at, &get(path)).await;
        assert!(head.starts_with("http/1.1 500") && body.contains(&format!("\"Code\":\"{code}\"")), "{path}: {body}");
    }
    let (head, body) = send(at, &get("/api/empty")).await;
    assert!(head.starts_with("http/1.1 204") && body.is_empty() && !head.contains("content-length"), "{head}");

    // A streamed body is larger than max-body, and arrives in pieces.
    let rows: Vec<String> = (1..=500).map(|n| format!("{{\"n\": {n}}}")).collect();
    let (_, body) = send(at, &post("/api/rows", "application/json", &format!("[{}]", rows.join(", ")))).await;
    assert_eq!(body, r##"{"sum":125250}"##);
    let csv = post("/api/rows", "image/png", "x");
    assert!(send(at, &csv).await.0.starts_with("http/1.1 500"));

    let busy = get("/api/busy");
    let (first, second) = tokio::join!(send(at, &busy), async {
        app.running("busy", 1).await;
        let second = send(at, &busy).await;
        app.json("open", Document::None).await;
        second
    });
    assert!(first.0.starts_with("http/1.1 200"), "{}", first.0);
    assert!(second.0.starts_with("http/1.1 503") && second.0.contains("retry-after: 1"), "{}", second.0);
    assert!(second.1.contains("HTTP:LISTENER_OUT_OF_QUOTA"), "{}", second.1);
    let (head, body) = send(at, &get("/api/late")).await;
    assert!(head.starts_with("http/1.1 500") && body.contains("CORE:RUN_TIMEOUT"), "{body}");
}

/// Bodies that do not come on hold nobody up but the runs that read them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_leave_room_for_scripts() {
    let flows = r##"
  - name: reads
    trigger: {http-listener: {path: /rows, body: stream}}
    steps: [{set-payload: "#[str(len(list(msg.payload)))]"}]
  - name: computes
    trigger: {http-listener: {path: /sum}}
    steps: [{set-payload: "#[str(sum([n % 7 for n in range(100000)]))]"}]
"##;
    let app = TestApp::start(API, flows).await;
    let at = address(&app);
    // More than there are threads for long evaluations.
    let clients = std::thread::available_parallelism().map_or(2, usize::from) + 2;
    let mut slow = Vec::new();
    for _ in 0..clients {
        let mut client = TcpStream::connect(at).await.unwrap();
        let head =
            "POST /api/rows HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[1, 2, ";
        client.write_all(head.as_bytes()).await.unwrap();
        slow.push(client);
    }
    app.running("reads", clients).await;
    let answered = tokio::time::timeout(Duration::from_secs(120), send(at, &get("/api/sum"))).await;
    assert_eq!(answered.expect("scripts have room").1, "299995");
    // What they began they can end.
    for client in &mut slow {
        client.write_all(b"3]").await.unwrap();
        let mut answer = [0; 12];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }
}

/// A client that goes away does not end its run; a shutdown answers everybody who was taken in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_leave_and_the_end() {
    let configs = format!("{API}\n  kept: {{type: state, key: kept}}");
    let flows = r##"
  - name: slow
    trigger: {http-listener: {path: "/slow/{n}"}}
    steps:
      - sleep: 300ms
      - state.list-push: {config: kept, value: "#[msg.attrs['uriParams']['n']]"}
      - set-payload: done
  - name: count
    steps: [{state.list-length: {config: kept}}]
"##;
    let app = TestApp::start(&configs, flows).await;
    let at = address(&app);
    let mut leaving = TcpStream::connect(at).await.unwrap();
    leaving.write_all(get("/api/slow/0").as_bytes()).await.unwrap();
    app.running("slow", 1).await;
    drop(leaving);
    app.runtime.drained().await;
    assert_eq!(app.json("count", Document::None).await, r##"{"size":1}"##);

    let mut clients = tokio::task::JoinSet::new();
    for n in 0..40 {
        let mut stream = TcpStream::connect(at).await.unwrap();
        stream.write_all(get(&format!("/api/slow/{n}")).as_bytes()).await.unwrap();
        clients.spawn(answer(stream));
    }
    app.triggers.stop_accepting();
    app.runtime.shutdown().await;
    app.triggers.close(Duration::from_secs(5)).await;
    while let Some(answer) = clients.join_next().await {
        let (head, body) = answer.unwrap();
        let answered = head.starts_with("http/1.1 200") && body == "done";
        assert!(
            answered || head.starts_with("http/1.1 503") && body.contains("HTTP:LISTENER_SHUTDOWN"),
            "{head} {body}"
        );
    }
    assert!(TcpStream::connect(at).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shared_addresses() {
    // A port that is free now, and shared by two configurations.
    let port = support::servers::free_port();
    let configs = format!(
        r##"  one: {{type: http-listener, listen: "127.0.0.1:{port}", base-path: /one, basic-auth: [{{user: a, password: b}}]}}
  two: {{type: http-listener, listen: "127.0.0.1:{port}", base-path: /two, allow: [10.0.0.0/8]}}
  three: {{type: http-listener, listen: "127.0.0.1:{port}", hosts: [shop.example]}}"##
    );
    let flows = r##"
  - {name: f1, trigger: {http-listener: {config: one, path: /x}}, steps: [{set-payload: one}]}
  - {name: f2, trigger: {http-listener: {config: two, path: /x}}, steps: [{set-payload: two}]}
  - {name: f3, trigger: {http-listener: {config: three, path: "/*"}}, steps: [{set-payload: three}]}
"##;
    let app = TestApp::start(&configs, flows).await;
    let at = address(&app);
    assert_eq!(app.triggers.listeners.sites.len(), 3);
    let (head, body) = send(at, "GET /one/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    assert!(head.starts_with("http/1.1 401") && head.contains("www-authenticate: basic"), "{head}");
    assert!(body.contains("HTTP:LISTENER_AUTHENTICATION_REQUIRED"));
    let authorised = "GET /one/x HTTP/1.1\r\nHost: h\r\nAuthorization: Basic YTpi\r\nConnection: close\r\n\r\n";
    assert_eq!(send(at, authorised).await.1, "one");
    let (head, _) = send(at, "GET /two/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    assert!(head.starts_with("http/1.1 403"), "{head}");
    assert_eq!(send(at, &get("/anything")).await.1, "three");
    let (head, _) = send(at, "GET /anything HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n").await;
    assert!(head.starts_with("http/1.1 404"), "{head}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests() {
    let upstream = upstream::start().await;
    // Nobody listens there.
    let closed = 1;
    let configs = format!(
        r##"  up: {{type: http-request, base-url: "http://{upstream}", timeout: 60, max-response: 10KiB, headers: {{X-Base: base, X-Own: base}}, auth: {{basic: {{user: a, password: b}}}}}}
  hasty: {{type: http-request, base-url: "http://{upstream}", timeout: 1}}
  down: {{type: http-request, base-url: "http://127.0.0.1:{closed}", timeout: 60}}"##
    );
    let flows = r##"
  - name: get
    steps: [{http-request: {config: up, path: "#[msg.payload]"}}, {set-payload: "#[{'status': msg.attrs['statusCode'], 'reason': msg.attrs['reasonPhrase'], 'cookies': msg.attrs['cookies'], 'two': msg.attrs['headers'].get('X-Two'), 'text': msg.payload['^blob'].decode('utf-8')}]"}]
  - name: hasty
    steps: [{http-request: {config: hasty, path: "#[msg.payload]"}}]
  - name: strict
    steps: [{http-request: {config: up, path: "#[msg.payload]", fail-on: [4xx, 500]}}]
  - name: post
    steps: [{http-request: {config: up, method: POST, path: /echo?q=1, query: {a: [1, 2], b: null}, headers: {X-Own: own}, cookies: {k: v}}}, {set-payload: "#[msg.payload['^value']]"}]
  - name: far
    steps: [{http-request: {config: up, path: /loop, max-redirects: 5}}, {set-payload: "#[msg.attrs['statusCode']]"}]
  - name: keep
    steps: [{http-request: {config: up, method: POST, path: /keep}}, {set-payload: "#[msg.payload['^value']]"}]
  - name: down
    steps: [{http-request: {config: down}}]
  - name: parts
    steps: [{set-variable: {name: kept, value: 1}}, {transform: {attributes: {from: input}}}, {http-request: {config: up, path: /cookies}}, {set-payload: "#[[msg.payload['^blob'].decode(), sorted(msg.attrs), msg.vars, msg.error]]"}]
  - name: absolute
    steps: [{http-request: {url: "#[msg.payload]"}}, {set-payload: "#[msg.attrs['statusCode']]"}]
  - name: rows
    steps:
      - http-request: {config: up, path: /rows, mode: stream}
      - for-each: {steps: [{set-variable: {name: last, value: "#[msg.payload['a']]"}}]}
      - set-payload: "#[msg.vars['last']]"
"##;
    let app = TestApp::start(&configs, flows).await;
    let ask = async |flow: &str, payload: Document| value(&app.json(flow, payload).await);
    let text = |answer: &Document, key: &str| answer.get(key).and_then(Document::as_str).unwrap().to_owned();

    let fine = ask("get", "/cookies".into()).await;
    assert_eq!(
        json(&fine),
        r##"{"status":200,"reason":"Fine","cookies":{"a":"1","b":"2"},"two":["1","2"],"text":""}"##
    );
    // An answer has the place of payload and attributes, and of nothing else.
    assert_eq!(
        app.json("parts", Document::None).await,
        r##"["",["cookies","headers","reasonPhrase","statusCode"],{"kept":1},null]"##
    );
    for (path, code) in [
        ("/reset", "HTTP:CONNECT"),
        ("/garbage", "HTTP:PROTOCOL"),
        ("/half", "HTTP:PROTOCOL"),
        ("/chunks", "HTTP:PROTOCOL"),
        ("/large", "HTTP:LIMIT"),
        ("/endless", "HTTP:LIMIT"),
        ("/lengths", "HTTP:PROTOCOL"),
        ("/negative", "HTTP:PROTOCOL"),
        ("/head", "HTTP:PROTOCOL"),
        ("/../x", "CORE:TYPE"),
    ] {
        let fault = app.run("get", path.into()).await.unwrap_err().fault;
        assert_eq!(fault.code, code, "{path}: {fault}");
    }
    for path in ["/slow", "/stall"] {
        assert_eq!(app.json("hasty", path.into()).await, "HTTP:TIMEOUT", "{path}");
    }
    // What comes behind an answer is no answer to the next request.
    for _ in 0..3 {
        assert_eq!(text(&ask("get", "/long".into()).await, "text"), "ab");
        assert_eq!(ask("get", "/500".into()).await.get("status").and_then(Document::as_int), Some(500));
    }
    // A run that waits for an answer ends when it is cancelled.
    let waiting = async {
        app.running("get", 1).await;
        let job = app.runtime.jobs().pop().unwrap();
        assert!(app.runtime.cancel(job.id()));
    };
    let (cancelled, ()) = tokio::join!(app.json("get", "/slow".into()), waiting);
    assert_eq!(cancelled, "CORE:CANCELLED");
    // A service that speaks no TLS, and one that goes away during the handshake.
    assert_eq!(app.json("absolute", format!("https://{upstream}/404").into()).await, "HTTP:TLS");

    // Without fail-on no answer is an error; with it the failed message carries the answer.
    assert_eq!(ask("get", "/500".into()).await.get("status").and_then(Document::as_int), Some(500));
    let failure = app.run("strict", "/500".into()).await.unwrap_err();
    assert_eq!(failure.fault.to_string(), "HTTP:SERVER_ERROR: 500 Internal Server Error (GET /500)");
    assert_eq!(failure.message.attributes().get("statusCode").and_then(Document::as_int), Some(500));
    assert!(matches!(failure.message.payload(), Document::Entity(entity) if &*entity.bytes == b"oops"));
    assert_eq!(app.json("strict", "/404".into()).await, "HTTP:CLIENT_ERROR");

    let echo = ask("post", value(r##"{"x": "ü"}"##)).await;
    let head = text(&echo, "head").to_lowercase();
    assert_eq!(text(&echo, "body"), r##"{"x":"ü"}"##);
    assert!(head.starts_with("post /echo?q=1&a=1&a=2 http/1.1"), "{head}");
    for line in
        ["x-base: base", "x-own: own", "cookie: k=v", "authorization: basic ytpi", "content-type: application/json"]
    {
        assert!(head.contains(line), "{line}: {head}");
    }
    assert!(!head.contains("x-own: base"), "{head}");

    // One redirect is followed by default; the answer beyond the limit is the result.
    assert_eq!(ask("get", "/redirect".into()).await.get("status").and_then(Document::as_int), Some(200));
    assert_eq!(app.json("far", Document::None).await, "302");
    let kept = ask("keep", "body".into()).await;
    assert!(text(&kept, "head").starts_with("POST /echo") && text(&kept, "body") == "body");
    let elsewhere = text(&ask("get", "/elsewhere".into()).await, "text").to_lowercase();
    assert!(elsewhere.contains("get /echo") && !elsewhere.contains("authorization"), "{elsewhere}");
    assert!(text(&ask("get", "/redirect".into()).await, "text").to_lowercase().contains("authorization"));

    assert_eq!(app.json("down", Document::None).await, "HTTP:CONNECT");
    assert_eq!(app.json("absolute", format!("http://{upstream}/404").into()).await, "404");
    assert_eq!(app.json("absolute", "ftp://x/y".into()).await, "CORE:TYPE");
    assert_eq!(app.json("absolute", "http://does-not-exist.invalid/".into()).await, "HTTP:CONNECT");
    assert_eq!(app.json("rows", Document::None).await, "2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls() {
    let files = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tls");
    let own = format!("cert: {files}/cert.pem, key: {files}/key.pem");
    let port = support::servers::free_port();
    let strict = support::servers::free_port();
    let configs = format!(
        r##"  api: {{type: http-listener, listen: "127.0.0.1:{port}", tls: {{{own}}}}}
  strict: {{type: http-listener, listen: "127.0.0.1:{strict}", tls: {{{own}, client-ca: {files}/ca.pem}}}}
  trusting: {{type: http-request, base-url: "https://127.0.0.1:{port}", tls: {{ca: {files}/ca.pem}}}}
  careless: {{type: http-request, base-url: "https://127.0.0.1:{port}", tls: {{insecure: true}}}}
  doubting: {{type: http-request, base-url: "https://127.0.0.1:{port}"}}
  known: {{type: http-request, base-url: "https://127.0.0.1:{strict}", tls: {{ca: {files}/ca.pem, {own}}}}}
  unknown: {{type: http-request, base-url: "https://127.0.0.1:{strict}", tls: {{ca: {files}/ca.pem}}}}"##
    );
    let call = |name: &str| {
        format!(
            "  - {{name: {name}, steps: [{{http-request: {{config: {name}, path: /x}}}}, {{set-payload: \"#[msg.payload['^value']]\"}}]}}\n"
        )
    };
    let mut flows = String::from(
        "\n  - {name: one, trigger: {http-listener: {config: api, path: /x}}, steps: [{set-payload: served}]}\n  \
         - {name: two, trigger: {http-listener: {config: strict, path: /x}}, steps: [{set-payload: known}]}\n",
    );
    flows.extend(["trusting", "careless", "doubting", "known", "unknown"].map(call));
    let app = TestApp::start(&configs, &flows).await;
    for (flow, answer) in
        [("trusting", "\"served\""), ("careless", "\"served\""), ("doubting", "HTTP:TLS"), ("known", "\"known\"")]
    {
        assert_eq!(app.json(flow, Document::None).await, answer, "{flow}");
    }
    // The refusal of a client without certificate may come after the handshake, with TLS 1.3.
    let refused = app.run("unknown", Document::None).await.unwrap_err().fault;
    assert!(matches!(&*refused.code, "HTTP:TLS" | "HTTP:CONNECT"), "{refused}");
}

/// Bytes of memory that the process holds.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4_096
}

/// Bodies, extensions of chunks and heads that never end cost memory for as much as may come, not for what comes.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_ends_takes_no_memory() {
    let flows = "  - {name: f, trigger: {http-listener: {path: /x}}, steps: []}";
    let app = TestApp::start(API, flows).await;
    let at = address(&app);
    let piece = vec![b'x'; 1 << 20];
    let before = resident();
    let mut clients = tokio::task::JoinSet::new();
    for n in 0..32 {
        let piece = piece.clone();
        let head = [
            "POST /api/x HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n",
            "POST /api/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
            "POST /api/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;",
            "POST /api/x HTTP/1.1\r\nHost: h\r\nX: ",
        ][n % 4];
        clients.spawn(async move {
            let mut stream = TcpStream::connect(at).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            // The server refuses it sooner or later; until then it has all that it wants.
            for _ in 0..64 {
                if stream.write_all(&piece).await.is_err() {
                    return;
                }
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    let more = resident().saturating_sub(before);
    // The pieces of the clients themselves are in it: 32 MiB of 2 GiB that were sent.
    assert!(more < 160 << 20, "{} MiB more", more >> 20);
    let (head, _) = send(at, &get("/api/x")).await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
}
