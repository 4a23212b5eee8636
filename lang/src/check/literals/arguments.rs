//! Calls and operators in which one literal decides.

use super::{ARGUMENT, Finder, ZERO, argument, shown, text_of, unpacks};
use crate::diagnostic::Severity;
use crate::syntax::ast::{Arg, BinaryOp, Constant, Expr, ExprKind, UnaryOp};
use crate::value::civil::{Date, DateTime, RunZone, Time, TimeFields};
use crate::value::codec;

/// The functions of `re` that take a pattern first, with the position of their flags.
const PATTERNS: &[(&str, usize)] = &[
    ("re.compile", 1),
    ("re.findall", 2),
    ("re.finditer", 2),
    ("re.fullmatch", 2),
    ("re.match", 2),
    ("re.search", 2),
    ("re.split", 3),
    ("re.sub", 4),
    ("re.subn", 4),
];

/// The functions of `struct` that take a format first.
const STRUCTS: &[&str] = &[
    "struct.calcsize",
    "struct.iter_unpack",
    "struct.pack",
    "struct.pack_into",
    "struct.unpack",
    "struct.unpack_from",
    "struct.Struct",
];

/// Letters in which other languages write formats of dates.
const FOREIGN_DATES: &[&str] = &["yyyy", "YYYY", "MM", "dd", "DD", "HH", "hh", "mm", "ss", "SSS"];

impl<'a> Finder<'a> {
    /// An operator of which one side is not a literal.
    pub(super) fn operator(&mut self, expr: &'a Expr, left: &'a Expr, op: BinaryOp, right: &'a Expr) {
        match op {
            // Whatever the left side is, this fails.
            BinaryOp::Div | BinaryOp::FloorDiv if is_zero(right) => {
                self.failure(
                    ZERO,
                    right.span,
                    "division by zero",
                    "divide by something else, or test the divisor first",
                );
            }
            // The left side might be a format.
            BinaryOp::Mod if is_zero(right) && self.is_number(left) => {
                self.failure(
                    ZERO,
                    right.span,
                    "division by zero",
                    "divide by something else, or test the divisor first",
                );
            }
            BinaryOp::Mod => {
                if let ExprKind::Constant(Constant::Str(template)) = &left.kind {
                    self.percent_format(expr, template, right);
                }
            }
            _ => {}
        }
    }

    /// Is it certainly a number?
    fn is_number(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Constant(constant) => {
                matches!(constant, Constant::Int(_) | Constant::BigInt(_) | Constant::Float(_))
            }
            ExprKind::Call { func, .. } => self
                .names
                .path(func)
                .is_some_and(|path| matches!(&*path, "abs" | "float" | "int" | "len" | "ord" | "round")),
            _ => false,
        }
    }

    /// A method called on something that is no literal.
    pub(super) fn method(&mut self, receiver: &'a Expr, name: &str, args: &'a [Arg]) {
        match name {
            "format" => self.str_format(receiver, args),
            // Nothing else has these methods with a text as first argument.
            "encode" | "decode" => {
                let encoding = argument(args, Some(0), "encoding");
                if let Some(encoding) = encoding
                    && let Some(text) = text_of(encoding)
                    && codec::lookup(text).is_none()
                {
                    self.unknown_encoding(encoding);
                }
            }
            // A function of a module or class has been looked at by its name.
            "strftime" if self.names.path(receiver).is_none() => self.strftime(args.first()),
            _ => {}
        }
    }

    /// A call of the built-in function `path`.
    pub(super) fn arguments(&mut self, path: &str, expr: &'a Expr, args: &'a [Arg]) {
        if let Some((_, flags)) = PATTERNS.iter().find(|(function, _)| *function == path) {
            self.pattern(args, *flags, matches!(path, "re.sub" | "re.subn"));
        } else if STRUCTS.contains(&path) {
            self.layout(path, expr, args);
        }
        match path {
            "datetime.datetime.strptime" | "time.strptime" => self.strptime(args.get(1)),
            "time.strftime" => self.strftime(args.first()),
            "datetime.datetime.strftime" | "datetime.date.strftime" => self.strftime(args.get(1)),
            "divmod" => {
                if let Some(Arg::Positional(divisor)) = args.get(1).filter(|arg| is_zero(arg.value())) {
                    self.failure(
                        ZERO,
                        divisor.span,
                        "division by zero",
                        "divide by something else, or test the divisor first",
                    );
                }
            }
            "int" => self.probe(argument(args, Some(1), "base"), |base| format!("int('0', {base})")),
            "hashlib.new" => self.probe(argument(args, Some(0), "name"), |name| format!("hashlib.new({name})")),
            "hmac.new" => {
                self.probe(argument(args, Some(2), "digestmod"), |name| format!("hmac.new(b'', b'', {name})"));
            }
            "str" | "bytes" | "bytearray" | "config" => self.encoding(argument(args, Some(1), "encoding")),
            "Entity.from_value" => self.encoding(argument(args, Some(2), "encoding")),
            _ => {}
        }
    }

    /// Tries a call with one literal of the program.
    fn probe(&mut self, literal: Option<&'a Expr>, call: impl FnOnce(&str) -> String) {
        let Some(literal) = literal.filter(|literal| matches!(literal.kind, ExprKind::Constant(_))) else { return };
        let text = call(self.source.slice(literal.span));
        if let Some(failure) = self.try_text(&text).filter(|failure| failure.class != "TypeError") {
            self.failure(ARGUMENT, literal.span, failure.message, "");
        }
    }

    fn encoding(&mut self, literal: Option<&'a Expr>) {
        let Some(literal) = literal else { return };
        let Some(text) = text_of(literal).filter(|text| !text.is_empty()) else { return };
        if codec::lookup(text).is_none() {
            self.unknown_encoding(literal);
        }
    }

    /// A regular expression, and the text that replaces what it finds.
    fn pattern(&mut self, args: &'a [Arg], flags: usize, replaces: bool) {
        let Some(pattern) = argument(args, Some(0), "pattern").filter(|pattern| is_text(pattern)) else { return };
        let flags = argument(args, Some(flags), "flags");
        let written = match flags {
            None if unpacks(args) => return,
            None => "0".to_owned(),
            Some(flags) => match self.flags(flags) {
                Some(written) => written,
                None => return,
            },
        };
        let text = self.source.slice(pattern.span);
        if let Some(failure) = self.try_text(&format!("re.compile({text}, {written})")) {
            if failure.class != "TypeError" {
                let message = format!("malformed regular expression: {}", failure.message);
                let help = "a character that means itself needs a backslash; write patterns as raw strings: `r'\\d+'`";
                self.failure(ARGUMENT, pattern.span, message, help);
            }
            return;
        }
        let Some(template) = argument(args, Some(1), "repl").filter(|template| replaces && is_text(template)) else {
            return;
        };
        let empty = if matches!(template.kind, ExprKind::Constant(Constant::Bytes(_))) { "b''" } else { "''" };
        let call = format!("re.sub({text}, {}, {empty}, flags={written})", self.source.slice(template.span));
        if let Some(failure) = self.try_text(&call).filter(|failure| failure.class != "TypeError") {
            let message = format!("malformed replacement: {}", failure.message);
            let help = "`\\1` and `\\g<name>` are the groups of the pattern; a backslash itself is `\\\\`";
            self.failure(ARGUMENT, template.span, message, help);
        }
    }

    /// Flags of `re`, with their full names.
    fn flags(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::BinOp { left, op: BinaryOp::BitOr, right, .. } => {
                Some(format!("{} | {}", self.flags(left)?, self.flags(right)?))
            }
            ExprKind::Constant(Constant::Int(number)) => Some(number.to_string()),
            _ => self.names.path(expr).filter(|path| path.starts_with("re.")),
        }
    }

    /// A format of `struct`, and how many values it wants.
    fn layout(&mut self, path: &str, expr: &'a Expr, args: &'a [Arg]) {
        let Some(format) = argument(args, Some(0), "format").filter(|format| is_text(format)) else { return };
        let text = self.source.slice(format.span);
        if let Some(failure) = self.try_text(&format!("struct.calcsize({text})")) {
            if failure.class != "TypeError" {
                let help = "letters are `b B h H i I q Q` for ints, `f d` for floats, `s` for bytes, `x` for padding; `<` or `>` first";
                self.failure(ARGUMENT, format.span, format!("malformed struct format: {}", failure.message), help);
            }
            return;
        }
        if path == "struct.pack" && !unpacks(args) {
            let given = args.len().saturating_sub(1);
            // The text of a KeyError is the key: the number of values.
            let call = format!("{{}}[len(struct.unpack({text}, bytes(struct.calcsize({text}))))]");
            let wanted = self.try_text(&call).filter(|failure| failure.class == "KeyError");
            if let Some(wanted) = wanted.filter(|wanted| wanted.message != given.to_string()) {
                let message = format!("the format {} wants {} values, not {given}", shown(text), wanted.message);
                self.failure(
                    ARGUMENT,
                    expr.span,
                    message,
                    "each letter takes one value; `4s` takes one, `4b` takes four",
                );
            }
        }
    }

    /// The format of a date that is read.
    fn strptime(&mut self, arg: Option<&'a Arg>) {
        let Some(format) = arg.map(Arg::value) else { return };
        let Some(text) = text_of(format) else { return };
        if self.foreign_date(format, text) {
            return;
        }
        let call = format!("time.strptime('', {})", self.source.slice(format.span));
        if let Some(failure) = self.try_text(&call) {
            // The empty text matches almost nothing; that is no fault of the format.
            let is_format = failure.message.contains("bad directive") || failure.message.starts_with("stray %");
            if is_format || failure.class == "error" {
                let help = "directives are `%Y %m %d %H %M %S %f %z %b %B %a %A %j %p %I %y`; a percent sign is `%%`";
                self.failure(ARGUMENT, format.span, failure.message, help);
            }
        }
    }

    /// The format of a date that is written: an unknown directive appears in the result as it is.
    fn strftime(&mut self, arg: Option<&'a Arg>) {
        let Some(format) = arg.map(Arg::value) else { return };
        let Some(text) = text_of(format) else { return };
        if self.foreign_date(format, text) {
            return;
        }
        let Some(moment) = any_moment() else { return };
        let mut rest = text;
        while let Some((_, behind)) = rest.split_once('%') {
            let length = behind.find(|c| !matches!(c, '-' | '_' | '0' | '^')).unwrap_or(behind.len());
            let letter = behind.get(length..).and_then(|behind| behind.chars().next());
            let end = length + letter.map_or(0, char::len_utf8);
            let directive = format!("%{}", behind.get(..end).unwrap_or_default());
            let written = moment.strftime(directive.as_bytes(), &RunZone::utc());
            if letter.is_none() || written.is_ok_and(|written| written == directive.as_bytes()) {
                let message = format!("{} is no directive and is written as it is", shown(&directive));
                let help = "directives are `%Y %m %d %H %M %S %f %z %b %B %a %A %j %p %I %y`; a percent sign is `%%`";
                self.warning(ARGUMENT, format.span, message, help);
                return;
            }
            rest = behind.get(end..).unwrap_or_default();
        }
    }

    /// Warns of a format such as `yyyy-MM-dd`, which has no directive at all.
    fn foreign_date(&mut self, format: &'a Expr, text: &str) -> bool {
        let letters = text.split(|c: char| !c.is_ascii_alphabetic());
        let found =
            letters.filter(|word| FOREIGN_DATES.contains(word) || *word == "yyyyMMdd" || *word == "ddTHH").count();
        if text.contains('%') || found == 0 {
            return false;
        }
        let mut mended = text.to_owned();
        let directives = [
            ("yyyy", "%Y"),
            ("YYYY", "%Y"),
            ("MM", "%m"),
            ("dd", "%d"),
            ("DD", "%d"),
            ("HH", "%H"),
            ("hh", "%I"),
            ("mm", "%M"),
            ("SSS", "%f"),
            ("ss", "%S"),
        ];
        for (letters, directive) in directives {
            mended = mended.replace(letters, directive);
        }
        let message = format!("the date format {} has no directive: it stands for this very text", shown(text));
        let found = crate::diagnostic::Diagnostic::new(ARGUMENT, Severity::Warning, format.span, message)
            .with_help(format!("write `{mended}`"));
        let plain = !mended.contains(['\'', '"', '\\', '\n']);
        self.found.push(if plain { found.with_fix(format.span, format!("'{mended}'")) } else { found });
        true
    }
}

/// Some moment with a zone, to try directives on.
fn any_moment() -> Option<DateTime> {
    let date = Date::new(2001, 2, 3).ok()?;
    let fields = TimeFields { hour: 4, minute: 5, second: 6, microsecond: 7, fold: 0 };
    Some(DateTime::combine(date, Time::new(fields, None).ok()?))
}

/// Is it the number zero, written out?
fn is_zero(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Constant(Constant::Int(0)) => true,
        ExprKind::Constant(Constant::Float(x)) => *x == 0.0,
        ExprKind::UnaryOp { op: UnaryOp::USub | UnaryOp::UAdd, operand } => is_zero(operand),
        _ => false,
    }
}

/// Is it a string or bytes literal?
fn is_text(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Constant(Constant::Str(_) | Constant::Bytes(_)))
}
