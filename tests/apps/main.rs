//! The example apps as their users run them: the real command, real requests, and services that go away. Their documented
//! answers, errors, log lines and exit codes are in the tour of README.md ([`tour`]) and here.
#![cfg(unix)]

mod stand;
mod tour;

use std::path::Path;

use stand::{Folder, Running, Service, ask, dataway, examples, said, text, wait};

/// `shop:open-sesame`
const AUTHORIZATION: &str = "Authorization: Basic c2hvcDpvcGVuLXNlc2FtZQ==";
const JSON: &str = "Content-Type: application/json";

/// The events of an app's log from a level on, as lines.
fn logs(app: &Path, level: &str) -> String {
    let output = dataway(&["logs", &app.to_string_lossy(), "--level", level]).output().unwrap();
    text(&output.stdout)
}

#[test]
fn every_example_passes_check_and_test() {
    let mut names: Vec<_> = std::fs::read_dir(examples()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    assert_eq!(names, ["catalogue-sync", "nightly-export", "order-intake", "webhook-fanout"]);
    for name in names {
        let app = Folder::example(&name.to_string_lossy());
        let path = app.0.to_string_lossy().into_owned();
        let checked = said(&dataway(&["check", &path, "--no-secrets"]).output().unwrap());
        assert_eq!(checked.0, Some(0), "{checked:?}");
        let tested = said(&dataway(&["test", &path, "--min-coverage", "90"]).output().unwrap());
        assert_eq!(tested.0, Some(0), "{tested:?}");
    }
}

#[test]
fn order_intake_answers_and_names_the_service_that_is_down() {
    let app = Folder::example("order-intake");
    let mut stock = Service::start(|_| (200, r#"{"available": true}"#.to_owned()));
    let risk = Service::start(|seen| {
        let score = if seen.path.ends_with("customer=c-9") { 95 } else { 10 };
        (200, format!(r#"{{"score": {score}}}"#))
    });
    let values = format!("listen: 127.0.0.1:0\nstock: {}\nrisk: {}\n", stock.url, risk.url);
    let values = app.write("ports.yaml", &values);
    let mut command = dataway(&["run", &app.0.to_string_lossy(), "--values", &values.to_string_lossy()]);
    let running = Running::start({
        command.env("DATAWAY_SECRET_SHOP", "open-sesame");
        command
    });
    let order = app.read("samples/order.json").unwrap();
    let send = |body: &str| ask(running.address("api"), "POST", "/api/orders", &[AUTHORIZATION, JSON], body);

    assert_eq!(send(&order), (201, r#"{"id":"o-1","state":"accepted"}"#.to_owned()));
    let asked = stock.seen().pop().unwrap();
    assert_eq!((&*asked.method, &*asked.path), ("POST", "/check"));
    assert!(asked.body.contains(r#""sku":"PEN-BLUE""#), "{}", asked.body);
    assert_eq!(risk.seen().pop().unwrap().path, "/score?customer=c-1");

    let (status, body) = send(&order);
    assert_eq!((status, &*body), (409, r#"{"error":"ORDER:DUPLICATE","detail":"order o-1 exists"}"#));
    let risky = order.replace("o-1", "o-2").replace("c-1", "c-9");
    assert_eq!(send(&risky), (202, r#"{"id":"o-2","state":"review"}"#.to_owned()));
    let (status, body) = send(r#"{"id": "o-3"}"#);
    assert!(status == 400 && body.contains("VALIDATION:INVALID"), "{status} {body}");
    let (status, body) = ask(running.address("api"), "POST", "/api/orders", &[JSON], &order);
    assert!(status == 401 && body.contains("HTTP:LISTENER_AUTHENTICATION_REQUIRED"), "{status} {body}");

    stock.stop();
    let (status, body) = send(&order.replace("o-1", "o-4"));
    assert!(status == 500 && body.contains(r#""error":"HTTP:CONNECT""#), "{status} {body}");
    assert_eq!(running.stop(), Some(0));
    let errors = logs(&app.0, "ERROR");
    assert!(errors.contains("HTTP:CONNECT") && errors.contains("ask-stock"), "{errors}");
    assert!(errors.contains("ORDER:DUPLICATE") && errors.contains("VALIDATION:INVALID"), "{errors}");
    assert!(logs(&app.0, "WARN").contains("please review o-2"));
}

#[test]
fn catalogue_sync_converts_files_and_puts_aside_what_it_cannot_read() {
    let app = Folder::example("catalogue-sync");
    app.write("data/in/spring.csv", &app.read("samples/catalogue.csv").unwrap());
    app.write("data/in/torn.csv", "sku,name\n1,a\n");
    let path = app.0.to_string_lossy().into_owned();
    let run = || said(&dataway(&["run", &path, "--flow", "sync-catalogue"]).output().unwrap());
    assert_eq!(run().0, Some(0));
    let xml = app.read("data/out/spring.xml").unwrap();
    assert!(xml.contains(r#"<catalogue count="2">"#) && xml.contains("Blue pen"), "{xml}");
    assert!(app.read("data/in/done/spring.csv").is_some() && app.read("data/in/failed/torn.csv").is_some());
    assert!(app.read("data/out/torn.xml").is_none());
    let errors = logs(&app.0, "ERROR");
    assert!(errors.contains("torn.csv: KeyError"), "{errors}");

    // Without its folder the app does not start.
    std::fs::remove_dir_all(app.0.join("data/in")).unwrap();
    let (code, _, error) = run();
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("configuration inbox"), "{error}");
}

#[test]
fn webhook_fanout_delivers_and_keeps_what_it_cannot_deliver() {
    let app = Folder::example("webhook-fanout");
    let (crm, mailer) = (Service::start(|_| (204, String::new())), Service::start(|_| (202, String::new())));
    let mut warehouse = Service::start(|_| (200, "{}".to_owned()));
    let values =
        format!("listen: 127.0.0.1:0\ncrm: {}\nwarehouse: {}\nmailer: {}\n", crm.url, warehouse.url, mailer.url);
    let values = app.write("ports.yaml", &values);
    let start = || Running::start(dataway(&["run", &app.0.to_string_lossy(), "--values", &values.to_string_lossy()]));
    let event = app.read("samples/event.json").unwrap();
    let signature = format!("X-Signature: {}", app.read("samples/event.signature").unwrap().trim());
    let send = |running: &Running, body: &str| {
        ask(running.address("hooks"), "POST", "/hooks/events", &[JSON, &signature], body)
    };

    let running = start();
    assert_eq!(send(&running, &event), (202, r#"{"event":"evt-1001","state":"accepted"}"#.to_owned()));
    wait("the mail", || mailer.seen().pop());
    let put = wait("the delivery", || warehouse.seen().pop());
    assert_eq!((&*put.method, &*put.path, &put.body), ("PUT", "/events/evt-1001", &event));
    wait("the other delivery", || crm.seen().pop());
    assert_eq!(send(&running, &event), (200, r#"{"event":"evt-1001","state":"duplicate"}"#.to_owned()));
    let (status, body) = send(&running, &event.replace("12.50", "0.50"));
    assert!(status == 401 && body.contains("SIGNATURE:INVALID"), "{status} {body}");
    // What was accepted is delivered before the app ends.
    assert_eq!(running.stop(), Some(0));

    warehouse.stop();
    // A restart forgets which events were seen.
    let running = start();
    assert_eq!(send(&running, &event).0, 202);
    let letter = wait("the dead letter", || app.read("data/dead-letters/evt-1001-warehouse.json"));
    assert!(letter.contains(r#""Code":"HTTP:CONNECT""#) && letter.contains(r#""id":"evt-1001""#), "{letter}");
    assert_eq!(running.stop(), Some(0));
    assert_eq!(crm.seen().len(), 2);
    let errors = logs(&app.0, "ERROR");
    assert!(errors.contains("event evt-1001 not delivered to warehouse: HTTP:CONNECT"), "{errors}");
    assert!(logs(&app.0, "WARN").contains("retry 3 of 3 in 1s after HTTP:CONNECT"));
}

#[test]
fn nightly_export_uploads_each_order_once() {
    let app = Folder::example("nightly-export");
    let mut partner = Service::start(|_| (201, String::new()));
    let values = app.write("ports.yaml", &format!("partner: {}\n", partner.url));
    let path = app.0.to_string_lossy().into_owned();
    let run = |flow: &str| {
        let mut command = dataway(&["run", &path, "--flow", flow, "--values", &values.to_string_lossy()]);
        said(&command.env("DATAWAY_SECRET_PARTNER", "open-sesame").output().unwrap())
    };
    let added = run("add-samples");
    assert_eq!((added.0, &*added.1), (Some(0), "{\"rowsAffected\":3,\"failed\":[]}\n"), "{added:?}");
    let exported = run("nightly-export");
    assert_eq!((exported.0, &*exported.1), (Some(0), "{\"count\":3,\"first\":1001,\"last\":1003}\n"), "{exported:?}");
    let upload = partner.seen().pop().unwrap();
    assert_eq!((&*upload.method, &*upload.path), ("PUT", "/exports/orders-1001-1003.csv"));
    assert_eq!(
        upload.body,
        "order,customer,cents,day\r\n1001,\"Ada, London\",1250,2026-03-02\r\n1002,Grace,700,2026-03-02\r\n1003,林,11025,2026-03-02\r\n"
    );
    let head = upload.head.to_lowercase();
    assert!(
        head.contains("authorization: bearer open-sesame") && head.contains("content-type: application/csv"),
        "{head}"
    );
    assert_eq!(run("nightly-export").1, "{\"count\":0}\n");
    assert_eq!(partner.seen().len(), 1);

    // The partner is gone: the run fails, and the next one begins with the same orders.
    std::fs::remove_dir_all(app.0.join(".dataway")).unwrap();
    partner.stop();
    let (code, _, error) = run("nightly-export");
    assert!(code == Some(1) && error.starts_with("HTTP:CONNECT: "), "{code:?} {error}");
    assert!(error.contains("flow nightly-export, step upload (http-request)"), "{error}");
    let errors = logs(&app.0, "ERROR");
    assert!(
        errors.contains("HTTP:CONNECT") && errors.contains("upload") && !errors.contains("open-sesame"),
        "{errors}"
    );

    // The database is no database.
    app.write("data/shop.db", "this is no database file, and never was one");
    let (code, _, error) = run("nightly-export");
    assert!(code == Some(1) && error.starts_with("DB:"), "{code:?} {error}");
    assert!(error.contains("flow nightly-export, step read-orders (database.query)"), "{error}");
}

#[test]
fn tests_have_exit_codes_and_reports() {
    let app = Folder::new("exit");
    app.write("app.yaml", "name: exit\nversion: 1.0.0\n");
    app.write("flows/a.yaml", "name: a\nsteps:\n  - id: set\n    set-payload: 1\n");
    app.write(
        "tests/a.yaml",
        "suite: s\ntests:\n  - {name: good, flow: a, expect: {payload: 1}}\n  - {name: bad <&>, flow: a, expect: {payload: 2}}\n",
    );
    let path = app.0.to_string_lossy().into_owned();
    let report = app.0.join("report.xml");
    let test = |arguments: &[&str]| said(&dataway(&[&["test", &path], arguments].concat()).output().unwrap());
    let (code, out, error) = test(&["--junit", &report.to_string_lossy()]);
    assert_eq!((code, &*error), (Some(1), ""), "{out}");
    assert!(out.contains("FAIL  bad <&>") && out.contains("payload: expected 2, got 1"), "{out}");
    assert!(out.contains("2 tests: 1 passed, 1 failed"), "{out}");
    assert!(!out.contains('\u{1b}'), "{out}");
    // What the steps of a failed case were given and gave is told when somebody asks.
    assert!(!out.contains("step a/set"), "{out}");
    let (_, out, _) = test(&["--trace", "payloads"]);
    let told = "note: step a/set (set-payload) got payload <NoneType>, ";
    assert!(out.matches(told).count() == 1 && out.contains(" and gave payload 1, "), "{out}");
    let xml = std::fs::read_to_string(report).unwrap();
    assert!(xml.contains(r#"<testcase classname="s" name="good""#), "{xml}");
    assert!(xml.contains(r#"<failure message="payload: expected 2, got 1">"#), "{xml}");
    let (code, out, _) = test(&["--suite", "s", "--test", "good", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &json["passed"], &json["coverage"]["percent"]), (Some(0), &1.into(), &100.0.into()), "{out}");
    for (arguments, expected, message) in [
        (&["--suite", "none"][..], 2, "there is no test suite `none`; the app has `s`"),
        (&["--test", "none"], 2, "there is no test `none`"),
        (&["--jobs", "0"], 2, "--jobs"),
        (&["--min-coverage", "120"], 2, "write a number from 0 to 100"),
        (&["--junit", "/nowhere/at/all.xml"], 2, "cannot write /nowhere/at/all.xml"),
    ] {
        let (code, _, error) = test(arguments);
        assert!(code == Some(expected) && error.contains(message), "{arguments:?} {code:?} {error}");
    }
    app.write("flows/b.yaml", "name: b\nsteps: [{logger: x}]\n");
    let (code, out, error) = test(&["--test", "good", "--min-coverage", "51"]);
    assert!(code == Some(1) && error.contains("executed 50.0 % of the steps and branches, not 51 %"), "{error}");
    assert!(out.contains("not executed: 1 (logger)"), "{out}");
    app.write("flows/c.yaml", "name: c\nsteps: [{loger: x}]\n");
    let (code, _, error) = test(&[]);
    assert!(code == Some(1) && error.contains("FLW002"), "{error}");
}

#[test]
fn connections_are_tried_when_somebody_asks() {
    let app = Folder::new("connections");
    let configs = "configs:\n  up: {type: http-request, base-url: 'http://127.0.0.1:1'}\n  memory: {type: database, engine: sqlite, path: ':memory:'}\n";
    app.write("app.yaml", &format!("name: reach\nversion: 1.0.0\n{configs}"));
    app.write("flows/a.yaml", "name: a\nsteps: []\n");
    let path = app.0.to_string_lossy().into_owned();
    let check = |arguments: &[&str]| said(&dataway(&[&["check", &path], arguments].concat()).output().unwrap());
    assert_eq!(check(&[]).0, Some(0));
    let (code, _, error) = check(&["--connections", "--format", "json"]);
    assert_eq!((code, error.matches(r#""code":"APP020""#).count()), (Some(1), 1), "{error}");
    assert!(error.contains("the configuration `up` cannot be reached: HTTP:CONNECT"), "{error}");
    let (code, _, error) = check(&["--connections", "--no-secrets"]);
    assert!(code == Some(2) && error.contains("cannot be used with"), "{error}");
}
