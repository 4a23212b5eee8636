//! The alphabet of the language: what a piece of text can be (spec section 2).
//!
//! The patterns are matched by logos. Names, numbers and strings are recognised by their first
//! characters and finished by hand, because their rules (identifier classes of Unicode, digit
//! groups, string ends) are clearer as code than as one large automaton. Which name is a keyword,
//! and what to say about text that is no token, is decided in `scan`. The last group of kinds is
//! never found in text: the later passes insert them for the grammar.

use logos::{Lexer, Logos};

use super::number;

/// Why a piece of text is no token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LexError {
    /// A character that starts nothing.
    #[default]
    InvalidCharacter,
    /// A string without its closing quote.
    UnterminatedString,
    /// Digits that form no number.
    MalformedNumber,
    /// A number with the suffix `j`.
    Imaginary,
}

/// The kind of a token. What it says is read from the source under its span.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[logos(error = LexError)]
#[logos(skip r"[ \t\x0c]+")]
pub enum Tok {
    // Lines. `Newline` ends a physical line in the scanner's output, a logical one in the layout's.
    #[regex(r"\r\n|\n|\r")]
    Newline,
    #[regex(r"\\(\r\n|\n|\r)")]
    Continuation,
    #[regex(r"#[^\r\n]*", allow_greedy = true)]
    Comment,

    // Words and literals.
    #[regex(r"[A-Za-z_\u{80}-\u{10ffff}]", finish_name)]
    Name,
    #[regex(r"\.?[0-9]", finish_number)]
    Number,
    #[regex(r#"([rRuUbBfF]|[bB][rR]|[rR][bB]|[fF][rR]|[rR][fF])?["']"#, finish_string)]
    Str,

    // Operators and delimiters.
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("**")]
    StarStar,
    #[token("/")]
    Slash,
    #[token("//")]
    SlashSlash,
    #[token("%")]
    Percent,
    #[token("@")]
    At,
    #[token("<<")]
    ShiftLeft,
    #[token(">>")]
    ShiftRight,
    #[token("&")]
    Amp,
    #[token("|")]
    Bar,
    #[token("^")]
    Caret,
    #[token("~")]
    Tilde,
    #[token(":=")]
    Walrus,
    #[token("<")]
    Less,
    #[token(">")]
    Greater,
    #[token("<=")]
    LessEqual,
    #[token(">=")]
    GreaterEqual,
    #[token("==")]
    EqualEqual,
    #[token("!=")]
    NotEqual,
    #[token("(")]
    LeftParen,
    #[token(")")]
    RightParen,
    #[token("[")]
    LeftBracket,
    #[token("]")]
    RightBracket,
    #[token("{")]
    LeftBrace,
    #[token("}")]
    RightBrace,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token(".")]
    Dot,
    #[token("...")]
    Ellipsis,
    #[token(";")]
    Semicolon,
    #[token("=")]
    Equal,
    #[token("->")]
    Arrow,
    #[token("+=")]
    PlusEqual,
    #[token("-=")]
    MinusEqual,
    #[token("*=")]
    StarEqual,
    #[token("/=")]
    SlashEqual,
    #[token("//=")]
    SlashSlashEqual,
    #[token("%=")]
    PercentEqual,
    #[token("@=")]
    AtEqual,
    #[token("&=")]
    AmpEqual,
    #[token("|=")]
    BarEqual,
    #[token("^=")]
    CaretEqual,
    #[token(">>=")]
    ShiftRightEqual,
    #[token("<<=")]
    ShiftLeftEqual,
    #[token("**=")]
    StarStarEqual,

    // Operators of other languages. They are read so that the message can name the right one.
    #[token("&&")]
    AmpAmp,
    #[token("||")]
    BarBar,
    #[token("!")]
    Bang,
    #[token("<>")]
    LessGreater,
    #[token("=>")]
    EqualGreater,
    #[token("===")]
    EqualEqualEqual,
    #[token("!==")]
    NotEqualEqual,

    // Keywords.
    False,
    None,
    True,
    And,
    As,
    Assert,
    Async,
    Await,
    Break,
    Class,
    Continue,
    Def,
    Del,
    Elif,
    Else,
    Except,
    Finally,
    For,
    From,
    Global,
    If,
    Import,
    In,
    Is,
    Lambda,
    Nonlocal,
    Not,
    Or,
    Pass,
    Raise,
    Return,
    Try,
    While,
    With,
    Yield,

    // Inserted by the passes between scanner and grammar.
    /// The word `match` where it starts a statement.
    Match,
    /// The word `case` where it starts a clause.
    Case,
    /// The lines that follow are indented more.
    Indent,
    /// The lines that follow are indented less.
    Dedent,
    /// A name that the text lacks.
    MissingName,
    /// Text that stands for an expression but makes no sense.
    Error,
    /// A line that makes no sense but has an indented block below it.
    ErrorHeader,
    /// Mark before the statements of a script.
    StartStatements,
    /// Mark before the text of an expression.
    StartExpression,
    /// Mark before the expression of a replacement field.
    StartField,
}

/// A token with the place where it stands; inserted ones stand at an empty span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Tok,
    /// Where it is.
    pub span: crate::source::Span,
}

/// The keywords, in the order of their kinds.
const KEYWORDS: [(&str, Tok); 35] = [
    ("False", Tok::False),
    ("None", Tok::None),
    ("True", Tok::True),
    ("and", Tok::And),
    ("as", Tok::As),
    ("assert", Tok::Assert),
    ("async", Tok::Async),
    ("await", Tok::Await),
    ("break", Tok::Break),
    ("class", Tok::Class),
    ("continue", Tok::Continue),
    ("def", Tok::Def),
    ("del", Tok::Del),
    ("elif", Tok::Elif),
    ("else", Tok::Else),
    ("except", Tok::Except),
    ("finally", Tok::Finally),
    ("for", Tok::For),
    ("from", Tok::From),
    ("global", Tok::Global),
    ("if", Tok::If),
    ("import", Tok::Import),
    ("in", Tok::In),
    ("is", Tok::Is),
    ("lambda", Tok::Lambda),
    ("nonlocal", Tok::Nonlocal),
    ("not", Tok::Not),
    ("or", Tok::Or),
    ("pass", Tok::Pass),
    ("raise", Tok::Raise),
    ("return", Tok::Return),
    ("try", Tok::Try),
    ("while", Tok::While),
    ("with", Tok::With),
    ("yield", Tok::Yield),
];

/// For every ASCII character the place of the first keyword that begins with it.
const FIRST: [usize; 128] = {
    let mut first = [KEYWORDS.len(); 128];
    let mut at = KEYWORDS.len();
    while at > 0 {
        at -= 1;
        first[KEYWORDS[at].0.as_bytes()[0] as usize] = at;
    }
    first
};

/// All reserved words (spec section 2).
pub fn keywords() -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().map(|(word, _)| *word)
}

impl Tok {
    /// The keyword spelt `word`.
    #[must_use]
    pub fn keyword(word: &str) -> Option<Tok> {
        // Few keywords share their first letter: hardly ever are two words compared.
        let first = word.as_bytes().first()?;
        let candidates = KEYWORDS.get(*FIRST.get(usize::from(*first))?..)?;
        let mut alike = candidates.iter().take_while(|(keyword, _)| keyword.as_bytes().first() == Some(first));
        alike.find(|(keyword, _)| *keyword == word).map(|(_, tok)| *tok)
    }

    /// Is it a reserved word?
    #[must_use]
    pub fn is_keyword(self) -> bool {
        KEYWORDS.iter().any(|(_, tok)| *tok == self)
    }

    /// Does it open a bracket?
    #[must_use]
    pub fn is_opener(self) -> bool {
        self.closer().is_some()
    }

    /// Does it close a bracket?
    #[must_use]
    pub fn is_closer(self) -> bool {
        matches!(self, Tok::RightParen | Tok::RightBracket | Tok::RightBrace)
    }

    /// The closing bracket that belongs to this opening one.
    #[must_use]
    pub fn closer(self) -> Option<Tok> {
        match self {
            Tok::LeftParen => Some(Tok::RightParen),
            Tok::LeftBracket => Some(Tok::RightBracket),
            Tok::LeftBrace => Some(Tok::RightBrace),
            _ => None,
        }
    }

    /// Can it be the first token of an expression?
    #[must_use]
    pub fn starts_expression(self) -> bool {
        self.is_opener() || self.is_word_operand() || matches!(self, Tok::Str | Tok::Not | Tok::Lambda | Tok::Tilde)
    }

    /// Can it be the last token of an expression?
    #[must_use]
    pub fn ends_expression(self) -> bool {
        self.is_closer() || self.is_word_operand() || matches!(self, Tok::Str | Tok::MissingName)
    }

    fn is_word_operand(self) -> bool {
        matches!(self, Tok::Name | Tok::Number | Tok::None | Tok::True | Tok::False | Tok::Ellipsis | Tok::Error)
    }

    /// Does it start a compound statement or one of its clauses?
    #[must_use]
    pub fn starts_block(self) -> bool {
        matches!(
            self,
            Tok::If
                | Tok::Elif
                | Tok::Else
                | Tok::For
                | Tok::While
                | Tok::Try
                | Tok::Except
                | Tok::Finally
                | Tok::Def
                | Tok::Match
                | Tok::Case
                | Tok::Class
                | Tok::With
        )
    }

    /// Is it a keyword that only ever starts a statement or clause, so that it cannot stand
    /// inside brackets?
    #[must_use]
    pub fn starts_only_statements(self) -> bool {
        matches!(
            self,
            Tok::Def
                | Tok::Return
                | Tok::Import
                | Tok::While
                | Tok::Try
                | Tok::Except
                | Tok::Finally
                | Tok::With
                | Tok::Class
                | Tok::Raise
                | Tok::Assert
                | Tok::Del
                | Tok::Pass
                | Tok::Break
                | Tok::Continue
                | Tok::Global
                | Tok::Nonlocal
                | Tok::Elif
        )
    }

    /// Is it `+=` or one of its kin?
    #[must_use]
    pub fn is_augmented_assignment(self) -> bool {
        matches!(
            self,
            Tok::PlusEqual
                | Tok::MinusEqual
                | Tok::StarEqual
                | Tok::SlashEqual
                | Tok::SlashSlashEqual
                | Tok::PercentEqual
                | Tok::AtEqual
                | Tok::AmpEqual
                | Tok::BarEqual
                | Tok::CaretEqual
                | Tok::ShiftRightEqual
                | Tok::ShiftLeftEqual
                | Tok::StarStarEqual
        )
    }
}

/// Takes the rest of an identifier. The first character is already matched.
fn finish_name(lex: &mut Lexer<'_, Tok>) -> Result<(), LexError> {
    let first = lex.slice().chars().next().unwrap_or(' ');
    if !first.is_ascii() && !unicode_ident::is_xid_start(first) {
        return Err(LexError::InvalidCharacter);
    }
    let rest = lex.remainder();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut length = rest.bytes().take_while(is_plain).count();
    if let Some(behind) = rest.get(length..).filter(|behind| behind.starts_with(|c: char| !c.is_ascii())) {
        length += behind.find(|c| !is_name_continue(c)).unwrap_or(behind.len());
    }
    lex.bump(length);
    Ok(())
}

/// Can `c` stand in an identifier behind its first character?
#[must_use]
pub fn is_name_continue(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || (!c.is_ascii() && unicode_ident::is_xid_continue(c))
}

/// Takes the rest of a number.
fn finish_number(lex: &mut Lexer<'_, Tok>) -> Result<(), LexError> {
    let start = lex.span().start;
    let text = lex.source().get(start..).unwrap_or_default();
    let (length, result) = number::scan(text);
    lex.bump(length.saturating_sub(lex.slice().len()));
    result
}

/// Takes the rest of a string up to and including its closing quote. A string without one ends
/// with its line, or with the text if it is triple-quoted.
fn finish_string(lex: &mut Lexer<'_, Tok>) -> Result<(), LexError> {
    let quote = lex.slice().as_bytes().last().copied().unwrap_or(b'"');
    let rest = lex.remainder().as_bytes();
    let triple = rest.starts_with(&[quote, quote]);
    let mut at = if triple { 2 } else { 0 };
    while let Some(byte) = rest.get(at) {
        match *byte {
            // A backslash takes the next character along, a line end of two characters too.
            b'\\' => at += if rest.get(at + 1..at + 3) == Some(b"\r\n") { 3 } else { 2 },
            b'\n' | b'\r' if !triple => break,
            byte if byte == quote && !triple => {
                lex.bump(at + 1);
                return Ok(());
            }
            byte if byte == quote && rest.get(at..at + 3) == Some(&[quote; 3]) => {
                lex.bump(at + 3);
                return Ok(());
            }
            _ => at += 1,
        }
    }
    // A backslash at the very end, or before a character of several bytes, must not overshoot.
    lex.bump(lex.remainder().floor_char_boundary(at));
    Err(LexError::UnterminatedString)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Result<Tok, LexError>> {
        Tok::lexer(text).collect()
    }

    #[test]
    fn words_strings_and_operators() {
        assert_eq!(kinds("android andé"), [Ok(Tok::Name), Ok(Tok::Name)]);
        assert_eq!(kinds("rb'a\\'b' xr'c'"), [Ok(Tok::Str), Ok(Tok::Name), Ok(Tok::Str)]);
        assert_eq!(kinds("'''a'b\n''' \"\""), [Ok(Tok::Str), Ok(Tok::Str)]);
        assert_eq!(kinds("a**=..."), [Ok(Tok::Name), Ok(Tok::StarStarEqual), Ok(Tok::Ellipsis)]);
        assert_eq!(kinds("1..x"), [Ok(Tok::Number), Ok(Tok::Dot), Ok(Tok::Name)]);
        assert_eq!(kinds("# é\r\n\\\n"), [Ok(Tok::Comment), Ok(Tok::Newline), Ok(Tok::Continuation)]);
    }

    #[test]
    fn what_is_no_token() {
        for text in ["'abc", "'abc\\", "'''abc'", "'ab\\é", "\"a\\"] {
            assert_eq!(kinds(text), [Err(LexError::UnterminatedString)], "{text}");
        }
        assert_eq!(kinds("'a\nb")[0], Err(LexError::UnterminatedString));
        assert_eq!(kinds("€")[0], Err(LexError::InvalidCharacter));
        assert_eq!(kinds("$")[0], Err(LexError::InvalidCharacter));
        assert_eq!(kinds("1j")[0], Err(LexError::Imaginary));
    }

    #[test]
    fn every_keyword_is_found() {
        assert!(keywords().is_sorted());
        for (word, tok) in KEYWORDS {
            assert_eq!(Tok::keyword(word), Some(tok));
            assert!(tok.is_keyword());
        }
        assert_eq!(Tok::keyword("match"), None);
    }
}
