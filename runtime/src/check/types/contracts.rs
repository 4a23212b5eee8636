//! What contracts say, as types (part 1, section 8). Reading them has shown that they can be used.

use dataway_lang::check::contract::{read_json, type_of_sample, type_of_schema};
use dataway_lang::check::types::Type;

use super::state::Known;
use crate::params::{Contract, ContractForm, type_of_text};

/// What a contract says.
pub fn known(contract: &Contract) -> Known {
    match &contract.form {
        ContractForm::Schema(text) => of_schema(text),
        ContractForm::Sample(bytes) => {
            Known { ty: type_of_sample(bytes, &contract.mime_type).unwrap_or(Type::Any), is_sample: true }
        }
        ContractForm::Type(text) => Known::sure(type_of_text(text).unwrap_or(Type::Any)),
    }
}

/// What a JSON Schema says.
pub fn of_schema(text: &str) -> Known {
    let schema = read_json(text.as_bytes()).and_then(|schema| type_of_schema(&schema));
    Known::sure(schema.unwrap_or(Type::Any))
}
