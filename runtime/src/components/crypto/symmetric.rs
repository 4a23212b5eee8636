//! AES, DES and 3DES in CBC and ECB, on bytes.

use aes::{Aes128, Aes192, Aes256};
use cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockSizeUser, KeyInit};
use des::{Des, TdesEde3};

use crate::choices;
use crate::engine::apart::{Left, STRETCH};
use crate::message::Fault;

choices! {
    /// A block cipher.
    pub enum Algorithm {
        /// AES
        Aes = "AES",
        /// DES
        Des = "DES",
        /// Triple DES with three keys.
        TripleDes = "3DES",
    }
}

choices! {
    /// How blocks are chained.
    pub enum BlockMode {
        /// Each block depends on the one before.
        Cbc = "CBC",
        /// Each block for itself.
        Ecb = "ECB",
    }
}

/// How the last block is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// With bytes that say how many they are.
    Pkcs,
    /// With zero bytes, if it is not full.
    Zero,
    /// Not at all.
    None,
}

impl Padding {
    /// The padding of that name; PKCS5 and PKCS7 are the same for these ciphers.
    #[must_use]
    pub fn parse(name: &str) -> Option<Padding> {
        Some(match name {
            "PKCS5" | "PKCS7" => Padding::Pkcs,
            "ZERO" => Padding::Zero,
            "NONE" => Padding::None,
            _ => return None,
        })
    }
}

impl Algorithm {
    /// Bytes of a block.
    #[must_use]
    pub fn block(self) -> usize {
        if self == Algorithm::Aes { 16 } else { 8 }
    }

    /// Bytes that a key may have.
    #[must_use]
    pub fn key_lengths(self) -> &'static [usize] {
        match self {
            Algorithm::Aes => &[16, 24, 32],
            Algorithm::Des => &[8],
            Algorithm::TripleDes => &[24],
        }
    }
}

/// Checks the length of an initialisation vector.
///
/// # Errors
/// `CRYPTO:IV`
pub fn check_iv(algorithm: Algorithm, iv: &[u8]) -> Result<(), Fault> {
    let (block, name) = (algorithm.block(), algorithm.text());
    if iv.len() == block {
        return Ok(());
    }
    Err(Fault::new("CRYPTO:IV", format!("`iv` has {} bytes, {name} needs {block}", iv.len())))
}

/// What is said of content that cannot be deciphered, whatever the reason.
pub(super) fn undecipherable() -> Fault {
    Fault::new("CRYPTO:DATA", "the content cannot be deciphered")
}

/// Encrypts or decrypts content; with an initialisation vector in CBC, without one in ECB.
///
/// # Errors
/// `CRYPTO:KEY`, `CRYPTO:IV` for wrong lengths, `CRYPTO:DATA` for content that cannot be deciphered or filled; that the work was
/// left.
pub fn crypt(
    algorithm: Algorithm,
    key: &[u8],
    iv: Option<&[u8]>,
    padding: Padding,
    content: &[u8],
    encrypt: bool,
    left: &Left,
) -> Result<Vec<u8>, Fault> {
    if let Some(iv) = iv {
        check_iv(algorithm, iv)?;
    }
    let block = algorithm.block();
    let mut data = content.to_vec();
    if encrypt {
        let missing = block - data.len() % block;
        match padding {
            Padding::Pkcs => data.resize(data.len() + missing, u8::try_from(missing).unwrap_or(0)),
            Padding::Zero if missing < block => data.resize(data.len() + missing, 0),
            Padding::Zero | Padding::None => {}
        }
    }
    if !data.len().is_multiple_of(block) {
        return Err(if encrypt {
            Fault::new("CRYPTO:DATA", format!("without padding the content must be a multiple of {block} bytes"))
        } else {
            undecipherable()
        });
    }
    match (algorithm, key.len()) {
        (Algorithm::Aes, 16) => blocks::<Aes128>(key, iv, &mut data, encrypt, left)?,
        (Algorithm::Aes, 24) => blocks::<Aes192>(key, iv, &mut data, encrypt, left)?,
        (Algorithm::Aes, _) => blocks::<Aes256>(key, iv, &mut data, encrypt, left)?,
        (Algorithm::Des, _) => blocks::<Des>(key, iv, &mut data, encrypt, left)?,
        (Algorithm::TripleDes, _) => blocks::<TdesEde3>(key, iv, &mut data, encrypt, left)?,
    }
    if !encrypt {
        unpad(&mut data, padding, block)?;
    }
    Ok(data)
}

fn blocks<C>(key: &[u8], iv: Option<&[u8]>, data: &mut [u8], encrypt: bool, left: &Left) -> Result<(), Fault>
where
    C: KeyInit + BlockCipherEncrypt + BlockCipherDecrypt + BlockSizeUser,
{
    let wrong = |_| Fault::new("CRYPTO:KEY", format!("a key of {} bytes does not fit the algorithm", key.len()));
    let cipher = C::new_from_slice(key).map_err(wrong)?;
    let size = C::block_size();
    let mut last = iv.map(<[u8]>::to_vec);
    // Every stretch but the last is a whole number of blocks.
    for stretch in data.chunks_mut(STRETCH) {
        left.check()?;
        for piece in stretch.chunks_exact_mut(size) {
            let Ok(block) = <&mut Array<u8, C::BlockSize>>::try_from(piece) else { return Err(undecipherable()) };
            if encrypt {
                if let Some(last) = &last {
                    block.iter_mut().zip(last).for_each(|(byte, before)| *byte ^= before);
                }
                cipher.encrypt_block(block);
                if let Some(last) = &mut last {
                    last.copy_from_slice(block);
                }
            } else {
                let sealed = block.clone();
                cipher.decrypt_block(block);
                if let Some(last) = &mut last {
                    block.iter_mut().zip(&*last).for_each(|(byte, before)| *byte ^= before);
                    last.copy_from_slice(&sealed);
                }
            }
        }
    }
    Ok(())
}

/// Takes the filling off. Every failure is told in the same words.
fn unpad(data: &mut Vec<u8>, padding: Padding, block: usize) -> Result<(), Fault> {
    match padding {
        Padding::None => {}
        Padding::Zero => {
            let kept = data.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            // Only the last block was filled.
            data.truncate(kept.max(data.len().saturating_sub(block - 1)));
        }
        Padding::Pkcs => {
            let count = data.last().map_or(0, |byte| usize::from(*byte));
            let kept = data.len().checked_sub(count).filter(|_| (1..=block).contains(&count));
            let kept = kept.ok_or_else(undecipherable)?;
            // Looks at every byte, so that the time does not tell where the filling is wrong.
            let wrong = data.iter().skip(kept).fold(0u8, |wrong, byte| wrong | (usize::from(*byte) ^ count) as u8);
            if wrong != 0 {
                return Err(undecipherable());
            }
            data.truncate(kept);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crypt(
        algorithm: Algorithm,
        key: &[u8],
        iv: Option<&[u8]>,
        padding: Padding,
        content: &[u8],
        encrypt: bool,
    ) -> Result<Vec<u8>, Fault> {
        super::crypt(algorithm, key, iv, padding, content, encrypt, &Left::default())
    }

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn published_vectors() {
        // NIST SP 800-38A, F.1.1 and F.2.1; FIPS 81 for DES.
        for (algorithm, key, iv, plain, sealed) in [
            (
                Algorithm::Aes,
                "2b7e151628aed2a6abf7158809cf4f3c",
                "",
                "6bc1bee22e409f96e93d7e117393172a",
                "3ad77bb40d7a3660a89ecaf32466ef97",
            ),
            (
                Algorithm::Aes,
                "2b7e151628aed2a6abf7158809cf4f3c",
                "000102030405060708090a0b0c0d0e0f",
                "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
                "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2",
            ),
            (
                Algorithm::Des,
                "0123456789abcdef",
                "1234567890abcdef",
                "4e6f77206973207468652074696d6520",
                "e5c7cdde872bf27c43e934008c389c0f",
            ),
        ] {
            let (key, iv, plain, sealed) = (hex(key), hex(iv), hex(plain), hex(sealed));
            let iv = (!iv.is_empty()).then_some(&*iv);
            assert_eq!(crypt(algorithm, &key, iv, Padding::None, &plain, true).unwrap(), sealed);
            assert_eq!(crypt(algorithm, &key, iv, Padding::None, &sealed, false).unwrap(), plain);
        }
    }

    #[test]
    fn every_length_comes_back() {
        for (algorithm, key) in
            [(Algorithm::Aes, 24), (Algorithm::Aes, 32), (Algorithm::Des, 8), (Algorithm::TripleDes, 24)]
        {
            let (key, iv) = (vec![7; key], vec![9; algorithm.block()]);
            for padding in [Padding::Pkcs, Padding::Zero] {
                for len in 0..40 {
                    let content = vec![b'x'; len];
                    let sealed = crypt(algorithm, &key, Some(&iv), padding, &content, true).unwrap();
                    assert_eq!(crypt(algorithm, &key, Some(&iv), padding, &sealed, false).unwrap(), content);
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told_without_details() {
        let (key, iv) = ([7; 16], [9; 16]);
        let sealed = crypt(Algorithm::Aes, &key, Some(&iv), Padding::Pkcs, b"content", true).unwrap();
        let open = |key: &[u8], sealed: &[u8]| crypt(Algorithm::Aes, key, Some(&iv), Padding::Pkcs, sealed, false);
        let texts: Vec<_> = [open(&[8; 16], &sealed), open(&key, &sealed[1..]), open(&key, &[])]
            .into_iter()
            .map(|opened| opened.unwrap_err().to_string())
            .collect();
        assert!(texts.iter().all(|text| text == "CRYPTO:DATA: the content cannot be deciphered"), "{texts:?}");
        assert_eq!(
            crypt(Algorithm::Aes, &key, Some(&iv[1..]), Padding::None, &[], true).unwrap_err().code,
            "CRYPTO:IV"
        );
        assert_eq!(crypt(Algorithm::Aes, &key, None, Padding::None, b"x", true).unwrap_err().code, "CRYPTO:DATA");
    }

    #[test]
    fn what_was_left_ends_on_its_way() {
        let (content, key) = (vec![7; 64 << 20], [7; 24]);
        for encrypt in [true, false] {
            let work = |left: &Left| {
                super::crypt(Algorithm::TripleDes, &key, Some(&[9; 8]), Padding::None, &content, encrypt, left)
            };
            assert_eq!(crate::engine::apart::testing::leave(work), "CORE:CANCELLED");
        }
    }
}
