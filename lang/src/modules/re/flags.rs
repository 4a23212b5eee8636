//! Flags of a pattern and which of them go together.

use super::error::Error;

/// `re.TEMPLATE`, `(?t)`: no repetitions allowed.
pub const TEMPLATE: u32 = 1;
/// `re.IGNORECASE`, `(?i)`
pub const IGNORECASE: u32 = 2;
/// `re.LOCALE`, `(?L)`; the locale is always C
pub const LOCALE: u32 = 4;
/// `re.MULTILINE`, `(?m)`
pub const MULTILINE: u32 = 8;
/// `re.DOTALL`, `(?s)`
pub const DOTALL: u32 = 16;
/// `re.UNICODE`, `(?u)`
pub const UNICODE: u32 = 32;
/// `re.VERBOSE`, `(?x)`
pub const VERBOSE: u32 = 64;
/// `re.DEBUG`, without effect
pub const DEBUG: u32 = 128;
/// `re.ASCII`, `(?a)`
pub const ASCII: u32 = 256;

/// Flags of which at most one is in force.
pub(super) const TYPE_FLAGS: u32 = ASCII | LOCALE | UNICODE;
/// Flags that concern a pattern as a whole.
pub(super) const GLOBAL_FLAGS: u32 = DEBUG | TEMPLATE;

/// The flag of a letter in `(?aiLmsux)`.
pub(super) fn of_letter(letter: u8) -> Option<u32> {
    Some(match letter {
        b'i' => IGNORECASE,
        b'L' => LOCALE,
        b'm' => MULTILINE,
        b's' => DOTALL,
        b'x' => VERBOSE,
        b'a' => ASCII,
        b't' => TEMPLATE,
        b'u' => UNICODE,
        _ => return None,
    })
}

/// The flags in force inside a group.
pub(super) fn inside_group(outer: u32, add: u32, del: u32) -> u32 {
    let kept = if add & TYPE_FLAGS != 0 { outer & !TYPE_FLAGS } else { outer };
    (kept | add) & !del
}

/// Completes the flags of a whole pattern, or says which of them exclude each other.
pub(super) fn complete(flags: u32, is_text: bool) -> Result<u32, Error> {
    let refused = |message: &str| Err(Error::Value(message.to_owned()));
    let has = |flag| flags & flag != 0;
    if is_text {
        if has(LOCALE) {
            return refused("cannot use LOCALE flag with a str pattern");
        }
        if !has(ASCII) {
            return Ok(flags | UNICODE);
        }
        if has(UNICODE) {
            return refused("ASCII and UNICODE flags are incompatible");
        }
    } else {
        if has(UNICODE) {
            return refused("cannot use UNICODE flag with a bytes pattern");
        }
        if has(LOCALE) && has(ASCII) {
            return refused("ASCII and LOCALE flags are incompatible");
        }
    }
    Ok(flags)
}
