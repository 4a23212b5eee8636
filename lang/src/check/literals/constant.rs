//! Executing what consists of literals only.
//!
//! Nothing describes the built-ins better than they themselves: an expression of literals and of functions whose result
//! depends on their arguments alone is compiled and run, under tight limits. An exception here is an exception in every run.
//! What a limit stops is left alone. The functions are listed; none of them takes more than linear time or memory.

use std::time::Duration;

use super::{ARGUMENT, ENCODING, FORMAT, Finder, ZERO, entity, shown};
use crate::Profile;
use crate::program::{Limits, Program, RunOptions, bounded};
use crate::source::SourceText;
use crate::syntax::ParseOptions;
use crate::syntax::ast::{BinaryOp, Constant, Expr, ExprKind, Mode};
use crate::value::Value;

/// Most expressions of one program that are executed.
pub const MOST_RUNS: usize = 100;
/// Longest text that is executed, in bytes.
const LONGEST: u32 = 20_000;

/// Functions that may be called, by their full names.
pub const FUNCTIONS: &[&str] = &[
    "Entity.from_bytes",
    "Entity.from_value",
    "base64.b32decode",
    "base64.b64decode",
    "base64.urlsafe_b64decode",
    "bytes.fromhex",
    "chr",
    "datetime.date",
    "datetime.date.fromisoformat",
    "datetime.datetime",
    "datetime.datetime.fromisoformat",
    "datetime.datetime.strptime",
    "datetime.time",
    "datetime.time.fromisoformat",
    "datetime.timedelta",
    "datetime.timezone",
    "decimal.Decimal",
    "divmod",
    "float",
    "format",
    "int",
    "json.loads",
    "math.log",
    "math.log10",
    "math.sqrt",
    "max",
    "min",
    "ord",
    "random.choice",
    "random.randint",
    "re.compile",
    "struct.calcsize",
    "struct.pack",
    "struct.unpack",
    "time.strptime",
    "uuid.UUID",
    "zoneinfo.ZoneInfo",
];

/// Methods of string and bytes literals that may be called.
pub const METHODS: &[&str] = &["decode", "encode", "format", "index", "rindex", "rsplit", "split"];

/// An exception.
pub struct Failure {
    /// Its class, without module.
    pub class: String,
    /// What it says.
    pub message: String,
}

/// Executes an expression; gives the exception it raises.
pub fn failure(text: &str) -> Option<Failure> {
    let source = SourceText::new("constant", text);
    let options = ParseOptions { mode: Some(Mode::Expression), ..ParseOptions::default() };
    let program = Program::compile(&source, &options, Profile::Extended).program?;
    let limits =
        Limits { time: Some(Duration::from_millis(50)), memory: Some(32 << 20), recursion: 100, ..Limits::default() };
    let options = RunOptions { limits, seed: Some(0), ..RunOptions::default() };
    let outcome = bounded(&options, options.clock, |vm| program.evaluate(vm, Value::None).map(drop));
    let report = outcome.result.err()?;
    let last = report.last().filter(|_| report.stop.is_none())?;
    let class = last.class.rsplit('.').next().unwrap_or_default().to_owned();
    Some(Failure { class, message: last.message.clone() })
}

impl<'a> Finder<'a> {
    /// Executes an expression of literals and reports the innermost part that fails; false if none does.
    pub(super) fn execute(&mut self, expr: &'a Expr) -> bool {
        let Some(failure) = self.try_out(expr) else { return false };
        let mut parts = Vec::new();
        expr.kind.for_each_child(&mut |child| parts.push(child));
        if parts.into_iter().any(|part| self.works(part) && self.execute(part)) {
            return true;
        }
        self.report(expr, &failure);
        true
    }

    /// Is something done in this part of an expression of literals?
    fn works(&self, part: &Expr) -> bool {
        match &part.kind {
            ExprKind::BinOp { .. } | ExprKind::Call { .. } | ExprKind::Subscript { .. } | ExprKind::FString(_) => true,
            ExprKind::UnaryOp { .. }
            | ExprKind::List(_)
            | ExprKind::Tuple(_)
            | ExprKind::Set(_)
            | ExprKind::Dict(_) => {
                let mut found = false;
                part.kind.for_each_child(&mut |child| found = found || self.works(child));
                found
            }
            _ => false,
        }
    }

    fn try_out(&mut self, expr: &Expr) -> Option<Failure> {
        if self.runs == 0 || expr.span.len() > LONGEST {
            return None;
        }
        self.runs -= 1;
        failure(&self.text(expr))
    }

    /// Executes a text that the caller made of literals.
    pub(super) fn try_text(&mut self, text: &str) -> Option<Failure> {
        if self.runs == 0 || text.len() > LONGEST as usize {
            return None;
        }
        self.runs -= 1;
        failure(text)
    }

    /// The text of an expression with the full names of the functions that it calls.
    fn text(&self, expr: &Expr) -> String {
        let mut callees = Vec::new();
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            if let ExprKind::Call { func, .. } = &expr.kind
                && let Some(path) = self.names.path(func)
            {
                callees.push((func.span, path));
            }
            expr.kind.for_each_child(&mut |child| open.push(child));
        }
        callees.sort_by_key(|(span, _)| *span);
        let mut out = String::new();
        let mut at = expr.span.start;
        for (span, path) in callees {
            out.push_str(self.source.slice(crate::source::Span::new(at, span.start)));
            out.push_str(&path);
            at = span.end;
        }
        out.push_str(self.source.slice(crate::source::Span::new(at, expr.span.end)));
        out
    }

    /// Says what failed; errors of type and wrong indices are left to inference, which knows more about them.
    fn report(&mut self, expr: &'a Expr, failure: &Failure) {
        let Failure { class, message } = failure;
        let is_type_error = matches!(&**class, "TypeError" | "AttributeError");
        match &expr.kind {
            ExprKind::BinOp { left, op: BinaryOp::Mod, .. } if is_text(left) => {
                self.failure(FORMAT, expr.span, format!("this formatting fails: {message}"), "");
            }
            ExprKind::BinOp { right, .. }
                if matches!(&**class, "ZeroDivisionError" | "DivisionByZero" | "DivisionUndefined") =>
            {
                self.failure(ZERO, right.span, "division by zero", "");
            }
            ExprKind::FString(_) => self.failure(FORMAT, expr.span, format!("this formatting fails: {message}"), ""),
            ExprKind::Call { func, args } => {
                let method = if let ExprKind::Attribute { attr, .. } = &func.kind { &*attr.name } else { "" };
                let path = self.names.path(func);
                match path.as_deref() {
                    None if method == "format" => {
                        self.failure(FORMAT, expr.span, format!("this formatting fails: {message}"), "");
                    }
                    Some("format") if !is_type_error => {
                        self.failure(FORMAT, expr.span, format!("this formatting fails: {message}"), "");
                    }
                    Some("Entity.from_value") if class != "LookupError" => self.wrong_data(expr, args, failure),
                    Some("Entity.from_value" | "Entity.from_bytes") => {}
                    _ if class == "LookupError" && message.starts_with("unknown encoding") => {
                        self.unknown_encoding(args.first().map_or(expr, |arg| arg.value()));
                    }
                    _ if is_type_error => {}
                    _ => {
                        let span = if let [only] = args.as_slice() { only.span() } else { expr.span };
                        let callee = shown(self.source.slice(func.span));
                        // What the decimal module says names its signals only.
                        let reason = if class == "InvalidOperation" { "it is no number" } else { message };
                        self.failure(
                            ARGUMENT,
                            span,
                            format!("{callee} fails on this: {reason}"),
                            help(path.as_deref()),
                        );
                    }
                }
            }
            _ => {}
        }
    }

    /// `Entity.from_value` refuses data of literals.
    fn wrong_data(&mut self, expr: &'a Expr, args: &'a [crate::syntax::ast::Arg], failure: &Failure) {
        // A missing or unsupported MIME type has been named already.
        if entity::mime_type(args).is_none_or(|mime_type| crate::mime::Format::of(mime_type).is_none()) {
            return;
        }
        let span = args.first().map_or(expr.span, |arg| arg.span());
        self.failure(entity::MIME, span, format!("the format cannot express this: {}", failure.message), "");
    }

    /// Reports an encoding that nobody knows.
    pub(super) fn unknown_encoding(&mut self, name: &Expr) {
        let shown = shown(super::text_of(name).unwrap_or_default());
        let help = "common encodings are `utf-8`, `utf-16`, `gbk`, `latin-1` and `ascii`";
        self.failure(ENCODING, name.span, format!("the encoding {shown} is unknown"), help);
    }
}

/// Is it a literal whose `%` formats?
fn is_text(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Constant(Constant::Str(_) | Constant::Bytes(_)) | ExprKind::FString(_))
}

/// How the argument of a function is written.
fn help(path: Option<&str>) -> &'static str {
    match path {
        Some("int") => "`int` takes digits, perhaps with a sign: a fraction needs `int(float(text))`",
        Some("json.loads") => "JSON has double quotes, `true`, `false` and `null`, and no comma behind the last item",
        Some("decimal.Decimal") => "write a number such as `Decimal('12.50')`",
        Some("datetime.date.fromisoformat" | "datetime.datetime.fromisoformat" | "datetime.time.fromisoformat") => {
            "write it as in ISO 8601: `2024-05-31`, `12:30:00`, `2024-05-31T12:30:00+02:00`"
        }
        Some("uuid.UUID") => "a UUID has 32 hexadecimal digits",
        Some("re.compile") => "write a backslash before a character that means itself",
        _ => "",
    }
}
