//! The parser's second room: everything that begins with `(`.

use super::ast::{Group, Look, Node, Width};
use super::error::{Error, Message};
use super::flags::{self, GLOBAL_FLAGS, TYPE_FLAGS, VERBOSE};
use super::number::Number;
use super::source::Token;
use super::syntax::Parser;
use crate::value::unicode::database::{self, XID_CONTINUE};

/// CPython's limit on the number of groups.
pub(super) const MAX_GROUPS: u32 = 1 << 30;

/// What the `(?…` of a group asks for.
#[derive(Default)]
struct Head {
    name: Option<Vec<u32>>,
    captures: bool,
    atomic: bool,
    add_flags: u32,
    del_flags: u32,
}

/// What came after `(?`.
enum Extension {
    /// The head of a group whose inside follows.
    Group(Head),
    /// A complete item.
    Item(Node),
    /// A comment or global flags.
    Nothing,
}

/// Whether a group name is an identifier.
pub(super) fn is_identifier(name: &[u32]) -> bool {
    name.split_first().is_some_and(|(first, rest)| {
        database::starts_identifier(*first) && rest.iter().all(|cp| database::is(*cp, XID_CONTINUE))
    })
}

/// The name as text. Identifiers have no surrogates, so nothing is lost.
pub(super) fn name_text(name: &[u32]) -> String {
    name.iter().filter_map(|cp| char::from_u32(*cp)).collect()
}

impl Parser<'_> {
    /// Parses what follows a `(`. `None` if it adds nothing to the sequence.
    pub(super) fn bracket(&mut self, verbose: &mut bool, may_set_flags: bool) -> Result<Option<Node>, Error> {
        let start = self.source.position() - 1;
        let head = if self.source.accept(b'?')? {
            match self.extension(start, verbose, may_set_flags)? {
                Extension::Group(head) => head,
                Extension::Item(node) => return Ok(Some(node)),
                Extension::Nothing => return Ok(None),
            }
        } else {
            Head { captures: true, ..Head::default() }
        };
        let number = if head.captures { Some(self.open_group(head.name)?) } else { None };
        let inner_verbose = (*verbose || head.add_flags & VERBOSE != 0) && head.del_flags & VERBOSE == 0;
        let body = self.alternatives(inner_verbose, false)?;
        self.close(start)?;
        let width = Width::of(&body);
        if let Some(slot) = number.and_then(|number| self.widths.get_mut(number as usize)) {
            *slot = Some(width);
        }
        Ok(Some(if head.atomic {
            Node::Atomic { body, width }
        } else {
            let Head { add_flags, del_flags, .. } = head;
            Node::Group(Group { number, add_flags, del_flags, body, width })
        }))
    }

    fn close(&mut self, start: usize) -> Result<(), Error> {
        if self.source.accept(b')')? {
            return Ok(());
        }
        let back = self.source.position() - start;
        Err(self.error("missing ), unterminated subpattern", back))
    }

    fn open_group(&mut self, name: Option<Vec<u32>>) -> Result<u32, Error> {
        let number = self.widths.len() as u32;
        self.widths.push(None);
        let Some(name) = name else {
            return Ok(number);
        };
        let text = name_text(&name);
        if let Some(old) = self.numbers.get(&text) {
            let message = Message::new("redefinition of group name ")
                .quoted(&name)
                .words(&format!(" as group {number}; was group {old}"));
            return Err(self.source.error(message, name.len() + 1));
        }
        self.names.push((text.clone(), number));
        self.numbers.insert(text, number);
        Ok(number)
    }

    fn extension(&mut self, start: usize, verbose: &mut bool, may_set_flags: bool) -> Result<Extension, Error> {
        let token = self.extension_token()?;
        match token.ascii() {
            Some(b'P') => self.python_extension(),
            Some(b':') => Ok(Extension::Group(Head::default())),
            Some(b'>') => Ok(Extension::Group(Head { atomic: true, ..Head::default() })),
            Some(b'#') => self.comment(start),
            Some(sign @ (b'=' | b'!' | b'<')) => self.look(start, sign, *verbose),
            Some(b'(') => self.conditional(start, *verbose),
            Some(b'-') => self.scoped_flags(0, Some(b'-')),
            Some(letter) if flags::of_letter(letter).is_some() => match self.added_flags(letter)? {
                (add_flags, Some(end)) => self.scoped_flags(add_flags, Some(end)),
                (add_flags, None) => {
                    self.flags |= add_flags;
                    if !may_set_flags {
                        let back = self.source.position() - start;
                        let words = "global flags not at the start of the expression";
                        return Err(self.error(words, back));
                    }
                    *verbose = self.flags & VERBOSE != 0;
                    Ok(Extension::Nothing)
                }
            },
            _ => Err(self.unknown("unknown extension ?", token, 1)),
        }
    }

    fn extension_token(&mut self) -> Result<Token, Error> {
        match self.source.take()? {
            Some(token) => Ok(token),
            None => Err(self.error("unexpected end of pattern", 0)),
        }
    }

    fn unknown(&self, words: &str, token: Token, extra: usize) -> Error {
        let message = Message::new(words).raw(&token.code_points());
        self.source.error(message, token.len() + extra)
    }

    /// `(?P<name>…` and `(?P=name)`
    fn python_extension(&mut self) -> Result<Extension, Error> {
        if self.source.accept(b'<')? {
            let name = self.source.take_until(b'>', "group name")?;
            self.check_name(&name)?;
            return Ok(Extension::Group(Head { name: Some(name), captures: true, ..Head::default() }));
        }
        if self.source.accept(b'=')? {
            let name = self.source.take_until(b')', "group name")?;
            self.check_name(&name)?;
            let group = self.named_group(&name)?;
            return self.backref(group, name.len() + 1).map(Extension::Item);
        }
        let token = self.extension_token()?;
        Err(self.unknown("unknown extension ?P", token, 2))
    }

    fn check_name(&self, name: &[u32]) -> Result<(), Error> {
        if is_identifier(name) {
            return Ok(());
        }
        let message = Message::new("bad character in group name ").quoted(name);
        Err(self.source.error(message, name.len() + 1))
    }

    fn named_group(&self, name: &[u32]) -> Result<u32, Error> {
        self.numbers.get(&name_text(name)).copied().ok_or_else(|| {
            let message = Message::new("unknown group name ").quoted(name);
            self.source.error(message, name.len() + 1)
        })
    }

    fn comment(&mut self, start: usize) -> Result<Extension, Error> {
        loop {
            match self.source.take()? {
                Some(token) if token.is(b')') => return Ok(Extension::Nothing),
                Some(_) => {}
                None => {
                    let back = self.source.position() - start;
                    return Err(self.error("missing ), unterminated comment", back));
                }
            }
        }
    }

    /// `(?=`, `(?!`, `(?<=`, `(?<!`
    fn look(&mut self, start: usize, sign: u8, verbose: bool) -> Result<Extension, Error> {
        let behind = sign == b'<';
        let sign = if behind {
            let token = self.extension_token()?;
            match token.ascii() {
                Some(sign @ (b'=' | b'!')) => sign,
                _ => return Err(self.unknown("unknown extension ?<", token, 2)),
            }
        } else {
            sign
        };
        let outer = self.behind;
        if behind && outer.is_none() {
            self.behind = Some(self.widths.len());
        }
        let body = self.alternatives(verbose, false)?;
        self.behind = outer;
        self.close(start)?;
        Ok(Extension::Item(Node::Look(Look { behind, negated: sign == b'!', body })))
    }

    /// `(?(1)yes|no)`
    fn conditional(&mut self, start: usize, verbose: bool) -> Result<Extension, Error> {
        let name = self.source.take_until(b')', "group name")?;
        let group = if is_identifier(&name) { self.named_group(&name)? } else { self.group_number(&name)? };
        self.check_behind(group)?;
        let yes = self.sequence(verbose, false)?;
        let mut no = None;
        if self.source.accept(b'|')? {
            no = Some(self.sequence(verbose, false)?);
            if self.source.peek_ascii() == Some(b'|') {
                return Err(self.error("conditional backref with more than two branches", 0));
            }
        }
        self.close(start)?;
        let width = Width::of(&yes).or(no.as_deref().map_or(Width::ZERO, Width::of));
        Ok(Extension::Item(Node::Conditional { group, yes, no, width }))
    }

    fn group_number(&mut self, name: &[u32]) -> Result<u32, Error> {
        let refused = |parser: &Self, message| Err(parser.source.error(message, name.len() + 1));
        let number = match Number::parse(name) {
            Some(number) if !number.is_negative() => number,
            _ => {
                let message = Message::new("bad character in group name ").quoted(name);
                return refused(self, message);
            }
        };
        match number.below(MAX_GROUPS) {
            Some(0) => refused(self, Message::new("bad group number")),
            Some(group) => {
                if self.referenced.insert(group) {
                    let pos = self.source.position() - name.len() - 1;
                    self.references.push((group, pos));
                }
                Ok(group)
            }
            None => refused(self, Message::new("invalid group reference ").words(number.text())),
        }
    }

    /// Reads flag letters that are turned on. The second result is what ended them: `:` or `-`; `None` for `)`.
    fn added_flags(&mut self, letter: u8) -> Result<(u32, Option<u8>), Error> {
        let is_text = self.source.is_text();
        let mut letter = letter;
        let mut added = 0;
        loop {
            let flag = flags::of_letter(letter).unwrap_or(0);
            if is_text && letter == b'L' {
                let words = "bad inline flags: cannot use 'L' flag with a str pattern";
                return Err(self.error(words, 0));
            }
            if !is_text && letter == b'u' {
                let words = "bad inline flags: cannot use 'u' flag with a bytes pattern";
                return Err(self.error(words, 0));
            }
            added |= flag;
            if flag & TYPE_FLAGS != 0 && added & TYPE_FLAGS != flag {
                let words = "bad inline flags: flags 'a', 'u' and 'L' are incompatible";
                return Err(self.error(words, 0));
            }
            match self.flag_or_end(b")-:", "missing -, : or )")? {
                b')' => return Ok((added, None)),
                end @ (b'-' | b':') => return Ok((added, Some(end))),
                next => letter = next,
            }
        }
    }

    /// Reads the rest of `(?i-s:` from what ended the flags that are turned on.
    fn scoped_flags(&mut self, add_flags: u32, end: Option<u8>) -> Result<Extension, Error> {
        if add_flags & GLOBAL_FLAGS != 0 {
            return Err(self.error("bad inline flags: cannot turn on global flag", 1));
        }
        let mut del_flags = 0;
        if end == Some(b'-') {
            let mut letter = self.flag_or_end(b"", "missing flag")?;
            loop {
                let flag = flags::of_letter(letter).unwrap_or(0);
                if flag & TYPE_FLAGS != 0 {
                    let words = "bad inline flags: cannot turn off flags 'a', 'u' and 'L'";
                    return Err(self.error(words, 0));
                }
                del_flags |= flag;
                match self.flag_or_end(b":", "missing :")? {
                    b':' => break,
                    next => letter = next,
                }
            }
        }
        if del_flags & GLOBAL_FLAGS != 0 {
            return Err(self.error("bad inline flags: cannot turn off global flag", 1));
        }
        if add_flags & del_flags != 0 {
            return Err(self.error("bad inline flags: flag turned on and off", 1));
        }
        Ok(Extension::Group(Head { add_flags, del_flags, ..Head::default() }))
    }

    /// Takes a flag letter or one of the characters that may end the letters.
    fn flag_or_end(&mut self, ends: &[u8], missing: &str) -> Result<u8, Error> {
        let Some(token) = self.source.take()? else {
            return Err(self.error(missing, 0));
        };
        match token.ascii() {
            Some(byte) if ends.contains(&byte) || flags::of_letter(byte).is_some() => Ok(byte),
            _ => {
                let is_letter = matches!(token, Token::Char(cp) if database::is(cp, database::ALPHA));
                let words = if is_letter { "unknown flag" } else { missing };
                Err(self.error(words, token.len()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        let code_points = |text: &str| text.chars().map(u32::from).collect::<Vec<u32>>();
        for (name, expected) in [("a1", true), ("_", true), ("é", true), ("1a", false), ("", false)] {
            assert_eq!(is_identifier(&code_points(name)), expected, "{name}");
        }
        assert!(!is_identifier(&[0xD800]));
    }
}
