//! What a unit knows of its compiled forms: shared by all threads that run it.

use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use cranelift_jit::JITModule;

use super::abi::{Adapter, Body};
use super::seen::Seen;
use super::types::Ty;
use crate::code::{Code, Reg, Target};

/// Where compiled code is entered: at a function's beginning or at the head of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(u32);

impl Key {
    /// The function's beginning.
    pub const START: Key = Key(u32::MAX);

    /// The loop that begins at this instruction.
    #[must_use]
    pub fn at(target: Target) -> Key {
        Key(target)
    }

    /// The instruction.
    #[must_use]
    pub fn instruction(self) -> usize {
        if self == Key::START { 0 } else { self.0 as usize }
    }
}

/// Why compiled code leaves for the interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Something else came than was expected: a version that is left often for this is given up.
    Mistake,
    /// As before, but the instruction is done, and this register holds what it gave.
    Surprise(Reg),
    /// It was to be left here from the beginning.
    Course,
    /// The exception that is pending is raised by the instruction before.
    Raised,
}

impl Reason {
    /// Whether something was expected that was not so.
    #[must_use]
    pub fn is_mistake(self) -> bool {
        matches!(self, Reason::Mistake | Reason::Surprise(_))
    }
}

/// Why and in which state compiled code leaves for the interpreter.
#[derive(Debug, Clone)]
pub struct ExitPoint {
    /// The instruction to go on with.
    pub pc: u32,
    /// Why.
    pub reason: Reason,
    /// What every register holds, and where its machine words were written if it takes more than its slot.
    pub state: Vec<Ty>,
}

/// A place where a generator's code is suspended: what is in its frame then is as compiled code left it.
#[derive(Debug, Clone)]
pub struct YieldPoint {
    /// Where the interpreter would go on, and what the registers hold.
    pub point: ExitPoint,
    /// The register that receives what is sent in; [`NO_REG`](crate::code::NO_REG) if nobody reads it.
    pub receiver: Reg,
    /// Whether it waits for a delegate (`yield from`).
    pub delegating: bool,
}

/// Where the compiled code of a generator is suspended.
#[derive(Debug, Clone, Copy)]
pub struct Suspension {
    /// The version, which lives as long as its unit.
    pub version: NonNull<Version>,
    /// The number of the [`YieldPoint`], from one on.
    pub point: u64,
}

/// The finished code of a [`Version`].
pub struct Compiled {
    /// Takes the arguments in machine registers.
    pub body: Body,
    /// Takes them from memory.
    pub adapter: Adapter,
    /// The places where it leaves.
    pub exits: Vec<ExitPoint>,
    /// Where it is suspended, if it is a generator's.
    pub yields: Vec<YieldPoint>,
    /// For each register the first of its places beyond the slots, if it has any.
    pub extra: Vec<Option<u16>>,
    /// How many places the frame of a generator must have, those beyond its registers included.
    pub places: usize,
    /// What was decided, for reports: instruction and text.
    pub notes: Vec<(usize, String)>,
    /// Size of the code in bytes.
    pub size: u32,
    /// The versions that it calls directly.
    pub callees: Vec<Arc<Version>>,
    memory: Option<JITModule>,
}

impl Compiled {
    /// Code that lives in `memory`.
    pub fn new(body: Body, adapter: Adapter, memory: JITModule) -> Compiled {
        Compiled {
            body,
            adapter,
            exits: Vec::new(),
            yields: Vec::new(),
            extra: Vec::new(),
            places: 0,
            notes: Vec::new(),
            size: 0,
            callees: Vec::new(),
            memory: Some(memory),
        }
    }

    /// What is known of a generator that this code suspended.
    pub fn suspended(&self, suspension: Suspension) -> Option<&YieldPoint> {
        self.yields.get(usize::try_from(suspension.point).ok()?.checked_sub(1)?)
    }
}

/// One compiled form of a code: from one entry, for certain types of the registers there.
pub struct Version {
    /// Number of the code.
    pub code: u32,
    /// The entry.
    pub key: Key,
    /// What the registers hold at the entry.
    pub entry: Vec<Ty>,
    /// How many registers hold something at the entry: for a function's beginning its parameters.
    pub arity: usize,
    /// Whether other compiled code may call it without a frame.
    pub direct: bool,
    /// Whether the words of every register at the entry are those of its value.
    pub is_plain: bool,
    /// Whether these may be any values.
    pub takes_any: bool,
    /// How often it left for the interpreter where it had expected something else.
    pub exits: AtomicU32,
    /// How often it was to be entered with other types.
    pub misses: AtomicU32,
    /// Whether a better form is to be looked for.
    pub retired: AtomicBool,
    done: OnceLock<Compiled>,
}

#[allow(unsafe_code)]
// SAFETY: after compilation everything is immutable but atomics. The memory that holds the code is only touched again
// when the version is dropped.
unsafe impl Send for Version {}
#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl Sync for Version {}

impl Version {
    /// A version that is about to be compiled; its address stays.
    pub fn begin(code: u32, key: Key, entry: Vec<Ty>, direct: bool) -> Arc<Version> {
        let arity = entry.iter().rposition(|ty| *ty != Ty::Unbound).map_or(0, |last| last + 1);
        let is_plain = entry[..arity].iter().all(|ty| ty.in_memory() && !ty.is_virtual());
        let takes_any = entry[..arity].iter().all(|ty| *ty == Ty::Any);
        Arc::new(Version {
            code,
            key,
            entry,
            arity,
            direct,
            is_plain,
            takes_any,
            exits: AtomicU32::new(0),
            misses: AtomicU32::new(0),
            retired: AtomicBool::new(false),
            done: OnceLock::new(),
        })
    }

    /// Puts the finished code in.
    pub fn finish(&self, compiled: Compiled) {
        let fresh = self.done.set(compiled).is_ok();
        debug_assert!(fresh, "compiled once");
    }

    /// The versions that it calls directly.
    pub fn callees(&self) -> impl Iterator<Item = &Arc<Version>> {
        self.compiled().into_iter().flat_map(|compiled| &compiled.callees)
    }

    /// The finished code.
    pub fn compiled(&self) -> Option<&Compiled> {
        self.done.get()
    }
}

impl Drop for Version {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        if let Some(memory) = self.done.get_mut().and_then(|done| done.memory.take()) {
            // SAFETY: versions live as long as their unit, and whoever runs code of a unit holds the unit.
            unsafe { memory.free_memory() };
        }
    }
}

impl std::fmt::Debug for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "version of code {} at {:?}", self.code, self.key)
    }
}

/// Whom a direct call calls.
#[derive(Debug, Clone)]
pub enum Callee {
    /// The function that is being compiled, with these types of its parameters.
    Own(Vec<Ty>),
    /// A compiled function.
    Other(Arc<Version>),
}

impl Callee {
    /// The types of the parameters.
    pub fn params(&self) -> &[Ty] {
        match self {
            Callee::Own(params) => params,
            Callee::Other(version) => &version.entry,
        }
    }

    /// Whether it can be called with arguments of these types, perhaps after a guard.
    pub fn accepts(&self, args: &[Ty]) -> bool {
        args.iter().zip(self.params()).all(|(arg, param)| {
            !arg.is_virtual() && (arg == param || *param == Ty::Any || (*arg == Ty::Any && *param != Ty::Unbound))
        })
    }
}

/// How far the compilation for one entry is.
#[derive(Debug, Clone)]
pub enum Progress {
    /// It waits for the compiler, or is there.
    Queued,
    /// It is there.
    Ready(Arc<Version>),
    /// It cannot be, and why.
    Refused(String),
}

/// What became of one code.
#[derive(Debug, Default)]
pub struct CodeTier {
    seen: Box<[Seen]>,
    progress: Mutex<HashMap<Key, Progress>>,
    /// How often a version was given up.
    pub generations: AtomicU32,
    /// For what types each entry was compiled before, taken together.
    widened: Mutex<HashMap<Key, Vec<Ty>>>,
}

impl CodeTier {
    /// The compilations, by entry.
    pub fn progress(&self) -> MutexGuard<'_, HashMap<Key, Progress>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether compiled code may still leave where nothing was executed before.
    pub fn may_leave_unseen(&self) -> bool {
        self.generations.load(Ordering::Relaxed) < MOST_UNSEEN
    }

    /// Whether some of it is machine code now.
    #[must_use]
    pub fn is_compiled(&self) -> bool {
        self.progress().values().any(|progress| matches!(progress, Progress::Ready(_)))
    }

    /// The types for the next version of an entry: those of just now together with those of the versions before, so that
    /// an entry of changing types ends with a version that takes them all.
    pub fn widen(&self, key: Key, now: Vec<Ty>) -> Vec<Ty> {
        let mut widened = self.widened.lock().unwrap_or_else(PoisonError::into_inner);
        let joined = match widened.get(&key) {
            Some(before) if before.len() == now.len() => {
                before.iter().zip(&now).map(|(old, new)| old.join(*new)).collect()
            }
            _ => now,
        };
        widened.insert(key, joined.clone());
        joined
    }
}

/// What a unit knows of its compiled forms.
#[derive(Debug, Default)]
pub struct Tier {
    codes: Vec<CodeTier>,
    /// Every version ever made: others may call it as long as the unit lives.
    kept: Mutex<Vec<Arc<Version>>>,
}

impl Tier {
    /// For these codes.
    #[must_use]
    pub fn new(codes: &[Code]) -> Tier {
        let tiers = codes.iter().map(|code| CodeTier {
            seen: code.instrs.iter().map(|_| Seen::default()).collect(),
            ..CodeTier::default()
        });
        Tier { codes: tiers.collect(), kept: Mutex::default() }
    }

    /// What was seen in code number `n`, by instruction.
    #[inline]
    #[must_use]
    pub fn seen(&self, n: u32) -> &[Seen] {
        self.codes.get(n as usize).map_or(&[], |code| &code.seen)
    }

    /// Code number `n`.
    pub fn code(&self, n: u32) -> Option<&CodeTier> {
        self.codes.get(n as usize)
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Arc<Version>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a version for the life of the unit and makes it the one for its entry.
    pub fn publish(&self, version: &Arc<Version>) {
        self.kept().push(Arc::clone(version));
        if let Some(code) = self.code(version.code) {
            code.progress().insert(version.key, Progress::Ready(Arc::clone(version)));
        }
        // A callee may have been given up meanwhile.
        if version.callees().any(|callee| callee.retired.load(Ordering::SeqCst)) {
            self.replace(version);
        }
    }

    /// Gives a version up that is as good as ever, but calls one that was given up; and so on with those that call it.
    fn replace(&self, version: &Version) {
        if version.retired.swap(true, Ordering::SeqCst) {
            return;
        }
        if let Some(code) = self.code(version.code) {
            code.progress().remove(&version.key);
        }
        self.replace_callers(version);
    }

    /// Gives the versions up that call this one directly: they would go on doing that.
    fn replace_callers(&self, version: &Version) {
        let is_caller = |caller: &&Arc<Version>| caller.callees().any(|callee| std::ptr::eq(&**callee, version));
        let callers: Vec<Arc<Version>> = self.kept().iter().filter(is_caller).cloned().collect();
        for caller in callers {
            self.replace(&caller);
        }
    }

    /// Gives a version up: the next one for its entry is made from what was seen until then.
    pub fn retire(&self, version: &Version) {
        if version.retired.swap(true, Ordering::SeqCst) {
            return;
        }
        self.replace_callers(version);
        if let Some(code) = self.code(version.code) {
            let generation = code.generations.fetch_add(1, Ordering::Relaxed);
            let mut progress = code.progress();
            if generation >= MOST_GENERATIONS {
                let reason = "its assumptions failed too often".to_owned();
                progress.insert(version.key, Progress::Refused(reason));
            } else {
                progress.remove(&version.key);
            }
        }
    }
}

/// How often the versions of one code may be given up.
const MOST_GENERATIONS: u32 = 40;
/// How often they may be given up until what was never executed is compiled all the same.
const MOST_UNSEEN: u32 = 8;
