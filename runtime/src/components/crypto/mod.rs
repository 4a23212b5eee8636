//! `crypto.*`: symmetric and asymmetric encryption, signatures (part 2, section 4).
//!
//! [`config`] holds keys, `derivation` makes them of passwords, [`symmetric`] and [`asymmetric`] do the work on bytes; here are the steps.

pub mod asymmetric;
pub mod config;
mod derivation;
pub mod symmetric;

use std::sync::Arc;

use dataway_lang::Document;

use super::compress::bytes_of;
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, apart};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;
use crate::params::ConfigRef;
use config::{Hash, Keys};
use symmetric::{Algorithm, BlockMode, Padding};

/// The names of the algorithms.
const ALGORITHMS: &[&str] = &["AES", "DES", "3DES"];
/// The names of the modes.
const MODES: &[&str] = &["CBC", "ECB"];
/// The names of the paddings: of blocks, and of RSA.
const PADDINGS: &[&str] = &["PKCS5", "PKCS7", "ZERO", "NONE", "RSA_PKCS1", "RSA_PKCS1_OAEP"];
/// The names of the hashes.
const HASHES: &[&str] = &["MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"];

params! {
    /// Encrypts or decrypts bytes with the key of a configuration.
    pub struct CipherParams {
        /// The configuration with the keys.
        "config" config: ConfigRef [config("crypto")],
        /// Bytes, an Entity (its bytes), or a str (as UTF-8).
        "content" content: Param [default("#[msg.payload]")],
        /// The cipher, for a symmetric configuration.
        "algorithm" algorithm: Param [default("AES"), one_of(ALGORITHMS)],
        /// How blocks are chained, for a symmetric configuration.
        "block-mode" block_mode: Param [default("CBC"), one_of(MODES)],
        /// The initialisation vector, one block; for CBC.
        "iv" iv: Option<Param> [optional()],
        /// How the last block is filled; for an asymmetric configuration `RSA_PKCS1` or `RSA_PKCS1_OAEP`.
        "padding" padding: Option<Param> [optional(), one_of(PADDINGS)],
        /// The hash of RSA_PKCS1_OAEP.
        "oaep-hash" oaep_hash: Param [default("SHA256"), one_of(HASHES)],
    }
}

params! {
    /// Signs bytes with the private key of a configuration.
    pub struct SignParams {
        /// The configuration with the keys.
        "config" config: ConfigRef [config("crypto")],
        /// Bytes, an Entity (its bytes), or a str (as UTF-8).
        "content" content: Param [default("#[msg.payload]")],
        /// The hash that is signed.
        "hash" hash: Param [default("SHA256"), one_of(HASHES)],
    }
}

params! {
    /// Says whether a signature belongs to bytes, by the public key of a configuration.
    pub struct VerifyParams {
        /// The configuration with the keys.
        "config" config: ConfigRef [config("crypto")],
        /// Bytes, an Entity (its bytes), or a str (as UTF-8).
        "content" content: Param [default("#[msg.payload]")],
        /// The signature.
        "signature" signature: Param,
        /// The hash that was signed.
        "hash" hash: Param [default("SHA256"), one_of(HASHES)],
    }
}

/// The bytes that a parameter gives.
async fn bytes(param: &Param, run: &Run, message: &Message) -> Result<Arc<[u8]>, Fault> {
    let value = param.evaluate(run, message).await?;
    bytes_of(&value).ok_or_else(|| {
        Fault::wrong_type(format!("{} must be bytes, an Entity or a str, not {}", param.subject, value.type_name()))
    })
}

/// A choice that a parameter names.
async fn choice<T>(param: &Param, run: &Run, message: &Message, parse: fn(&str) -> Option<T>) -> Result<T, Fault> {
    let name = param.text(run, message).await?;
    parse(&name).ok_or_else(|| Fault::wrong_type(format!("{} cannot be {name}", param.subject)))
}

/// What is said of keys that are not those with which the step was made.
fn changed() -> Fault {
    Fault::internal("keys changed their kind")
}

/// What literals alone show to be wrong with a step of a symmetric configuration: the parameter to blame, and the reason. Without
/// `keys`, which may be known only where the app starts, only the initialisation vector is looked at.
#[must_use]
pub fn flaw<'p>(keys: Option<&Keys>, params: &'p CipherParams) -> Option<(&'p Param, String)> {
    let literal = |param: &Param| param.constant.as_ref().and_then(Document::as_str).map(str::to_owned);
    let algorithm = literal(&params.algorithm).and_then(|name| Algorithm::parse(&name))?;
    match keys {
        Some(Keys::Asymmetric(_)) => return None,
        Some(Keys::Symmetric(keys)) => {
            if let Err(fault) = keys.check(algorithm) {
                return Some((&params.algorithm, fault.to_string()));
            }
        }
        None => {}
    }
    if literal(&params.block_mode).as_deref() != Some("CBC") {
        return None;
    }
    let Some(iv) = &params.iv else {
        return Some((&params.block_mode, "`iv` is needed for `block-mode: CBC`".to_owned()));
    };
    let given = iv.constant.as_ref().and_then(bytes_of)?;
    symmetric::check_iv(algorithm, &given).err().map(|fault| (iv, fault.to_string()))
}

/// `crypto.encrypt`, `crypto.decrypt`: the payload becomes bytes.
pub struct Cipher {
    keys: Arc<Keys>,
    encrypt: bool,
    content: Param,
    algorithm: Param,
    block_mode: Param,
    iv: Option<Param>,
    padding: Option<Param>,
    oaep_hash: Param,
}

impl Cipher {
    /// The step with these parameters.
    ///
    /// # Errors
    /// Keys or parameters that can never work.
    pub fn new(params: &CipherParams, builder: &mut Builder<'_>, encrypt: bool) -> Result<Cipher, String> {
        let keys: Arc<Keys> = builder.resource(&params.config.name)?;
        if let Some((_, reason)) = flaw(Some(&keys), params) {
            return Err(reason);
        }
        Ok(Cipher {
            keys,
            encrypt,
            content: params.content.clone(),
            algorithm: params.algorithm.clone(),
            block_mode: params.block_mode.clone(),
            iv: params.iv.clone(),
            padding: params.padding.clone(),
            oaep_hash: params.oaep_hash.clone(),
        })
    }

    async fn work(&self, run: &Run, message: &Message) -> Result<Document, Fault> {
        let content = bytes(&self.content, run, message).await?;
        let (keys, encrypt) = (self.keys.clone(), self.encrypt);
        let padding = match &self.padding {
            Some(padding) => Some(padding.text(run, message).await?),
            None => None,
        };
        let wrong = |padding: &str| Fault::wrong_type(format!("`padding` cannot be {padding} for this configuration"));
        let made = match &*self.keys {
            Keys::Symmetric(_) => {
                let algorithm = choice(&self.algorithm, run, message, Algorithm::parse).await?;
                let mode = choice(&self.block_mode, run, message, BlockMode::parse).await?;
                let padding = padding.as_deref().unwrap_or("PKCS5");
                let padding = Padding::parse(padding).ok_or_else(|| wrong(padding))?;
                let iv = match (&self.iv, mode) {
                    (Some(iv), BlockMode::Cbc) => Some(bytes(iv, run, message).await?),
                    (None, BlockMode::Cbc) => return Err(Fault::new("CRYPTO:IV", "`iv` is needed for CBC")),
                    (_, BlockMode::Ecb) => None,
                };
                apart(move |left| {
                    let Keys::Symmetric(own) = &*keys else { return Err(changed()) };
                    // A key that is made of a password takes its time.
                    let key = own.key(algorithm, left)?;
                    symmetric::crypt(algorithm, &key, iv.as_deref(), padding, &content, encrypt, left)
                })
                .await?
            }
            Keys::Asymmetric(_) => {
                let hash = match padding.as_deref().unwrap_or("RSA_PKCS1") {
                    "RSA_PKCS1" => None,
                    "RSA_PKCS1_OAEP" => Some(choice(&self.oaep_hash, run, message, Hash::parse).await?),
                    other => return Err(wrong(other)),
                };
                apart(move |_| {
                    let Keys::Asymmetric(own) = &*keys else { return Err(changed()) };
                    if encrypt { own.encrypt(&content, hash) } else { own.decrypt(&content, hash) }
                })
                .await?
            }
        };
        Ok(Document::bytes(made))
    }
}

impl Component for Cipher {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.work(run, &message).await.map(|made| message.set_payload(made));
            StepEnd::of(result, message)
        })
    }
}

/// `crypto.sign` and `crypto.verify`: the payload becomes the signature, or whether it is right.
pub struct Signature {
    keys: Arc<Keys>,
    content: Param,
    /// What is verified; without it the step signs.
    signature: Option<Param>,
    hash: Param,
}

impl Signature {
    /// The step that signs.
    ///
    /// # Errors
    /// A configuration without keys for that.
    pub fn sign(params: &SignParams, builder: &mut Builder<'_>) -> Result<Signature, String> {
        let SignParams { config, content, hash } = params;
        Signature::new(config, content, None, hash, builder)
    }

    /// The step that verifies.
    ///
    /// # Errors
    /// A configuration without keys for that.
    pub fn verify(params: &VerifyParams, builder: &mut Builder<'_>) -> Result<Signature, String> {
        let VerifyParams { config, content, signature, hash } = params;
        Signature::new(config, content, Some(signature.clone()), hash, builder)
    }

    fn new(
        config: &ConfigRef,
        content: &Param,
        signature: Option<Param>,
        hash: &Param,
        builder: &mut Builder<'_>,
    ) -> Result<Signature, String> {
        let keys: Arc<Keys> = builder.resource(&config.name)?;
        match &*keys {
            Keys::Asymmetric(_) => Ok(Signature { keys, content: content.clone(), signature, hash: hash.clone() }),
            Keys::Symmetric(_) => {
                Err(format!("the configuration `{}` is symmetric; signatures need an asymmetric one", config.name))
            }
        }
    }

    async fn work(&self, run: &Run, message: &Message) -> Result<Document, Fault> {
        let content = bytes(&self.content, run, message).await?;
        let hash = choice(&self.hash, run, message, Hash::parse).await?;
        let signature = match &self.signature {
            Some(signature) => Some(bytes(signature, run, message).await?),
            None => None,
        };
        let keys = self.keys.clone();
        apart(move |left| {
            let Keys::Asymmetric(keys) = &*keys else { return Err(changed()) };
            let digest = hash.of(&content, left)?;
            match signature {
                Some(signature) => Ok(Document::Bool(keys.verify(&digest, &signature, hash))),
                None => keys.sign(&digest, hash).map(Document::bytes),
            }
        })
        .await
    }
}

impl Component for Signature {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.work(run, &message).await.map(|made| message.set_payload(made));
            StepEnd::of(result, message)
        })
    }
}
