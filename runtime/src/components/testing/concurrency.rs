//! Runs among others: async, limits, queues, cancellation, shutdown, slow scripts, defects.

use std::time::{Duration, SystemTime};

use super::{App, flow, input, is, json};
use crate::engine::{BoxFuture, Clock, Hooks, Level, Request, Run, Step, StepEnd, Steps};
use crate::message::Message;

fn code(result: Result<Message, crate::message::Failure>) -> String {
    result.map_or_else(|failure| failure.fault.code.to_string(), |_| "none".to_owned())
}

#[tokio::test]
async fn async_steps_are_runs_of_their_own() {
    let steps = "- set-variable: {name: a, value: 1}\n- async:\n    steps:\n      - sleep: 1h\n      - set-variable: {name: a, value: 2}\n      - logger: \"#[str(msg.vars['a']) + ' ' + str(msg.payload)]\"\n      - raise-error: {type: A, description: only logged}\n- set-payload: \"#[msg.vars['a']]\"";
    let app = App::of_steps(steps);
    let ended = app.run(input(json("7"))).await;
    is(ended.result.unwrap().payload(), "1");
    app.runtime.drained().await;
    let events = app.events().await;
    assert!(events.iter().any(|event| event.content == "2 7" && event.job != ended.job));
    let record = app.records().pop().unwrap();
    assert_eq!((record.run.parent.as_deref(), record.run.trigger), (Some(&*ended.job), "async"));
    assert_eq!(record.error.as_ref().map(|error| error.code.as_str()), Some("A"));
}

#[tokio::test]
async fn nested_async_does_not_wait_for_itself() {
    let steps = "- async: {steps: [{async: {steps: []}}]}";
    let app = App::with(&flow(steps), |settings| settings.async_max = 1);
    app.run(Message::default()).await.result.unwrap();
    app.runtime.drained().await;
    assert!(app.events().await.iter().any(|event| event.code == "CORE:LIMIT_ASYNC"));
}

#[tokio::test]
async fn a_run_ends_at_its_limits_and_nothing_catches_that() {
    let around = |steps: &str| {
        format!("- try:\n    steps: [{steps}]\n    catch: [{{type: ANY, steps: [{{set-payload: caught}}]}}]")
    };
    let spin = around("{while: {condition: \"#[True]\", steps: [{while: {condition: \"#[True]\", steps: []}}]}}");
    let app = App::with(&flow(&spin), |settings| settings.max_steps = 50);
    assert_eq!(code(app.run(Message::default()).await.result), "CORE:LIMIT_STEPS");
    let grow = around(
        "{for-each: {collection: 100, steps: [{set-variable: {name: l, value: \"#[msg.vars.get('l', []) + ['x' * 100000 + str(msg.payload)]]\"}}]}}",
    );
    let app = App::with(&flow(&grow), |settings| settings.memory = 1 << 20);
    assert_eq!(code(app.run(Message::default()).await.result), "CORE:LIMIT_MEMORY");
    let sleep = around("{sleep: 10m}");
    let app = App::new(&flow(&sleep).replace("steps:\n  - try", "timeout: 60\nsteps:\n  - try"));
    assert_eq!(code(app.run(Message::default()).await.result), "CORE:RUN_TIMEOUT");
}

#[tokio::test]
async fn memory_is_given_back() {
    let steps = "- for-each:\n    collection: 200\n    steps:\n      - set-payload: \"#['x' * 100000]\"\n      - parallel-for-each: {collection: 2, steps: [{set-payload: \"#['y' * 100000]\"}]}";
    let app = App::with(&flow(steps), |settings| settings.memory = 1 << 20);
    assert_eq!(code(app.run(Message::default()).await.result), "none");
}

#[tokio::test]
async fn the_queue_is_bounded_and_in_order() {
    let flows = "name: main\nmax-concurrency: 1\nqueue: 2\nsteps: [{logger: \"#[str(msg.payload)]\"}, {sleep: 1s}]";
    let app = App::new(flows);
    let flow = app.runtime.flow("main").unwrap().clone();
    let start = |n: i64| app.runtime.run(Request { flow: flow.clone(), trigger: "test", message: input(n.into()) });
    let (a, b, c, d) = tokio::join!(start(1), start(2), start(3), start(4));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(&*d.unwrap_err().code, "CORE:QUEUE_FULL");
    let events = app.events().await;
    let said: Vec<_> =
        events.iter().filter(|event| !event.category.is_empty()).map(|event| event.content.clone()).collect();
    assert_eq!(said, ["1", "2", "3"]);
}

#[tokio::test]
async fn cancelling_ends_what_waits() {
    let steps = "- try:\n    steps: [{synchronized: {lock: l, steps: [{sleep: 1h}]}}]\n    catch: [{type: ANY}]";
    let app = App::on(Clock::real(), &flow(steps), |_| {});
    let run = app.run(input(json("1")));
    let cancel = async {
        loop {
            tokio::task::yield_now().await;
            if let Some(job) = app.runtime.jobs().first() {
                assert!(app.runtime.cancel(job.id()));
                return;
            }
        }
    };
    let (ended, ()) = tokio::join!(run, cancel);
    let failure = ended.result.unwrap_err();
    assert_eq!(&*failure.fault.code, "CORE:CANCELLED");
    is(failure.message.payload(), "1");
    assert!(!app.runtime.cancel(&ended.job));
    let _free = app.runtime.locks().lock(&"l".into()).await;
}

#[tokio::test]
async fn a_shutdown_lets_runs_end_and_cancels_the_rest() {
    let steps = "- sleep: \"#[msg.payload]\"";
    let app = App::on(Clock::real(), &flow(steps), |settings| settings.drain = Duration::from_secs(1));
    let (short, long) = (app.run(input(json("1"))), app.run(input(json("3600000"))));
    let stop = async {
        while app.runtime.jobs().len() < 2 {
            tokio::task::yield_now().await;
        }
        app.runtime.shutdown().await;
    };
    let (short, long, ()) = tokio::join!(short, long, stop);
    assert_eq!((code(short.result), code(long.result)), ("none".to_owned(), "CORE:SHUTDOWN".to_owned()));
    let flow = app.runtime.flow("main").unwrap().clone();
    let late = app.runtime.run(Request { flow, trigger: "test", message: Message::default() }).await;
    assert_eq!(&*late.unwrap_err().code, "CORE:SHUTDOWN");
    assert!(app.runtime.jobs().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scripts_without_end_are_stopped_while_others_go_on() {
    let steps = "- choice:\n    - when: \"#[msg.payload == 1]\"\n      steps: [{set-payload: {expr: \"#[sum(x for x in range(10 ** 12))]\", as: int}}]\n    - when: \"#[msg.payload == 2]\"\n      steps: [{set-payload: \"#['x' * 10 ** 9]\"}]\n    \
                 - when: \"#[msg.payload == 3]\"\n      steps: [{set-payload: \"#[msg.payload + 1]\"}]";
    let app = App::on(Clock::real(), &flow(steps), |settings| {
        settings.script_time = Duration::from_secs(1);
        settings.log_level = Level::Error;
    });
    let mut runs = tokio::task::JoinSet::new();
    let flow = app.runtime.flow("main").unwrap().clone();
    for n in 0..104i64 {
        let (runtime, flow) = (app.runtime.clone(), flow.clone());
        let payload = if n < 4 { n % 2 + 1 } else { 3 };
        runs.spawn(async move {
            let request = Request { flow, trigger: "test", message: input(payload.into()) };
            (payload, code(runtime.run(request).await.unwrap().result))
        });
    }
    while let Some(ended) = runs.join_next().await {
        let (payload, code) = ended.unwrap();
        let expected = ["DATAWAY:LIMIT_TIME", "DATAWAY:LIMIT_MEMORY", "none"][payload as usize - 1];
        assert_eq!(code, expected);
    }
}

#[tokio::test]
async fn the_clock_of_scripts_is_the_apps() {
    let steps = "- sleep: 1h\n- set-payload: \"#[datetime.datetime.now(datetime.timezone.utc).year]\"";
    let app = App::on(Clock::virtual_from(SystemTime::UNIX_EPOCH), &flow(steps), |_| {});
    is(app.run(Message::default()).await.result.unwrap().payload(), "1970");
}

/// Takes the place of the step `mocked`, and panics at the step `broken`.
struct Watch;

impl Hooks for Watch {
    fn before<'a>(&'a self, _: &'a Run, step: &'a Step, message: &'a Message) -> BoxFuture<'a, Option<StepEnd>> {
        assert_ne!(&*step.id, "broken", "a defect");
        let mocked = (&*step.id == "mocked").then(|| StepEnd::Next(message.clone().with_payload("mock".into())));
        Box::pin(std::future::ready(mocked))
    }

    fn after(&self, _: &Run, _: &Step, _: &Message, _: &StepEnd, _: Duration) {}

    fn entered(&self, _: &Run, _: &Steps) {}
}

#[tokio::test]
async fn steps_can_be_mocked_and_a_defect_fails_its_run_alone() {
    let steps = "- id: mocked\n  raise-error: {type: A, description: x}\n- choice:\n    - when: \"#[msg.vars['kept'] == 2]\"\n      steps:\n        \
                 - scatter-gather: {branches: [{steps: [{id: broken, set-payload: 1}]}]}";
    let app = App::watched(&flow(steps), Box::new(Watch));
    is(app.run(input(json("1"))).await.result.unwrap().payload(), "\"mock\"");
    let broken = Message::new(json("1"), json("{}"), json(r#"{"kept": 2}"#));
    let failure = app.run(broken).await.result.unwrap_err();
    assert_eq!(&*failure.fault.code, "CORE:INTERNAL");
    assert!(app.runtime.jobs().is_empty());
    is(app.run(input(json("1"))).await.result.unwrap().payload(), "\"mock\"");
}
