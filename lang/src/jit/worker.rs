//! When and where compilation happens: in the background, one thread for the process, so that no message waits for it.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, OnceLock};

use super::compile::{compile as generate, refusal};
use super::native::Mode;
use super::types::Ty;
use super::unit::{Callee, Key, Progress, Version};
use crate::code::Unit;

/// What is to be compiled.
pub struct Job {
    /// The unit.
    pub unit: Arc<Unit>,
    /// Number of the code.
    pub code: u32,
    /// The entry.
    pub key: Key,
    /// What the registers hold there.
    pub entry: Vec<Ty>,
    /// For what runs.
    pub mode: Mode,
}

/// What the compiler's thread is asked for.
enum Order {
    Compile(Job),
    /// To say when it comes to this order.
    Tell(Sender<()>),
}

fn queue() -> Option<&'static Sender<Order>> {
    static QUEUE: OnceLock<Option<Sender<Order>>> = OnceLock::new();
    let queue = QUEUE.get_or_init(|| {
        let (sender, receiver) = channel::<Order>();
        let work = move || {
            for order in receiver {
                match order {
                    Order::Compile(job) => drop(compile(&job)),
                    // Whoever asked may be gone.
                    Order::Tell(asking) => drop(asking.send(())),
                }
            }
        };
        let started = std::thread::Builder::new().name("dataway-jit".to_owned()).stack_size(8 << 20).spawn(work);
        started.ok().map(|_| sender)
    });
    queue.as_ref()
}

/// Has a job done in the background.
pub fn enqueue(job: Job) {
    // Without a thread the program stays interpreted.
    if let Some(queue) = queue() {
        let _ = queue.send(Order::Compile(job));
    }
}

/// Waits until everything is compiled that the background was asked for until now.
pub fn wait() {
    let (sender, receiver) = channel();
    if queue().is_some_and(|queue| queue.send(Order::Tell(sender)).is_ok()) {
        // It fails if the thread has ended: then nothing is to be waited for.
        let _ = receiver.recv();
    }
}

/// Does a job now and publishes the result.
pub fn compile(job: &Job) -> Option<Arc<Version>> {
    let under_way = RefCell::new(vec![job.code]);
    attempt(&job.unit, job.code, job.key, job.entry.clone(), job.mode, &under_way)
}

/// Callees that are compiled on the way, one inside the other.
const DEEPEST: usize = 8;

fn attempt(
    unit: &Arc<Unit>,
    code: u32,
    key: Key,
    entry: Vec<Ty>,
    mode: Mode,
    under_way: &RefCell<Vec<u32>>,
) -> Option<Arc<Version>> {
    let tier = unit.tier.code(code)?;
    let entry = tier.widen(key, entry);
    let resolve = |callee: u32, args: &[Ty]| {
        let known = unit.tier.code(callee)?.progress().get(&Key::START).cloned();
        let version = match known {
            Some(Progress::Ready(version)) => Some(version),
            Some(Progress::Refused(_)) => None,
            Some(Progress::Queued) | None => {
                if under_way.borrow().contains(&callee) || under_way.borrow().len() >= DEEPEST {
                    return None;
                }
                under_way.borrow_mut().push(callee);
                let entry = args.iter().map(|ty| if ty.is_virtual() { Ty::Any } else { *ty }).collect();
                let made = attempt(unit, callee, Key::START, entry, mode, under_way);
                under_way.borrow_mut().pop();
                made
            }
        };
        version.filter(|version| version.direct).map(Callee::Other)
    };
    // A defect of the code generator must not take the process down: the program stays interpreted.
    let made = catch_unwind(AssertUnwindSafe(|| generate(unit, code, key, entry, mode, &resolve)));
    match made.unwrap_or_else(|_| Err("the code generator failed".to_owned())) {
        Ok(version) => {
            unit.tier.publish(&version);
            Some(version)
        }
        Err(reason) => {
            if cfg!(debug_assertions) && unit.codes.get(code as usize).is_some_and(|c| refusal(c, key).is_none()) {
                panic!("code {code}: {reason}");
            }
            tier.progress().insert(key, Progress::Refused(reason));
            None
        }
    }
}
