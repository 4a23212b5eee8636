//! `crypto.*`: every key, algorithm, mode, padding and hash, and what the steps do to their messages (part 2, section 4). The
//! sealed texts were made with OpenSSL.

use std::sync::LazyLock;

use dataway_lang::Document;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::rand_core::OsRng;

use super::{App, flow, input, is, problems_with_configs, unchanged_but_payload};
use crate::message::{Failure, Message};

const PLAIN: &[u8] = b"a secret";

/// Configurations with a literal key, and with one that is derived, of a name each.
const KEYS: &[(&str, &str)] = &[
    ("aes", "mode: symmetric, padding-mode: none, key: 0123456789abcdef"),
    ("aes-192", "mode: symmetric, padding-mode: none, key: 0123456789abcdefghijklmn"),
    ("des", "mode: symmetric, padding-mode: none, key: '01234567'"),
    ("zero", "mode: symmetric, padding-mode: zero, key: five5"),
    ("md5", "mode: symmetric, salt: salt, password: password, iterations: 1, hash: MD5"),
    ("sha1", "mode: symmetric, salt: salt, password: password, iterations: 1, hash: SHA1"),
    ("sha1-once", "mode: symmetric, salt: salt, password: password, iterations: 0, hash: SHA1"),
    ("sha1-twice", "mode: symmetric, salt: salt, password: password, iterations: 2, hash: SHA1"),
    ("sha224", "mode: symmetric, salt: salt, password: password, iterations: 1, hash: SHA224"),
    ("sha256", "mode: symmetric, salt: salt, password: password, iterations: 1"),
    ("sha384", "mode: symmetric, salt: salt, password: password, iterations: 1, hash: SHA384"),
    ("sha512", "mode: symmetric, salt: salt, password: password, iterations: 1, hash: SHA512"),
    ("long", "mode: symmetric, salt: salt, password: password, iterations: 1, key-bytes: 32"),
    ("longer", "mode: symmetric, salt: salt, password: password, iterations: 1, key-bytes: 24"),
];

/// A pair of RSA keys in PEM.
static PAIR: LazyLock<(String, String)> = LazyLock::new(|| {
    let made = RsaPrivateKey::new(&mut OsRng, 1_024).unwrap();
    let public = made.to_public_key().to_public_key_pem(LineEnding::LF).unwrap();
    (made.to_pkcs8_pem(LineEnding::LF).unwrap().to_string(), public)
});

/// All configurations: the pair of keys is `both`, its halves are `private` and `public`.
pub(super) fn configs() -> String {
    let symmetric = KEYS.iter().map(|(name, keys)| format!("{name}: {{type: crypto, {keys}}}\n"));
    let (private, public) = (format!("private-key: {:?}", PAIR.0), format!("public-key: {:?}", PAIR.1));
    let asymmetric = [("both", format!("{private}, {public}")), ("private", private), ("public", public)];
    let asymmetric =
        asymmetric.iter().map(|(name, keys)| format!("{name}: {{type: crypto, mode: asymmetric, {keys}}}\n"));
    symmetric.chain(asymmetric).collect()
}

/// Runs one step on a payload.
async fn run(step: &str, payload: Document) -> Result<Message, Failure> {
    App::with_configs(&configs(), &flow(&format!("- {step}"))).run(input(payload)).await.result
}

/// The bytes that a step gives.
async fn bytes(step: &str, payload: impl Into<Document>) -> Vec<u8> {
    let message = run(step, payload.into()).await.unwrap_or_else(|failure| panic!("{step}: {}", failure.fault));
    unchanged_but_payload(&message);
    message.payload().as_bytes().unwrap_or_else(|| panic!("{step} gives no bytes")).to_vec()
}

/// The code with which a step fails; the failed message is its input.
async fn code(step: &str, payload: Document) -> String {
    let failure = run(step, payload.clone()).await.err().unwrap_or_else(|| panic!("{step} does not fail"));
    assert!(*failure.message.payload() == payload, "{step}");
    unchanged_but_payload(&failure.message);
    failure.fault.code.to_string()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[tokio::test]
async fn others_open_what_is_sealed_and_the_other_way_round() {
    let iv = "iv: fedcba9876543210";
    for (parameters, sealed) in [
        (format!("config: aes, {iv}"), "6d80b3cf693872974bc289e1f54675ff"),
        (
            format!("config: aes, {iv}, algorithm: AES, block-mode: CBC, padding: PKCS7"),
            "6d80b3cf693872974bc289e1f54675ff",
        ),
        (format!("config: aes, {iv}, padding: ZERO"), "e5d8997aae8d2afd1221944898979473"),
        ("config: aes, block-mode: ECB".to_owned(), "7244d2cb53072fd2fb6ea8557b5dbcd2"),
        // In ECB there is no vector.
        (format!("config: aes, {iv}, block-mode: ECB, padding: PKCS5"), "7244d2cb53072fd2fb6ea8557b5dbcd2"),
        (format!("config: zero, {iv}"), "f09a54e16751c331c06a93f6e7e9dc5b"),
        (format!("config: aes-192, {iv}"), "662a1e571c4a76836a7803a456cd43d8"),
        ("config: aes-192, algorithm: 3DES, iv: '76543210'".to_owned(), "2ecdb83d00767e26aa4ca241e40d948f"),
        ("config: aes-192, algorithm: 3DES, block-mode: ECB".to_owned(), "c995d552c6eb7e0bc46c5fe1558764e3"),
        ("config: des, algorithm: DES, iv: '76543210'".to_owned(), "548c5bd0c3f28f31c88562e83e636b6f"),
        ("config: md5, block-mode: ECB".to_owned(), "52655722e79a5dd76644c2ae1972766e"),
        ("config: sha1, block-mode: ECB".to_owned(), "bf9dab3cf5f360de8f71d88135c8d0bb"),
        ("config: sha1-once, block-mode: ECB".to_owned(), "bf9dab3cf5f360de8f71d88135c8d0bb"),
        ("config: sha1-twice, block-mode: ECB".to_owned(), "55b7406ad7d2fc2e7e419df77e9176d6"),
        ("config: sha224, block-mode: ECB".to_owned(), "ead45be4b75f64f9d00ee9ae407494c1"),
        ("config: sha256, block-mode: ECB".to_owned(), "dbf5a12f81ab0e741a7d8e52a285b506"),
        ("config: sha384, block-mode: ECB".to_owned(), "5ec3e43503e4dd7d98b4ddaa2a42dd4d"),
        ("config: sha512, block-mode: ECB".to_owned(), "50948e46b7708178c8bada6a211fb402"),
        ("config: long, block-mode: ECB".to_owned(), "2f31a414d5ba3048a55b7d7a74501907"),
        ("config: longer, block-mode: ECB".to_owned(), "be34c966101db37771eb0e03ba0430b0"),
        ("config: sha256, algorithm: 3DES, block-mode: ECB".to_owned(), "53d2089957a0b59c3a3b8b98a5d88062"),
        ("config: sha256, algorithm: DES, block-mode: ECB".to_owned(), "04ad19300babbbb3265aafae176a2ca4"),
    ] {
        let made = bytes(&format!("crypto.encrypt: {{{parameters}}}"), Document::bytes(PLAIN)).await;
        assert_eq!(made, hex(sealed), "{parameters}");
        let opened = bytes(&format!("crypto.decrypt: {{{parameters}}}"), Document::bytes(hex(sealed))).await;
        assert_eq!(opened, PLAIN, "{parameters}");
    }
}

#[tokio::test]
async fn content_is_bytes_an_entity_or_a_text() {
    let sealed = hex("6d80b3cf693872974bc289e1f54675ff");
    let step = "crypto.encrypt: {config: aes, iv: \"#[b'fedcba9876543210']\", content: CONTENT}";
    for content in [
        "\"#[msg.payload]\"",
        "a secret",
        "\"#[b'a secret']\"",
        "\"#[Entity.from_value('a secret', mime_type='text/plain')]\"",
    ] {
        assert_eq!(bytes(&step.replace("CONTENT", content), "a secret").await, sealed, "{content}");
    }
    // Without padding there must be whole blocks.
    let bare = "crypto.encrypt: {config: aes, block-mode: ECB, padding: NONE}";
    assert_eq!(bytes(bare, Document::bytes([7; 32])).await.len(), 32);
    assert_eq!(code(bare, Document::bytes([7; 31])).await, "CRYPTO:DATA");
    let both = "crypto.decrypt: {config: both, content: \"#[msg.payload]\"}";
    assert_eq!(code(both, Document::bytes(PLAIN)).await, "CRYPTO:DATA");
    for step in [
        "crypto.encrypt: {config: aes, block-mode: ECB}",
        "crypto.sign: {config: both}",
        "crypto.verify: {config: both, signature: x}",
    ] {
        assert_eq!(code(step, super::json("[1]")).await, "CORE:TYPE", "{step}");
        assert_eq!(code(step, Document::None).await, "CORE:TYPE", "{step}");
    }
}

#[tokio::test]
async fn what_is_computed_is_checked_when_it_is_known() {
    for (step, expected) in [
        ("crypto.encrypt: {config: aes, iv: \"#['short']\"}", "CRYPTO:IV"),
        ("crypto.encrypt: {config: aes, block-mode: \"#['CBC']\"}", "CRYPTO:IV"),
        ("crypto.encrypt: {config: aes, iv: \"#[5]\"}", "CORE:TYPE"),
        ("crypto.encrypt: {config: aes, algorithm: \"#['DES']\", iv: \"#['76543210']\"}", "CRYPTO:KEY"),
        ("crypto.encrypt: {config: aes, algorithm: \"#['RC4']\", iv: fedcba9876543210}", "CORE:TYPE"),
        ("crypto.encrypt: {config: aes, block-mode: \"#['CTR']\"}", "CORE:TYPE"),
        ("crypto.encrypt: {config: aes, block-mode: ECB, padding: \"#['ISO']\"}", "CORE:TYPE"),
        ("crypto.encrypt: {config: aes, block-mode: ECB, padding: RSA_PKCS1}", "CORE:TYPE"),
        ("crypto.encrypt: {config: both, padding: PKCS5}", "CORE:TYPE"),
        ("crypto.encrypt: {config: both, padding: RSA_PKCS1_OAEP, oaep-hash: MD5}", "CORE:TYPE"),
        ("crypto.encrypt: {config: both, padding: RSA_PKCS1_OAEP, oaep-hash: \"#['SHA3']\"}", "CORE:TYPE"),
        ("crypto.encrypt: {config: both, content: \"#['x' * 1000]\"}", "CRYPTO:DATA"),
        ("crypto.decrypt: {config: public}", "CRYPTO:KEY"),
        ("crypto.sign: {config: public}", "CRYPTO:KEY"),
        ("crypto.sign: {config: both, hash: \"#['SHA3']\"}", "CORE:TYPE"),
        ("crypto.verify: {config: both, signature: \"#[5]\"}", "CORE:TYPE"),
        ("crypto.verify: {config: both, signature: \"#[1 / 0]\"}", "DATAWAY:RUNTIME"),
    ] {
        assert_eq!(code(step, "content".into()).await, expected, "{step}");
    }
    // A wrong key and a broken text are told in the same words.
    let sealed = hex("6d80b3cf693872974bc289e1f54675ff");
    let mut texts = Vec::new();
    for (config, content) in [("sha1", &sealed[..]), ("aes", &sealed[..15]), ("aes", &[]), ("aes", &[1; 32])] {
        let step = format!("crypto.decrypt: {{config: {config}, iv: fedcba9876543210}}");
        texts.push(run(&step, Document::bytes(content)).await.unwrap_err().fault.to_string());
    }
    assert!(texts.iter().all(|text| text == "CRYPTO:DATA: the content cannot be deciphered"), "{texts:?}");
}

#[tokio::test]
async fn one_half_of_the_keys_opens_what_the_other_sealed() {
    for padding in
        ["", ", padding: RSA_PKCS1", ", padding: RSA_PKCS1_OAEP", ", padding: RSA_PKCS1_OAEP, oaep-hash: SHA1"]
    {
        let sealed = bytes(&format!("crypto.encrypt: {{config: public{padding}}}"), Document::bytes(PLAIN)).await;
        for config in ["private", "both"] {
            let step = format!("crypto.decrypt: {{config: {config}{padding}}}");
            assert_eq!(bytes(&step, Document::bytes(sealed.clone())).await, PLAIN, "{step}");
        }
    }
    let sealed = bytes("crypto.encrypt: {config: both, padding: RSA_PKCS1_OAEP}", Document::bytes(PLAIN)).await;
    let other = "crypto.decrypt: {config: both, padding: RSA_PKCS1_OAEP, oaep-hash: SHA384}";
    assert_eq!(code(other, Document::bytes(sealed)).await, "CRYPTO:DATA");
}

#[tokio::test]
async fn a_wrong_signature_is_an_answer() {
    for hash in
        ["", ", hash: MD5", ", hash: SHA1", ", hash: SHA224", ", hash: SHA256", ", hash: SHA384", ", hash: SHA512"]
    {
        let app = App::with_configs(
            &configs(),
            &flow(&format!(
                "- crypto.sign: {{config: private{hash}}}\n\
                 - set-variable: {{name: own, value: \"#[msg.payload]\"}}\n\
                 - crypto.verify: {{config: public{hash}, content: content, signature: \"#[msg.vars['own']]\"}}\n\
                 - set-variable: {{name: right, value: \"#[msg.payload]\"}}\n\
                 - crypto.verify: {{config: public{hash}, content: other, signature: \"#[msg.vars['own']]\"}}\n\
                 - set-variable: {{name: wrong, value: \"#[msg.payload]\"}}\n\
                 - crypto.verify: {{config: public, hash: \"#['SHA512' if '{hash}' != ', hash: SHA512' else 'SHA1']\", content: content, signature: \"#[msg.vars['own']]\"}}\n\
                 - set-payload: \"#[[msg.vars['right'], msg.vars['wrong'], msg.payload]]\"",
            )),
        );
        let message =
            app.run(input("content".into())).await.result.unwrap_or_else(|failure| panic!("{}", failure.fault));
        is(message.payload(), "[true, false, false]");
    }
    let verified =
        run("crypto.verify: {config: both, signature: no signature at all}", "content".into()).await.unwrap();
    is(verified.payload(), "false");
    unchanged_but_payload(&verified);
}

#[test]
fn configurations_have_what_they_need() {
    for (config, expected) in [
        ("mode: symmetric, padding-mode: none, key: 0123456789abcdef", None),
        ("mode: symmetric, salt: a, password: b, iterations: 10000, key-bytes: 24", None),
        ("mode: symmetric, salt: a, password: b, iterations: 100000000", None),
        ("mode: asymmetric, public-key: x", None),
        (
            "mode: symmetric, salt: a, password: b, iterations: 9999",
            Some("FLW011: less than 10000 iterations are easily tried out"),
        ),
        ("mode: symmetric, salt: a, password: b, iterations: 100000001", Some("FLW011")),
        ("mode: symmetric, salt: a, password: b, iterations: -1", Some("FLW011")),
        ("mode: symmetric, password: b, iterations: 10000", Some("APP002: the key `salt` is missing")),
        ("mode: symmetric, salt: a, iterations: 10000", Some("APP002: the key `password` is missing")),
        ("mode: symmetric, salt: a, password: b", Some("APP002: the key `iterations` is missing")),
        (
            "mode: symmetric, salt: a, password: b, iterations: 10000, key-bytes: 20",
            Some("FLW011: `key-bytes` must be 16, 24 or 32"),
        ),
        ("mode: symmetric, salt: a, password: b, iterations: 10000, key-bytes: 33", Some("FLW011")),
        ("mode: symmetric, salt: a, password: b, iterations: 10000, hash: SHA3", Some("APP002")),
        ("mode: symmetric, padding-mode: none", Some("APP002: the key `key` is missing")),
        ("mode: symmetric, padding-mode: zero", Some("APP002: the key `key` is missing")),
        ("mode: symmetric, padding-mode: space, key: a", Some("APP002")),
        ("mode: asymmetric", Some("APP002: the key `private-key` or `public-key` is missing")),
        ("mode: pgp", Some("APP012: crypto with `mode: pgp` is not implemented yet")),
        ("mode: secret", Some("APP002")),
        ("padding-mode: none, key: 0123456789abcdef", Some("APP002")),
    ] {
        let found = problems_with_configs(&format!("k: {{type: crypto, {config}}}"));
        match expected {
            None => assert!(found.is_empty(), "{config}: {found:?}"),
            Some(expected) => {
                assert!(found.len() == 1 && found[0].starts_with(expected), "{config}: {found:?}, not {expected}");
            }
        }
    }
}
