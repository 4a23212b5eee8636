//! `random`: for a given seed the sequences of CPython (spec 9.2, 9.3).
//!
//! | room | job |
//! |---|---|
//! | [`twister`] | the generator |
//! | [`seed`] | seeding, and reading and restoring the state |
//! | [`draw`] | ints, bytes, choices, samples |
//! | [`vary`] | floats of many distributions |
//!
//! The functions of the module are the methods of one generator that each run has for itself.

mod draw;
mod seed;
mod twister;
mod vary;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::builtins::receiver::wrong_receiver;
use crate::value::types::{Kind, ModuleDesc, Profile};
use crate::value::{Builtin, Cx, NativeObject, R, TypeDesc, Value};
use twister::Twister;

/// `random`
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "random",
    doc: "Pseudo-random numbers.",
    profile: Profile::Core,
    functions: FUNCTIONS,
    types: &[("Random", &RANDOM, Profile::Extended)],
    constants: &[],
    modules: &[],
};

/// `random.Random`
static RANDOM: TypeDesc = TypeDesc {
    doc: "A generator of pseudo-random numbers with a state of its own.",
    new: Some(&NEW),
    python: true,
    ..TypeDesc::new("Random", "random").with_members(METHODS)
};

static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "def Random.__init__ Random(x: int | float | str | bytes | bytearray | None = None) -> Random",
    "A generator of its own, seeded with a value or from the operating system.\n\n>>> random.Random(1).randint(1, 6)\n2\n",
    |cx, a| {
        let own = Generator::fresh(cx)?;
        if !a[0].is_none() {
            seed::seed(cx, &own, &[a[0].clone(), Value::Int(2)])?;
        }
        Ok(Value::native(Random(Rc::new(own))))
    },
);

/// A generator with what it keeps between calls.
#[derive(Debug)]
struct Generator {
    twister: RefCell<Twister>,
    /// The second number of the pair that `gauss` makes.
    gauss: Cell<Option<f64>>,
}

impl Generator {
    fn of(twister: Twister) -> Generator {
        Generator { twister: RefCell::new(twister), gauss: Cell::new(None) }
    }

    fn fresh(cx: &mut Cx<'_>) -> R<Generator> {
        seed::unpredictable(cx).map(Generator::of)
    }

    fn float(&self) -> f64 {
        self.twister.borrow_mut().float()
    }
}

/// An instance of `random.Random`.
struct Random(Rc<Generator>);

impl NativeObject for Random {
    fn class(&self) -> &'static TypeDesc {
        &RANDOM
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn copy(&self, _: &Value) -> Option<R> {
        let twin = Generator::of(self.0.twister.borrow().clone());
        twin.gauss.set(self.0.gauss.get());
        Some(Ok(Value::native(Random(Rc::new(twin)))))
    }
}

/// The generator behind the functions of the module, once it was used.
struct Hidden(Option<Rc<Generator>>);

fn hidden(cx: &mut Cx<'_>) -> R<Rc<Generator>> {
    if let Some(known) = &cx.env().state(|| Hidden(None)).0 {
        return Ok(known.clone());
    }
    let made = Rc::new(Generator::fresh(cx)?);
    cx.env().state(|| Hidden(None)).0 = Some(made.clone());
    Ok(made)
}

fn receiver(name: &str, a: &[Value]) -> R<Rc<Generator>> {
    match a.first() {
        Some(Value::Native(native)) if native.downcast::<Random>().is_some() => native
            .downcast::<Random>()
            .map(|own| own.0.clone())
            .ok_or_else(|| wrong_receiver(name, "Random", a.first())),
        other => Err(wrong_receiver(name, "Random", other)),
    }
}

/// The parameters of a method, as text.
macro_rules! with_self {
    ("") => {
        "(self)"
    };
    ($params:tt) => {
        concat!("(self, ", $params, ")")
    };
}

/// Declares each entry as a function of the module and as a method of `Random`. An implementation gets the generator and the
/// arguments without receiver. CPython writes the entries marked `def` in Python.
macro_rules! generator_table {
    ($( $(#[doc = $doc:literal])* $profile:ident $def:literal $name:literal ($params:tt) $returns:literal => $run:path; )*) => {
        static FUNCTIONS: &[Builtin] = {
            const NAMES: &[&str] = &[$($name),*];
            static ENTRIES: [Builtin; NAMES.len()] = [ $( Builtin::new(
                Kind::Function,
                Profile::$profile,
                concat!($def, "Random.", $name, " random.", $name, "(", $params, ") -> ", $returns),
                concat!($($doc, "\n"),*),
                |cx, a| {
                    let own = hidden(cx)?;
                    $run(cx, &own, a)
                },
            ), )* ];
            &ENTRIES
        };
        static METHODS: &[Builtin] = {
            const NAMES: &[&str] = &[$($name),*];
            static ENTRIES: [Builtin; NAMES.len()] = [ $( Builtin::new(
                Kind::Method,
                Profile::Extended,
                concat!($def, $name, with_self!($params), " -> ", $returns),
                concat!($($doc, "\n"),*),
                |cx, a| {
                    let own = receiver($name, a)?;
                    $run(cx, &own, a.get(1..).unwrap_or_default())
                },
            ), )* ];
            &ENTRIES
        };
    };
}

generator_table! {
    /// Return a float with a beta distribution.
    ///
    /// >>> 0 <= random.betavariate(2, 5) <= 1
    /// True
    Extended "def " "betavariate" ("alpha: float, beta: float") "float" => vary::beta;
    /// Return an element of a sequence.
    ///
    /// >>> random.choice('a')
    /// 'a'
    Extended "def " "choice" ("seq: Sequence[T]") "T" => draw::choice;
    /// Return a list of elements of a sequence, each drawn anew, with weights if given.
    ///
    /// >>> random.choices('ab', weights=[0, 1], k=3)
    /// ['b', 'b', 'b']
    Extended "def " "choices" ("population: Sequence[T], weights: Iterable[float] | None = None, *, cum_weights: Sequence[float] | None = None, k: int = 1") "list[T]" => draw::choices;
    /// Return a float with an exponential distribution.
    ///
    /// >>> random.expovariate(2) >= 0
    /// True
    Extended "def " "expovariate" ("lambd: float") "float" => vary::exponential;
    /// Return a float with a gamma distribution.
    ///
    /// >>> random.gammavariate(1, 2) >= 0
    /// True
    Extended "def " "gammavariate" ("alpha: float, beta: float") "float" => vary::gamma;
    /// Return a float with a normal distribution; every second one comes for free.
    ///
    /// >>> random.gauss(5, 0)
    /// 5.0
    Extended "def " "gauss" ("mu: float = 0.0, sigma: float = 1.0") "float" => vary::gauss;
    /// Return an int of so many random bits.
    ///
    /// >>> 0 <= random.getrandbits(8) < 256
    /// True
    Extended "" "getrandbits" ("k: int, /") "int" => draw::bits;
    /// Return the state of the generator, for `setstate`.
    ///
    /// >>> len(random.getstate())
    /// 3
    Extended "def " "getstate" ("") "tuple[Any, ...]" => seed::get_state;
    /// Return a float whose logarithm has a normal distribution.
    ///
    /// >>> random.lognormvariate(0, 0)
    /// 1.0
    Extended "def " "lognormvariate" ("mu: float, sigma: float") "float" => vary::log_normal;
    /// Return a float with a normal distribution.
    ///
    /// >>> random.normalvariate(5, 0)
    /// 5.0
    Extended "def " "normalvariate" ("mu: float = 0.0, sigma: float = 1.0") "float" => vary::normal;
    /// Return a float with a Pareto distribution.
    ///
    /// >>> random.paretovariate(3) >= 1
    /// True
    Extended "def " "paretovariate" ("alpha: float") "float" => vary::pareto;
    /// Return so many random bytes.
    ///
    /// >>> len(random.randbytes(4))
    /// 4
    Extended "def " "randbytes" ("n: int") "bytes" => draw::bytes;
    /// Return an int from `a` to `b`, both included.
    ///
    /// >>> random.randint(3, 3)
    /// 3
    Core "def " "randint" ("a: int, b: int") "int" => draw::int;
    /// Return a float from 0 up to, not including, 1.
    ///
    /// >>> 0 <= random.random() < 1
    /// True
    Core "" "random" ("/") "float" => vary::random;
    /// Return an element of `range(start, stop, step)`.
    ///
    /// >>> random.randrange(0, 10, 10)
    /// 0
    Extended "def " "randrange" ("start: int, stop: int | None = None, step: int = 1") "int" => draw::range;
    /// Return a list of different elements of a sequence.
    ///
    /// >>> sorted(random.sample([1, 2, 3], 3))
    /// [1, 2, 3]
    Extended "def " "sample" ("population: Sequence[T], k: int, *, counts: Iterable[int] | None = None") "list[T]" => draw::sample;
    /// Start the sequence that belongs to a value, or an unpredictable one.
    ///
    /// >>> (random.seed(1), random.randint(1, 6))[1]
    /// 2
    Extended "def " "seed" ("a: int | float | str | bytes | bytearray | None = None, version: int = 2") "None" => seed::seed;
    /// Restore a state that `getstate` gave.
    ///
    /// >>> (s := random.getstate(), a := random.random(), random.setstate(s), random.random() == a)[3]
    /// True
    Extended "def " "setstate" ("state: tuple[Any, ...]") "None" => seed::set_state;
    /// Put the elements of a list into random order.
    ///
    /// >>> (a := [1, 1], random.shuffle(a), a)[2]
    /// [1, 1]
    Extended "def " "shuffle" ("x: list[Any] | bytearray") "None" => draw::shuffle;
    /// Return a float with a triangular distribution.
    ///
    /// >>> 1 <= random.triangular(1, 4, 2) <= 4
    /// True
    Extended "def " "triangular" ("low: float = 0.0, high: float = 1.0, mode: float | None = None") "float" => vary::triangular;
    /// Return a float between two numbers.
    ///
    /// >>> 1 <= random.uniform(1, 2) <= 2
    /// True
    Extended "def " "uniform" ("a: float, b: float") "float" => vary::uniform;
    /// Return an angle with a von Mises distribution.
    ///
    /// >>> random.vonmisesvariate(0, 0) >= 0
    /// True
    Extended "def " "vonmisesvariate" ("mu: float, kappa: float") "float" => vary::von_mises;
    /// Return a float with a Weibull distribution.
    ///
    /// >>> random.weibullvariate(1, 2) >= 0
    /// True
    Extended "def " "weibullvariate" ("alpha: float, beta: float") "float" => vary::weibull;
}
