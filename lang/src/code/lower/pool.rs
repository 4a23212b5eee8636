//! Constants, names and globals of the unit under construction, each kept once.

use foldhash::{HashMap, HashMapExt};

use super::CompileError;
use crate::code::{ConstId, Constant, NameId};
use crate::source::Span;
use crate::syntax::ast::Name;

/// The tables of a unit.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) constants: Vec<Constant>,
    pub(super) names: Vec<Name>,
    pub(super) globals: Vec<Name>,
    /// Set when a table is full; the numbers given out then mean nothing.
    pub(super) refused: Option<CompileError>,
    constant_ids: HashMap<Vec<u8>, u32>,
    /// Room for the key of a constant that is looked for.
    key: Vec<u8>,
    name_ids: HashMap<Name, NameId>,
    global_ids: HashMap<Name, u16>,
}

impl Pool {
    /// Tables in which only the globals of an earlier program are known.
    pub(super) fn new(globals: &[Name]) -> Pool {
        let mut pool = Pool {
            constants: Vec::new(),
            names: Vec::new(),
            globals: Vec::new(),
            refused: None,
            constant_ids: HashMap::new(),
            key: Vec::new(),
            name_ids: HashMap::new(),
            global_ids: HashMap::new(),
        };
        for name in globals {
            pool.global(name);
        }
        pool
    }

    /// The number of a constant.
    pub(super) fn constant(&mut self, constant: Constant) -> u32 {
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        write_key(&constant, &mut key);
        let known = self.constant_ids.get(key.as_slice()).copied();
        let id = known.unwrap_or_else(|| {
            let next = u32::try_from(self.constants.len()).unwrap_or(u32::MAX);
            self.constant_ids.insert(key.clone(), next);
            self.constants.push(constant);
            next
        });
        self.key = key;
        id
    }

    /// The number of a constant for an instruction with a short operand; `None` if it is too high for that.
    pub(super) fn short_constant(&mut self, constant: Constant) -> Option<ConstId> {
        ConstId::try_from(self.constant(constant)).ok()
    }

    /// The number of a name.
    pub(super) fn name(&mut self, name: &Name) -> NameId {
        if let Some(id) = self.name_ids.get(name) {
            return *id;
        }
        let id = NameId::try_from(self.names.len()).unwrap_or_else(|_| self.refuse("too many names"));
        self.names.push(name.clone());
        self.name_ids.insert(name.clone(), id);
        id
    }

    /// The number of a global.
    pub(super) fn global(&mut self, name: &Name) -> u16 {
        if let Some(id) = self.global_ids.get(name) {
            return *id;
        }
        let id = u16::try_from(self.globals.len()).unwrap_or_else(|_| self.refuse("too many global variables"));
        self.globals.push(name.clone());
        self.global_ids.insert(name.clone(), id);
        id
    }

    fn refuse(&mut self, message: &'static str) -> u16 {
        self.refused.get_or_insert(CompileError::too_large(message, Span::default()));
        0
    }
}

/// Writes bytes that are the same for two constants only if no program can tell them apart: `0`, `0.0`, `-0.0` and
/// `False` all differ. Constants nest no deeper than brackets do.
fn write_key(constant: &Constant, key: &mut Vec<u8>) {
    let mut tagged = |tag: u8, bytes: &[u8]| {
        key.push(tag);
        key.extend_from_slice(&bytes.len().to_le_bytes());
        key.extend_from_slice(bytes);
    };
    match constant {
        Constant::None => tagged(0, &[]),
        Constant::Bool(value) => tagged(1, &[u8::from(*value)]),
        Constant::Ellipsis => tagged(2, &[]),
        Constant::Int(value) => tagged(3, &value.to_le_bytes()),
        Constant::BigInt(value) => tagged(4, &value.to_signed_bytes_le()),
        Constant::Float(value) => tagged(5, &value.to_bits().to_le_bytes()),
        Constant::Str(text) => tagged(6, text),
        Constant::Bytes(bytes) => tagged(7, bytes),
        Constant::Builtin(name) => tagged(8, name.as_bytes()),
        Constant::Names(names) => {
            tagged(9, &names.len().to_le_bytes());
            for name in names {
                key.extend_from_slice(&name.len().to_le_bytes());
                key.extend_from_slice(name.as_bytes());
            }
        }
        Constant::Tuple(items) => {
            tagged(10, &items.len().to_le_bytes());
            for item in items {
                write_key(item, key);
            }
        }
    }
}
