//! Signatures of built-ins: parsing their text, and binding arguments to parameters with CPython's error texts.
//!
//! CPython words errors about arguments differently for functions in C and in Python. A text that begins with `def` is one
//! of the latter. A further word before the name is the name that errors use: `def Random.randint random.randint(…)`; with a
//! dot in it the function has a receiver that callers do not write.

mod python;

use super::exceptions::type_error;
use super::hvec::HVec;
use super::{Dict, R, Tuple, Value};

/// The value of an optional parameter that was not given.
#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// The parameter is required.
    Required,
    /// The implementation sees an unbound value.
    Absent,
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// An int.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(String),
}

impl Default {
    fn parse(text: &str) -> Default {
        let text = text.trim();
        match text {
            "<absent>" => Default::Absent,
            "None" => Default::None,
            "True" => Default::Bool(true),
            "False" => Default::Bool(false),
            _ => {
                if let Ok(n) = text.parse::<i64>() {
                    Default::Int(n)
                } else if let Ok(x) = text.parse::<f64>() {
                    Default::Float(x)
                } else {
                    let inner = text.trim_matches(|c| c == '\'' || c == '"');
                    Default::Str(inner.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t"))
                }
            }
        }
    }

    /// The value that the implementation sees.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Default::Required | Default::Absent => Value::Unbound,
            Default::None => Value::None,
            Default::Bool(b) => Value::Bool(*b),
            Default::Int(n) => Value::Int(*n),
            Default::Float(x) => Value::Float(*x),
            Default::Str(s) => Value::str(s),
        }
    }
}

/// How arguments reach a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// By position only.
    Positional,
    /// By position or name.
    Either,
    /// `*args`
    VarArgs,
    /// By name only.
    Keyword,
    /// `**kwargs`
    VarKeywords,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// How arguments reach it.
    pub kind: ParamKind,
    /// Its type as written; empty if there is none.
    pub ty: String,
    /// Its default.
    pub default: Default,
}

/// A parsed signature.
#[derive(Debug, Clone)]
pub struct Signature {
    /// The parameters.
    pub params: Vec<Param>,
    /// The result type as written; empty if there is none.
    pub returns: String,
    /// For signatures without `*args`, `**kwargs` and keyword parameters: least and most arguments.
    pub plain: Option<(usize, usize)>,
    /// Positional parameters.
    positional: usize,
    /// Whether no parameter can be given by name.
    no_keywords: bool,
    /// Whether errors are worded as for a function written in Python.
    python: bool,
    /// The name that errors use, if it is another than the function's.
    label: Option<String>,
}

/// The parts of a parameter list: splits at commas outside brackets and quotes.
#[must_use]
pub fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut quote) = (0i32, 0, None);
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(' | '{') => depth += 1,
            (None, ']' | ')' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() {
        parts.push(last);
    }
    parts
}

impl Signature {
    /// Parses `name(params) -> type`.
    #[must_use]
    pub fn parse(text: &str) -> Signature {
        let open = text.find('(').unwrap_or(text.len());
        let mut words = text[..open].split(' ').rev().skip(1).peekable();
        let label = words.next_if(|word| *word != "def").map(str::to_owned);
        let python = words.next().is_some();
        let (head, returns) = text.rsplit_once("->").map_or((text, ""), |(h, r)| (h, r.trim()));
        let close = head.rfind(')').unwrap_or(head.len());
        let mut params: Vec<Param> = Vec::new();
        let mut kind = ParamKind::Either;
        for part in split(head.get(open + 1..close).unwrap_or("")) {
            match part {
                "/" => params.iter_mut().for_each(|p| p.kind = ParamKind::Positional),
                "*" => kind = ParamKind::Keyword,
                _ => {
                    let (left, default) = match part.split_once('=') {
                        Some((left, default)) => (left, Default::parse(default)),
                        None => (part, Default::Required),
                    };
                    let (name, ty) = left.split_once(':').map_or((left, ""), |(n, t)| (n, t.trim()));
                    let (name, this) = if let Some(name) = name.strip_prefix("**") {
                        (name, ParamKind::VarKeywords)
                    } else if let Some(name) = name.strip_prefix('*') {
                        kind = ParamKind::Keyword;
                        (name, ParamKind::VarArgs)
                    } else {
                        (name, kind)
                    };
                    params.push(Param { name: name.trim().to_owned(), kind: this, ty: ty.to_owned(), default });
                }
            }
        }
        let by_position = |p: &&Param| matches!(p.kind, ParamKind::Positional | ParamKind::Either);
        let positional = params.iter().filter(by_position).count();
        let required = params.iter().filter(by_position).filter(|p| p.default == Default::Required).count();
        let plain = (positional == params.len()).then_some((required, positional));
        let named = |p: &Param| !matches!(p.kind, ParamKind::Positional | ParamKind::VarArgs);
        let no_keywords = !params.iter().any(named);
        Signature { params, returns: returns.to_owned(), plain, positional, no_keywords, python, label }
    }

    /// Binds arguments to parameters. `label` is the function's name in errors (`split`), `qualified` gives the name with its
    /// type or module (`str.split`; empty for the call of a type), `receivers` how many of the first arguments are receivers,
    /// which errors do not count.
    ///
    /// # Errors
    /// `TypeError` when the arguments do not fit.
    pub fn bind(
        &self,
        label: &str,
        qualified: Qualified<'_>,
        receivers: usize,
        args: &[Value],
        keywords: &[(Value, Value)],
    ) -> R<Vec<Value>> {
        let nameless = self.label.as_deref() == Some(NAMELESS);
        let qualified = || match &self.label {
            _ if nameless => label.to_owned(),
            Some(own) => own.clone(),
            None => qualified(),
        };
        let label = self.label.as_deref().unwrap_or(label);
        self.fill(label, &qualified, receivers, args, keywords).map_err(|raise| {
            if !self.python {
                return raise;
            }
            // Methods are named with their class, functions without their module.
            let hidden = usize::from(receivers == 0 && self.label.as_ref().is_some_and(|l| l.contains('.')));
            let name = if receivers > 0 { &qualified() } else { label };
            python::refusal(self, name, hidden, args.len(), keywords).unwrap_or(raise)
        })
    }

    fn fill(
        &self,
        label: &str,
        qualified: Qualified<'_>,
        receivers: usize,
        args: &[Value],
        keywords: &[(Value, Value)],
    ) -> R<Vec<Value>> {
        if self.no_keywords && !keywords.is_empty() {
            let qualified = &qualified();
            let bare = qualified.is_empty() || is_listed(&PARSED_FUNCTIONS, label, qualified);
            let name = if bare { label } else { qualified };
            return Err(type_error(format!("{name}() takes no keyword arguments")));
        }
        let varargs = self.params.iter().any(|p| p.kind == ParamKind::VarArgs);
        if args.len() > self.positional && !varargs {
            return Err(self.count_error(label, qualified, receivers, args.len(), keywords.len()));
        }
        // CPython counts what is given before it looks at names.
        let open = varargs || self.params.iter().any(|p| p.kind == ParamKind::VarKeywords);
        if !open && !self.no_keywords && args.len() + keywords.len() > self.params.len() {
            return Err(self.count_error(label, qualified, receivers, args.len(), keywords.len()));
        }
        let mut bound: Vec<Value> = Vec::with_capacity(self.params.len());
        let mut rest = args.iter();
        let mut used = 0;
        for (n, param) in self.params.iter().enumerate() {
            let value = match param.kind {
                ParamKind::VarArgs => Value::Tuple(Tuple::new(rest.by_ref().cloned().collect::<HVec<_>>())),
                ParamKind::VarKeywords => {
                    let extra = Dict::new();
                    for (key, value) in keywords {
                        if !self.params.iter().any(|p| is_named(p, key)) {
                            extra.set(key.clone(), value.clone())?;
                            used += 1;
                        }
                    }
                    Value::Dict(extra)
                }
                ParamKind::Positional | ParamKind::Either | ParamKind::Keyword => {
                    let by_position = if param.kind == ParamKind::Keyword { None } else { rest.next() };
                    let by_name = keywords.iter().find(|(key, _)| is_named(param, key)).map(|(_, v)| v);
                    if by_name.is_some() {
                        used += 1;
                    }
                    match (by_position, by_name) {
                        (Some(_), Some(_)) => {
                            return Err(type_error(format!(
                                "argument for {} given by name ('{}') and position ({})",
                                call(label),
                                param.name,
                                n + 1 - receivers.min(n)
                            )));
                        }
                        (Some(value), None) | (None, Some(value)) => value.clone(),
                        (None, None) if param.default == Default::Required => {
                            return Err(self.missing(label, qualified, receivers, n, args.len(), keywords.len()));
                        }
                        (None, None) => param.default.value(),
                    }
                }
            };
            bound.push(value);
        }
        if used < keywords.len() {
            let known = |key: &Value| self.params.iter().any(|p| is_named(p, key));
            let unknown =
                keywords.iter().find(|(key, _)| !known(key)).map_or_else(String::new, |(k, _)| k.to_display());
            // CPython's `sorted` hands its keywords to `list.sort`, which then speaks.
            let label = if label == "sorted" { "sort" } else { label };
            let call = if label == NAMELESS { format!("this {label}") } else { call(label) };
            return Err(type_error(format!("'{unknown}' is an invalid keyword argument for {call}")));
        }
        Ok(bound)
    }

    #[cold]
    fn missing(
        &self,
        label: &str,
        qualified: Qualified<'_>,
        receivers: usize,
        at: usize,
        given: usize,
        keywords: usize,
    ) -> super::Raise {
        let param = &self.params[at];
        if self.no_keywords || param.kind == ParamKind::Positional {
            return self.count_error(label, qualified, receivers, given, keywords);
        }
        if param.kind == ParamKind::Keyword {
            return type_error(format!("{label}() missing required keyword-only argument: '{}'", param.name));
        }
        let at = at + 1 - receivers.min(at);
        type_error(format!("{} missing required argument '{}' (pos {at})", call(label), param.name))
    }

    /// The error for a wrong number of positional arguments.
    #[cold]
    fn count_error(
        &self,
        label: &str,
        qualified: Qualified<'_>,
        receivers: usize,
        given: usize,
        keywords: usize,
    ) -> super::Raise {
        let qualified = &qualified();
        let required = self
            .params
            .iter()
            .filter(|p| matches!(p.kind, ParamKind::Positional | ParamKind::Either) && p.default == Default::Required)
            .count()
            .saturating_sub(receivers);
        let most = self.positional.saturating_sub(receivers);
        let given = given.saturating_sub(receivers);
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        if is_listed(&PARSED_METHODS, label, qualified) || is_listed(&PARSED_FUNCTIONS, label, qualified) {
            let (word, bound) = match required == most {
                true => ("exactly", most),
                false if given < required => ("at least", required),
                false => ("at most", most),
            };
            return type_error(format!("{label}() takes {word} {bound} argument{} ({given} given)", plural(bound)));
        }
        let only_positional = self.params.iter().all(|p| p.kind == ParamKind::Positional);
        if only_positional && required == most && most < 2 && !qualified.is_empty() {
            return type_error(if most == 0 {
                format!("{qualified}() takes no arguments ({given} given)")
            } else {
                format!("{qualified}() takes exactly one argument ({given} given)")
            });
        }
        let by_keyword = self.params.iter().any(|p| p.kind == ParamKind::Either);
        if by_keyword {
            let named = self.params.iter().filter(|p| p.kind == ParamKind::Keyword).count();
            let needed = |p: &&Param| p.kind == ParamKind::Positional && p.default == Default::Required;
            let least = self.params.iter().filter(needed).count().saturating_sub(receivers);
            let (total, call) = (given + keywords, call(label));
            return type_error(if given < least {
                let bound = if least < most { "at least" } else { "exactly" };
                format!("{call} takes {bound} {least} positional argument{} ({given} given)", plural(least))
            } else if total <= most + named {
                let bound = if required == most && label != NAMELESS { "exactly" } else { "at most" };
                format!("{call} takes {bound} {most} positional argument{} ({given} given)", plural(most))
            } else {
                let most = most + named;
                let what = if given == 0 { "keyword argument" } else { "argument" };
                format!("{call} takes at most {most} {what}{} ({total} given)", plural(most))
            });
        }
        let (word, bound) = if given < required { ("at least", required) } else { ("at most", most) };
        let has_keywords = self.params.iter().any(|p| p.kind == ParamKind::Keyword);
        if has_keywords && label != "sorted" && given > most {
            return type_error(if most == 0 {
                format!("{label}() takes no positional arguments")
            } else {
                let bound = if required == most { "exactly" } else { "at most" };
                format!("{label}() takes {bound} {most} positional argument{} ({given} given)", plural(most))
            });
        }
        if label == NAMELESS {
            let word = if required == most { "exactly" } else { word };
            return type_error(format!("{label} takes {word} {bound} argument{} ({given} given)", plural(bound)));
        }
        if required == most {
            return type_error(format!("{label} expected {most} argument{}, got {given}", plural(most)));
        }
        type_error(format!("{label} expected {word} {bound} argument{}, got {given}", plural(bound)))
    }
}

/// Names of types or modules with names of their functions.
type Listed<'a> = (&'a [&'a str], &'a [&'a str]);

/// Methods whose arguments CPython takes apart in an older way, with an error text of its own.
const PARSED_METHODS: [Listed<'static>; 1] =
    [(&["str", "bytes", "bytearray"], &["count", "endswith", "find", "index", "rfind", "rindex", "startswith"])];

/// Functions of the same kind; unlike methods they are named without what they belong to.
const PARSED_FUNCTIONS: [Listed<'static>; 3] = [
    (&["date", "datetime"], &["fromordinal", "strptime", "utcfromtimestamp"]),
    (&["socket"], &["htons", "ntohs", "inet_aton", "inet_ntoa"]),
    (&["time"], &["ctime", "gmtime", "localtime", "strftime"]),
];

/// Gives the name of a function with its type or module: only errors need it, and it has to be searched for.
type Qualified<'a> = &'a dyn Fn() -> String;

fn is_listed(list: &[Listed<'_>], label: &str, qualified: &str) -> bool {
    let owner = qualified.rsplit_once('.').map_or("", |(owner, _)| owner);
    list.iter().any(|(owners, names)| owners.contains(&owner) && names.contains(&label))
}

/// The label of functions that do not tell CPython's argument parser their name.
const NAMELESS: &str = "function";

/// The function as errors call it.
fn call(label: &str) -> String {
    if label == NAMELESS { label.to_owned() } else { format!("{label}()") }
}

fn is_named(param: &Param, key: &Value) -> bool {
    matches!(param.kind, ParamKind::Either | ParamKind::Keyword) && key.text_bytes() == Some(param.name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_every_kind_of_parameter() {
        let s = Signature::parse(
            "f(a: int, /, b: str | None = None, *rest: T, c=1, d: str = ', ', e=<absent>, **kw) -> dict[str, int]",
        );
        let kinds: Vec<_> = s.params.iter().map(|p| p.kind).collect();
        use ParamKind::{Either, Keyword, Positional, VarArgs, VarKeywords};
        assert_eq!(kinds, [Positional, Either, VarArgs, Keyword, Keyword, Keyword, VarKeywords]);
        assert_eq!(s.params[1].ty, "str | None");
        assert_eq!(s.params[4].default, Default::Str(", ".into()));
        assert_eq!(s.params[5].default, Default::Absent);
        assert_eq!(s.returns, "dict[str, int]");
        assert_eq!(Signature::parse("pop(self, index: int = -1, /)").plain, Some((1, 2)));
    }
}
