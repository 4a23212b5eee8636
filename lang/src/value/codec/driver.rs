//! The two loops that most encodings share.
//!
//! An encoding says how one code point is written or one sequence read; the loops walk over the input, copy ASCII in
//! bulk, find the extent of errors, hand them to the handler and let long work be stopped.

use std::borrow::Cow;

use super::handler::{Handler, Instead, Units, on_decode, on_encode};
use super::{CodecError, Failure};
use crate::value::interrupt::{Stop, checkpoint, reserve};
use crate::value::unicode::wtf8;

/// Bytes between two looks at the clock.
const STEP: usize = 4096;

/// How text that cannot be encoded is reported.
#[derive(Debug, Clone, Copy)]
pub(super) struct Encoding<'h> {
    /// The name in errors.
    pub name: &'static str,
    /// The reason in errors.
    pub reason: &'static str,
    /// Whether neighbours that cannot be encoded are one error.
    pub grouped: bool,
    /// How surrogates are let pass.
    pub units: Units,
    /// Whether ASCII may be copied.
    pub ascii: bool,
    /// The handler.
    pub handler: Handler<'h>,
}

impl Encoding<'_> {
    /// Encodes a text behind what `out` has already. `put` appends a code point, or returns false and appends nothing.
    pub fn run(
        &self,
        text: &[u8],
        mut out: Vec<u8>,
        mut put: impl FnMut(&mut Vec<u8>, u32) -> bool,
    ) -> Result<Vec<u8>, CodecError> {
        reserve(text.len())?;
        out.reserve(text.len());
        let (mut at, mut index, mut look) = (0, 0, STEP);
        while let Some((cp, len)) = wtf8::decode_at(text, at) {
            if at >= look {
                checkpoint(STEP as u64)?;
                look = at + STEP;
            }
            if self.ascii && cp < 0x80 {
                let run = ascii_run(text, at, &mut look)?;
                out.extend_from_slice(run);
                at += run.len();
                index += run.len();
                continue;
            }
            if put(&mut out, cp) {
                at += len;
                index += 1;
                continue;
            }
            let (start, first) = (at, index);
            at += len;
            index += 1;
            while self.grouped
                && let Some((next, len)) = wtf8::decode_at(text, at)
            {
                if at >= look {
                    checkpoint(STEP as u64)?;
                    look = at + STEP;
                }
                let mark = out.len();
                if put(&mut out, next) {
                    out.truncate(mark);
                    break;
                }
                at += len;
                index += 1;
            }
            let bad = text.get(start..at).unwrap_or_default();
            // Escapes stop short of what they do not cover; the rest is an error of its own.
            let (bad, failure) = match self.handler {
                Handler::SurrogateEscape if self.splits() => {
                    let (now, count) = escapable_prefix(bad);
                    at = start + now.len();
                    let end = index;
                    index = first + count;
                    (now, self.failure(first, end))
                }
                _ => (bad, self.failure(first, index)),
            };
            match on_encode(self.handler, bad, || failure.clone(), self.units)? {
                Instead::Bytes(bytes) => out.extend_from_slice(&bytes),
                Instead::Text(instead) => {
                    if !instead.iter().all(|byte| put(&mut out, u32::from(*byte))) {
                        return Err(CodecError::Encode(failure));
                    }
                }
            }
        }
        Ok(out)
    }

    /// CPython's own loops for these encodings escape as much as they can before they fail.
    fn splits(&self) -> bool {
        matches!(self.name, "utf-8" | "ascii" | "latin-1")
    }

    fn failure(&self, start: usize, end: usize) -> Failure {
        Failure { encoding: self.name, start, end, reason: Cow::Borrowed(self.reason), skipped: 0 }
    }
}

/// The leading U+DC80–U+DCFF of a text and their number; the whole text if there are none.
fn escapable_prefix(text: &[u8]) -> (&[u8], usize) {
    let mut count = 0;
    let mut len = 0;
    for cp in wtf8::code_points(text) {
        if !(0xDC80..=0xDCFF).contains(&cp) {
            break;
        }
        count += 1;
        len += wtf8::len_of(cp);
    }
    match text.get(..len) {
        Some(prefix) if count > 0 => (prefix, count),
        _ => (text, wtf8::count(text)),
    }
}

/// The ASCII bytes from a position on, at most a block of them.
fn ascii_run<'t>(text: &'t [u8], at: usize, look: &mut usize) -> Result<&'t [u8], Stop> {
    const BLOCK: usize = 1 << 16;
    let rest = text.get(at..).unwrap_or_default();
    let block = rest.get(..BLOCK).unwrap_or(rest);
    let len = block.iter().position(|byte| *byte >= 0x80).unwrap_or(block.len());
    if len > STEP {
        checkpoint(len as u64 / 8)?;
        *look = at + len + STEP;
    }
    Ok(block.get(..len).unwrap_or(block))
}

/// What stands at a place in the input of a decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// A code point of so many bytes.
    One(u32, usize),
    /// Two code points of so many bytes.
    Two(u32, u32, usize),
    /// Something without text, so many bytes.
    Nothing(usize),
    /// So many bytes that are no text, and why.
    Bad(usize, &'static str),
}

/// How bytes that are no text are reported.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decoding<'h> {
    /// The name in errors.
    pub name: &'static str,
    /// How surrogates are let pass.
    pub units: Units,
    /// Whether ASCII may be copied.
    pub ascii: bool,
    /// Bytes that were taken off the input.
    pub skipped: usize,
    /// The handler.
    pub handler: Handler<'h>,
}

impl Decoding<'_> {
    /// Decodes bytes from a position on. `see` is asked about each place that is not copied; it always advances.
    pub fn run(
        &self,
        input: &[u8],
        from: usize,
        mut see: impl FnMut(&[u8], usize) -> Seen,
    ) -> Result<Vec<u8>, CodecError> {
        reserve(input.len())?;
        let mut out = Vec::with_capacity(input.len());
        let (mut at, mut look) = (from, from + STEP);
        while let Some(byte) = input.get(at) {
            if at >= look {
                checkpoint(STEP as u64)?;
                look = at + STEP;
            }
            if self.ascii && *byte < 0x80 {
                let run = ascii_run(input, at, &mut look)?;
                out.extend_from_slice(run);
                at += run.len();
                continue;
            }
            match see(input, at) {
                Seen::One(cp, len) => {
                    wtf8::push(&mut out, cp);
                    at += len;
                }
                Seen::Two(first, second, len) => {
                    wtf8::push(&mut out, first);
                    wtf8::push(&mut out, second);
                    at += len;
                }
                Seen::Nothing(len) => at += len,
                Seen::Bad(len, reason) => at = self.bad(input, &mut out, at, at + len, reason)?,
            }
        }
        Ok(out)
    }

    /// Reports `start..end`; returns where to go on.
    pub fn bad(
        &self,
        input: &[u8],
        out: &mut Vec<u8>,
        start: usize,
        end: usize,
        reason: &'static str,
    ) -> Result<usize, CodecError> {
        let failure =
            || Failure { encoding: self.name, start, end, reason: Cow::Borrowed(reason), skipped: self.skipped };
        let next = on_decode(self.handler, input, out, failure, (start, end), self.units)?;
        Ok(next.max(start + 1))
    }
}
