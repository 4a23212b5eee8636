//! `Crypto.Cipher.AES`: its function `new` and the cipher objects of the four modes.

use std::any::Any;

use num_traits::ToPrimitive;

use super::block::{Aes, BLOCK, Block, Counter};
use super::buffer::{self, Output, random};
use super::gcm::Gcm;
use super::members::{CBC, CTR, ECB, GCM};
use crate::builtins::list::word;
use crate::builtins::repr::repr;
use crate::table;
use crate::value::exceptions::{OVERFLOW_ERROR, Raise, VALUE_ERROR, type_error, value_error};
use crate::value::interrupt::reserve;
use crate::value::number::IntView;
use crate::value::types::{Constant, Profile};
use crate::value::{Cx, Dict, Guarded, HVec, ModuleDesc, NativeObject, R, Ref, TypeDesc, Value};

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "Crypto.Cipher.AES",
    doc: "The block cipher AES.",
    profile: Profile::CoreCode,
    functions: FUNCTIONS,
    types: &[],
    constants: &[
        constant("MODE_CBC", "Every block depends on the one before it.", "int", |_| Ok(Value::Int(MODE_CBC))),
        constant("MODE_CTR", "A stream cipher made of encrypted counters.", "int", |_| Ok(Value::Int(MODE_CTR))),
        constant("MODE_ECB", "Every block for itself.", "int", |_| Ok(Value::Int(MODE_ECB))),
        constant("MODE_GCM", "As `MODE_CTR`, with a tag that proves that nothing was changed.", "int", |_| {
            Ok(Value::Int(MODE_GCM))
        }),
        constant("block_size", "The bytes of a block.", "int", |_| Ok(BLOCK.into())),
        constant("key_size", "The possible lengths of keys in bytes.", "tuple[int, ...]", |_| {
            Ok(Value::tuple([16, 24, 32].map(Value::Int)))
        }),
    ],
    modules: &[],
};

const fn constant(name: &'static str, doc: &'static str, ty: &'static str, value: fn(&mut Cx<'_>) -> R) -> Constant {
    Constant { name, doc, profile: Profile::CoreCode, ty, value }
}

const MODE_ECB: i64 = 1;
const MODE_CBC: i64 = 2;
const MODE_CTR: i64 = 6;
const MODE_GCM: i64 = 11;

/// The error for more data than a counter can serve.
static TOO_LONG: TypeDesc = TypeDesc {
    doc: "More data than the mode can encrypt.",
    second_base: Some(&OVERFLOW_ERROR),
    ..TypeDesc::new("MessageTooLongError", "Crypto").with_base(&VALUE_ERROR)
};

table! {
    static FUNCTIONS = [
        /// Make a cipher object for a key of 16, 24 or 32 bytes and a mode.
        ///
        /// `MODE_CBC` takes `iv`, `MODE_CTR` takes `nonce` and `initial_value`, `MODE_GCM` takes `nonce` and `mac_len`; what is random unless given stays
        /// readable as an attribute of the object.
        ///
        /// >>> cipher = Crypto.Cipher.AES.new(b'0123456789abcdef', Crypto.Cipher.AES.MODE_CBC, iv=b'fedcba9876543210')
        /// >>> cipher.encrypt(b'a' * 16).hex()
        /// '150abb30b3b867bb3cbf6cc95c012a3b'
        Function CoreCode "def Crypto.Cipher.AES.new(key: bytes, mode: int, *args: Any, **kwargs: Any) -> EcbMode | CbcMode | CtrMode | GcmMode" => |cx, a| {
            let given = match &a[2] {
                Value::Tuple(args) => args.items.to_vec(),
                _ => Vec::new(),
            };
            let Value::Dict(options) = &a[3] else { return Ok(Value::None) };
            match IntView::of(&a[1]) {
                Some(IntView::Small(MODE_ECB)) if !given.is_empty() => {
                    Err(type_error("IV is not meaningful for the ECB mode"))
                }
                Some(IntView::Small(MODE_ECB)) => ecb(cx, &a[0], options),
                Some(IntView::Small(MODE_CBC)) => {
                    third_argument(&given, 1, "IV", options)?;
                    cbc(cx, &a[0], options)
                }
                Some(IntView::Small(MODE_CTR)) => {
                    third_argument(&given, 0, "nonce", options)?;
                    ctr(cx, &a[0], options)
                }
                Some(IntView::Small(MODE_GCM)) => {
                    third_argument(&given, 1, "nonce", options)?;
                    gcm(cx, &a[0], options)
                }
                _ => Err(value_error("Mode not supported")),
            }
        };
    ]
}

/// Positional arguments behind the mode stand for the option `name`.
fn third_argument(given: &[Value], most: usize, name: &str, options: &Ref<Dict>) -> R<()> {
    if given.len() > most {
        return Err(type_error("Too many arguments for this mode"));
    }
    if let Some(value) = given.first() {
        options.set_str(name, value.clone());
    }
    Ok(())
}

/// Takes an option; `None` if it is absent or is `None`.
fn take(options: &Ref<Dict>, name: &str) -> R<Option<Value>> {
    Ok(options.remove(&Value::str(name))?.map(|(_, value)| value).filter(|value| !value.is_none()))
}

fn no_more(cx: &mut Cx<'_>, what: &str, options: &Ref<Dict>) -> R<()> {
    if options.is_empty() {
        return Ok(());
    }
    let shown = repr(cx, &Value::Dict(options.clone()))?.to_display();
    Err(type_error(format!("{what}: {shown}")))
}

fn cipher(cx: &mut Cx<'_>, key: &Value, options: &Ref<Dict>) -> R<Aes> {
    // Which implementation is used makes no difference that a program could see.
    take(options, "use_aesni")?;
    let len = buffer::len(cx, key)?;
    let wrong = || value_error(format!("Incorrect AES key length ({len} bytes)"));
    if ![16, 24, 32].contains(&len) {
        return Err(wrong());
    }
    Aes::new(&buffer::bytes(key)?).ok_or_else(wrong)
}

fn ecb(cx: &mut Cx<'_>, key: &Value, options: &Ref<Dict>) -> R {
    let aes = cipher(cx, key, options)?;
    no_more(cx, "Unknown parameters for ECB", options)?;
    Ok(Cipher::value(aes, Mode::Ecb, None))
}

fn cbc(cx: &mut Cx<'_>, key: &Value, options: &Ref<Dict>) -> R {
    let aes = cipher(cx, key, options)?;
    let iv = match (take(options, "IV")?, take(options, "iv")?) {
        (Some(_), Some(_)) => return Err(type_error("You must either use 'iv' or 'IV', not both")),
        (Some(iv), None) | (None, Some(iv)) => iv,
        (None, None) => Value::bytes(&random(cx, BLOCK)?),
    };
    let wrong = || value_error("Incorrect IV length (it must be 16 bytes long)");
    if buffer::len(cx, &iv)? != BLOCK {
        return Err(wrong());
    }
    no_more(cx, "Unknown parameters for CBC", options)?;
    let bytes = buffer::bytes(&iv)?;
    let last = Block::try_from(&*bytes).map_err(|_| wrong())?;
    Ok(Cipher::value(aes, Mode::Cbc(last), Some(&bytes)))
}

fn ctr(cx: &mut Cx<'_>, key: &Value, options: &Ref<Dict>) -> R {
    let aes = cipher(cx, key, options)?;
    let (nonce, initial) = (take(options, "nonce")?, take(options, "initial_value")?);
    no_more(cx, "Invalid parameters for CTR mode", options)?;
    let nonce = match nonce {
        Some(nonce) => nonce,
        None => Value::bytes(&random(cx, BLOCK / 2)?),
    };
    let prefix = buffer::len(cx, &nonce)?;
    if prefix >= BLOCK {
        return Err(value_error("Nonce is too long"));
    }
    let nonce = buffer::bytes(&nonce)?;
    let mut first = [0; BLOCK];
    first[..prefix].copy_from_slice(&nonce);
    let counter = &mut first[prefix..];
    let initial = initial.unwrap_or(Value::Int(0));
    match IntView::of(&initial) {
        Some(number) if number.sign() < 0 => return Err(value_error("Values must be non-negative")),
        Some(number) => {
            let too_large = || value_error("Initial counter value is too large");
            let number = number.to_big().to_u128().ok_or_else(too_large)?.to_be_bytes();
            let (high, low) = number.split_at(prefix);
            if high.iter().any(|byte| *byte != 0) {
                return Err(too_large());
            }
            counter.copy_from_slice(low);
        }
        None => {
            let len = buffer::len(cx, &initial)?;
            if len != counter.len() {
                let expected = counter.len();
                return Err(value_error(format!(
                    "Incorrect length for counter byte string ({len} bytes, expected {expected})"
                )));
            }
            counter.copy_from_slice(&buffer::bytes(&initial)?);
        }
    }
    Ok(Cipher::value(aes, Mode::Ctr(Counter::new(first, prefix)), Some(&nonce)))
}

fn gcm(cx: &mut Cx<'_>, key: &Value, options: &Ref<Dict>) -> R {
    let nonce = match take(options, "nonce")? {
        Some(nonce) => nonce,
        None => Value::bytes(&random(cx, BLOCK)?),
    };
    let mac_len = take(options, "mac_len")?.unwrap_or(Value::Int(16));
    if buffer::len(cx, &nonce)? == 0 {
        return Err(value_error("Nonce cannot be empty"));
    }
    if !buffer::is_bytes(&nonce) {
        return Err(type_error("Nonce must be bytes, bytearray or memoryview"));
    }
    let in_range = usize::try_from(word(&mac_len)?).ok().filter(|len| (4..=16).contains(len));
    let mac_len = in_range.ok_or_else(|| value_error("Parameter 'mac_len' must be in the range 4..16"))?;
    let aes = cipher(cx, key, options)?;
    no_more(cx, "Unknown parameters for ECB", options)?;
    let nonce = buffer::bytes(&nonce)?;
    let mode = Mode::Gcm { gcm: Box::new(Gcm::new(&aes, &nonce)?), mac_len };
    Ok(Cipher::value(aes, mode, Some(&nonce)))
}

/// What a cipher object has done so far, which decides what it may do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing, or only headers.
    Start,
    /// It encrypts.
    Encrypting,
    /// It decrypts.
    Decrypting,
    /// It has given its tag.
    Digested,
    /// It has checked a tag.
    Verified,
}

enum Mode {
    Ecb,
    Cbc(Block),
    Ctr(Counter),
    Gcm { gcm: Box<Gcm>, mac_len: usize },
}

struct State {
    mode: Mode,
    phase: Phase,
}

/// A cipher object.
pub struct Cipher {
    aes: Aes,
    class: &'static TypeDesc,
    /// The initialisation vector or nonce as it was given.
    pub start: Value,
    state: Guarded<State>,
}

impl NativeObject for Cipher {
    fn class(&self) -> &'static TypeDesc {
        self.class
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Cipher {
    fn value(aes: Aes, mode: Mode, start: Option<&[u8]>) -> Value {
        let class = match mode {
            Mode::Ecb => &ECB,
            Mode::Cbc(_) => &CBC,
            Mode::Ctr(_) => &CTR,
            Mode::Gcm { .. } => &GCM,
        };
        let start = start.map_or(Value::None, Value::bytes);
        Value::native(Cipher { aes, class, start, state: Guarded::new(State { mode, phase: Phase::Start }) })
    }

    /// Encrypts or decrypts the data, into `output` if that is a bytearray.
    ///
    /// # Errors
    /// `TypeError` out of order and for what is no data, `ValueError` for data of a wrong length.
    pub fn crypt(&self, cx: &mut Cx<'_>, data: &Value, output: &Value, encrypt: bool) -> R {
        let mut state = self.state.borrow_mut();
        let State { mode, phase } = &mut *state;
        let wanted = if encrypt { Phase::Encrypting } else { Phase::Decrypting };
        if !matches!(mode, Mode::Ecb) {
            if *phase != Phase::Start && *phase != wanted {
                return Err(out_of_order(mode, encrypt));
            }
            *phase = wanted;
        }
        let output = Output::new(output, buffer::len(cx, data)?)?;
        let data = buffer::bytes(data)?;
        if matches!(mode, Mode::Ecb | Mode::Cbc(_)) && data.len() % BLOCK != 0 {
            return Err(value_error(match mode {
                Mode::Ecb => "Data must be aligned to block boundary in ECB mode",
                _ => "Data must be padded to 16 byte boundary in CBC mode",
            }));
        }
        reserve(data.len())?;
        let mut result = HVec::with_capacity(data.len());
        result.extend_bytes(&data);
        let fits = match mode {
            Mode::Ecb => self.aes.ecb(&mut result, encrypt).map(|()| true),
            Mode::Cbc(last) => self.aes.cbc(&mut result, last, encrypt).map(|()| true),
            Mode::Ctr(counter) => counter.apply(&self.aes, &mut result),
            Mode::Gcm { gcm, .. } => gcm.apply(&self.aes, &mut result, encrypt),
        };
        if !fits? {
            return Err(Raise::new(&TOO_LONG, "The counter has wrapped around in CTR mode"));
        }
        Ok(output.deliver(result))
    }

    /// GCM: takes data that is authenticated but not encrypted.
    ///
    /// # Errors
    /// `TypeError` out of order and for what is no data.
    pub fn header(&self, data: &Value) -> R<()> {
        let mut state = self.state.borrow_mut();
        if state.phase != Phase::Start {
            return Err(type_error("update() can only be called immediately after initialization"));
        }
        if let Mode::Gcm { gcm, .. } = &mut state.mode {
            gcm.header(&buffer::bytes(data)?)?;
        }
        Ok(())
    }

    /// GCM: the tag, after which only `next` may be asked for.
    ///
    /// # Errors
    /// `TypeError` out of order.
    pub fn tag(&self, next: Phase) -> R<Vec<u8>> {
        let mut state = self.state.borrow_mut();
        let before = if next == Phase::Digested { Phase::Encrypting } else { Phase::Decrypting };
        if ![Phase::Start, before, next].contains(&state.phase) {
            return Err(type_error(match next {
                Phase::Digested => "digest() cannot be called when decrypting or validating a message",
                _ => "verify() cannot be called when encrypting a message",
            }));
        }
        state.phase = next;
        match &state.mode {
            Mode::Gcm { gcm, mac_len } => Ok(gcm.tag()[..*mac_len].to_vec()),
            _ => Ok(Vec::new()),
        }
    }
}

fn out_of_order(mode: &Mode, encrypt: bool) -> Raise {
    let (name, other) = if encrypt { ("encrypt", "decrypt") } else { ("decrypt", "encrypt") };
    type_error(match mode {
        Mode::Gcm { .. } => format!("{name}() can only be called after initialization or an update()"),
        _ => format!("{name}() cannot be called after {other}()"),
    })
}

/// Data for hexadecimal digits, of text or bytes.
///
/// # Errors
/// `ValueError` for anything that is no pair of digits, `TypeError` for neither text nor bytes.
pub fn unhex(value: &Value) -> R<Vec<u8>> {
    let other = || type_error(format!("argument should be bytes, buffer or ASCII string, not '{}'", value.type_name()));
    let digits = buffer::text_or_bytes(value).ok_or_else(other)?;
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(value_error("Odd-length string"));
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    bytes.ok_or_else(|| value_error("Non-hexadecimal digit found"))
}
