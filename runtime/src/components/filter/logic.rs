//! How conditions are joined: their numbers with `and`, `or`, `not` and parentheses, in any case, blanks optional.

use crate::params::SyntaxError;

/// Most nested parentheses and negations.
const MAX_DEPTH: usize = 64;

/// A logic that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logic {
    /// The condition of that number, from 1.
    Number(usize),
    /// All hold.
    All(Vec<Logic>),
    /// One holds.
    Any(Vec<Logic>),
    /// It does not hold.
    Not(Box<Logic>),
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Logic {
    /// Every one of `count` conditions.
    #[must_use]
    pub fn all(count: usize) -> Logic {
        Logic::All((1..=count).map(Logic::Number).collect())
    }

    /// Reads a logic such as `1or2and3` or `(1 OR 2) AND NOT 3`; `and` binds more tightly than `or`.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Logic, SyntaxError> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        let logic = parser.any()?;
        if parser.rest().is_empty() { Ok(logic) } else { Err(parser.error("`and`, `or` or the end is expected")) }
    }

    /// Whether it holds, asking for the conditions that matter.
    ///
    /// # Errors
    /// That of `ask`.
    pub fn holds<E>(&self, ask: &mut dyn FnMut(usize) -> Result<bool, E>) -> Result<bool, E> {
        match self {
            Logic::Number(number) => ask(*number),
            Logic::Not(inner) => inner.holds(ask).map(|holds| !holds),
            Logic::All(parts) => {
                for part in parts {
                    if !part.holds(ask)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Logic::Any(parts) => {
                for part in parts {
                    if part.holds(ask)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    /// The numbers in it.
    pub fn numbers(&self) -> Box<dyn Iterator<Item = usize> + '_> {
        match self {
            Logic::Number(number) => Box::new(std::iter::once(*number)),
            Logic::Not(inner) => inner.numbers(),
            Logic::All(parts) | Logic::Any(parts) => Box::new(parts.iter().flat_map(Logic::numbers)),
        }
    }
}

impl Parser<'_> {
    /// What is left, without blanks before it.
    fn rest(&mut self) -> &str {
        let left = self.text.get(self.at..).unwrap_or_default();
        self.at += left.len() - left.trim_start().len();
        self.text.get(self.at..).unwrap_or_default()
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.rest().get(..word.len()).is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn error(&self, message: &str) -> SyntaxError {
        SyntaxError { message: message.to_owned(), span: self.at..self.text.len().max(self.at) }
    }

    fn any(&mut self) -> Result<Logic, SyntaxError> {
        let mut parts = vec![self.all()?];
        while self.takes("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Logic::Any(parts) })
    }

    fn all(&mut self) -> Result<Logic, SyntaxError> {
        let mut parts = vec![self.one()?];
        while self.takes("and") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Logic::All(parts) })
    }

    fn one(&mut self) -> Result<Logic, SyntaxError> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error("this is nested too deep"));
        }
        self.depth += 1;
        let made = if self.takes("not") {
            Logic::Not(Box::new(self.one()?))
        } else if self.takes("(") {
            let inner = self.any()?;
            if !self.takes(")") {
                return Err(self.error("`)` is missing"));
            }
            inner
        } else {
            let rest = self.rest();
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number = rest.get(..digits).and_then(|digits| digits.parse().ok()).filter(|number| *number > 0);
            let number = number.ok_or_else(|| self.error("the number of a condition is expected, from 1"))?;
            self.at += digits;
            Logic::Number(number)
        };
        self.depth -= 1;
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logics_hold_as_they_are_written() {
        let holds = |text: &str, truths: &str| {
            let ask = &mut |n: usize| Ok::<_, ()>(truths.as_bytes()[n - 1] == b't');
            Logic::parse(text).unwrap().holds(ask).unwrap()
        };
        for (text, truths, expected) in [
            ("1", "t", true),
            ("1or2and3", "tff", true),
            ("(1 OR 2) AND NOT 3", "tft", false),
            ("(1 OR 2) AND NOT 3", "ftf", true),
            ("not not 1", "t", true),
            ("NOT(1and2)", "tf", true),
            ("1 and 2 and 12", "ttffffffffft", true),
        ] {
            assert_eq!(holds(text, truths), expected, "{text} {truths}");
        }
        for text in ["", "0", "1 and", "(1", "1)", "1 2", "x", "1 xor 2", &"(".repeat(1000)] {
            assert!(Logic::parse(text).is_err(), "{text}");
        }
        assert_eq!(Logic::parse("1 or not (2 and 7)").unwrap().numbers().max(), Some(7));
    }
}
