//! Members of modules and types, by name and with their types.

use super::infer::table_type;
use super::types::Type;
use crate::value::ModuleDesc;

/// The names of a module's members, for proposals.
pub(super) fn of_module(module: &'static ModuleDesc) -> Vec<&'static str> {
    let functions = module.functions.iter().map(crate::value::Builtin::name);
    let types = module.types.iter().map(|(name, ..)| *name);
    let constants = module.constants.iter().map(|constant| constant.name);
    functions.chain(types).chain(constants).chain(module.modules.iter().map(|(name, _)| *name)).collect()
}

/// The type of a module's member; `None` if there is none of that name.
pub(super) fn type_of_member(module: &'static ModuleDesc, name: &str) -> Option<Type> {
    if let Some(function) = module.functions.iter().find(|function| function.name() == name) {
        return Some(Type::Member(function, None));
    }
    if let Some((_, desc, _)) = module.types.iter().find(|(shown, ..)| *shown == name) {
        return Some(Type::Class(desc));
    }
    if let Some(constant) = module.constants.iter().find(|constant| constant.name == name) {
        return Some(table_type(constant.ty));
    }
    if let Some((_, part)) = module.modules.iter().find(|(shown, _)| *shown == name) {
        return Some(Type::Module(part));
    }
    matches!(name, "__name__" | "__doc__").then_some(Type::STR)
}
