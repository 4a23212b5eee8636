//! Reading what RSA keys are written in: DER, PEM around it, and the lines of OpenSSH.
//!
//! Everything is `None` when the text is not what it should be.

use num_bigint::{BigInt, Sign};

/// An element: its tag and its contents.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    /// Class and number.
    pub tag: u8,
    /// What is in it.
    pub content: &'a [u8],
}

/// The tag of an INTEGER.
const INTEGER: u8 = 0x02;
/// The tag of a BIT STRING.
const BIT_STRING: u8 = 0x03;
/// The tag of an OCTET STRING.
pub const OCTET_STRING: u8 = 0x04;
/// The tag of an OBJECT IDENTIFIER.
pub const OBJECT: u8 = 0x06;
/// The tag of a SEQUENCE.
pub const SEQUENCE: u8 = 0x30;

/// The first element and what follows it.
fn element(data: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, rest) = data.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut len = usize::from(first);
    if first >= 0x80 {
        let digits = rest.split_off(..usize::from(first - 0x80))?;
        // Four bytes of length are more than any key needs.
        if digits.is_empty() || digits.len() > 4 {
            return None;
        }
        len = digits.iter().fold(0, |len, byte| len << 8 | usize::from(*byte));
    }
    let content = rest.split_off(..len)?;
    Some((Element { tag, content }, rest))
}

/// The elements of a SEQUENCE that is all of `data`; a key has few.
#[must_use]
pub fn sequence(data: &[u8]) -> Option<Vec<Element<'_>>> {
    let (outer, rest) = element(data)?;
    if outer.tag != SEQUENCE || !rest.is_empty() {
        return None;
    }
    elements(outer.content)
}

/// The elements one after another.
#[must_use]
pub fn elements(mut data: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while !data.is_empty() {
        let (next, rest) = element(data)?;
        found.push(next);
        data = rest;
    }
    Some(found)
}

impl<'a> Element<'a> {
    /// The number of an INTEGER.
    #[must_use]
    pub fn integer(&self) -> Option<BigInt> {
        (self.tag == INTEGER && !self.content.is_empty()).then(|| BigInt::from_signed_bytes_be(self.content))
    }

    /// The elements of a SEQUENCE.
    #[must_use]
    pub fn sequence(&self) -> Option<Vec<Element<'a>>> {
        if self.tag == SEQUENCE { elements(self.content) } else { None }
    }

    /// The bytes of a BIT STRING of whole bytes.
    #[must_use]
    pub fn bit_string(&self) -> Option<&'a [u8]> {
        match self.content.split_first() {
            Some((0, bytes)) if self.tag == BIT_STRING => Some(bytes),
            _ => None,
        }
    }
}

/// Whether `element` is an algorithm identifier of RSA.
#[must_use]
pub fn is_rsa(element: &Element<'_>) -> bool {
    /// 1.2.840.113549.1.1
    const PKCS_1: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
    let Some(parts) = element.sequence() else { return false };
    let Some((name, last)) =
        parts.first().filter(|name| name.tag == OBJECT).and_then(|name| name.content.split_at_checked(8))
    else {
        return false;
    };
    // Plain RSA, or RSA for PSS signatures.
    name == PKCS_1 && (last == [0x01] || last == [0x0a])
}

/// Writes an element of less than 64 KB.
#[must_use]
pub fn write(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let len = u16::try_from(content.len()).unwrap_or(u16::MAX);
    match len {
        0..=0x7f => out.push(len.to_be_bytes()[1]),
        0x80..=0xff => out.extend([0x81, len.to_be_bytes()[1]]),
        _ => {
            out.push(0x82);
            out.extend(len.to_be_bytes());
        }
    }
    out.extend_from_slice(content);
    out
}

/// The bytes between the lines of a PEM text.
///
/// # Errors
/// The reason for which it is none.
pub fn pem(text: &[u8]) -> Result<Vec<u8>, &'static str> {
    let text: String = text.iter().map(|byte| char::from(*byte)).collect();
    let text = text.trim();
    let marker = text.strip_prefix("-----BEGIN ").and_then(|rest| rest.split_once("-----"));
    let Some((marker, body)) = marker.filter(|(_, body)| body.starts_with(char::is_whitespace)) else {
        return Err("Not a valid PEM pre boundary");
    };
    let Some(body) = body.strip_suffix(&format!("-----END {marker}-----")) else {
        return Err("Not a valid PEM post boundary");
    };
    if body.trim().is_empty() {
        return Err("A PEM file must have at least 3 lines");
    }
    if body.contains("Proc-Type:") || marker.contains("OPENSSH") || marker.contains("ENCRYPTED") {
        return Err("Encrypted and OpenSSH private keys are not supported");
    }
    base64(body.as_bytes()).ok_or("Invalid base64 data in a PEM file")
}

/// The numbers e and n of a line `ssh-rsa …`.
#[must_use]
pub fn openssh(text: &[u8]) -> Option<(BigInt, BigInt)> {
    let data = base64(text.split(|byte| *byte == b' ').nth(1)?)?;
    let mut rest = &data[..];
    let mut part = || {
        let (len, after) = rest.split_first_chunk::<4>()?;
        let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
        let (part, after) = after.split_at_checked(len)?;
        rest = after;
        Some(BigInt::from_bytes_be(Sign::Plus, part))
    };
    part()?;
    Some((part()?, part()?))
}

/// Decodes base64; white space does not count.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut buffer, mut bits) = (0u32, 0);
    for byte in text.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => continue,
            _ => return None,
        };
        buffer = buffer << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits).to_le_bytes()[0]);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        for len in [0, 1, 127, 128, 255, 256, 700] {
            let own = write(SEQUENCE, &write(OCTET_STRING, &vec![7; len]));
            let parts = sequence(&own).unwrap();
            assert_eq!(parts.len(), 1);
            assert_eq!(parts[0].content.len(), len);
        }
        for broken in [&[][..], &[0x30], &[0x30, 5, 1], &[0x30, 0x80], &[0x30, 0x85, 1, 1, 1, 1, 1], &[0x30, 0xff, 1]] {
            assert!(sequence(broken).is_none(), "{broken:?}");
        }
    }

    #[test]
    fn pem_boundaries() {
        assert_eq!(pem(b"-----BEGIN X-----\nYWJj\n-----END X-----\n").unwrap(), b"abc");
        for broken in
            ["-----BEGIN X----\nYWJj", "-----BEGIN X-----\nYWJj\n-----END Y-----", "-----BEGIN X-----\n-----END X-----"]
        {
            assert!(pem(broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
