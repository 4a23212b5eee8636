//! What is known at one point of the program: the variables of the running function, and how states of several paths join.

use std::rc::Rc;

use crate::check::symbols::SymbolId;
use crate::check::types::Type;
use crate::source::Span;

/// Who says that a value has its type; the weaker ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Evidence {
    /// An example document: no promise.
    Sample,
    /// The program, but something else may have changed it since, or only an annotation promises it.
    Likely,
    /// A contract.
    Contract,
    /// The program: every run has this type here.
    Program,
}

/// A type and who says so.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    pub(super) ty: Type,
    /// Who says that it is of this class.
    pub(super) by: Evidence,
    /// Who says what a container holds.
    pub(super) inside: Evidence,
}

impl Known {
    /// A type on somebody's evidence.
    pub(super) fn new(ty: Type, by: Evidence) -> Known {
        Known { ty, by, inside: by }
    }

    /// What the program itself establishes.
    pub(super) fn sure(ty: Type) -> Known {
        Known::new(ty, Evidence::Program)
    }

    /// A container that the program makes, holding what `inside` says.
    pub(super) fn holding(ty: Type, inside: Evidence) -> Known {
        Known { ty, by: Evidence::Program, inside }
    }

    /// What is taken out of the container.
    pub(super) fn taken(&self, ty: Type) -> Known {
        Known::new(ty, self.by.min(self.inside))
    }

    /// Nothing.
    pub(super) fn any() -> Known {
        Known::sure(Type::Any)
    }

    /// The same evidence for another type.
    pub(super) fn with(&self, ty: Type) -> Known {
        Known { ty, ..*self }
    }

    /// The type, said with the weaker of two evidences.
    pub(super) fn weakened(self, by: Evidence) -> Known {
        Known { by: self.by.min(by), inside: self.inside.min(by), ..self }
    }

    pub(super) fn join(&self, other: &Known) -> Known {
        Known { ty: self.ty.join(&other.ty), by: self.by.min(other.by), inside: self.inside.min(other.inside) }
    }
}

/// Does a variable have a value?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Yes,
    Perhaps,
    No,
}

/// A variable at one point.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variable {
    pub(super) known: Known,
    pub(super) bound: Bound,
    /// Where it got its value, if that is one place.
    pub(super) origin: Option<Span>,
}

impl Variable {
    fn unbound() -> Variable {
        Variable { known: Known::sure(Type::Never), bound: Bound::No, origin: None }
    }

    fn join(&self, other: &Variable) -> Variable {
        let known = match (self.bound, other.bound) {
            (Bound::No, _) => other.known.clone(),
            (_, Bound::No) => self.known.clone(),
            _ => self.known.join(&other.known),
        };
        let bound = if self.bound == other.bound { self.bound } else { Bound::Perhaps };
        let origin = if self.origin == other.origin { self.origin } else { None };
        Variable { known, bound, origin }
    }
}

/// States are copied and joined at every branch, so hashing is quick; what is hashed are numbers and texts of one program,
/// with a seed of their own.
type Map<K, V> = foldhash::HashMap<K, V>;

/// A narrowed place such as `msg.vars['x']`: the text of the expression below the root variable.
type Place = (SymbolId, Rc<str>);

/// The state at one point of the program.
#[derive(Clone, Debug)]
pub(super) struct State {
    variables: Rc<Map<SymbolId, Variable>>,
    places: Rc<Map<Place, Known>>,
    /// Can the point be reached at all?
    pub(super) reachable: bool,
}

impl State {
    /// The start of a function: no variable has a value.
    pub(super) fn new() -> State {
        State { variables: Rc::default(), places: Rc::default(), reachable: true }
    }

    /// A point that cannot be reached.
    pub(super) fn unreachable() -> State {
        State { reachable: false, ..State::new() }
    }

    /// How many variables are known.
    pub(super) fn size(&self) -> u32 {
        u32::try_from(self.variables.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn find(&self, symbol: SymbolId) -> Option<&Variable> {
        self.variables.get(&symbol)
    }

    pub(super) fn get(&self, symbol: SymbolId) -> Variable {
        self.variables.get(&symbol).cloned().unwrap_or_else(Variable::unbound)
    }

    pub(super) fn set(&mut self, symbol: SymbolId, variable: Variable) {
        self.forget_places(symbol);
        Rc::make_mut(&mut self.variables).insert(symbol, variable);
    }

    /// Changes only what is known, not whether there is a value.
    pub(super) fn refine(&mut self, symbol: SymbolId, ty: Type) {
        if let Some(variable) = self.variables.get(&symbol)
            && variable.known.ty != ty
        {
            let refined = Variable { known: variable.known.with(ty), ..variable.clone() };
            Rc::make_mut(&mut self.variables).insert(symbol, refined);
        }
    }

    pub(super) fn place(&self, symbol: SymbolId, path: &str) -> Option<Known> {
        if self.places.is_empty() {
            return None;
        }
        self.places.get(&(symbol, Rc::from(path))).cloned()
    }

    pub(super) fn refine_place(&mut self, symbol: SymbolId, path: &str, known: Known) {
        Rc::make_mut(&mut self.places).insert((symbol, Rc::from(path)), known);
    }

    /// Forgets what was found out about the content of a variable.
    pub(super) fn forget_places(&mut self, symbol: SymbolId) {
        if self.places.keys().any(|(root, _)| *root == symbol) {
            Rc::make_mut(&mut self.places).retain(|(root, _), _| *root != symbol);
        }
    }

    /// What holds when either state may have led here.
    pub(super) fn join(&self, other: &State) -> State {
        let mut joined = self.clone();
        joined.absorb(other);
        joined
    }

    /// The same in place: a long chain of branches joins its ends one after the other, and most variables stay as they are.
    pub(super) fn absorb(&mut self, other: &State) {
        if !other.reachable {
            return;
        }
        if !self.reachable {
            *self = other.clone();
            return;
        }
        if !Rc::ptr_eq(&self.variables, &other.variables) {
            let unbound = Variable::unbound();
            let variables = Rc::make_mut(&mut self.variables);
            for (symbol, own) in variables.iter_mut() {
                let theirs = other.variables.get(symbol).unwrap_or(&unbound);
                let is_settled = theirs.bound == Bound::No && own.bound == Bound::Perhaps && own.origin.is_none();
                if !is_settled && theirs != own {
                    *own = own.join(theirs);
                }
            }
            for (symbol, theirs) in other.variables.iter() {
                variables.entry(*symbol).or_insert_with(|| theirs.join(&unbound));
            }
        }
        if !Rc::ptr_eq(&self.places, &other.places) {
            let both = self
                .places
                .iter()
                .filter_map(|(place, own)| other.places.get(place).map(|theirs| (place.clone(), own.join(theirs))));
            self.places = Rc::new(both.collect());
        }
    }

    /// The state before a loop as it counts behind one that ends in `end`: a variable that is `None` only until the first
    /// round is taken to have had it, as who reads it behind the loop does.
    pub(super) fn without_start_values(&self, end: &State) -> State {
        let mut state = self.clone();
        for symbol in end.changed_since(self) {
            let (start, last) = (self.get(symbol), end.get(symbol));
            let is_start_value = start.bound == Bound::Yes && start.known.ty.members().iter().any(Type::is_none);
            if is_start_value && last.bound == Bound::Yes && !last.known.ty.members().iter().any(Type::is_none) {
                state.set(symbol, last);
            }
        }
        state
    }

    /// Joins one variable of another point into this state.
    pub(super) fn join_variable(&mut self, symbol: SymbolId, variable: &Variable) {
        let joined = self.get(symbol).join(variable);
        self.set(symbol, joined);
    }

    /// The variables whose knowledge differs from that in `before`.
    pub(super) fn changed_since(&self, before: &State) -> Vec<SymbolId> {
        if Rc::ptr_eq(&self.variables, &before.variables) {
            return Vec::new();
        }
        let changed = |(symbol, own): (&SymbolId, &Variable)| {
            let same =
                before.variables.get(symbol).is_some_and(|known| known.known == own.known && known.bound == own.bound);
            (!same).then_some(*symbol)
        };
        self.variables.iter().filter_map(changed).collect()
    }
}
