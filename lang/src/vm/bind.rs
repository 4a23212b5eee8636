//! Binding the arguments of a call to the parameters of a script function, with CPython's error texts (spec 4.3).

use crate::code::{Code, Params};
use crate::value::exceptions::type_error;
use crate::value::{Dict, Function, R, Tuple, Value};

/// Fills the parameter registers `regs` from positional and keyword arguments.
///
/// # Errors
/// `TypeError` when the arguments do not fit.
pub fn bind(
    code: &Code,
    function: &Function,
    regs: &mut [Value],
    args: impl ExactSizeIterator<Item = Value>,
    keywords: &[(Value, Value)],
) -> R<()> {
    let params = &code.params;
    let positional = usize::from(params.positional);
    let given = args.len();
    let mut args = args;
    for (slot, value) in regs.iter_mut().zip(args.by_ref().take(positional)) {
        *slot = value;
    }
    let named = positional + usize::from(params.keyword_only);
    if params.has_varargs {
        set(regs, named, Value::Tuple(Tuple::new(args.collect())));
    }
    let extra = params.has_kwargs.then(Dict::new);
    let mut positional_only = Vec::new();
    for (key, value) in keywords {
        let at = params.names.iter().take(named).position(|n| key.text_bytes() == Some(n.as_bytes()));
        match at {
            Some(n) if n >= usize::from(params.positional_only) => {
                if regs.get(n).is_some_and(|r| !r.is_unbound()) {
                    return Err(type_error(format!(
                        "{}() got multiple values for argument '{}'",
                        function.qualname,
                        key.to_display()
                    )));
                }
                set(regs, n, value.clone());
            }
            found => match &extra {
                Some(extra) => {
                    extra.set(key.clone(), value.clone())?;
                }
                None if found.is_some() => positional_only.push(key.to_display()),
                None => {
                    return Err(type_error(format!(
                        "{}() got an unexpected keyword argument '{}'",
                        function.qualname,
                        key.to_display()
                    )));
                }
            },
        }
    }
    if !positional_only.is_empty() {
        return Err(type_error(format!(
            "{}() got some positional-only arguments passed as keyword arguments: '{}'",
            function.qualname,
            positional_only.join(", ")
        )));
    }
    if given > positional && !params.has_varargs {
        return Err(too_many(params, function, regs, given));
    }
    let first_default = positional.saturating_sub(function.defaults.len());
    let unbound = |regs: &[Value], n: usize| regs.get(n).is_some_and(Value::is_unbound);
    let missing: Vec<&str> =
        (0..first_default).filter(|n| unbound(regs, *n)).filter_map(|n| params.names.get(n)).map(|n| &**n).collect();
    if !missing.is_empty() {
        return Err(missing_error(function, "positional", &missing));
    }
    for (n, default) in (first_default..positional).zip(function.defaults.iter()) {
        if unbound(regs, n) {
            set(regs, n, default.clone());
        }
    }
    let mut missing: Vec<&str> = Vec::new();
    for n in positional..named {
        if !unbound(regs, n) {
            continue;
        }
        let Some(name) = params.names.get(n) else { continue };
        let default = match &function.keyword_defaults {
            Value::Dict(defaults) => defaults.get_str(name),
            _ => None,
        };
        match default {
            Some(value) => set(regs, n, value),
            None => missing.push(name),
        }
    }
    if !missing.is_empty() {
        return Err(missing_error(function, "keyword-only", &missing));
    }
    if let Some(extra) = extra {
        set(regs, named + usize::from(params.has_varargs), Value::Dict(extra));
    }
    Ok(())
}

fn set(regs: &mut [Value], at: usize, value: Value) {
    if let Some(slot) = regs.get_mut(at) {
        *slot = value;
    }
}

/// `'a', 'b', and 'c'`
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("'{one}'"),
        [a, b] => format!("'{a}' and '{b}'"),
        [init @ .., last] => {
            let init: Vec<String> = init.iter().map(|n| format!("'{n}'")).collect();
            format!("{}, and '{last}'", init.join(", "))
        }
    }
}

#[cold]
fn missing_error(function: &Function, kind: &str, names: &[&str]) -> crate::value::Raise {
    let plural = if names.len() == 1 { "" } else { "s" };
    type_error(format!(
        "{}() missing {} required {kind} argument{plural}: {}",
        function.qualname,
        names.len(),
        listed(names)
    ))
}

#[cold]
fn too_many(params: &Params, function: &Function, regs: &[Value], given: usize) -> crate::value::Raise {
    let positional = usize::from(params.positional);
    let defaults = function.defaults.len();
    let (takes, plural) = if defaults > 0 {
        (format!("from {} to {positional}", positional - defaults), true)
    } else {
        (positional.to_string(), positional != 1)
    };
    let keyword_only =
        regs.iter().skip(positional).take(usize::from(params.keyword_only)).filter(|r| !r.is_unbound()).count();
    let (also, verb) = if keyword_only > 0 {
        let s = |n: usize| if n == 1 { "" } else { "s" };
        (
            format!(" positional argument{} (and {keyword_only} keyword-only argument{})", s(given), s(keyword_only)),
            "were",
        )
    } else {
        (String::new(), if given == 1 { "was" } else { "were" })
    };
    type_error(format!(
        "{}() takes {takes} positional argument{} but {given}{also} {verb} given",
        function.qualname,
        if plural { "s" } else { "" },
    ))
}

/// Splits a dict of keyword arguments into pairs, checking that the keys are strings.
///
/// # Errors
/// `TypeError` for a key that is no string.
pub fn keyword_pairs(keywords: &Dict) -> R<Vec<(Value, Value)>> {
    let pairs = keywords.items();
    if pairs.iter().any(|(key, _)| key.text_bytes().is_none()) {
        return Err(type_error("keywords must be strings"));
    }
    Ok(pairs)
}
