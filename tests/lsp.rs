//! The language server as an editor runs it: the real program, spoken to over its standard input and output.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

struct Client {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: i64,
    /// Notifications that came while an answer was awaited.
    heard: Vec<Value>,
}

impl Client {
    /// Starts the server and shakes hands. `encodings` are what the client can count in.
    fn start(encodings: &[&str]) -> (Client, Value) {
        let mut process = Command::new(env!("CARGO_BIN_EXE_dataway"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let input = process.stdin.take().expect("stdin");
        let output = BufReader::new(process.stdout.take().expect("stdout"));
        let mut client = Client { process, input, output, next: 0, heard: Vec::new() };
        let answer = client.ask(
            "initialize",
            json!({ "processId": null, "rootUri": null, "capabilities": { "general": { "positionEncodings": encodings } } }),
        );
        client.tell("initialized", json!({}));
        (client, answer["result"]["capabilities"].clone())
    }

    fn frame(message: &Value) -> Vec<u8> {
        let text = message.to_string();
        format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()
    }

    fn write(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).expect("the server reads");
        self.input.flush().expect("the server reads");
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.write(&Client::frame(&json!({ "jsonrpc": "2.0", "method": method, "params": params })));
    }

    fn request(&mut self, method: &str, params: Value) -> (i64, Vec<u8>) {
        self.next += 1;
        let message = json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params });
        (self.next, Client::frame(&message))
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let (id, bytes) = self.request(method, params);
        self.write(&bytes);
        self.answer(id)
    }

    /// The answer to a request; what else comes before it is kept.
    fn answer(&mut self, id: i64) -> Value {
        loop {
            let message = self.read();
            if message["id"] == json!(id) && message.get("method").is_none() {
                return message;
            }
            self.heard.push(message);
        }
    }

    /// The next notification of that method.
    fn notification(&mut self, method: &str) -> Value {
        loop {
            if let Some(at) = self.heard.iter().position(|one| one["method"] == json!(method)) {
                return self.heard.remove(at);
            }
            let message = self.read();
            self.heard.push(message);
        }
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).expect("readable") > 0, "the server has gone");
            if let Some(number) = line.strip_prefix("Content-Length: ") {
                length = number.trim().parse().expect("a number");
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).expect("a whole message");
        serde_json::from_slice(&body).expect("JSON")
    }

    fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "dataway", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn stop(mut self) {
        self.ask("shutdown", json!(null));
        self.tell("exit", json!(null));
        assert!(self.process.wait().expect("the server ends").success());
    }
}

fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

const URI: &str = "file:///orders/order.dw";

#[test]
fn one_session() {
    let (mut client, capabilities) = Client::start(&["utf-16"]);
    assert_eq!(capabilities["positionEncoding"], "utf-16");
    client.open(URI, "def dw_process(msg):\n    total = 1\n    return totl\n\ndef x(:\n");
    let told = client.notification("textDocument/publishDiagnostics");
    let found = told["params"]["diagnostics"].as_array().expect("a list");
    assert!(found.iter().any(|one| one["code"] == "DW0008"), "{told}");
    assert_eq!(told["params"]["version"], 1);

    let answer = client.ask("textDocument/definition", at(URI, 1, 6));
    assert_eq!(answer["result"][0]["range"]["start"], json!({ "line": 1, "character": 4 }));
    let answer = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": URI } }));
    assert_eq!(answer["result"][0]["name"], "dw_process");
    let answer = client.ask("textDocument/completion", at(URI, 2, 14));
    let items = answer["result"]["items"].as_array().expect("a list");
    assert!(items.iter().any(|item| item["label"] == "total"), "{answer}");
    let mut rename = at(URI, 1, 5);
    rename["newName"] = json!("class");
    let answer = client.ask("textDocument/rename", rename);
    assert_eq!(answer["error"]["message"], "`class` is a keyword");
    let answer = client.ask("textDocument/hover", at("file:///not/open.dw", 0, 0));
    assert_eq!(answer["result"], Value::Null);
    client.stop();
}

/// Positions count UTF-16 units or bytes, whatever was agreed; a smiling face is two or four of them.
#[test]
fn encodings() {
    for (offered, column) in [("utf-16", 14), ("utf-8", 16), ("utf-32", 13)] {
        let (mut client, capabilities) = Client::start(&[offered]);
        assert_eq!(capabilities["positionEncoding"], offered);
        client.open(URI, "def dw_process(msg):\r\n    x = '😀'; y = 1\r\n    return y\r\n");
        let answer = client.ask("textDocument/definition", at(URI, 2, 11));
        let start = &answer["result"][0]["range"]["start"];
        assert_eq!(*start, json!({ "line": 1, "character": column }), "{offered}");
        client.stop();
    }
}

/// Forty edits and a question in one write: the answer is about the text after the last edit.
#[test]
fn edits_come_before_the_question() {
    let (mut client, _) = Client::start(&["utf-16"]);
    client.open(URI, "def dw_process(msg):\n    return 1\n");
    for round in 0..5 {
        let mut bytes = Vec::new();
        for version in 0..40 {
            let name = format!("name_{round}_{version}");
            let change = json!({
                "range": { "start": { "line": 0, "character": 4 }, "end": { "line": 0, "character": if round == 0 && version == 0 { 14 } else { 4 + last_length(round, version) } } },
                "text": name,
            });
            let params = json!({ "textDocument": { "uri": URI, "version": 2 + round * 40 + version }, "contentChanges": [change] });
            bytes.extend(Client::frame(
                &json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": params }),
            ));
        }
        let (id, question) = client.request("textDocument/hover", at(URI, 0, 6));
        bytes.extend(question);
        client.write(&bytes);
        let answer = client.answer(id);
        let text = answer["result"]["contents"]["value"].as_str().expect("a text");
        assert!(text.contains(&format!("name_{round}_39")), "{text}");
    }
    client.stop();
}

/// Length of the name that the edit before this one wrote.
fn last_length(round: u32, version: u32) -> usize {
    let (round, version) = if version == 0 { (round - 1, 39) } else { (round, version - 1) };
    format!("name_{round}_{version}").len()
}

/// Texts that make no sense, of any size, end no server and block no answer.
#[test]
fn hostile_texts() {
    let (mut client, _) = Client::start(&["utf-16"]);
    let texts = [
        "[".repeat(100_000),
        "x.".repeat(50_000),
        "\u{0}\u{feff}😀\r".repeat(1000),
        "if x:\n ".repeat(2000),
        "a\n".repeat(200_000),
    ];
    for (number, text) in texts.iter().enumerate() {
        let uri = format!("file:///hostile/{number}.dw");
        client.open(&uri, text);
        for method in ["documentSymbol", "foldingRange", "semanticTokens/full", "codeLens"] {
            let answer = client.ask(&format!("textDocument/{method}"), json!({ "textDocument": { "uri": uri } }));
            assert!(answer.get("error").is_none(), "{method}: {answer}");
        }
        let answer = client.ask("textDocument/completion", at(&uri, 0, 5));
        assert!(answer.get("error").is_none(), "{answer}");
    }
    client.stop();
}

/// An app on disk whose flows are partly unsaved; gone when it is dropped.
struct App {
    folder: std::path::PathBuf,
}

impl App {
    fn new(name: &str) -> App {
        let folder = std::env::temp_dir().join(format!("dataway-lsp-{name}-{}", std::process::id()));
        let files = [
            (
                "app.yaml",
                "name: shop\nversion: 1.0.0\nconfigs:\n  api: {type: http-listener, listen: \"127.0.0.1:8080\"}\n",
            ),
            ("samples/order.json", "{\"id\": \"o-1\", \"items\": [{\"sku\": \"A\"}]}"),
            ("flows/other.yaml", "name: nightly\nsteps:\n  - flow-ref: tell\n"),
            ("flows/main.yaml", "flows: []\n"),
            ("transforms/order.dw", "def dw_process(msg):\n    return msg.payload['id']\n"),
        ];
        for (path, text) in files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        App { folder }
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}/{path}", self.folder.display())
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

const FLOWS: &str = r##"flows:
  - name: intake
    trigger:
      http-listener: {config: api, path: /orders, payload: {sample: samples/order.json}}
    steps:
      - logger: {message: "got one"}
      - set-variable: {name: id, value: {script: transforms/order.dw}}
      - set-payload: "#[msg.payload['']]"
      - flow-ref: tell
  - name: tell
    steps: []
"##;

/// Keys of a payload from a sample two steps upstream; renaming a flow in every file; the file behind `script:`; and what is
/// not saved counts.
#[test]
fn an_app() {
    let app = App::new("app");
    let (mut client, _) = Client::start(&["utf-16"]);
    let uri = app.uri("flows/main.yaml");
    let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": FLOWS });
    client.tell("textDocument/didOpen", json!({ "textDocument": document }));
    let told = client.notification("textDocument/publishDiagnostics");
    let found = told["params"]["diagnostics"].as_array().expect("a list");
    assert!(found.iter().all(|one| one["severity"].as_i64() > Some(2)), "{told}");

    let answer = client.ask("textDocument/completion", at(&uri, 7, 37));
    let labels = answer["result"]["items"].as_array().expect("a list").iter().map(|item| item["label"].clone());
    let labels: Vec<Value> = labels.collect();
    assert!(labels.contains(&json!("items")) && labels.contains(&json!("id")), "{answer}");

    let mut rename = at(&uri, 9, 12);
    rename["newName"] = json!("inform");
    let answer = client.ask("textDocument/rename", rename);
    let changes = &answer["result"]["changes"];
    assert_eq!(changes[&uri].as_array().map(Vec::len), Some(2), "{answer}");
    let other = &changes[app.uri("flows/other.yaml")][0];
    assert_eq!(other["newText"], "inform");
    assert_eq!(other["range"]["start"], json!({ "line": 2, "character": 14 }));

    let answer = client.ask("textDocument/definition", at(&uri, 6, 60));
    assert_eq!(answer["result"][0]["uri"], json!(app.uri("transforms/order.dw")));

    // The other flow calls one that now is gone, although nothing was saved.
    let change = json!({ "range": { "start": { "line": 9, "character": 10 }, "end": { "line": 9, "character": 14 } }, "text": "gone" });
    let params = json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [change] });
    client.tell("textDocument/didChange", params);
    let other = app.uri("flows/other.yaml");
    let text = "name: nightly\nsteps:\n  - flow-ref: tell\n";
    let document = json!({ "uri": other, "languageId": "yaml", "version": 1, "text": text });
    client.tell("textDocument/didOpen", json!({ "textDocument": document }));
    let told = loop {
        let told = client.notification("textDocument/publishDiagnostics");
        if told["params"]["uri"] == json!(other) {
            break told;
        }
    };
    assert_eq!(told["params"]["diagnostics"][0]["code"], "FLW013", "{told}");

    let answer = client.ask("workspace/symbol", json!({ "query": "intake" }));
    assert_eq!(answer["result"][0]["name"], "intake", "{answer}");
    let answer = client.ask("textDocument/prepareCallHierarchy", at(&uri, 1, 12));
    assert_eq!(answer["result"][0]["name"], "intake", "{answer}");
    let answer = client.ask(
        "textDocument/formatting",
        json!({ "textDocument": { "uri": uri }, "options": { "tabSize": 4, "insertSpaces": true } }),
    );
    assert_eq!(answer["result"], json!([]), "{answer}");
    client.stop();
}

/// While huge texts and samples are looked at, other files are answered for, and edits are taken.
#[test]
fn huge_files() {
    let app = App::new("huge");
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    std::fs::write(app.folder.join("deep.sample.json"), deep).expect("a file");
    let wide: String = (0..200_000).map(|n| format!("{{\"k{n}\": {n}}},")).collect();
    std::fs::write(app.folder.join("wide.sample.json"), format!("[{wide}0]")).expect("a file");
    let (mut client, _) = Client::start(&["utf-16"]);
    client.open(&app.uri("large.dw"), &"x = 1  # 😀\n".repeat(400_000));
    for name in ["deep.dw", "wide.dw"] {
        client.open(&app.uri(name), "def dw_process(msg):\n    return msg.payload[0]['']\n");
        let (_, question) = client.request("textDocument/completion", at(&app.uri(name), 1, 27));
        client.write(&question);
    }
    client.open(URI, "def dw_process(msg):\n    return 1\n");
    let answer = client.ask("textDocument/hover", at(URI, 0, 6));
    assert!(answer["result"]["contents"]["value"].as_str().is_some_and(|text| text.contains("dw_process")), "{answer}");
    for version in 2..12 {
        let change = json!({ "range": { "start": { "line": 100, "character": 0 }, "end": { "line": 100, "character": 0 } }, "text": "y" });
        let params =
            json!({ "textDocument": { "uri": app.uri("large.dw"), "version": version }, "contentChanges": [change] });
        client.tell("textDocument/didChange", params);
    }
    let answer = client.ask("textDocument/completion", at(&app.uri("deep.dw"), 1, 27));
    assert!(answer.get("error").is_none(), "{answer}");
    client.stop();
}
