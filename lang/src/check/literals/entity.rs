//! The MIME types of `Entity.from_value` and `Entity.from_bytes` (spec 6.2, 6.5).

use super::{Finder, argument, shown, text_of, unpacks};
use crate::check::suggest;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::mime::Format;
use crate::mime::mime_type::{essence, parameter};
use crate::syntax::ast::{Arg, Constant, Expr, ExprKind};
use crate::value::codec;

/// A MIME type is missing, unsupported, or fits neither data nor encoding.
pub const MIME: Code = Code(2020);
/// A misspelt MIME type of forms that is understood all the same.
const FORM: Code = Code(4005);

/// The MIME types that can be written, as messages propose them.
const SUPPORTED: &[&str] = &[
    "application/json",
    "application/xml",
    "application/csv",
    "application/x-www-form-urlencoded",
    "application/x-ndjson",
    "application/yaml",
    "multipart/form-data",
    "text/plain",
    "text/csv",
    "text/xml",
    "text/json",
    "text/yaml",
];

/// The MIME type of a call, if it is a literal.
pub fn mime_type(args: &[Arg]) -> Option<&str> {
    argument(args, Some(1), "mime_type").and_then(text_of)
}

impl<'a> Finder<'a> {
    /// A call of a function that makes an Entity.
    pub(super) fn entity(&mut self, path: &str, expr: &'a Expr, args: &'a [Arg]) {
        let writes = match path {
            "Entity.from_value" => true,
            "Entity.from_bytes" => false,
            _ => return,
        };
        let given = argument(args, Some(1), "mime_type");
        match given {
            None if unpacks(args) || !writes => {}
            None => {
                let data = args.first().map(|arg| shown(self.source.slice(arg.span())));
                let message = "`Entity.from_value` needs a MIME type".to_owned();
                let help = format!(
                    "write `Entity.from_value({}, 'application/json')`",
                    data.as_deref().unwrap_or("data").trim_matches('`')
                );
                self.failure(MIME, expr.span, message, help);
            }
            Some(Expr { span, kind: ExprKind::Constant(Constant::None), .. }) if writes => {
                let help = "name the format, for example `'application/json'`";
                self.failure(MIME, *span, "`Entity.from_value` needs a MIME type, not `None`", help);
            }
            Some(given) => {
                if let Some(text) = text_of(given) {
                    self.mime_text(given, text, writes);
                    self.charset(given, text, args);
                }
            }
        }
    }

    /// A MIME type that is written out.
    pub(super) fn mime_text(&mut self, given: &'a Expr, text: &str, writes: bool) {
        let essence = essence(text);
        if essence.eq_ignore_ascii_case("application/www-form-urlencoded") {
            let right = text.replacen("www-form", "x-www-form", 1);
            let found = Diagnostic::warning(FORM, given.span, format!("{} is a misspelling", shown(text)))
                .with_help("write `application/x-www-form-urlencoded`");
            let fixes = right != text && !right.contains(['\'', '\\']);
            self.found.push(if fixes { found.with_fix(given.span, format!("'{right}'")) } else { found });
            return;
        }
        if Format::of(text).is_some() {
            return;
        }
        let close = nearest(essence);
        if writes {
            let help = match close {
                Some(right) => format!("did you mean `{right}`?"),
                None => format!(
                    "the formats are {}",
                    SUPPORTED[..8].iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ")
                ),
            };
            self.failure(MIME, given.span, format!("the MIME type {} cannot be written", shown(text)), help);
        } else if let Some(right) = close {
            // Any type may be stored; one that is almost a known one can never be read.
            let message = format!("an Entity of the MIME type {} cannot be parsed", shown(text));
            self.warning(MIME, given.span, message, format!("did you mean `{right}`?"));
        }
    }

    /// A `charset` in the MIME type does not choose the encoding.
    fn charset(&mut self, given: &'a Expr, text: &str, args: &'a [Arg]) {
        let Some(charset) = parameter(text, "charset") else { return };
        let encoding = match argument(args, Some(2), "encoding") {
            None if unpacks(args) => return,
            None => "utf-8",
            Some(encoding) => match text_of(encoding) {
                Some(encoding) => encoding,
                None => return,
            },
        };
        if codec::lookup(&charset) != codec::lookup(encoding) {
            let message = format!("the charset {} is not the encoding `{encoding}` of the Entity", shown(&charset));
            let found = Diagnostic::new(MIME, Severity::Warning, given.span, message);
            self.found.push(found.with_help(format!("pass `encoding='{charset}'` as well")));
        }
    }
}

/// The supported MIME type that is meant by a text that is close to it.
fn nearest(essence: &str) -> Option<&'static str> {
    let lower = essence.to_ascii_lowercase();
    let by_word = |word: &str| SUPPORTED.iter().copied().find(|known| known.rsplit('/').next() == Some(word));
    match &*lower {
        "json" | "xml" | "csv" | "yaml" | "plain" => by_word(&lower),
        "text" | "txt" => Some("text/plain"),
        "form" | "application/form" => Some("application/x-www-form-urlencoded"),
        "ndjson" | "application/ndjson" | "application/jsonl" => Some("application/x-ndjson"),
        "multipart" => Some("multipart/form-data"),
        _ => {
            let (main, sub) = lower.split_once('/')?;
            let close =
                |own: &str, known: &'static str| own == known || suggest::closest(own, [known].into_iter()).is_some();
            SUPPORTED.iter().copied().find(|known| {
                known
                    .split_once('/')
                    .is_some_and(|(known_main, known_sub)| close(main, known_main) && close(sub, known_sub))
            })
        }
    }
}
