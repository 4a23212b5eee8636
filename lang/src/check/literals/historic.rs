//! Forms of the past that are still accepted (spec 1.7, 4.12): each warning shows the form of today.

use super::{Finder, argument, text_of, unpacks};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, Ident};

const CONFIG: Code = Code(4002);
const MESSAGE: Code = Code(4003);
const KEY: Code = Code(4004);
const JSON_ENCODING: Code = Code(4006);
const HMAC: Code = Code(4007);

impl<'a> Finder<'a> {
    /// A call of the built-in function `path`.
    pub(super) fn historic_call(&mut self, path: &str, expr: &'a Expr, args: &'a [Arg]) {
        match path {
            "config" => {
                let mime_type = argument(args, Some(0), "mime_type");
                if let Some(mime_type) = mime_type
                    && let Some(text) = text_of(mime_type)
                {
                    // Bytes may get any type.
                    self.mime_text(mime_type, text, false);
                }
                let written = mime_type.map_or("'application/json'", |given| self.source.slice(given.span));
                let help = format!("return `Entity.from_value(result, mime_type={written})` instead");
                self.warning(CONFIG, expr.span, "`config` is a form of the past", help);
            }
            "json.loads" => {
                let at =
                    args.iter().position(|arg| matches!(arg, Arg::Keyword { name, .. } if &*name.name == "encoding"));
                let Some((at, arg)) = at.and_then(|at| Some((at, args.get(at)?))) else { return };
                let found = Diagnostic::warning(JSON_ENCODING, arg.span(), "`json.loads` ignores `encoding`")
                    .with_help("leave it out: bytes are read as UTF-8, UTF-16 or UTF-32, whichever they are");
                // The comma before goes as well.
                let from = at.checked_sub(1).and_then(|before| args.get(before)).map(|before| before.span().end);
                self.found.push(match from {
                    Some(from) => found.with_fix(Span::new(from, arg.span().end), ""),
                    None => found,
                });
            }
            "hmac.new" if !unpacks(args) && argument(args, Some(2), "digestmod").is_none() => {
                let found = Diagnostic::warning(HMAC, expr.span, "`hmac.new` without `digestmod` uses MD5")
                    .with_help("say which hash is meant: `digestmod=hashlib.sha256`; what was meant so far is `digestmod=hashlib.md5`");
                let end = args.last().map(|last| last.span().end);
                let written = self.names.path_is_free("hashlib");
                self.found.push(match end {
                    Some(end) if written => found.with_fix(Span::at(end), ", digestmod=hashlib.md5"),
                    _ => found,
                });
            }
            _ => {}
        }
    }

    /// `msg.var` and `msg.attr`.
    pub(super) fn historic_attribute(&mut self, value: &'a Expr, attr: &'a Ident) {
        let modern = match &*attr.name {
            "var" => "vars",
            "attr" => "attrs",
            _ => return,
        };
        if self.names.is_message(value) {
            let found = Diagnostic::warning(MESSAGE, attr.span, format!("`.{}` is a form of the past", attr.name));
            self.found.push(found.with_help(format!("write `.{modern}`")).with_fix(attr.span, modern));
        }
    }

    /// `['^raw']` and `['^mimeType']`.
    pub(super) fn historic_key(&mut self, index: &'a Expr) {
        let modern = match text_of(index) {
            Some("^raw") => "^blob",
            Some("^mimeType") => "^mime_type",
            _ => return,
        };
        let written = self.source.slice(index.span);
        let found = Diagnostic::warning(KEY, index.span, format!("`[{written}]` is a form of the past"));
        self.found.push(found.with_help(format!("write `['{modern}']`")).with_fix(index.span, format!("'{modern}'")));
    }
}
