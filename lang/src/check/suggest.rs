//! Did you mean …? Proposals for names, attributes and keys that do not exist: by meaning first, then by spelling.

use crate::builtins::{self, reference};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::modules::MODULES;
use crate::source::Span;

/// Python's built-in names that Dataway does not have (spec 8.4), with what to do instead.
const NOT_PROVIDED: &[(&str, &str)] = &[
    ("__import__", "modules are there without import"),
    ("aiter", "runs are synchronous"),
    ("anext", "runs are synchronous"),
    ("breakpoint", "use `print` to write to the log"),
    ("classmethod", "there are no classes; use functions"),
    ("compile", "code cannot be made at run time"),
    ("complex", "complex numbers are not supported"),
    ("copyright", ""),
    ("credits", ""),
    ("delattr", "attributes cannot be deleted; use a dict and `del d[key]`"),
    ("dir", "the members of a type are listed by `dataway docs NAME`"),
    ("eval", "code cannot be evaluated at run time; for data use `json.loads`"),
    ("exec", "code cannot be executed at run time"),
    ("exit", "use `return` to end the script, or `raise` to fail"),
    ("globals", "keep what you look up by name in a dict"),
    ("help", "use `dataway docs NAME`"),
    ("input", "the data comes in `msg.payload` and `msg.vars`"),
    ("license", ""),
    ("locals", "keep what you look up by name in a dict"),
    ("memoryview", "use `bytes` or `bytearray`"),
    ("open", "there is no access to files; the data comes in `msg.payload`"),
    ("property", "there are no classes; use functions"),
    ("quit", "use `return` to end the script, or `raise` to fail"),
    ("setattr", "attributes cannot be set by name; use a dict and `d[key] = value`"),
    ("staticmethod", "there are no classes; use functions"),
    ("super", "there are no classes; use functions"),
    ("vars", "the variables of the flow are `msg.vars`"),
];

/// Literals of other languages.
const FOREIGN: &[(&str, &str)] = &[
    ("null", "None"),
    ("nil", "None"),
    ("NULL", "None"),
    ("Null", "None"),
    ("none", "None"),
    ("undefined", "None"),
    ("true", "True"),
    ("TRUE", "True"),
    ("false", "False"),
    ("FALSE", "False"),
    ("NaN", "math.nan"),
    ("Infinity", "math.inf"),
];

/// Globals of the scripts of 2020, and what reaches the same today.
const HISTORIC: &[(&str, &str)] = &[
    ("payload", "msg.payload"),
    ("vars", "msg.vars"),
    ("var", "msg.vars"),
    ("attrs", "msg.attrs"),
    ("attr", "msg.attrs"),
    ("attributes", "msg.attrs"),
    ("seq_id", "msg.seq_id"),
    ("error", "msg.error"),
    ("rootMessage", "msg.vars['rootMessage']"),
    ("counter", "msg.vars['counter']"),
];

/// Names of other languages and of Python's other versions.
const ELSEWHERE: &[(&str, &str)] = &[
    ("parseInt", "int(text)"),
    ("parseFloat", "float(text)"),
    ("Number", "float(text)"),
    ("String", "str(value)"),
    ("Boolean", "bool(value)"),
    ("Array", "list(items)"),
    ("Object", "dict()"),
    ("isNaN", "math.isnan(value)"),
    ("JSON", "json"),
    ("Math", "math"),
    ("Date", "datetime.datetime"),
    ("console", "print(value)"),
    ("typeof", "isinstance(value, str)"),
    ("instanceof", "isinstance(value, str)"),
    ("xrange", "range"),
    ("unicode", "str"),
    ("basestring", "str"),
    ("long", "int"),
    ("unichr", "chr"),
    ("raw_input", "msg.payload"),
    ("cmp", "(a > b) - (a < b)"),
    ("strftime", "time.strftime"),
    ("strptime", "datetime.datetime.strptime"),
    ("now", "datetime.datetime.now()"),
    ("today", "datetime.date.today()"),
    ("length", "len(value)"),
    ("size", "len(value)"),
    ("count", "len(value)"),
    ("upper", "text.upper()"),
    ("lower", "text.lower()"),
    ("trim", "text.strip()"),
    ("replace", "text.replace(old, new)"),
    ("split", "text.split(separator)"),
    ("join", "separator.join(texts)"),
    ("contains", "part in text"),
    ("concat", "a + b"),
    ("isBlank", "not text.strip()"),
    ("isEmpty", "not value"),
    ("sizeOf", "len(value)"),
    ("self", "msg"),
    ("this", "msg"),
    ("message", "msg"),
];

/// Modules of Python and its surroundings that are not there, and what to do without.
const ABSENT_MODULES: &[(&str, &str)] = &[
    ("os", "a program sees no system; settings come in `msg.vars`"),
    ("sys", "a program sees no system; settings come in `msg.vars`"),
    ("io", "there is no access to files; the data comes in `msg.payload`"),
    ("pathlib", "there is no access to files; the data comes in `msg.payload`"),
    ("itertools", "write comprehensions and generators: `[x for part in parts for x in part]`"),
    ("operator", "write a lambda: `key=lambda item: item['name']`"),
    ("statistics", "compute it: `sum(values) / len(values)`"),
    ("logging", "`print` writes to the log"),
    ("typing", "annotations need no import"),
    ("dataclasses", "there are no classes; use dicts"),
    ("enum", "there are no classes; use a dict or constants"),
    ("requests", "calls to other systems belong to components of the flow"),
    (
        "xml",
        "an XML payload is parsed by `msg.payload['^value']`; `Entity.from_value(…, 'application/xml')` writes one",
    ),
    ("yaml", "`Entity.from_bytes(text, 'application/yaml')['^value']` reads YAML"),
    ("pandas", "CSV is `msg.payload` of a CSV Entity or `csv.DictReader(lines)`"),
    ("numpy", "use lists and `math`"),
    ("pytz", "write `zoneinfo.ZoneInfo('Europe/Berlin')`"),
    ("dateutil", "write `datetime.datetime.fromisoformat(text)`"),
    ("textwrap", "slice the text: `[text[i:i + 80] for i in range(0, len(text), 80)]`"),
    ("threading", "parallel work belongs to components of the flow"),
    ("asyncio", "parallel work belongs to components of the flow"),
];

/// The finding for a name that nobody defines. `own` are the names that can be read there.
pub(super) fn unknown_name(name: &str, span: Span, severity: Severity, own: Vec<&str>) -> Diagnostic {
    let find = |table: &[(&str, &'static str)]| table.iter().find(|(known, _)| *known == name).map(|(_, to)| *to);
    if let Some(to) = find(FOREIGN) {
        return Diagnostic::new(Code(1009), severity, span, format!("`{name}` belongs to another language"))
            .with_help(format!("write `{to}`"))
            .with_fix(span, to);
    }
    let close_own = closest(name, own.iter().copied());
    if close_own.is_none()
        && let Some(to) = find(HISTORIC)
    {
        return Diagnostic::new(Code(1008), severity, span, format!("`{name}` is not a name of its own"))
            .with_help(format!("the message is the parameter of `dw_process`: write `{to}`"))
            .with_fix(span, to);
    }
    if let Some(instead) = find(NOT_PROVIDED) {
        let found = Diagnostic::new(Code(1011), severity, span, format!("Python's `{name}` does not exist in Dataway"));
        return if instead.is_empty() { found } else { found.with_help(instead) };
    }
    let found = Diagnostic::new(Code(1001), severity, span, format!("`{name}` is defined nowhere"));
    if let Some(to) = close_own {
        return found.with_help(format!("did you mean `{to}`?")).with_fix(span, to);
    }
    if name == "msg" {
        return found.with_help("`msg` is the parameter of `dw_process`: pass it to the function that needs it");
    }
    if let Some(instead) = find(ABSENT_MODULES) {
        return found.with_help(format!("there is no module `{name}`: {instead}"));
    }
    if let Some(path) = member_of_module(name) {
        return found.with_help(format!("did you mean `{path}`?")).with_fix(span, path);
    }
    if let Some(to) = find(ELSEWHERE) {
        return found.with_help(format!("did you mean `{to}`?"));
    }
    match closest(name, reference::names()) {
        Some(to) => found.with_help(format!("did you mean `{to}`?")).with_fix(span, to),
        None => {
            found.with_help(format!("assign `{name}` first, or check its spelling; a text needs quotes: `'{name}'`"))
        }
    }
}

/// `math.sqrt` for `sqrt`: a member of a module, written without it.
fn member_of_module(name: &str) -> Option<String> {
    let path = |module: &crate::value::ModuleDesc| {
        let function = module.functions.iter().any(|function| function.name() == name);
        let ty = module.types.iter().any(|(shown, ..)| *shown == name);
        let constant = name.len() > 3 && module.constants.iter().any(|constant| constant.name == name);
        (function || ty || constant).then(|| format!("{}.{name}", module.name))
    };
    let parts = MODULES.iter().flat_map(|module| module.modules.iter().map(|(_, part)| *part));
    MODULES.iter().copied().chain(parts).find_map(path)
}

/// What a method of another language is called here, as the text to write; `{}` stands for the object.
const METHODS: &[(&str, &[&str], &str)] = &[
    ("length", &[], "len({})"),
    ("len", &[], "len({})"),
    ("size", &[], "len({})"),
    ("isEmpty", &[], "not {}"),
    ("is_empty", &[], "not {}"),
    ("toString", &[], "str({})"),
    ("to_string", &[], "str({})"),
    ("equals", &[], "{} == other"),
    ("has_key", &[], "key in {}"),
    ("containsKey", &[], "key in {}"),
    ("hasOwnProperty", &[], "key in {}"),
    ("contains", &[], "part in {}"),
    ("includes", &[], "part in {}"),
    ("push", &["list"], "{}.append(value)"),
    ("add", &["list"], "{}.append(value)"),
    ("addAll", &["list"], "{}.extend(values)"),
    ("concat", &["list"], "{} + others"),
    ("shift", &["list"], "{}.pop(0)"),
    ("unshift", &["list"], "{}.insert(0, value)"),
    ("append", &["set"], "{}.add(value)"),
    ("push", &["set"], "{}.add(value)"),
    ("extend", &["set"], "{}.update(values)"),
    ("append", &["dict"], "{}[key] = value"),
    ("add", &["dict"], "{}[key] = value"),
    ("put", &[], "{}[key] = value"),
    ("set", &["dict"], "{}[key] = value"),
    ("merge", &["dict"], "{}.update(other)"),
    ("append", &["str"], "{} + text"),
    ("concat", &["str"], "{} + text"),
    ("forEach", &[], "for item in {}"),
    ("map", &["list", "tuple"], "[f(item) for item in {}]"),
    ("filter", &["list", "tuple"], "[item for item in {} if condition]"),
    ("find", &["list"], "next((item for item in {} if condition), None)"),
    ("indexOf", &["list"], "{}.index(value)"),
    ("join", &["list", "tuple"], "separator.join({})"),
    ("split", &["list"], "`text.split(separator)` for every text of the list"),
    ("iteritems", &[], "{}.items()"),
    ("itervalues", &[], "{}.values()"),
    ("iterkeys", &[], "{}.keys()"),
    ("entries", &["dict"], "{}.items()"),
    ("keySet", &[], "{}.keys()"),
    ("items", &["list"], "enumerate({})"),
    ("keys", &["list"], "range(len({}))"),
    ("trim", &[], "{}.strip()"),
    ("trimStart", &[], "{}.lstrip()"),
    ("trimEnd", &[], "{}.rstrip()"),
    ("toUpperCase", &[], "{}.upper()"),
    ("toLowerCase", &[], "{}.lower()"),
    ("uppercase", &[], "{}.upper()"),
    ("lowercase", &[], "{}.lower()"),
    ("substring", &[], "{}[start:end]"),
    ("substr", &[], "{}[start:end]"),
    ("slice", &[], "{}[start:end]"),
    ("charAt", &[], "{}[index]"),
    ("indexOf", &[], "{}.find(part)"),
    ("startsWith", &[], "{}.startswith(part)"),
    ("endsWith", &[], "{}.endswith(part)"),
    ("replaceAll", &[], "{}.replace(old, new)"),
    ("padStart", &[], "{}.rjust(width)"),
    ("padLeft", &[], "{}.rjust(width)"),
    ("padEnd", &[], "{}.ljust(width)"),
    ("decode", &["str"], "`{}` alone: it is text already"),
    ("encode", &["bytes"], "`{}` alone: these are bytes already"),
    ("reverse", &["str", "tuple"], "{}[::-1]"),
    ("sort", &["tuple", "dict", "set", "str"], "sorted({})"),
    ("getTime", &[], "{}.timestamp()"),
    ("format", &["datetime", "date", "time"], "{}.strftime(format)"),
    ("addDays", &[], "{} + datetime.timedelta(days=n)"),
    ("plusDays", &[], "{} + datetime.timedelta(days=n)"),
    ("toFixed", &[], "round({}, digits)"),
    ("intValue", &[], "int({})"),
    ("toISOString", &[], "{}.isoformat()"),
    ("message", &[], "str({})"),
    ("parse", &["json"], "json.loads(text)"),
    ("stringify", &["json"], "json.dumps(value)"),
    ("load", &["json"], "json.loads(text)"),
    ("dump", &["json"], "json.dumps(value)"),
    ("decode", &["json"], "json.loads(text)"),
    ("encode", &["json"], "json.dumps(value)"),
    ("now", &["datetime", "time"], "datetime.datetime.now()"),
    ("utcnow", &["datetime"], "datetime.datetime.utcnow()"),
    ("today", &["datetime"], "datetime.date.today()"),
    ("strptime", &["datetime"], "datetime.datetime.strptime(text, format)"),
    ("strftime", &["datetime"], "`value.strftime(format)`, a method of the value"),
    ("fromtimestamp", &["datetime"], "datetime.datetime.fromtimestamp(seconds)"),
    ("fromisoformat", &["datetime"], "datetime.datetime.fromisoformat(text)"),
    ("encode", &["base64"], "base64.b64encode(data)"),
    ("decode", &["base64"], "base64.b64decode(text)"),
    ("uuid", &["uuid"], "uuid.uuid4()"),
    ("rand", &["random"], "random.random()"),
    ("replace", &["re"], "re.sub(pattern, replacement, text)"),
    ("test", &["re"], "re.search(pattern, text)"),
    ("from_json", &["Entity"], "Entity.from_bytes(text, 'application/json')"),
    ("from_xml", &["Entity"], "Entity.from_bytes(text, 'application/xml')"),
    ("from_dict", &["Entity"], "Entity.from_value(value, 'application/json')"),
    ("getlist", &["MultiMap"], "{}.getall(key)"),
    ("get_all", &["MultiMap"], "{}.getall(key)"),
    ("abs", &["math"], "abs(value)"),
    ("round", &["math"], "round(value)"),
    ("max", &["math"], "max(values)"),
    ("min", &["math"], "min(values)"),
    ("quote", &["urllib"], "urllib.parse.quote(text)"),
    ("unquote", &["urllib"], "urllib.parse.unquote(text)"),
    ("urlencode", &["urllib"], "urllib.parse.urlencode(query)"),
    ("urlparse", &["urllib"], "urllib.parse.urlparse(url)"),
];

/// What to write for an attribute that `owner` (the name of a type or module) does not have. `object` is the text of the
/// object, `known` its attributes.
pub(super) fn attribute<'n>(
    owner: &str,
    object: &str,
    name: &str,
    known: impl Iterator<Item = &'n str>,
) -> Option<String> {
    let by_meaning = || METHODS.iter().filter(|(method, ..)| *method == name);
    let object = if object.len() > 30 || object.contains('\n') { "value" } else { object };
    let write = |text: &str| {
        let text = text.replace("{}", object);
        if text.contains('`') { format!("write {text}") } else { format!("write `{text}`") }
    };
    if let Some((.., text)) = by_meaning().find(|(_, owners, _)| owners.contains(&owner)) {
        return Some(write(text));
    }
    if let Some(close) = closest(name, known) {
        return Some(format!("did you mean `{close}`?"));
    }
    let general = by_meaning().find(|(_, owners, _)| owners.is_empty());
    general.map(|(.., text)| write(text))
}

/// The candidate that is spelt most like `name`, if one is close.
pub(super) fn closest<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let most = match name.chars().count() {
        0..=2 => return None,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    let distance_to = |candidate: &'n str| {
        if candidate.eq_ignore_ascii_case(name)
            || candidate.replace('_', "").eq_ignore_ascii_case(&name.replace('_', ""))
        {
            return Some((0, candidate));
        }
        distance(name, candidate, most).map(|distance| (distance, candidate))
    };
    let close = candidates.filter(|candidate| !candidate.starts_with("__") && *candidate != name);
    let by_letters =
        |candidate: &'n str| distance_to(candidate).or_else(|| abbreviates(name, candidate).then_some((4, candidate)));
    close.filter_map(by_letters).min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Is one of two names of several words the other with shorter words: `calc_total` and `calculate_total`?
fn abbreviates(one: &str, two: &str) -> bool {
    let (mut left, mut right) = (one.split('_'), two.split('_'));
    let mut words = 0;
    loop {
        match (left.next(), right.next()) {
            (None, None) => return words > 1,
            (Some(a), Some(b)) if a.len().min(b.len()) > 2 && (a.starts_with(b) || b.starts_with(a)) => words += 1,
            _ => return false,
        }
    }
}

/// How many letters must be inserted, deleted, replaced or swapped with a neighbour; `None` above `most`.
fn distance(one: &str, two: &str, most: usize) -> Option<usize> {
    let (one, two): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
    if one.len().abs_diff(two.len()) > most || one.len() > 64 || two.len() > 64 {
        return None;
    }
    let mut before_last = vec![0; two.len() + 1];
    let mut last: Vec<usize> = (0..=two.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in two.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            let mut best = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == two[j - 1] && one[i - 1] == *b {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

/// A proposal for a type name that an annotation uses and nobody knows.
pub(super) fn type_name(name: &str) -> Option<String> {
    let known = match name {
        "string" | "String" | "text" => "str",
        "integer" | "Integer" | "long" | "number" => "int",
        "boolean" | "Boolean" => "bool",
        "double" | "decimal" => "float or decimal.Decimal",
        "object" | "Object" | "map" | "Map" | "json" => "dict",
        "array" | "Array" | "List" => "list",
        "void" | "null" => "None",
        "any" => "Any",
        "date" => "datetime.date",
        _ => {
            let names = builtins::TYPE_NAMES.iter().map(|(desc, _)| desc.name);
            let others = [
                "Any",
                "Optional",
                "Union",
                "Callable",
                "Iterable",
                "Iterator",
                "Generator",
                "Sequence",
                "Mapping",
                "Literal",
            ];
            return closest(name, names.chain(others)).map(str::to_owned);
        }
    };
    Some(known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_is_proposed() {
        for (name, candidates, expected) in [
            ("toatl", &["total", "title"][..], Some("total")),
            ("lenn", &["len", "list"], Some("len")),
            ("customerName", &["customer_name"], Some("customer_name")),
            ("x", &["y"], None),
            ("entirely", &["different"], None),
        ] {
            assert_eq!(closest(name, candidates.iter().copied()), expected, "{name}");
        }
    }
}
