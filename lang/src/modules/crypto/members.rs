//! The types of the cipher objects and their members.
//!
//! Bases only serve to share members: a mode has what the simpler ones have and more.

use super::aes::{Cipher, Phase, unhex};
use super::block::BLOCK;
use crate::builtins::receiver;
use crate::modules::hashlib::object::hex;
use crate::modules::hmac::compare_digest;
use crate::table;
use crate::value::exceptions::value_error;
use crate::value::{Cx, R, TypeDesc, Value};

/// A cipher in mode ECB.
pub static ECB: TypeDesc = TypeDesc {
    doc: "A cipher in mode ECB.",
    python: true,
    ..TypeDesc::new("EcbMode", "Crypto.Cipher._mode_ecb").with_members(COMMON)
};

/// A cipher in mode CBC.
pub static CBC: TypeDesc = TypeDesc {
    doc: "A cipher in mode CBC.",
    python: true,
    ..TypeDesc::new("CbcMode", "Crypto.Cipher._mode_cbc").with_base(&ECB).with_members(VECTOR)
};

/// A cipher in mode CTR.
pub static CTR: TypeDesc = TypeDesc {
    doc: "A cipher in mode CTR.",
    python: true,
    ..TypeDesc::new("CtrMode", "Crypto.Cipher._mode_ctr").with_base(&ECB).with_members(NONCE)
};

/// A cipher in mode GCM.
pub static GCM: TypeDesc = TypeDesc {
    doc: "A cipher in mode GCM.",
    python: true,
    ..TypeDesc::new("GcmMode", "Crypto.Cipher._mode_gcm").with_base(&CTR).with_members(AUTHENTICATED)
};

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Cipher> {
    receiver::native(name, "AES", a)
}

table! {
    static COMMON = [
        /// The bytes of a block.
        ///
        /// >>> Crypto.Cipher.AES.new(b'k' * 16, Crypto.Cipher.AES.MODE_ECB).block_size
        /// 16
        Property CoreCode "block_size(self, /) -> int" => |_, _| Ok(BLOCK.into());
        /// Decrypt data. In modes ECB and CBC it must be whole blocks.
        ///
        /// >>> AES = Crypto.Cipher.AES
        /// >>> AES.new(b'k' * 16, AES.MODE_ECB).decrypt(AES.new(b'k' * 16, AES.MODE_ECB).encrypt(b'a' * 16))
        /// b'aaaaaaaaaaaaaaaa'
        Method CoreCode "def decrypt(self, ciphertext: bytes, output: bytearray | None = None) -> bytes" => |cx, a| {
            own("decrypt", a)?.crypt(cx, &a[1], &a[2], false)
        };
        /// Encrypt data. In modes ECB and CBC it must be whole blocks.
        ///
        /// >>> Crypto.Cipher.AES.new(b'k' * 16, Crypto.Cipher.AES.MODE_ECB).encrypt(b'a' * 16).hex()
        /// 'c8a97171fe2841736c27863f5da199d1'
        Method CoreCode "def encrypt(self, plaintext: bytes, output: bytearray | None = None) -> bytes" => |cx, a| {
            own("encrypt", a)?.crypt(cx, &a[1], &a[2], true)
        };
    ]
}

table! {
    static VECTOR = [
        /// The initialisation vector; the other side needs it to decrypt.
        ///
        /// >>> Crypto.Cipher.AES.new(b'k' * 16, Crypto.Cipher.AES.MODE_CBC, b'i' * 16).IV
        /// b'iiiiiiiiiiiiiiii'
        Property CoreCode "IV(self, /) -> bytes" => start;
        /// The initialisation vector; the other side needs it to decrypt.
        ///
        /// >>> len(Crypto.Cipher.AES.new(b'k' * 16, Crypto.Cipher.AES.MODE_CBC).iv)
        /// 16
        Property CoreCode "iv(self, /) -> bytes" => start;
    ]
}

table! {
    static NONCE = [
        /// The nonce; the other side needs it to decrypt.
        ///
        /// >>> len(Crypto.Cipher.AES.new(b'k' * 16, Crypto.Cipher.AES.MODE_CTR).nonce)
        /// 8
        Property CoreCode "nonce(self, /) -> bytes" => start;
    ]
}

fn start(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(own("nonce", a)?.start.clone())
}

table! {
    static AUTHENTICATED = [
        /// Decrypt data and check the tag; `ValueError` if anything was changed.
        ///
        /// >>> AES = Crypto.Cipher.AES
        /// >>> c, tag = AES.new(b'k' * 16, AES.MODE_GCM, nonce=b'n' * 12).encrypt_and_digest(b'data')
        /// >>> AES.new(b'k' * 16, AES.MODE_GCM, nonce=b'n' * 12).decrypt_and_verify(c, tag)
        /// b'data'
        Method CoreCode "def decrypt_and_verify(self, ciphertext: bytes, received_mac_tag: bytes, output: bytearray | None = None) -> bytes" => |cx, a| {
            let own = own("decrypt_and_verify", a)?;
            let plain = own.crypt(cx, &a[1], &a[3], false)?;
            verify(own, &a[2])?;
            Ok(plain)
        };
        /// Return the tag of everything so far. Nothing more can be encrypted afterwards.
        ///
        /// >>> Crypto.Cipher.AES.new(b'k' * 16, Crypto.Cipher.AES.MODE_GCM, nonce=b'n' * 12).digest().hex()
        /// '93f03c1c5b522a94c6ab62ee45b9f424'
        Method CoreCode "def digest(self) -> bytes" => |_, a| Ok(Value::bytes(&own("digest", a)?.tag(Phase::Digested)?));
        /// Encrypt data and return the result and the tag.
        ///
        /// >>> Crypto.Cipher.AES.new(b'k' * 16, Crypto.Cipher.AES.MODE_GCM, nonce=b'n' * 12, mac_len=4).encrypt_and_digest(b'')[0]
        /// b''
        Method CoreCode "def encrypt_and_digest(self, plaintext: bytes, output: bytearray | None = None) -> tuple[bytes, bytes]" => |cx, a| {
            let own = own("encrypt_and_digest", a)?;
            let encrypted = own.crypt(cx, &a[1], &a[2], true)?;
            Ok(Value::tuple([encrypted, Value::bytes(&own.tag(Phase::Digested)?)]))
        };
        /// Return the tag of everything so far as hexadecimal digits.
        ///
        /// >>> Crypto.Cipher.AES.new(b'k' * 16, Crypto.Cipher.AES.MODE_GCM, nonce=b'n' * 12).hexdigest()
        /// '93f03c1c5b522a94c6ab62ee45b9f424'
        Method CoreCode "def hexdigest(self) -> str" => |_, a| Ok(hex(&own("hexdigest", a)?.tag(Phase::Digested)?));
        /// Check a tag that is given as hexadecimal digits; `ValueError` if anything was changed.
        ///
        /// >>> cipher = Crypto.Cipher.AES.new(b'k' * 16, Crypto.Cipher.AES.MODE_GCM, nonce=b'n' * 12)
        /// >>> cipher.hexverify('93f03c1c5b522a94c6ab62ee45b9f424') is None
        /// True
        Method CoreCode "def hexverify(self, hex_mac_tag: str) -> None" => |_, a| {
            let tag = unhex(&a[1])?;
            verify(own("hexverify", a)?, &Value::bytes(&tag))
        };
        /// Take data that is protected by the tag but not encrypted, before anything is encrypted or decrypted.
        ///
        /// >>> cipher = Crypto.Cipher.AES.new(b'k' * 16, Crypto.Cipher.AES.MODE_GCM, nonce=b'n' * 12)
        /// >>> cipher.update(b'only').hexdigest()
        /// 'fa3b1315707ea2eab0d64641afeef652'
        Method CoreCode "def update(self, assoc_data: bytes) -> GcmMode" => |_, a| {
            own("update", a)?.header(&a[1])?;
            Ok(a[0].clone())
        };
        /// Check the tag; `ValueError` if anything was changed.
        ///
        /// >>> cipher = Crypto.Cipher.AES.new(b'k' * 16, Crypto.Cipher.AES.MODE_GCM, nonce=b'n' * 12)
        /// >>> cipher.verify(bytes.fromhex('93f03c1c5b522a94c6ab62ee45b9f424')) is None
        /// True
        Method CoreCode "def verify(self, received_mac_tag: bytes) -> None" => |_, a| verify(own("verify", a)?, &a[1]);
    ]
}

fn verify(own: &Cipher, tag: &Value) -> R {
    let expected = Value::bytes(&own.tag(Phase::Verified)?);
    if compare_digest(&expected, tag)? { Ok(Value::None) } else { Err(value_error("MAC check failed")) }
}
