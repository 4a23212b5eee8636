//! What is open where the cursor stands in a text that is being written: strings, f-strings with expressions in them, and
//! brackets; and the text with all of that closed.

/// Something that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Frame {
    /// A bracket, with the one that closes it.
    Bracket(char),
    /// A string, with its quote; may expressions stand in it?
    Quote(String, bool),
}

/// What is open at the cursor, outermost first.
#[derive(Debug, Default)]
pub struct Open {
    frames: Vec<Frame>,
    /// Is the cursor in a comment?
    pub in_comment: bool,
}

impl Open {
    /// Scans the text before the cursor.
    #[must_use]
    pub fn at(before: &str) -> Open {
        let mut open = Open::default();
        let mut at = 0;
        while let Some(c) = before.get(at..).and_then(|rest| rest.chars().next()) {
            at += open.take(before, at, c);
        }
        open
    }

    /// Takes the character at `at`; gives the number of bytes that it and what belongs to it have.
    fn take(&mut self, text: &str, at: usize, c: char) -> usize {
        let rest = text.get(at..).unwrap_or_default();
        let one = c.len_utf8();
        if self.in_comment {
            self.in_comment = c != '\n';
            return one;
        }
        if c == '\n' {
            // A string that was not closed ends with its line, and with it what is open inside.
            let unclosed =
                self.frames.iter().position(|frame| matches!(frame, Frame::Quote(quote, _) if quote.len() == 1));
            if let Some(unclosed) = unclosed {
                self.frames.truncate(unclosed);
                return one;
            }
        }
        if let Some(Frame::Quote(quote, is_format)) = self.frames.last() {
            let length = quote.len();
            if c == '\\' {
                return one + rest.chars().nth(1).map_or(0, char::len_utf8);
            }
            if rest.starts_with(quote.as_str()) {
                self.frames.pop();
                return length;
            }
            if *is_format && c == '{' {
                if rest.starts_with("{{") {
                    return 2;
                }
                self.frames.push(Frame::Bracket('}'));
            }
            return one;
        }
        match c {
            '#' if !rest.starts_with("#[") => self.in_comment = true,
            '\'' | '"' => return self.quote(text, at, c),
            '(' => self.frames.push(Frame::Bracket(')')),
            '[' => self.frames.push(Frame::Bracket(']')),
            '{' => self.frames.push(Frame::Bracket('}')),
            ')' | ']' | '}' if matches!(self.frames.last(), Some(Frame::Bracket(_))) => {
                self.frames.pop();
            }
            _ => {}
        }
        one
    }

    /// Takes a quote in code: it begins a string, or ends the f-string that the code stands in.
    fn quote(&mut self, text: &str, at: usize, c: char) -> usize {
        let rest = text.get(at..).unwrap_or_default();
        let outer = self
            .frames
            .iter()
            .rposition(|frame| matches!(frame, Frame::Quote(quote, _) if rest.starts_with(quote.as_str())));
        if let Some(outer) = outer {
            self.frames.truncate(outer);
            return 1;
        }
        let triple: String = std::iter::repeat_n(c, 3).collect();
        let quote = if rest.starts_with(&triple) { triple } else { c.to_string() };
        let head = text.get(..at).unwrap_or_default();
        let letters = head.len() - head.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
        let prefix = head.get(head.len() - letters..).unwrap_or_default();
        let is_format = letters <= 2 && prefix.contains(['f', 'F']);
        let length = quote.len();
        self.frames.push(Frame::Quote(quote, is_format));
        length
    }

    /// Is the cursor inside of anything?
    #[must_use]
    pub fn is_inside(&self) -> bool {
        self.in_comment || !self.frames.is_empty()
    }

    /// The quote of the string that the cursor stands in, outside of its expressions.
    #[must_use]
    pub fn quote_here(&self) -> Option<&str> {
        match self.frames.last() {
            Some(Frame::Quote(quote, _)) => Some(quote),
            _ => None,
        }
    }

    /// The text with `marker` in place of what is between `start` and `end`, closed as far as its line does not do so.
    #[must_use]
    pub fn completed(&self, text: &str, start: usize, end: usize, marker: &str) -> String {
        let head = text.get(..start).unwrap_or_default();
        let tail = text.get(end..).unwrap_or_default();
        let line_end = tail.find('\n').unwrap_or(tail.len());
        let (mut line, below) = tail.split_at(line_end);
        let mut made = String::with_capacity(text.len() + 32);
        made.push_str(head);
        made.push_str(marker);
        let mut frames = self.frames.clone();
        if let Some(Frame::Quote(quote, _)) = frames.last() {
            // What follows belongs to the string only if the string ends on this line.
            match line.find(quote.as_str()) {
                Some(at) if quote.len() == 1 => line = line.get(at + 1..).unwrap_or_default(),
                _ if quote.len() == 1 => line = "",
                _ => {}
            }
            made.push_str(quote);
            frames.pop();
        } else {
            // The rest of a word at the cursor is part of the word.
            line = line.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        }
        // What neither this line nor the text below closes is closed here.
        let mut missing: Vec<String> = frames
            .into_iter()
            .map(|frame| match frame {
                Frame::Bracket(closing) => closing.to_string(),
                Frame::Quote(quote, _) => quote,
            })
            .collect();
        for (at, _) in line.char_indices() {
            if let (Some(last), Some(rest)) = (missing.last(), line.get(at..))
                && rest.starts_with(last.as_str())
            {
                missing.pop();
            }
        }
        for c in below.chars() {
            if missing.last().is_some_and(|last| last.chars().eq([c])) {
                missing.pop();
            }
        }
        let own: String = missing.iter().rev().map(String::as_str).collect();
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            made.push_str(&own);
            made.push_str(line);
        } else {
            made.push_str(line);
            made.push_str(&own);
        }
        made.push_str(below);
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_closed() {
        for (text, expected) in [
            ("f(x[‸", "f(x[M])"),
            ("f(x['a‸", "f(x['aM'])"),
            ("f(x['‸'])", "f(x['M'])"),
            ("f'{x[\"‸", "f'{x[\"M\"]}'"),
            ("f\"{a} {b.‸}\" + c", "f\"{a} {b.M}\" + c"),
            ("f'{{‸", "f'{{M'"),
            ("'it''s ‸\nx", "'it''s M'\nx"),
            ("x = [\n    ‸\n]", "x = [\n    M\n]"),
            ("a = 'open\nf(‸", "a = 'open\nf(M)"),
        ] {
            let at = text.find('‸').expect("a cursor");
            let text = text.replace('‸', "");
            let open = Open::at(&text[..at]);
            assert_eq!(open.completed(&text, at, at, "M"), expected, "{text}");
        }
        assert!(Open::at("x # it's").in_comment);
    }
}
