//! The messages of a large input, one by one, in constant memory (`--each` of the command line).
//!
//! A [`Messages`] reads a byte source piece by piece and cuts it: lines of NDJSON, elements of a top-level JSON array,
//! records of CSV, elements of an XML document. Each message comes as the bytes of a small document of its own, which an
//! Entity can hold; nothing is parsed here beyond what cutting needs.

use std::io::{self, BufRead};

use super::mime_type::Format;

/// Why no further message can be cut off.
#[derive(Debug)]
pub enum StreamError {
    /// Reading failed.
    Io(io::Error),
    /// The input is not what it should be: what is wrong, and the byte offset.
    Malformed(&'static str, u64),
    /// Nothing of that format can be cut into messages.
    Unsupported,
}

impl From<io::Error> for StreamError {
    fn from(error: io::Error) -> Self {
        StreamError::Io(error)
    }
}

impl std::fmt::Display for StreamError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StreamError::Io(error) => error.fmt(f),
            StreamError::Malformed(what, at) => write!(f, "{what} at byte {at}"),
            StreamError::Unsupported => f.write_str("this format cannot be cut into messages"),
        }
    }
}

impl std::error::Error for StreamError {}

/// Where messages are cut.
enum Cut {
    /// At line ends.
    Lines,
    /// At the commas of a top-level array; whether it was entered.
    Array { entered: bool },
    /// At record ends; the header line once it was read.
    Records { header: Option<Vec<u8>> },
    /// At the tags of elements with this path below the root; the names of those that are open, each with the namespaces
    /// that it declares, and whether the root element was met.
    Elements { path: Vec<Vec<u8>>, open: Vec<Ancestor>, rooted: bool },
}

/// An open element around the messages.
struct Ancestor {
    name: Vec<u8>,
    /// Its `xmlns` attributes: their names, and each as it is written.
    namespaces: Vec<(Vec<u8>, Vec<u8>)>,
}

/// The messages of a byte source.
pub struct Messages<S> {
    source: S,
    cut: Cut,
    /// Bytes read so far.
    at: u64,
    done: bool,
}

impl<S: BufRead> Messages<S> {
    /// The messages of `source` in a format. For XML, `path` names the elements from the root down, with `/` between them:
    /// `orders/order`; without it every child of the root is a message. Other formats have no use for it.
    ///
    /// # Errors
    /// [`StreamError::Unsupported`] for formats that hold one message.
    pub fn new(source: S, format: Format, path: Option<&str>) -> Result<Self, StreamError> {
        let cut = match format {
            Format::NdJson | Format::Text => Cut::Lines,
            Format::Json => Cut::Array { entered: false },
            Format::Csv => Cut::Records { header: None },
            Format::Xml => {
                let names = path.unwrap_or("*/*").split('/').filter(|name| !name.is_empty());
                let path = names.map(|name| name.as_bytes().to_vec()).collect();
                Cut::Elements { path, open: Vec::new(), rooted: false }
            }
            Format::Form | Format::Multipart | Format::Yaml => return Err(StreamError::Unsupported),
        };
        let mut messages = Messages { source, cut, at: 0, done: false };
        messages.skip_mark()?;
        Ok(messages)
    }

    /// The byte source.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// The next message, `None` at the end. For CSV it begins with the header line.
    ///
    /// # Errors
    /// The source cannot be read, or it is malformed in a way that cutting notices.
    pub fn next_message(&mut self) -> Result<Option<Vec<u8>>, StreamError> {
        if self.done {
            return Ok(None);
        }
        let message = match self.cut {
            Cut::Lines => self.line(),
            Cut::Array { .. } => self.element_of_array(),
            Cut::Records { .. } => self.record(),
            Cut::Elements { .. } => self.element(),
        };
        if !matches!(message, Ok(Some(_))) {
            self.done = true;
        }
        message
    }

    fn skip_mark(&mut self) -> Result<(), StreamError> {
        if self.source.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            self.source.consume(3);
            self.at += 3;
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<Option<u8>, StreamError> {
        Ok(self.source.fill_buf()?.first().copied())
    }

    fn step(&mut self) {
        self.source.consume(1);
        self.at += 1;
    }

    fn skip_blanks(&mut self) -> Result<Option<u8>, StreamError> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.step(),
                other => return Ok(other),
            }
        }
    }

    /// Appends bytes to `out` as long as `stop` does not want to stop before one of them. `false` at the end of the input.
    fn take_until(&mut self, out: &mut Vec<u8>, mut stop: impl FnMut(u8) -> bool) -> Result<bool, StreamError> {
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                return Ok(false);
            }
            let len = buffer.iter().position(|byte| stop(*byte)).unwrap_or(buffer.len());
            let stopped = len < buffer.len();
            out.extend_from_slice(&buffer[..len]);
            self.source.consume(len);
            self.at += len as u64;
            if stopped {
                return Ok(true);
            }
        }
    }

    fn line(&mut self) -> Result<Option<Vec<u8>>, StreamError> {
        let mut line = Vec::new();
        loop {
            let buffer = self.source.fill_buf()?;
            let end = memchr::memchr2(b'\n', b'\r', buffer);
            line.extend_from_slice(buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default());
            let (is_last, len) = (buffer.is_empty(), end.map_or(buffer.len(), |end| end + 1));
            self.source.consume(len);
            self.at += len as u64;
            if end.is_some() || is_last {
                if !line.iter().all(u8::is_ascii_whitespace) {
                    return Ok(Some(line));
                }
                if is_last {
                    return Ok(None);
                }
                line.clear();
            }
        }
    }

    fn element_of_array(&mut self) -> Result<Option<Vec<u8>>, StreamError> {
        let first = self.skip_blanks()?;
        let Cut::Array { entered } = &mut self.cut else { return Ok(None) };
        let begun = std::mem::replace(entered, true);
        match (begun, first) {
            (false, Some(b'[')) => {
                self.step();
                if self.skip_blanks()? == Some(b']') {
                    self.step();
                    return self.nothing_more();
                }
            }
            (false, _) => return Err(StreamError::Malformed("a JSON array is expected", self.at)),
            (true, Some(b',')) => {
                self.step();
                self.skip_blanks()?;
            }
            (true, Some(b']')) => {
                self.step();
                return self.nothing_more();
            }
            (true, _) => return Err(StreamError::Malformed("`,` or `]` is expected", self.at)),
        }
        let (mut depth, mut inside, mut escaped) = (0usize, false, false);
        let mut element = Vec::new();
        let more = self.take_until(&mut element, |byte| {
            if inside {
                let ends = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                inside = !ends;
                return false;
            }
            match byte {
                b'"' => inside = true,
                b'[' | b'{' => depth += 1,
                b']' | b'}' if depth > 0 => depth -= 1,
                b',' | b']' if depth == 0 => return true,
                _ => {}
            }
            false
        })?;
        if !more {
            return Err(StreamError::Malformed("the JSON array is not closed", self.at));
        }
        while element.last().is_some_and(u8::is_ascii_whitespace) {
            element.pop();
        }
        if element.is_empty() {
            return Err(StreamError::Malformed("a JSON value is expected", self.at));
        }
        Ok(Some(element))
    }

    fn nothing_more(&mut self) -> Result<Option<Vec<u8>>, StreamError> {
        match self.skip_blanks()? {
            None => Ok(None),
            Some(_) => Err(StreamError::Malformed("something follows the JSON array", self.at)),
        }
    }

    fn record(&mut self) -> Result<Option<Vec<u8>>, StreamError> {
        let Cut::Records { header } = &mut self.cut else { return Ok(None) };
        let header = match header.take() {
            Some(header) => header,
            None => match self.raw_record()? {
                Some(header) => header,
                None => return Ok(None),
            },
        };
        let record = self.raw_record()?;
        let message = record.map(|record| {
            let mut message = Vec::with_capacity(header.len() + record.len() + 2);
            message.extend_from_slice(&header);
            message.push(b'\n');
            message.extend_from_slice(&record);
            message
        });
        self.cut = Cut::Records { header: Some(header) };
        Ok(message)
    }

    /// A record without its line end; blank lines are skipped.
    fn raw_record(&mut self) -> Result<Option<Vec<u8>>, StreamError> {
        loop {
            let mut record = Vec::new();
            // A quote counts only at the beginning of a field; while quoted, the next quote ends it, and one directly
            // behind that begins it again.
            let (mut begins, mut quoted, mut was_quoted) = (true, false, false);
            let more = self.take_until(&mut record, |byte| {
                if quoted {
                    quoted = byte != b'"';
                    was_quoted = !quoted;
                    return false;
                }
                if byte == b'"' && (begins || was_quoted) {
                    quoted = true;
                } else if matches!(byte, b'\r' | b'\n') {
                    return true;
                }
                was_quoted = false;
                begins = byte == b',';
                false
            })?;
            if quoted {
                return Err(StreamError::Malformed("a quote is never closed", self.at));
            }
            if more {
                self.step();
            }
            if !record.is_empty() {
                return Ok(Some(record));
            }
            if !more {
                return Ok(None);
            }
        }
    }

    fn element(&mut self) -> Result<Option<Vec<u8>>, StreamError> {
        let mut text = Vec::new();
        // Elements open inside the message that is being collected.
        let mut inside = 0usize;
        loop {
            if inside == 0 {
                text.clear();
            }
            let kept = text.len();
            if !self.take_until(&mut text, |byte| byte == b'<')? {
                let Cut::Elements { open, .. } = &self.cut else { return Ok(None) };
                return match inside + open.len() {
                    0 if text.get(kept..).unwrap_or_default().iter().all(u8::is_ascii_whitespace) => Ok(None),
                    0 => Err(StreamError::Malformed("text outside of the root element", self.at)),
                    _ => Err(StreamError::Malformed("the XML document is not complete", self.at)),
                };
            }
            if inside == 0 {
                let outside = matches!(&self.cut, Cut::Elements { open, .. } if open.is_empty());
                if outside && !text.get(kept..).unwrap_or_default().iter().all(u8::is_ascii_whitespace) {
                    return Err(StreamError::Malformed("text outside of the root element", self.at));
                }
                text.truncate(kept);
            }
            let from = text.len();
            self.markup(&mut text)?;
            let Cut::Elements { path, open, rooted } = &mut self.cut else { return Ok(None) };
            let tag = text.get(from..).unwrap_or_default();
            match tag {
                [b'<', b'!' | b'?', ..] => {
                    if tag.starts_with(b"<!DOCTYPE") {
                        return Err(StreamError::Malformed("a DOCTYPE is not allowed", self.at));
                    }
                }
                [b'<', b'/', ..] if inside > 0 => {
                    inside -= 1;
                    if inside == 0 {
                        return Ok(Some(with_namespaces(text, open)));
                    }
                }
                [b'<', b'/', name @ ..] => match open.pop() {
                    None => return Err(StreamError::Malformed("an end tag without start tag", self.at)),
                    Some(ancestor) if name.strip_suffix(b">").map(<[u8]>::trim_ascii_end) != Some(&ancestor.name) => {
                        return Err(StreamError::Malformed("an end tag that does not match its start tag", self.at));
                    }
                    Some(_) => {}
                },
                _ => {
                    let empty = tag.ends_with(b"/>");
                    let name = tag.get(1..).unwrap_or_default();
                    let end = name.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'));
                    let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
                    if inside == 0 && open.is_empty() && std::mem::replace(rooted, true) {
                        return Err(StreamError::Malformed("a second root element", self.at));
                    }
                    if inside > 0 {
                        inside += usize::from(!empty);
                    } else if path.len() == open.len() + 1 && fits(path, open, name) {
                        if empty {
                            return Ok(Some(with_namespaces(text, open)));
                        }
                        inside = 1;
                    } else if !empty {
                        open.push(Ancestor { name: name.to_vec(), namespaces: namespaces(tag) });
                        if open.len() > super::MAX_DEPTH {
                            return Err(StreamError::Malformed("nesting deeper than 1000 levels", self.at));
                        }
                    }
                }
            }
        }
    }

    /// Appends a tag, comment, CDATA section or instruction, which begins here.
    fn markup(&mut self, text: &mut Vec<u8>) -> Result<(), StreamError> {
        let from = text.len();
        let mut quote = None;
        loop {
            let more = self.take_until(text, |byte| byte == b'>' || byte == b'"' || byte == b'\'')?;
            if !more {
                return Err(StreamError::Malformed("markup that is never closed", self.at));
            }
            let Some(byte) = self.peek()? else { continue };
            self.step();
            text.push(byte);
            let own = text.get(from..).unwrap_or_default();
            let end: &[u8] = if own.starts_with(b"<!--") {
                b"-->"
            } else if own.starts_with(b"<![CDATA[") {
                b"]]>"
            } else if own.starts_with(b"<?") {
                b"?>"
            } else {
                match (quote, byte) {
                    (None, b'"' | b'\'') => quote = Some(byte),
                    (Some(open), byte) if open == byte => quote = None,
                    _ => {}
                }
                if quote.is_some() {
                    continue;
                }
                b">"
            };
            // The shortest comment is `<!---->`: its end may not overlap its beginning.
            let least = if end == b"-->" { 7 } else { 0 };
            if byte == b'>' && own.ends_with(end) && own.len() >= least {
                return Ok(());
            }
        }
    }
}

/// Whether the element `name` inside `open` is the one that `path` means; `*` stands for any name.
fn fits(path: &[Vec<u8>], open: &[Ancestor], name: &[u8]) -> bool {
    let names = open.iter().map(|ancestor| ancestor.name.as_slice()).chain([name]);
    path.iter().zip(names).all(|(wanted, name)| wanted == b"*" || wanted == name)
}

/// The `xmlns` attributes of a start tag: their names, and each as it is written.
fn namespaces(tag: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = tag;
    while let Some(equals) = rest.iter().position(|byte| *byte == b'=') {
        let (before, value) = rest.split_at(equals);
        let before = before.trim_ascii_end();
        let start = before.iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1);
        let name = before.get(start..).unwrap_or_default();
        let value = value.get(1..).unwrap_or_default().trim_ascii_start();
        let Some((quote, inside)) = value.split_first() else { break };
        let Some(len) = inside.iter().position(|byte| byte == quote) else { break };
        let (value, behind) = value.split_at(len + 2);
        if name == b"xmlns" || name.starts_with(b"xmlns:") {
            found.push((name.to_vec(), [name, b"=", value].concat()));
        }
        rest = behind;
    }
    found
}

/// An element cut out of its document, with the namespaces that its ancestors declare and it may need: the default one,
/// and those whose prefix occurs in it.
fn with_namespaces(element: Vec<u8>, ancestors: &[Ancestor]) -> Vec<u8> {
    let mut quote = None;
    let ends = |byte: &u8| match quote {
        Some(open) => {
            quote = quote.filter(|_| *byte != open);
            false
        }
        None => {
            quote = Some(*byte).filter(|byte| matches!(byte, b'"' | b'\''));
            *byte == b'>'
        }
    };
    let tag = element.iter().position(ends).and_then(|end| element.get(..end)).unwrap_or_default();
    let mut declared: Vec<Vec<u8>> = namespaces(tag).into_iter().map(|(name, _)| name).collect();
    let mut added: Vec<u8> = Vec::new();
    for (name, text) in ancestors.iter().rev().flat_map(|ancestor| &ancestor.namespaces) {
        let used = name.strip_prefix(b"xmlns:").is_none_or(|prefix| {
            let wanted = [prefix, b":"].concat();
            element.windows(wanted.len()).any(|window| window == wanted)
        });
        if !declared.contains(name) {
            declared.push(name.clone());
            if used {
                added.push(b' ');
                added.extend_from_slice(text);
            }
        }
    }
    if added.is_empty() {
        return element;
    }
    let behind = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    let at = element.iter().position(behind).unwrap_or(element.len());
    let (name, rest) = element.split_at(at);
    [name, &added, rest].concat()
}

impl<S: BufRead> Iterator for Messages<S> {
    type Item = Result<Vec<u8>, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_message().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(input: &str, format: Format, path: Option<&str>) -> Vec<String> {
        // The smallest buffer puts a border between any two bytes.
        let source = io::BufReader::with_capacity(1, input.as_bytes());
        Messages::new(source, format, path)
            .unwrap()
            .map(|message| match message {
                Ok(bytes) => String::from_utf8(bytes).unwrap(),
                Err(error) => format!("! {error}"),
            })
            .collect()
    }

    #[test]
    fn json() {
        for (input, messages) in [
            ("[]", &[][..]),
            (" [ ] \n", &[]),
            ("[1, \"a,]\\\"\" ,[1,[2]],{\"k\":\"]\"}]", &["1", "\"a,]\\\"\"", "[1,[2]]", "{\"k\":\"]\"}"]),
            ("[1", &["! the JSON array is not closed at byte 2"]),
            ("[1,]", &["1", "! a JSON value is expected at byte 3"]),
            ("[1] 2", &["1", "! something follows the JSON array at byte 4"]),
            ("{}", &["! a JSON array is expected at byte 0"]),
        ] {
            assert_eq!(cut(input, Format::Json, None), messages, "{input}");
        }
        assert_eq!(cut("{\"a\":1}\r\n\n2\n", Format::NdJson, None), ["{\"a\":1}", "2"]);
    }

    #[test]
    fn csv() {
        assert_eq!(
            cut("a,b\r\n1,\"x\r\n\"\"y\"\"\"\r\n\r\n2,q\"z", Format::Csv, None),
            ["a,b\n1,\"x\r\n\"\"y\"\"\"", "a,b\n2,q\"z"]
        );
        assert_eq!(cut("a\n\"1", Format::Csv, None), ["! a quote is never closed at byte 4"]);
        assert!(cut("", Format::Csv, None).is_empty());
    }

    #[test]
    fn xml() {
        let input = "<?xml version='1.0'?><!-- <o> --><r><h/><o a='>'>1<o>2</o><![CDATA[</o>]]></o> <o/></r>";
        assert_eq!(cut(input, Format::Xml, Some("r/o")), ["<o a='>'>1<o>2</o><![CDATA[</o>]]></o>", "<o/>"]);
        assert_eq!(cut(input, Format::Xml, None).len(), 3);
        assert!(cut("<r><o>", Format::Xml, None)[0].starts_with("! the XML document is not complete"));
        for (input, messages) in [
            ("<r><o/></r> x", &["<o/>", "! text outside of the root element at byte 13"][..]),
            ("<r><o/></r><r><o/></r>", &["<o/>", "! a second root element at byte 14"]),
            ("<r><o/></s>", &["<o/>", "! an end tag that does not match its start tag at byte 11"]),
            ("<r\n></r >\n<!-- end -->", &[]),
        ] {
            assert_eq!(cut(input, Format::Xml, None), messages, "{input}");
        }
    }

    #[test]
    fn xml_elements_keep_the_namespaces_around_them() {
        let input =
            "<r xmlns='urn:d' xmlns:a=\"urn:a\" xmlns:b='u>b'><l xmlns:a='x'><a:o/><o c='>' xmlns='q'>b:1</o></l></r>";
        assert_eq!(
            cut(input, Format::Xml, Some("r/l/*")),
            ["<a:o xmlns:a='x' xmlns='urn:d'/>", "<o xmlns:b='u>b' c='>' xmlns='q'>b:1</o>"]
        );
    }
}
