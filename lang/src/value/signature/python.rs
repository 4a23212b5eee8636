//! Errors for wrong arguments of functions that CPython itself writes in Python: their texts differ from those of its C
//! functions.

use super::{Default, Param, ParamKind, Signature};
use crate::value::Value;
use crate::value::exceptions::{Raise, type_error};

/// What is wrong with the arguments of the function `label`; `None` if nothing is. `receivers` tells how many arguments the
/// caller did not write, `hidden` how many of those are not among `args`.
#[cold]
pub(super) fn refusal(
    signature: &Signature,
    label: &str,
    hidden: usize,
    args: usize,
    keywords: &[(Value, Value)],
) -> Option<Raise> {
    let by_position: Vec<&Param> =
        signature.params.iter().filter(|p| matches!(p.kind, ParamKind::Positional | ParamKind::Either)).collect();
    let has = |kind: ParamKind| signature.params.iter().any(|p| p.kind == kind);
    let given = |p: &Param| keywords.iter().any(|(key, _)| super::is_named(p, key));
    for (key, _) in keywords {
        let name = key.to_display();
        match by_position.iter().position(|p| super::is_named(p, key)) {
            Some(at) if at < args => {
                return Some(type_error(format!("{label}() got multiple values for argument '{name}'")));
            }
            None if !has(ParamKind::VarKeywords) && !signature.params.iter().any(|p| super::is_named(p, key)) => {
                return Some(type_error(match by_position.iter().any(|p| p.name == name) {
                    true => {
                        format!("{label}() got some positional-only arguments passed as keyword arguments: '{name}'")
                    }
                    false => format!("{label}() got an unexpected keyword argument '{name}'"),
                }));
            }
            _ => {}
        }
    }
    if args > by_position.len() && !has(ParamKind::VarArgs) {
        return Some(too_many(signature, &by_position, label, hidden, args, keywords));
    }
    let lacks = |p: &&Param| p.default == Default::Required && !given(p);
    let missing: Vec<&str> = by_position.iter().skip(args).copied().filter(lacks).map(|p| &*p.name).collect();
    if !missing.is_empty() {
        return Some(type_error(missing_text(label, "positional", &missing)));
    }
    let by_name = signature.params.iter().filter(|p| p.kind == ParamKind::Keyword);
    let missing: Vec<&str> = by_name.filter(lacks).map(|p| &*p.name).collect();
    (!missing.is_empty()).then(|| type_error(missing_text(label, "keyword-only", &missing)))
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn too_many(
    signature: &Signature,
    by_position: &[&Param],
    label: &str,
    hidden: usize,
    args: usize,
    keywords: &[(Value, Value)],
) -> Raise {
    let (most, given) = (by_position.len() + hidden, args + hidden);
    let least = by_position.iter().filter(|p| p.default == Default::Required).count() + hidden;
    let takes = if least < most { format!("from {least} to {most}") } else { most.to_string() };
    let named = signature.params.iter().filter(|p| p.kind == ParamKind::Keyword);
    let also = named.filter(|p| keywords.iter().any(|(key, _)| super::is_named(p, key))).count();
    let also = if also > 0 {
        format!(" positional argument{} (and {also} keyword-only argument{})", plural(given), plural(also))
    } else {
        String::new()
    };
    let verb = if given == 1 && also.is_empty() { "was" } else { "were" };
    let s = if least < most { "s" } else { plural(most) };
    type_error(format!("{label}() takes {takes} positional argument{s} but {given}{also} {verb} given"))
}

fn missing_text(label: &str, kind: &str, names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    let list = match &quoted[..] {
        [init @ .., last] if init.len() > 1 => format!("{}, and {last}", init.join(", ")),
        few => few.join(" and "),
    };
    format!("{label}() missing {} required {kind} argument{}: {list}", names.len(), plural(names.len()))
}

#[cfg(test)]
mod tests {
    use crate::value::Value;
    use crate::value::signature::Signature;

    #[test]
    fn texts_are_those_of_functions_in_python() {
        let signature = Signature::parse("def R.f m.f(a: int, b: int, c: int = 1, *, k: int = 0) -> int");
        let one = Value::Int(1);
        let error = |args: usize, names: &[&str]| {
            let keywords: Vec<_> = names.iter().map(|n| (Value::str(n), one.clone())).collect();
            let raise = signature.bind("f", &|| "m.f".into(), 0, &vec![one.clone(); args], &keywords).err();
            raise.map(|r| r.0.arguments().first().map(Value::to_display).unwrap_or_default()).unwrap_or_default()
        };
        assert_eq!(error(1, &[]), "R.f() missing 1 required positional argument: 'b'");
        assert_eq!(error(0, &[]), "R.f() missing 2 required positional arguments: 'a' and 'b'");
        assert_eq!(error(4, &[]), "R.f() takes from 3 to 4 positional arguments but 5 were given");
        assert_eq!(error(2, &["a"]), "R.f() got multiple values for argument 'a'");
        assert_eq!(error(2, &["z"]), "R.f() got an unexpected keyword argument 'z'");
        assert_eq!(error(2, &["k"]), "");
    }
}
