//! From text to tree: the one door to the parser (spec sections 1 and 3).
//!
//! [`parse`] always gives a tree, and never fails or hangs, whatever the text is. The way is:
//! scan, lay out, repair, then the grammar, one top-level statement at a time, then `validate`.
//! When the grammar stops at a token, `explain` says why, `recover` rewrites the tokens around it,
//! and the same statement is parsed again; the number of such rounds is bounded.

use lalrpop_util::ParseError;

use super::ast::{Body, Comment, Expr, ExprKind, Mode, Program, Stmt, StmtKind};
use super::recover::{Outcome, Recovery};
use super::report::Report;
use super::token::{Tok, Token};
use super::tree::{Builder, Fragment, Names};
use super::{expression, layout, repair, scan, validate};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceText, Span};

#[allow(clippy::all, clippy::pedantic, missing_docs, unused, reason = "generated code")]
mod generated {
    lalrpop_util::lalrpop_mod!(pub grammar, "/syntax/grammar.rs");
}

/// Longest program, in bytes of UTF-8, unless a host says otherwise (spec section 11.1).
pub const MAX_PROGRAM_BYTES: usize = 1 << 20;

/// The modules that can be imported (spec section 9.2).
pub const MODULES: &[&str] = &[
    "Crypto",
    "Crypto.Cipher",
    "Crypto.Cipher.AES",
    "Crypto.Hash",
    "Crypto.Hash.HMAC",
    "Crypto.Hash.MD5",
    "Crypto.Hash.SHA1",
    "Crypto.Hash.SHA224",
    "Crypto.Hash.SHA256",
    "Crypto.Hash.SHA384",
    "Crypto.Hash.SHA512",
    "Crypto.PublicKey",
    "Crypto.PublicKey.RSA",
    "Crypto.Random",
    "Crypto.Signature",
    "Crypto.Signature.PKCS1_v1_5",
    "Crypto.Signature.pkcs1_15",
    "Crypto.Util",
    "Crypto.Util.Padding",
    "base64",
    "collections",
    "copy",
    "csv",
    "datetime",
    "decimal",
    "functools",
    "hashlib",
    "hmac",
    "json",
    "math",
    "random",
    "re",
    "socket",
    "string",
    "struct",
    "time",
    "unicodedata",
    "urllib",
    "urllib.parse",
    "uuid",
    "zoneinfo",
];

/// How to read a text.
#[derive(Clone, Debug)]
pub struct ParseOptions<'a> {
    /// The mode; `None` decides by the text: a script if the keyword `def` occurs in it.
    pub mode: Option<Mode>,
    /// The text comes from a `#[ … ]`: as a whole it may be indented.
    pub embedded: bool,
    /// Longest text that is read, in bytes.
    pub max_bytes: usize,
    /// The modules that can be imported.
    pub modules: &'a [&'a str],
}

impl Default for ParseOptions<'_> {
    fn default() -> Self {
        ParseOptions { mode: None, embedded: false, max_bytes: MAX_PROGRAM_BYTES, modules: MODULES }
    }
}

/// What a text says, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The program. Where the text makes no sense it holds error nodes.
    pub program: Program,
    /// What is wrong, in source order.
    pub diagnostics: Vec<Diagnostic>,
    /// The comments, in source order.
    pub comments: Vec<Comment>,
    /// The text ends where more has to follow: inside a bracket or a triple-quoted string, below
    /// the header of a block, behind a line continuation. At a prompt it may be continued.
    pub incomplete: bool,
}

impl Parsed {
    /// Is there anything that keeps the program from being run?
    #[must_use]
    pub fn has_compile_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_compile_error)
    }
}

/// What all runs of the parser over one source share.
#[derive(Debug)]
pub struct Shared<'s> {
    /// The source.
    pub source: &'s SourceText,
    /// The modules that can be imported.
    pub modules: &'s [&'s str],
    /// The names found so far.
    pub names: Names,
    /// Rounds of recovery that are left.
    pub rounds: usize,
}

/// Most times that a part of a program is parsed again after an error.
const MAX_ROUNDS: usize = 80;

/// Reads a program.
#[must_use]
pub fn parse(source: &SourceText, options: &ParseOptions<'_>) -> Parsed {
    let mut report = Report::default();
    if let Some(unreadable) = unreadable(source, options) {
        report.push(unreadable);
        let program = empty(options.mode.unwrap_or(Mode::Script));
        return Parsed { program, diagnostics: report.finish(), comments: Vec::new(), incomplete: false };
    }
    let text = source.text();
    let (raw, comments) = layout::split_comments(scan::scan(text, 0, &mut report));
    let is_script = raw.iter().any(|token| token.kind == Tok::Def);
    let mode = options.mode.unwrap_or(if is_script { Mode::Script } else { Mode::Expression });
    let mut shared = Shared { source, modules: options.modules, names: Names::default(), rounds: MAX_ROUNDS };
    let body = match mode {
        Mode::Expression => Body::Expression(Box::new(expression::parse(&raw, &mut shared, &mut report))),
        Mode::Script | Mode::Interactive => {
            let tokens = layout::statements(&raw, text, options.embedded, &mut report);
            let tokens = repair::repair(&tokens, source, &mut report);
            Body::Statements(statements(&tokens, &mut shared, &mut report))
        }
    };
    let mut program = Program { mode, body };
    if let Some(historic) = historic_form(source, &raw, &comments, mode, &report) {
        program = empty(mode);
        report = Report::default();
        report.push(historic);
    } else {
        validate::validate(&program, source, &mut report);
    }
    let incomplete = report.incomplete;
    Parsed { program, diagnostics: report.finish(), comments, incomplete }
}

/// A program that says nothing.
fn empty(mode: Mode) -> Program {
    let body = match mode {
        Mode::Expression => Body::Expression(Box::new(Expr::new(Span::at(0), ExprKind::Error))),
        Mode::Script | Mode::Interactive => Body::Statements(Vec::new()),
    };
    Program { mode, body }
}

/// Why a source is not read at all.
fn unreadable(source: &SourceText, options: &ParseOptions<'_>) -> Option<Diagnostic> {
    if let Some(at) = source.undecodable() {
        let error = Diagnostic::error(Code::ENCODING, Span::at(at), "the source is not UTF-8");
        return Some(error.with_help("save the file in the encoding UTF-8"));
    }
    if source.text().len() > options.max_bytes {
        let message = format!("the program is longer than {} bytes", options.max_bytes);
        let error = Diagnostic::error(Code::TOO_LONG, Span::at(0), message);
        return Some(error.with_help("move data out of the program, or split it"));
    }
    let at = u32::try_from(source.text().find('\0')?).ok()?;
    let error = Diagnostic::error(Code::ENCODING, Span::new(at, at + 1), "NUL in the source");
    Some(error.with_help("write `\\0` in a string for this character"))
}

/// The scripts of 2020 with a header and a body (spec section 1.7).
fn historic_form(
    source: &SourceText,
    raw: &[Token],
    comments: &[Comment],
    mode: Mode,
    report: &Report,
) -> Option<Diagnostic> {
    let word = |token: &Token| source.slice(token.span);
    let defines = |name: &str| {
        let is_def = |pair: &[Token]| match pair {
            [def, named] => def.kind == Tok::Def && word(named) == name,
            _ => false,
        };
        raw.windows(2).any(is_def)
    };
    // A function of its own called `output` is no historic form.
    if mode == Mode::Interactive || defines("dw_process") || defines("output") {
        return None;
    }
    let first = raw.iter().find(|token| token.kind != Tok::Newline)?;
    let is_output = |three: &[Token]| match three {
        [before, name, paren] => {
            name.kind == Tok::Name
                && word(name) == "output"
                && paren.kind == Tok::LeftParen
                && !matches!(before.kind, Tok::Dot | Tok::Def)
        }
        _ => false,
    };
    let starts_with_output = first.kind == Tok::Name && word(first) == "output";
    let call = raw.windows(3).find(|three| is_output(three)).and_then(|three| three.get(1));
    let call = if starts_with_output { Some(first) } else { call };
    let separator = comments.iter().find(|comment| {
        let text = source.slice(comment.span).trim_end();
        comment.own_line
            && comment.span.start > first.span.start
            && text.len() >= 3
            && text.bytes().all(|byte| byte == b'#')
    });
    // An expression that is well formed may have such comments.
    let separator = separator.filter(|_| mode == Mode::Script || report.has_errors());
    let span = call.map(|token| token.span).or(separator.map(|comment| comment.span))?;
    let message = "this is a script of 2020, with header and body";
    Some(Diagnostic::error(Code::HEADER_BODY_SCRIPT, span, message).with_help(
        "write the body as a function that returns the result:\n\
         def dw_process(msg):\n    return Entity.from_value(msg.payload, mime_type='application/json')",
    ))
}

/// Parses laid-out statements, one top-level statement at a time.
fn statements(tokens: &[Token], shared: &mut Shared<'_>, report: &mut Report) -> Vec<Stmt> {
    let mut found = Vec::new();
    let mut rest = tokens;
    while !rest.is_empty() {
        if let (0, Some(first), Some(last)) = (shared.rounds, rest.first(), rest.last()) {
            // So many errors: the rest is not worth the time.
            let kind = StmtKind::Error { body: Vec::new() };
            found.push(Stmt { span: first.span.to(last.span), kind });
            break;
        }
        let (one, tail) = rest.split_at(statement_end(rest));
        rest = tail;
        match fragment(Tok::StartStatements, one, shared, report) {
            Fragment::Statements(statements) => found.extend(statements),
            Fragment::Expression(expr) => {
                found.push(Stmt { span: expr.span, kind: StmtKind::Expr(expr) });
            }
        }
    }
    found
}

/// The number of tokens in the first top-level statement, with its clauses and decorators.
fn statement_end(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    let mut decorator = false;
    let mut line_start = true;
    for (at, token) in tokens.iter().enumerate() {
        if line_start && depth == 0 {
            decorator = token.kind == Tok::At;
        }
        line_start = false;
        match token.kind {
            Tok::Indent => depth += 1,
            Tok::Dedent => depth = depth.saturating_sub(1),
            Tok::Newline => {}
            _ => continue,
        }
        line_start = true;
        let next = tokens.get(at + 1).map(|next| next.kind);
        let goes_on =
            matches!(next, Some(Tok::Indent | Tok::Dedent | Tok::Elif | Tok::Else | Tok::Except | Tok::Finally));
        if depth == 0 && !goes_on && !decorator {
            return at + 1;
        }
    }
    tokens.len()
}

/// Parses tokens, recovering from errors. `start` says what they are.
pub fn fragment(start: Tok, tokens: &[Token], shared: &mut Shared<'_>, report: &mut Report) -> Fragment {
    let offset = tokens.first().map_or(0, |first| first.span.start);
    let end = tokens.last().map_or(offset, |last| last.span.end);
    let mut all = Vec::with_capacity(tokens.len() + 1);
    all.push(Token { kind: start, span: Span::at(offset) });
    all.extend_from_slice(tokens);
    let mut recovery = Recovery::default();
    loop {
        let mut builder = Builder::new(shared, &all);
        let located = all.iter().zip(0_u32..).map(|(token, at)| (at, token.kind, at + 1));
        let result = generated::grammar::InputParser::new().parse(&mut builder, located);
        let found = std::mem::take(&mut builder.report);
        let (at, expected) = match result {
            Ok(fragment) => {
                report.absorb(found);
                return fragment;
            }
            Err(ParseError::UnrecognizedToken { token: (at, _, _), expected }) => (at as usize, expected),
            Err(ParseError::ExtraToken { token: (at, _, _) }) => (at as usize, Vec::new()),
            Err(ParseError::UnrecognizedEof { expected, .. }) => (all.len(), expected),
            Err(ParseError::InvalidToken { location }) => (location as usize, Vec::new()),
            Err(ParseError::User { .. }) => (all.len(), Vec::new()),
        };
        let outcome = recovery.mend(&mut all, at, &expected, shared.source, report);
        // A round over a huge statement counts for several.
        shared.rounds = shared.rounds.saturating_sub(1 + all.len() / 50_000);
        if outcome == Outcome::GiveUp || shared.rounds == 0 {
            return Fragment::Expression(Expr::new(Span::new(offset, end), ExprKind::Error));
        }
    }
}

/// Parses the expression of a replacement field; `text` stands at `span`.
pub fn field(text: &str, span: Span, shared: &mut Shared<'_>, report: &mut Report) -> Expr {
    let (raw, _) = layout::split_comments(scan::scan(text, span.start, report));
    let tokens = layout::expression(&raw, shared.source.text(), report);
    let tokens = repair::repair(&tokens, shared.source, report);
    match fragment(Tok::StartField, &tokens, shared, report) {
        Fragment::Expression(expr) => expr,
        Fragment::Statements(_) => Expr::new(span, ExprKind::Error),
    }
}
