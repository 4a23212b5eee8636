//! A unit made ready for one thread, and a module: one run of it.
//!
//! Constants become values of the thread's heap once per thread and unit; a [`Module`] adds the global variables of a run.
//! Where every run would begin with the same variables, the thread keeps the module too.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::builtins;
use crate::code::{Code, Constant, Instr, Unit};
use crate::jit::Warmth;
use crate::value::{Builtin, FieldCache, Guarded, HVec, R, Ref, Shape, Tuple, TypeDesc, Value, heap};

/// A constant as the machine uses it.
pub struct Loaded {
    /// The value; a tuple of strings for `Names`.
    pub value: Value,
    /// The hash of a string constant.
    pub hash: u64,
    /// The shape of a `Names` constant.
    pub shape: Option<Ref<Shape>>,
}

/// A unit with its constants as values.
pub struct Image {
    /// The unit.
    pub unit: Arc<Unit>,
    /// Its constants.
    pub constants: Vec<Loaded>,
    /// For each name the method that a look-up of it found last, and in which type.
    pub methods: Vec<Cell<Option<(&'static TypeDesc, &'static Builtin)>>>,
    /// For each instruction of the unit the inline cache of a constant key; only `GetItemConst` uses it.
    pub fields: Vec<FieldCache>,
    /// For each code the number of its first instruction among all of the unit, and what is known of its compiled forms.
    codes: Vec<(usize, Warmth)>,
}

fn load(constant: &Constant) -> Value {
    match constant {
        Constant::None => Value::None,
        Constant::Bool(b) => Value::Bool(*b),
        Constant::Ellipsis => Value::Ellipsis,
        Constant::Int(n) => Value::Int(*n),
        Constant::BigInt(n) => Value::big(n.clone()),
        Constant::Float(x) => Value::Float(*x),
        Constant::Str(text) => Value::text(text),
        Constant::Bytes(bytes) => Value::bytes(bytes),
        Constant::Tuple(items) => Value::Tuple(Tuple::new(items.iter().map(load).collect())),
        Constant::Names(names) => Value::Tuple(Tuple::new(names.iter().map(|n| Value::str(n)).collect())),
        // The compiler makes such constants only of names that `builtins::lookup` knows.
        Constant::Builtin(name) => builtins::lookup(name).unwrap_or_default(),
    }
}

impl Image {
    /// Loads a unit.
    #[must_use]
    pub fn load(unit: &Arc<Unit>) -> Image {
        let constants = unit.constants.iter().map(|constant| {
            let value = load(constant);
            let hash = value.text_bytes().map_or(0, |text| value.text_hash(text));
            let shape = match (constant, &value) {
                (Constant::Names(_), Value::Tuple(keys)) => Some(Shape::from_keys(&keys.items)),
                _ => None,
            };
            Loaded { value, hash, shape }
        });
        let mut sites = 0;
        let codes = unit.codes.iter().map(|code| {
            let first = sites;
            sites += code.instrs.len();
            (first, Warmth::default())
        });
        let codes = codes.collect();
        Image {
            constants: constants.collect(),
            methods: unit.names.iter().map(|_| Cell::new(None)).collect(),
            fields: (0..sites).map(|_| FieldCache::default()).collect(),
            codes,
            unit: Arc::clone(unit),
        }
    }

    /// What is known of the compiled forms of code number `n`.
    #[inline]
    #[must_use]
    pub fn heat(&self, n: u32) -> &Warmth {
        &self.codes[n as usize].1
    }

    /// The number of the first instruction of code number `n` among all of the unit.
    #[inline]
    #[must_use]
    pub fn first_site(&self, n: u32) -> usize {
        self.codes[n as usize].0
    }
}

/// The global variables of a module, unbound until assigned. The lines of a session share one list, which only grows.
pub type Globals = Rc<Guarded<HVec<Value>>>;

/// One run of a unit: its global variables.
pub struct Module {
    /// The loaded unit.
    pub image: Rc<Image>,
    /// The global variables, by the unit's numbers.
    pub globals: Globals,
    /// Whether the thread keeps it between runs, with its global variables.
    kept: Cell<bool>,
}

impl Module {
    /// A module whose globals are all unbound.
    #[must_use]
    pub fn new(image: Rc<Image>) -> Module {
        Module::sharing(image, &Globals::default())
    }

    /// A module that goes on with the globals of the units before it; its own list of names begins with theirs.
    #[must_use]
    pub fn sharing(image: Rc<Image>, globals: &Globals) -> Module {
        {
            let mut values = globals.borrow_mut();
            while values.len() < image.unit.globals.len() {
                values.push(Value::Unbound);
            }
        }
        Module { image, globals: Globals::clone(globals), kept: Cell::new(false) }
    }

    /// Whether the thread keeps it between runs.
    #[inline]
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.kept.get()
    }

    /// The code of the module's own function that a global variable holds, if it is such a one.
    #[inline]
    #[must_use]
    pub fn own_function(&self, global: usize) -> Option<u32> {
        match self.globals.borrow().get(global) {
            Some(Value::Function(function)) if std::ptr::addr_eq(Rc::as_ptr(&function.module), self) => {
                Some(function.code)
            }
            _ => None,
        }
    }

    /// The code number `n`.
    ///
    /// # Errors
    /// Never for numbers from compiled code; a wrong one is an internal error.
    pub fn code(&self, n: u32) -> R<&Code> {
        self.image.unit.codes.get(n as usize).ok_or_else(|| super::internal("no such code"))
    }
}

/// What a thread keeps of a unit between runs. The image holds the unit, so its address stays taken.
struct Known {
    image: Rc<Image>,
    linked: Option<Linked>,
}

/// A module whose own code has run and need not run again.
struct Linked {
    module: Rc<Module>,
    /// Functions in its global variables.
    functions: usize,
}

impl Drop for Linked {
    /// The functions refer to their module, and so to themselves.
    fn drop(&mut self) {
        heap::give_up(self.functions);
        self.module.kept.set(false);
        drop(self.module.globals.replace(HVec::new()));
    }
}

/// Units that a thread remembers before it looks for some that nobody else holds any more.
const FEW: usize = 64;
/// Most units that a thread remembers at the beginning of a run.
const MOST: usize = 4096;

/// All units that ran on a thread, by address.
struct Images {
    known: HashMap<usize, Known, RandomState>,
    /// More than so many are looked through at the beginning of the next run.
    bound: usize,
}

thread_local! {
    static IMAGES: RefCell<Images> = RefCell::new(Images { known: HashMap::default(), bound: FEW });
}

fn address(unit: &Arc<Unit>) -> usize {
    Arc::as_ptr(unit).addr()
}

/// The image of `unit` on this thread, loaded at first use.
#[must_use]
pub fn image_of(unit: &Arc<Unit>) -> Rc<Image> {
    IMAGES.with_borrow_mut(|images| {
        let load = || Known { image: Rc::new(Image::load(unit)), linked: None };
        Rc::clone(&images.known.entry(address(unit)).or_insert_with(load).image)
    })
}

/// The module of `unit`, if the thread keeps one.
#[inline]
#[must_use]
pub fn linked(unit: &Arc<Unit>) -> Option<Rc<Module>> {
    IMAGES.with_borrow(|images| {
        let known = images.known.get(&address(unit))?;
        known.linked.as_ref().map(|linked| Rc::clone(&linked.module))
    })
}

/// Whether everything that the module's own code imports is a function or a type: data may belong to the run, as
/// `time.timezone` does.
fn imports_code(module: &Module) -> bool {
    let Some(own) = module.image.unit.codes.first() else { return true };
    let globals = module.globals.borrow();
    own.instrs.iter().enumerate().all(|(n, instr)| match (instr, own.instrs.get(n + 1)) {
        (Instr::ImportFrom { dst, .. }, Some(Instr::StoreGlobal { global, src })) if dst == src => {
            matches!(globals.get(usize::from(*global)), Some(Value::Builtin(_) | Value::Type(_)))
        }
        (Instr::ImportFrom { .. }, _) => false,
        _ => true,
    })
}

/// Keeps a module for the next runs of its unit, unless they might begin with other values.
pub(super) fn keep(module: &Rc<Module>) {
    if !imports_code(module) {
        return;
    }
    let globals = module.globals.borrow();
    let functions: HashSet<usize> =
        globals.iter().filter(|v| matches!(v, Value::Function(_))).filter_map(Value::identity).collect();
    drop(globals);
    let functions = functions.len();
    heap::keep(functions);
    module.kept.set(true);
    let linked = Linked { module: Rc::clone(module), functions };
    let before = IMAGES.with_borrow_mut(|images| {
        images.known.get_mut(&address(&module.image.unit)).and_then(|known| known.linked.replace(linked))
    });
    drop(before);
}

/// Forgets units that nobody else holds, if there are many. Between runs only: then nothing of them is in use.
#[inline]
pub fn trim() {
    let is_full = IMAGES.with_borrow(|images| images.known.len() > images.bound);
    if is_full && heap::is_outermost() {
        forget();
    }
}

#[cold]
fn forget() {
    let all = IMAGES.with_borrow_mut(|images| std::mem::take(&mut images.known));
    // Dropped outside of the borrow, and before the next run.
    let mut fresh: HashMap<_, _, _> =
        all.into_iter().filter(|(_, known)| Arc::strong_count(&known.image.unit) > 1).collect();
    if fresh.len() > MOST {
        fresh.clear();
    }
    IMAGES.with_borrow_mut(|images| {
        images.bound = FEW.max(fresh.len() * 2);
        images.known = fresh;
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceText;
    use crate::syntax::ParseOptions;
    use crate::value::civil::RunZone;
    use crate::{Input, Profile, Program, RunOptions};

    fn compile(text: &str) -> Program {
        let source = SourceText::new("test.dw", text);
        Program::compile(&source, &ParseOptions::default(), Profile::Extended).program.expect("it compiles")
    }

    fn run(program: &Program, zone: &str) -> String {
        let options = RunOptions { zone: RunZone::parse(zone).expect("a zone"), ..RunOptions::default() };
        let shown = program.run(&Input::default(), &options, |_, value| Ok(value.to_display()));
        shown.result.unwrap_or_else(|report| report.render())
    }

    #[test]
    fn what_is_kept_is_the_same_in_every_run_and_cycles_still_go() {
        let text = "from datetime import date\nRATE = 3\nPAIR = ('a', 2)\n\ndef dw_process(msg):\n    ring = [PAIR, date, RATE]\n    \
                    ring.append(ring)\n    return helper(len(ring))\n\ndef helper(n, by=3):\n    return n * by\n";
        let program = compile(text);
        assert_eq!(run(&program, "UTC"), "12");
        assert!(linked(program.unit()).is_some());
        let used = heap::used();
        for _ in 0..50 {
            assert_eq!(run(&program, "UTC"), "12");
        }
        assert_eq!(heap::used(), used);
    }

    #[test]
    fn what_may_differ_between_runs_is_not_kept() {
        for (text, first, second) in [
            ("from time import timezone\n\ndef dw_process(msg):\n    return timezone\n", "0", "-3600"),
            ("seen = []\n\ndef dw_process(msg):\n    seen.append(1)\n    return len(seen)\n", "1", "1"),
            ("n = 1\n\ndef dw_process(msg):\n    global n\n    n += 1\n    return n\n", "2", "2"),
            (
                "def helper(seen=[]):\n    seen.append(1)\n    return len(seen)\n\ndef dw_process(msg):\n    return helper()\n",
                "1",
                "1",
            ),
        ] {
            let program = compile(text);
            assert_eq!((run(&program, "UTC"), run(&program, "UTC+01:00")), (first.into(), second.into()), "{text}");
            assert!(linked(program.unit()).is_none(), "{text}");
        }
    }

    #[test]
    fn units_that_nobody_holds_are_forgotten() {
        let kept = compile("1");
        for n in 0..FEW * 2 {
            run(&compile(&format!("{n}")), "UTC");
            run(&kept, "UTC");
        }
        assert!(linked(kept.unit()).is_some());
        assert!(IMAGES.with_borrow(|images| images.known.len()) <= FEW + 2);
    }
}
