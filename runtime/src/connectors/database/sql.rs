//! Named parameters in SQL text (flows part 3, section 5).
//!
//! `:name` outside quotes, comments and `::` casts is a parameter. Its value is always bound by the driver; nothing of a
//! message ever becomes part of the text. Only the number of elements of a list does, as that many placeholders.

use dataway_lang::Document;

use crate::params::SyntaxError;

/// How a database writes placeholders, quotes and comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `?`, `[name]` and back-quoted names.
    Sqlite,
    /// `$1`, dollar quotes, `E'…'`, nested comments.
    PostgreSql,
    /// `?`, backslashes in strings, `#` comments.
    MySql,
}

/// A statement cut at its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    dialect: Dialect,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// `spread`: it stands in the parentheses of an `in`, where a list gives as many values as it has elements.
    Parameter {
        name: String,
        spread: bool,
    },
}

impl Statement {
    /// Cuts a text.
    ///
    /// # Errors
    /// A quote or comment without end, or a second statement.
    pub fn parse(sql: &str, dialect: Dialect) -> Result<Statement, SyntaxError> {
        let mut pieces = Vec::new();
        let (mut at, mut text) = (0, 0);
        let mut ended = None;
        // Whether each open parenthesis belongs to an `in`.
        let mut open: Vec<bool> = Vec::new();
        let mut after_in = false;
        while let Some(rest) = sql.get(at..).filter(|rest| !rest.is_empty()) {
            let token = token(rest, dialect).map_err(|message| SyntaxError { message, span: at..sql.len() })?;
            if let Some(end) = ended
                && !matches!(token, Token::Blank(_) | Token::End)
            {
                return Err(SyntaxError {
                    message: "one statement a call: write a step for each".into(),
                    span: end..sql.len(),
                });
            }
            let start = at;
            at += match token {
                Token::Blank(length) => length,
                Token::Other(length) => {
                    match rest.get(..length) {
                        Some("(") => open.push(after_in),
                        Some(")") => drop(open.pop()),
                        _ => {}
                    }
                    after_in = rest.get(..length).is_some_and(|word| word.eq_ignore_ascii_case("in"));
                    length
                }
                Token::End => {
                    ended.get_or_insert(start + 1);
                    1
                }
                Token::Parameter(name) => {
                    pieces.push(Piece::Text(sql.get(text..start).unwrap_or_default().to_owned()));
                    let spread = open.last().copied().unwrap_or(false);
                    pieces.push(Piece::Parameter { name: name.to_owned(), spread });
                    after_in = false;
                    text = start + 1 + name.len();
                    1 + name.len()
                }
            };
        }
        pieces.push(Piece::Text(sql.get(text..).unwrap_or_default().to_owned()));
        Ok(Statement { dialect, pieces })
    }

    /// The names of the parameters as they occur, repeated names repeatedly.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Parameter { name, .. } => Some(&**name),
            Piece::Text(_) => None,
        })
    }

    /// The text with placeholders, and the values in their order. `value` looks a parameter up.
    ///
    /// # Errors
    /// The name of a parameter that has no value.
    pub fn bind<'a>(&self, value: impl Fn(&str) -> Option<&'a Document>) -> Result<(String, Vec<Document>), String> {
        let (mut sql, mut values) = (String::new(), Vec::new());
        for piece in &self.pieces {
            let (name, spread) = match piece {
                Piece::Text(text) => {
                    sql.push_str(text);
                    continue;
                }
                Piece::Parameter { name, spread } => (name, *spread),
            };
            let given = value(name).ok_or_else(|| name.clone())?;
            let several = match given {
                Document::List(items) if spread => items.as_slice(),
                one => std::slice::from_ref(one),
            };
            if several.is_empty() {
                sql.push_str("NULL");
            }
            for (index, value) in several.iter().enumerate() {
                values.push(value.clone());
                sql.push_str(if index > 0 { ", " } else { "" });
                match self.dialect {
                    Dialect::PostgreSql => sql.push_str(&format!("${}", values.len())),
                    Dialect::Sqlite | Dialect::MySql => sql.push('?'),
                }
            }
        }
        Ok((sql, values))
    }
}

/// What stands at a place of the text; lengths in bytes.
enum Token<'a> {
    /// White space or a comment.
    Blank(usize),
    /// The name behind the colon.
    Parameter(&'a str),
    /// `;`
    End,
    Other(usize),
}

fn token(rest: &str, dialect: Dialect) -> Result<Token<'_>, String> {
    let bytes = rest.as_bytes();
    let next = bytes.get(1).copied();
    let width = rest.chars().next().map_or(1, char::len_utf8);
    Ok(match bytes.first().copied().unwrap_or_default() {
        byte if byte.is_ascii_whitespace() => Token::Blank(1),
        b';' => Token::End,
        b'-' if next == Some(b'-') => Token::Blank(line(rest)),
        b'#' if dialect == Dialect::MySql => Token::Blank(line(rest)),
        b'/' if next == Some(b'*') => Token::Blank(comment(rest, dialect == Dialect::PostgreSql)?),
        b'\'' => Token::Other(quoted(rest, b'\'', dialect == Dialect::MySql)?),
        b'"' => Token::Other(quoted(rest, b'"', dialect == Dialect::MySql)?),
        b'`' if dialect != Dialect::PostgreSql => Token::Other(quoted(rest, b'`', false)?),
        b'[' if dialect == Dialect::Sqlite => Token::Other(1 + quoted(&rest[1..], b']', false)?),
        b'$' if dialect == Dialect::PostgreSql => Token::Other(dollar_quoted(rest)?),
        b':' if next == Some(b':') => Token::Other(2),
        b':' => match word(&rest[1..]) {
            "" => Token::Other(1),
            name if name.starts_with(|c: char| c.is_ascii_digit()) => Token::Other(1 + name.len()),
            name => Token::Parameter(name),
        },
        b'E' | b'e' if dialect == Dialect::PostgreSql && next == Some(b'\'') => {
            Token::Other(1 + quoted(&rest[1..], b'\'', true)?)
        }
        // A whole word at once, so that the `e` of a name in front of a quote is no escape prefix.
        _ if !word(rest).is_empty() => Token::Other(word(rest).len()),
        _ => Token::Other(width),
    })
}

/// The letters, digits and underscores at the start.
fn word(rest: &str) -> &str {
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    &rest[..end]
}

fn line(rest: &str) -> usize {
    rest.find('\n').map_or(rest.len(), |at| at + 1)
}

fn comment(rest: &str, nests: bool) -> Result<usize, String> {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(pair) = rest.as_bytes().get(at..at + 2) {
        if pair == b"/*" && (nests || depth == 0) {
            depth += 1;
            at += 2;
        } else if pair == b"*/" {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Ok(at);
            }
        } else {
            at += 1;
        }
    }
    Err("this comment has no end".into())
}

/// The length of a quoted text, whose quote is doubled inside. `[…]` has no opening quote of that kind, so the caller
/// passes what follows its bracket.
fn quoted(rest: &str, quote: u8, escapes: bool) -> Result<usize, String> {
    let bytes = rest.as_bytes();
    let mut at = usize::from(bytes.first() == Some(&quote));
    while let Some(byte) = bytes.get(at) {
        if *byte == b'\\' && escapes {
            at += 2;
        } else if *byte != quote {
            at += 1;
        } else if bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return Ok(at + 1);
        }
    }
    Err("this quote has no end".into())
}

/// The length of `$tag$ … $tag$`, or of a lone `$`.
fn dollar_quoted(rest: &str) -> Result<usize, String> {
    let tag = word(&rest[1..]);
    let opening = tag.len() + 2;
    if tag.starts_with(|c: char| c.is_ascii_digit()) || rest.as_bytes().get(opening - 1) != Some(&b'$') {
        return Ok(1);
    }
    let (head, body) = rest.split_at(opening);
    body.find(head).map(|at| at + 2 * opening).ok_or_else(|| "this dollar quote has no end".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with placeholders and the names. A name like `n3` has a list of that length.
    fn rendered(sql: &str, dialect: Dialect) -> (String, String) {
        let lists: Vec<Document> = (0..4).map(|count| Document::list(vec![Document::None; count])).collect();
        let statement = Statement::parse(sql, dialect).unwrap();
        let value = |name: &str| match name.strip_prefix('n').and_then(|n| n.parse::<usize>().ok()) {
            Some(count) => lists.get(count),
            None => Some(&Document::None),
        };
        (statement.bind(value).unwrap().0, statement.names().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn parameters_are_found() {
        use Dialect::{MySql, PostgreSql, Sqlite};
        for (dialect, sql, text, names) in [
            (
                Sqlite,
                "select :a, ':b', \":c\", [:d], `:e` -- :f\n, :g",
                "select ?, ':b', \":c\", [:d], `:e` -- :f\n, ?",
                "a g",
            ),
            (Sqlite, "select 'it''s :a' /* :b */ || :c;", "select 'it''s :a' /* :b */ || ?;", "c"),
            (
                Sqlite,
                "x in (:n3) or y In (:n0, f(:n2)) or :n2",
                "x in (?, ?, ?) or y In (NULL, f(?)) or ?",
                "n3 n0 n2 n2",
            ),
            (
                PostgreSql,
                "x not in /* :a */ ( :n2 ) and y = any(:n2)",
                "x not in /* :a */ ( $1, $2 ) and y = any($3)",
                "n2 n2",
            ),
            (PostgreSql, "select :a::text, :b, :a", "select $1::text, $2, $3", "a b a"),
            (PostgreSql, "$x$ :a $$ $x$ :b $$:c$$", "$x$ :a $$ $x$ $1 $$:c$$", "b"),
            (PostgreSql, "E'\\':a' || name':b' || :c", "E'\\':a' || name':b' || $1", "c"),
            (PostgreSql, "/* a /* :b */ :c */ :d", "/* a /* :b */ :c */ $1", "d"),
            (PostgreSql, "a[1:2] || '\\' || :b", "a[1:2] || '\\' || $1", "b"),
            (MySql, "'\\':a' # :b\n\"\\\":c\" := :d", "'\\':a' # :b\n\"\\\":c\" := ?", "d"),
            (MySql, "/* a /* b */ :c", "/* a /* b */ ?", "c"),
            (MySql, "数据 = :数据;  -- end", "数据 = ?;  -- end", "数据"),
        ] {
            assert_eq!(rendered(sql, dialect), (text.to_owned(), names.to_owned()), "{dialect:?}");
        }
    }

    #[test]
    fn missing_values_are_named() {
        let statement = Statement::parse("select :a, :b", Dialect::Sqlite).unwrap();
        let value = |name: &str| (name == "a").then_some(&Document::None);
        assert_eq!(statement.bind(value).unwrap_err(), "b");
    }

    #[test]
    fn mistakes() {
        for (sql, message) in [
            ("select 1; select 2", "one statement a call: write a step for each"),
            ("select 'a", "this quote has no end"),
            ("select /* a", "this comment has no end"),
            ("select $a$ $b$", "this dollar quote has no end"),
        ] {
            assert_eq!(Statement::parse(sql, Dialect::PostgreSql).unwrap_err().message, message, "{sql}");
        }
    }
}
