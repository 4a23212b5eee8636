//! The module `socket` (spec 9.2): byte order and IPv4 addresses as text. There is no network.

use crate::builtins::bytes::args::bytes;
use crate::builtins::list::word;
use crate::modules::datetime::args::text;
use crate::table;
use crate::value::exceptions::{OS_ERROR, Raise, overflow_error, type_error, value_error};
use crate::value::number::IntView;
use crate::value::types::Profile;
use crate::value::{ModuleDesc, R, Value};

table! {
    static FUNCTIONS = [
        /// Turn around the bytes of an int of 32 bits, from this machine's order to the network's.
        ///
        /// >>> hex(socket.htonl(0x01020304))
        /// '0x4030201'
        Function CoreCode "_socket.htonl socket.htonl(x: int, /) -> int" => |_, a| swap_long(&a[0]);
        /// Turn around the bytes of an int of 32 bits, from the network's order to this machine's.
        ///
        /// >>> hex(socket.ntohl(0x01020304))
        /// '0x4030201'
        Function CoreCode "_socket.ntohl socket.ntohl(x: int, /) -> int" => |_, a| swap_long(&a[0]);
        /// Turn around the bytes of an int of 16 bits, from this machine's order to the network's.
        ///
        /// >>> hex(socket.htons(0x0102))
        /// '0x201'
        Function Extended "socket.htons(x: int, /) -> int" => |_, a| swap_short("htons", &a[0]);
        /// Turn around the bytes of an int of 16 bits, from the network's order to this machine's.
        ///
        /// >>> hex(socket.ntohs(0x0102))
        /// '0x201'
        Function Extended "socket.ntohs(x: int, /) -> int" => |_, a| swap_short("ntohs", &a[0]);
        /// Return the four bytes of an IPv4 address.
        ///
        /// >>> socket.inet_aton('192.168.0.1')
        /// b'\xc0\xa8\x00\x01'
        Function Extended "socket.inet_aton(ip_string: str, /) -> bytes" => |_, a| {
            let text = text("inet_aton() argument 1", &a[0])?;
            if text.contains(&0) {
                return Err(value_error("embedded null character"));
            }
            let address = address(text).ok_or_else(|| os_error("illegal IP address string passed to inet_aton"))?;
            Ok(Value::bytes(&address.to_be_bytes()))
        };
        /// Return the text of the four bytes of an IPv4 address.
        ///
        /// >>> socket.inet_ntoa(b'\xc0\xa8\x00\x01')
        /// '192.168.0.1'
        Function Extended "socket.inet_ntoa(packed_ip: bytes, /) -> str" => |_, a| match bytes(&a[0])?[..] {
            [a, b, c, d] => Ok(Value::str(&format!("{a}.{b}.{c}.{d}"))),
            _ => Err(os_error("packed IP wrong length for inet_ntoa")),
        };
    ]
}

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "socket",
    doc: "Byte order and IPv4 addresses.",
    profile: Profile::CoreCode,
    functions: FUNCTIONS,
    types: &[],
    constants: &[],
    modules: &[],
};

#[cold]
fn os_error(text: &str) -> Raise {
    Raise::new(&OS_ERROR, text)
}

fn swap_long(value: &Value) -> R {
    match IntView::of(value) {
        None => Err(type_error(format!("expected int, {} found", value.type_of().qualified()))),
        Some(n) if n.sign() < 0 => Err(overflow_error("can't convert negative value to unsigned int")),
        Some(IntView::Small(n)) => match u32::try_from(n) {
            Ok(n) => Ok(n.swap_bytes().into()),
            Err(_) => Err(overflow_error("int larger than 32 bits")),
        },
        Some(IntView::Big(n)) => Err(overflow_error(if n.bits() > 64 {
            "Python int too large to convert to C unsigned long"
        } else {
            "int larger than 32 bits"
        })),
    }
}

fn swap_short(function: &str, value: &Value) -> R {
    let n = match IntView::of(value) {
        Some(IntView::Big(_)) => return Err(overflow_error("Python int too large to convert to C long")),
        _ => word(value)?,
    };
    if let Ok(n) = u16::try_from(n) {
        return Ok(Value::Int(i64::from(n.swap_bytes())));
    }
    Err(overflow_error(if n < i64::from(i32::MIN) {
        "signed integer is less than minimum".to_owned()
    } else if n > i64::from(i32::MAX) {
        "signed integer is greater than maximum".to_owned()
    } else if n < 0 {
        format!("{function}: can't convert negative Python int to C 16-bit unsigned integer")
    } else {
        format!("{function}: Python int too large to convert to C 16-bit unsigned integer")
    }))
}

/// The address that a text means: one to four numbers, decimal, octal after `0` or hexadecimal after `0x`. All but the last
/// are one byte, the last fills the rest. What follows after a blank does not count.
fn address(text: &[u8]) -> Option<u32> {
    let end = text.iter().position(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).unwrap_or(text.len());
    let mut parts = text.get(..end)?.split(|byte| *byte == b'.').map(part);
    let mut address = 0;
    let mut free = 32;
    let mut last = parts.next()??;
    for next in parts {
        if last > 0xff || free == 8 {
            return None;
        }
        free -= 8;
        address |= last << free;
        last = next?;
    }
    (u64::from(last) < 1 << free).then_some(address | last)
}

/// One of the numbers.
fn part(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?;
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    // `from_str_radix` would take a sign.
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_in_all_forms() {
        for (text, expected) in [
            ("1.2.3.4", Some(0x0102_0304)),
            ("1.2.3", Some(0x0102_0003)),
            ("1.16777215", Some(0x01ff_ffff)),
            ("4294967295", Some(0xffff_ffff)),
            ("0x10.010", Some(0x1000_0008)),
            ("1.2.3.4 x", Some(0x0102_0304)),
            ("1.16777216", None),
            ("4294967296", None),
            ("256.1.1.1", None),
            ("1.2.3.256", None),
            ("1.2.3.4.5", None),
            ("1..2", None),
            ("08.1", None),
            ("0x", None),
            ("+1", None),
            ("1.2.3.4x", None),
            (" 1", None),
            ("", None),
        ] {
            assert_eq!(address(text.as_bytes()), expected, "{text}");
        }
    }
}
