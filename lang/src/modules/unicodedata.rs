//! `unicodedata`: only `normalize` (spec 9.2).

use crate::builtins::str::args::named_text;
use crate::table;
use crate::value::exceptions::value_error;
use crate::value::types::{ModuleDesc, Profile};
use crate::value::unicode::normal::{Form, normalize as normalize_text};
use crate::value::{Cx, R, Value};

/// `unicodedata`
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "unicodedata",
    doc: "Normal forms of text.",
    profile: Profile::Extended,
    functions: FUNCTIONS,
    types: &[],
    constants: &[],
    modules: &[],
};

table! {
    static FUNCTIONS = [
        /// Return a text in a normal form: NFC, NFD, NFKC or NFKD.
        ///
        /// >>> len(unicodedata.normalize('NFD', 'é'))
        /// 2
        Function Extended "normalize unicodedata.normalize(form: str, unistr: str, /) -> str" => normalize;
    ]
}

fn normalize(_: &mut Cx<'_>, a: &[Value]) -> R {
    let form = named_text("normalize() argument 1", &a[0])?;
    let text = named_text("normalize() argument 2", &a[1])?;
    let form = std::str::from_utf8(form).ok().and_then(Form::parse);
    let form = form.ok_or_else(|| value_error("invalid normalization form"))?;
    Ok(Value::text(&normalize_text(text, form)?))
}
