//! `sub` with a template and `split`, on byte offsets.

use super::engine::{Pattern, Span, Subject};
use super::template::{Template, append};
use crate::value::interrupt::{Stop, checkpoint, reserve};

impl Pattern {
    /// `subn` with a template: the new text and the number of replacements, at most `count` unless that is 0.
    ///
    /// # Errors
    /// A stop of the run.
    pub fn replace(&self, subject: Subject, template: &Template, count: usize) -> Result<(Vec<u8>, usize), Stop> {
        let bytes = subject.bytes();
        let mut matches = self.matches(subject, 0, bytes.len());
        let (mut out, mut done, mut replaced) = (Vec::new(), 0, 0);
        while (count == 0 || replaced < count) && matches.advance()? {
            let (start, end) = matches.span();
            append(&mut out, bytes.get(done..start).unwrap_or_default())?;
            template.expand_current(&matches, bytes, &mut out)?;
            done = end;
            replaced += 1;
        }
        append(&mut out, bytes.get(done..).unwrap_or_default())?;
        Ok((out, replaced))
    }

    /// `split`: the spans of the pieces, with the groups of each match between them.
    ///
    /// # Errors
    /// A stop of the run.
    pub fn split(&self, subject: Subject, maxsplit: usize) -> Result<Vec<Span>, Stop> {
        let end = subject.bytes().len();
        let mut matches = self.matches(subject, 0, end);
        let (mut pieces, mut done, mut cuts) = (Vec::new(), 0, 0);
        while (maxsplit == 0 || cuts < maxsplit) && matches.advance()? {
            let (start, after) = matches.span();
            checkpoint(self.groups() as u64 + 1)?;
            if pieces.capacity() - pieces.len() <= self.groups() {
                let more = pieces.capacity().max(self.groups() + 1);
                reserve(more.saturating_mul(size_of::<Span>()))?;
                pieces.reserve(more);
            }
            pieces.push(Some((done, start)));
            pieces.extend((1..=self.groups()).map(|group| matches.group(group)));
            done = after;
            cuts += 1;
        }
        pieces.push(Some((done, end)));
        Ok(pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limited_replacement() {
        for (pattern, template, subject, count, expected) in [
            ("a", "x", "banana", 0, ("bxnxnx", 3)),
            ("a", "x", "banana", 2, ("bxnxna", 2)),
            ("x*", "-", "abxd", 0, ("-a-b--d-", 5)),
            ("x*", "-", "abxd", 3, ("-a-b-d", 3)),
            ("(é)(b)?", "[\\2\\1]", "aébé", 0, ("a[bé][é]", 2)),
        ] {
            let pattern = Pattern::compile(pattern.as_bytes(), true, 0).unwrap();
            let template = Template::parse(template.as_bytes(), &pattern).unwrap();
            let result = pattern.replace(Subject::text(subject.as_bytes()), &template, count).unwrap();
            assert_eq!(result, (expected.0.into(), expected.1));
        }
    }

    #[test]
    fn limited_split() {
        for (pattern, subject, maxsplit, expected) in [
            (",", "a,b,,c", 0, &["a", "b", "", "c"][..]),
            (",", "a,b,,c", 1, &["a", "b,,c"]),
            ("(,)|;", "a,b;c", 0, &["a", ",", "b", "None", "c"]),
            ("x*", "axbc", 0, &["", "a", "", "b", "c", ""]),
            ("x*", "axbc", 2, &["", "a", "bc"]),
        ] {
            let pattern = Pattern::compile(pattern.as_bytes(), true, 0).unwrap();
            let pieces = pattern.split(Subject::text(subject.as_bytes()), maxsplit).unwrap();
            let shown: Vec<&str> = pieces.iter().map(|piece| piece.map_or("None", |(a, b)| &subject[a..b])).collect();
            assert_eq!(shown, expected, "{subject} {maxsplit}");
        }
    }
}
