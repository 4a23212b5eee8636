//! `Crypto.Util.Padding`: filling data up to whole blocks, and back.

use std::borrow::Cow;

use crate::builtins::bytes::args;
use crate::builtins::iterate::length;
use crate::builtins::list::{bytes_like, word};
use crate::table;
use crate::value::exceptions::{Raise, value_error, zero_division};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::types::Profile;
use crate::value::{Cx, HVec, ModuleDesc, R, Value};

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "Crypto.Util.Padding",
    doc: "Filling data up to whole blocks, and back.",
    profile: Profile::CoreCode,
    functions: FUNCTIONS,
    types: &[],
    constants: &[],
    modules: &[],
};

table! {
    static FUNCTIONS = [
        /// Fill data up to whole blocks, in the style `pkcs7`, `iso7816` or `x923`.
        ///
        /// >>> Crypto.Util.Padding.pad(b'abc', 8)
        /// b'abc\x05\x05\x05\x05\x05'
        Function CoreCode "def Crypto.Util.Padding.pad(data_to_pad: bytes, block_size: int, style: str = 'pkcs7') -> bytes" => pad;
        /// Remove what `pad` added; `ValueError` if it is not there.
        ///
        /// >>> Crypto.Util.Padding.unpad(b'abc\x05\x05\x05\x05\x05', 8)
        /// b'abc'
        Function CoreCode "def Crypto.Util.Padding.unpad(padded_data: bytes, block_size: int, style: str = 'pkcs7') -> bytes" => unpad;
    ]
}

/// A way to fill up the last block.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Pkcs7,
    Iso7816,
    X923,
}

impl Style {
    fn of(value: &Value) -> R<Style> {
        match value.text_bytes() {
            Some(b"pkcs7") => Ok(Style::Pkcs7),
            Some(b"iso7816") => Ok(Style::Iso7816),
            Some(b"x923") => Ok(Style::X923),
            _ => Err(value_error("Unknown padding style")),
        }
    }
}

fn data<'a>(cx: &mut Cx<'_>, value: &'a Value) -> R<Cow<'a, [u8]>> {
    // What has no length fails for that reason.
    length(cx, value)?;
    args::bytes(value)
}

fn incorrect() -> Raise {
    value_error("Padding is incorrect.")
}

/// The block size; 0 for a negative one, which nothing fits.
fn block_size(value: &Value) -> R<usize> {
    match word(value)? {
        0 => Err(zero_division("integer modulo by zero")),
        size => Ok(usize::try_from(size).unwrap_or_default()),
    }
}

fn pad(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let data = data(cx, &a[0])?;
    let size = block_size(&a[1])?;
    let style = Style::of(&a[2])?;
    let out_of_range = || value_error("bytes must be in range(0, 256)");
    let count = size - data.len().checked_rem(size).ok_or_else(out_of_range)?;
    let number = match style {
        Style::Iso7816 => 0,
        Style::Pkcs7 | Style::X923 => u8::try_from(count).map_err(|_| out_of_range())?,
    };
    let fill = if style == Style::Pkcs7 { number } else { 0 };
    reserve(data.len().saturating_add(count))?;
    checkpoint((data.len() + count) as u64 / 4)?;
    let mut padded = HVec::with_capacity(data.len() + count);
    padded.extend_bytes(&data);
    padded.extend(std::iter::repeat_n(fill, count));
    match style {
        Style::Pkcs7 => {}
        Style::Iso7816 => padded[data.len()] = 0x80,
        Style::X923 => padded[data.len() + count - 1] = number,
    }
    Ok(bytes_like(&a[0], padded))
}

fn unpad(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let data = data(cx, &a[0])?;
    let Some(last) = data.last() else {
        return Err(value_error("Zero-length input cannot be unpadded"));
    };
    let size = block_size(&a[1])?;
    if data.len().checked_rem(size).unwrap_or_default() != 0 {
        return Err(value_error("Input data is not padded"));
    }
    let style = Style::of(&a[2])?;
    let count = match style {
        Style::Pkcs7 | Style::X923 => usize::from(*last),
        Style::Iso7816 => data.len() - memchr::memrchr(0x80, &data).ok_or_else(incorrect)?,
    };
    if count < 1 || count > size.min(data.len()) {
        return Err(incorrect());
    }
    let (content, padding) = data.split_at(data.len() - count);
    let (rest, error) = match style {
        Style::Pkcs7 => (padding.iter().all(|b| b == last), "PKCS#7 padding is incorrect."),
        Style::X923 => (padding[..count - 1].iter().all(|b| *b == 0), "ANSI X.923 padding is incorrect."),
        Style::Iso7816 => (padding[1..].iter().all(|b| *b == 0), "ISO 7816-4 padding is incorrect."),
    };
    if !rest {
        return Err(value_error(error));
    }
    let mut own = HVec::with_capacity(content.len());
    own.extend_bytes(content);
    Ok(bytes_like(&a[0], own))
}
