//! Arguments meet parameters: how many, under which names, of which types.

use super::Pass;
use super::flow::{Evidence, Known};
use super::operator::short;
use crate::check::suggest;
use crate::check::types::fit::{Fit, element, fit, is_plain};
use crate::check::types::{Param, Protocol, Type};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind, Ident};
use crate::value::signature::ParamKind;
use crate::value::types as descs;

/// An argument as it is given.
pub(super) struct Given<'a> {
    pub(super) value: &'a Expr,
    /// `name=`
    pub(super) name: Option<&'a Ident>,
    pub(super) stars: Stars,
    /// What it is; lambdas wait until it is known what they will be called with.
    pub(super) known: Option<Known>,
    pub(super) span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stars {
    None,
    One,
    Two,
}

/// A function as messages name it.
pub(super) struct Callee<'n> {
    /// `split`, `math.sqrt`, the name of a script's function.
    pub(super) name: &'n str,
    /// Its parameters.
    pub(super) params: &'n [Param],
    /// The whole call.
    pub(super) call: Span,
    /// Who says that the callee is what it is.
    pub(super) by: Evidence,
}

impl Callee<'_> {
    /// The parameters as a caller writes them: `sep, maxsplit=…`.
    fn shown(&self) -> String {
        let mut shown = Vec::with_capacity(self.params.len());
        let mut stars = false;
        for param in self.params {
            let name = &param.name;
            match param.kind {
                ParamKind::VarArgs => {
                    stars = true;
                    shown.push(format!("*{name}"));
                }
                ParamKind::VarKeywords => shown.push(format!("**{name}")),
                ParamKind::Keyword if !stars => {
                    stars = true;
                    shown.push("*".to_owned());
                    shown.push(format!("{name}{}", if param.optional { "=…" } else { "" }));
                }
                _ => shown.push(format!("{name}{}", if param.optional { "=…" } else { "" })),
            }
        }
        format!("({})", shown.join(", "))
    }
}

/// Which argument goes to which parameter, as indices.
pub(super) type Matched = Vec<(usize, usize)>;

impl<'a> Pass<'a> {
    /// Evaluates arguments, lambdas excepted.
    pub(super) fn arguments(&mut self, args: &'a [Arg]) -> Vec<Given<'a>> {
        args.iter()
            .map(|arg| {
                let (name, stars) = match arg {
                    Arg::Positional(_) => (None, Stars::None),
                    Arg::Keyword { name, .. } => (Some(name), Stars::None),
                    Arg::Starred { .. } => (None, Stars::One),
                    Arg::DoubleStarred { .. } => (None, Stars::Two),
                };
                let value = arg.value();
                let is_lambda = matches!(value.kind, ExprKind::Lambda { .. }) && stars == Stars::None;
                let known = (!is_lambda).then(|| self.expr(value));
                if stars == Stars::One
                    && let Some(known) = &known
                {
                    self.iterate(known, value);
                }
                Given { value, name, stars, known, span: arg.span() }
            })
            .collect()
    }

    /// Evaluates lambdas of which nothing is known.
    pub(super) fn finish_lambdas(&mut self, given: &mut [Given<'a>]) {
        for argument in given {
            if argument.known.is_none() {
                let known = self.lambda(argument.value, &[]);
                self.record(argument.value.span, &known.ty);
                argument.known = Some(known);
            }
        }
    }

    /// Matches arguments with parameters; reports wrong counts and names.
    pub(super) fn match_arguments(&mut self, callee: &Callee<'_>, params: &[Param], given: &[Given<'a>]) -> Matched {
        let mut matched: Matched = Vec::with_capacity(given.len());
        let positional: Vec<usize> = (0..params.len())
            .filter(|at| matches!(params[*at].kind, ParamKind::Positional | ParamKind::Either))
            .collect();
        let rest = params.iter().position(|param| param.kind == ParamKind::VarArgs);
        let rest_names = params.iter().position(|param| param.kind == ParamKind::VarKeywords);
        let (mut used, mut open, mut open_names) = (0usize, false, false);
        let mut too_many: Vec<usize> = Vec::new();
        for (at, argument) in given.iter().enumerate() {
            match (argument.stars, argument.name) {
                (Stars::One, _) => open = true,
                (Stars::Two, _) => open_names = true,
                (Stars::None, None) if open => {}
                (Stars::None, None) => match (positional.get(used), rest) {
                    (Some(param), _) => {
                        matched.push((at, *param));
                        used += 1;
                    }
                    (None, Some(rest)) => matched.push((at, rest)),
                    (None, None) => too_many.push(at),
                },
                (Stars::None, Some(name)) => {
                    let by_name = |param: &Param| {
                        *param.name == *name.name && matches!(param.kind, ParamKind::Either | ParamKind::Keyword)
                    };
                    match (params.iter().position(by_name), rest_names) {
                        (Some(param), _) => {
                            if matched.iter().any(|(_, known)| *known == param) {
                                let message =
                                    format!("`{}` gets `{}` twice: by position and by name", callee.name, name.name);
                                let help = format!("give it once; the parameters are `{}`", callee.shown());
                                self.fails(2003, argument.span, callee.by, false, message, Some(help));
                            } else {
                                matched.push((at, param));
                            }
                        }
                        (None, Some(rest)) => matched.push((at, rest)),
                        (None, None) => self.unknown_keyword(callee, params, name),
                    }
                }
            }
        }
        if let Some(first) = too_many.first().and_then(|at| given.get(*at)) {
            let count = used + too_many.len();
            let last = too_many.last().and_then(|at| given.get(*at)).unwrap_or(first);
            let most = positional.len();
            let takes = if most == 0 { "no arguments".to_owned() } else { counted(most, "argument") };
            let message = format!(
                "`{}` takes {takes} by position, and {count} {} given",
                callee.name,
                if count == 1 { "is" } else { "are" }
            );
            let help = format!("its parameters are `{}`", callee.shown());
            self.fails(2002, first.span.to(last.span), callee.by, false, message, Some(help));
            return matched;
        }
        if !open || !open_names {
            let missing: Vec<&Param> = params
                .iter()
                .enumerate()
                .filter(|(at, param)| !param.optional && !matched.iter().any(|(_, known)| known == at))
                .filter(|(_, param)| match param.kind {
                    ParamKind::Positional => !open,
                    ParamKind::Either => !open && !open_names,
                    ParamKind::Keyword => !open_names,
                    ParamKind::VarArgs | ParamKind::VarKeywords => false,
                })
                .map(|(_, param)| param)
                .collect();
            if !missing.is_empty() {
                let names: Vec<String> = missing
                    .iter()
                    .filter(|param| !param.name.is_empty())
                    .map(|param| format!("`{}`", param.name))
                    .collect();
                let what = if names.is_empty() { counted(missing.len(), "argument") } else { names.join(", ") };
                let message = format!("the call of `{}` lacks {what}", callee.name);
                let help = format!("its parameters are `{}`", callee.shown());
                self.fails(2002, callee.call, callee.by, false, message, Some(help));
            }
        }
        matched
    }

    fn unknown_keyword(&mut self, callee: &Callee<'_>, params: &[Param], name: &Ident) {
        if name.name.is_empty() {
            return;
        }
        let named = params.iter().filter(|param| matches!(param.kind, ParamKind::Either | ParamKind::Keyword));
        let close = suggest::closest(&name.name, named.map(|param| &*param.name));
        let by_position = params.iter().any(|param| *param.name == *name.name);
        let message = if by_position {
            format!("`{}` takes `{}` only by position", callee.name, name.name)
        } else {
            format!("`{}` has no parameter `{}`", callee.name, name.name)
        };
        let mut found = Diagnostic::new(Code(2003), self.severity(callee.by, false), name.span, message);
        found.help = Some(match close {
            Some(close) if !by_position => format!("did you mean `{close}`?"),
            _ => format!("its parameters are `{}`", callee.shown()),
        });
        if let (Some(close), false) = (close, by_position) {
            found = found.with_fix(name.span, close);
        }
        self.push(found);
    }

    /// Reports an argument whose type the parameter does not take. `promise`: only an annotation asks for it.
    pub(super) fn check_argument(
        &mut self,
        callee: &Callee<'_>,
        param: &Param,
        wanted: &Type,
        value: &Expr,
        known: &Known,
        promise: bool,
    ) {
        if known.ty == Type::Never {
            return;
        }
        let members = known.ty.members();
        let failing: Vec<&Type> = members.iter().filter(|ty| fit(ty, wanted) == Fit::No && is_judged(ty)).collect();
        let by = if promise { Evidence::Likely.min(known.by) } else { known.by };
        let name = if param.name.is_empty() { "this argument".to_owned() } else { format!("`{}`", param.name) };
        if let Some(first) = failing.first() {
            // What is to be called is perhaps never called.
            let callback = wanted.members().iter().any(|ty| matches!(ty, Type::Function(_)));
            let some = failing.len() < members.len();
            let partial = some || callback;
            let what = if some { "may be" } else { "is" };
            let message = format!(
                "`{}` takes `{wanted}` for {name}, and this {what} `{}`{}",
                callee.name,
                short(first),
                Self::source_of(known.by)
            );
            let help = argument_advice(callee.name, first, wanted, self.source.slice(value.span));
            let mut found = Diagnostic::new(Code(2004), self.severity(by, partial), value.span, message);
            if let Some(origin) = self.origin(value) {
                found = found.with_related(origin, "it gets its value here");
            }
            found.help = help;
            self.push(found);
            return;
        }
        // The container fits, and no element of it does.
        if let ([own], Some(inner)) = (members, element(&known.ty))
            && let Type::Protocol(_, parameters) = wanted
            && let Some(wanted_inner) = parameters.first()
            && !own.is_any()
            && inner != Type::Never
            && !inner.members().is_empty()
            && inner.members().iter().all(|ty| fit(ty, wanted_inner) == Fit::No)
        {
            let message = format!(
                "`{}` takes elements of type `{wanted_inner}`, and these are `{}`{}",
                callee.name,
                short(&inner),
                Self::source_of(known.by)
            );
            let text = self.source.slice(value.span);
            let help = match *wanted_inner == Type::STR {
                true => format!("convert them: `str(x) for x in {text}`"),
                false => "convert the elements first".to_owned(),
            };
            let severity = if by == Evidence::Sample { Severity::Info } else { Severity::Warning };
            self.note(2004, severity, value.span, message, Some(help));
        }
    }
}

/// Is it known what the type can stand for? Objects of modules may convert to numbers or bytes.
fn is_judged(ty: &Type) -> bool {
    ty.class().is_none_or(|class| is_plain(class) || class.bare || matches!(ty, Type::Generic(..)))
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// What to do about an argument of the wrong type.
fn argument_advice(callee: &str, ty: &Type, wanted: &Type, text: &str) -> Option<String> {
    let text = if text.chars().count() > 40 || text.contains('\n') { "value" } else { text };
    let accepts = |target: &Type| fit(target, wanted) != Fit::No;
    let is = |target: &Type| ty.widened() == *target;
    if ty.is_none() {
        return Some(format!("handle `None` first: `if {text} is not None:`"));
    }
    if matches!(wanted, Type::Protocol(Protocol::Sized, _)) {
        let is_number = is(&Type::INT) || is(&Type::FLOAT);
        return is_number.then(|| format!("a number has no length; for its digits write `len(str({text}))`"));
    }
    if matches!(ty, Type::Entity(..)) {
        return Some(format!("give the Entity's value or bytes: `{text}['^value']` or `{text}['^blob']`"));
    }
    if is(&Type::STR) && accepts(&Type::BYTES) && !accepts(&Type::STR) {
        return Some(format!("encode the text: `{text}.encode()`"));
    }
    if is(&Type::BYTES) && accepts(&Type::STR) {
        return Some(format!("decode the bytes: `{text}.decode()`"));
    }
    if ty.is_instance(&descs::LIST) && accepts(&Type::generic(&descs::TUPLE, [Type::STR])) {
        return Some(format!("make it a tuple: `tuple({text})`"));
    }
    let is_container = element(ty).is_some() && !is(&Type::STR) && !is(&Type::BYTES);
    if is_container && accepts(&Type::STR) {
        return Some(match callee {
            "json.loads" => "this is a value already and no JSON text: use it as it is".to_owned(),
            _ => "give one value, not a container: take an element of it".to_owned(),
        });
    }
    if is_container && accepts(&Type::INT) {
        return Some(format!("for the number of elements write `len({text})`"));
    }
    if accepts(&Type::STR) {
        return Some(format!("convert it to text: `str({text})`"));
    }
    if is(&Type::STR) && accepts(&Type::FLOAT) {
        return Some(format!("convert it: `float({text})`"));
    }
    if is(&Type::STR) && accepts(&Type::INT) {
        return Some(format!("convert it: `int({text})`"));
    }
    if is(&Type::FLOAT) && accepts(&Type::INT) {
        return Some(format!("convert it: `int({text})`"));
    }
    (element(ty).is_none() && accepts(&Type::list(Type::Any))).then(|| format!("put it into a list: `[{text}]`"))
}
