//! A unit made ready for one thread, and a module: one run of it.
//!
//! Constants become values of the thread's heap once per thread and unit; a [`Module`] adds the global variables of a run.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::builtins;
use crate::code::{Code, Constant, Unit};
use crate::jit::Warmth;
use crate::value::{Builtin, FieldCache, Guarded, HVec, R, Ref, Shape, Tuple, TypeDesc, Value};

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
        Module { image, globals: Globals::clone(globals) }
    }

    /// The code number `n`.
    ///
    /// # Errors
    /// Never for numbers from compiled code; a wrong one is an internal error.
    pub fn code(&self, n: u32) -> R<&Code> {
        self.image.unit.codes.get(n as usize).ok_or_else(|| super::internal("no such code"))
    }
}

/// Images kept for a thread, most recently loaded last.
const KEPT: usize = 64;

thread_local! {
    static IMAGES: RefCell<Vec<Rc<Image>>> = const { RefCell::new(Vec::new()) };
}

/// The image of `unit` on this thread, loaded at first use.
#[must_use]
pub fn image_of(unit: &Arc<Unit>) -> Rc<Image> {
    IMAGES.with_borrow_mut(|images| {
        if let Some(known) = images.iter().rev().find(|image| Arc::ptr_eq(&image.unit, unit)) {
            return known.clone();
        }
        if images.len() >= KEPT {
            images.remove(0);
        }
        let image = Rc::new(Image::load(unit));
        images.push(image.clone());
        image
    })
}
