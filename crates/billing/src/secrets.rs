//! Secrets that must be read again (a signing key, a gateway's key): kept sealed with the server's secret key, which is
//! never in the database. What need not be read again is kept as a hash instead (see [`credentials`](crate::credentials)).
//!
//! A verb seals with [`Cx::seal`] and stores the text, [`Billing::open_secret`] opens it. Both stand on a [`SecretBox`]:
//!
//! ```
//! use billing::secrets::{Place, SecretBox};
//! use domain::id::TenantId;
//!
//! let secrets = SecretBox::parse(&SecretBox::new_key()).expect("a new key");
//! let place = Place { word: "gateway.api_key", tenant: TenantId(7), id: 100_001 };
//! let sealed = secrets.seal(&place, "sk_live_1");
//! assert_eq!(secrets.open(&place, &sealed).as_deref(), Ok("sk_live_1"));
//! // In another tenant's row it is worth nothing.
//! assert!(secrets.open(&Place { tenant: TenantId(8), ..place }, &sealed).is_err());
//! ```
//!
//! A sealed text is `s1.<key>.<sealed>`: the format, sixteen hex digits that name the key, and base64url of a random
//! nonce of 12 bytes, the ciphertext and the tag of AES-256-GCM (NIST SP 800-38D; a random nonce is good for 2^32 seals
//! of one key). The place is its associated data. Each column of sealed texts is listed in [`store::sealed::COLUMNS`].

mod reseal;

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::id::TenantId;
use sha2::{Digest as _, Sha256};

use crate::verb::Cx;
use crate::{Billing, Error};

pub use reseal::InUse;

/// The format's name and what follows it up to the key's.
const FORMAT: &str = "s1.";
const KEY_BYTES: usize = 32;

/// Where a secret lies. Sealed for one place it cannot be opened in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The noun and which of its secrets, as in [`store::sealed::COLUMNS`]: `credential.signing_key`.
    pub word: &'static str,
    pub tenant: TenantId,
    /// Of the object.
    pub id: i64,
}

impl Place {
    fn bytes(&self) -> Vec<u8> {
        format!("billwright {FORMAT}{} {} {}", self.word, self.tenant.0, self.id).into_bytes()
    }
}

/// The server's secret keys: the first seals, every one opens. Cheap to clone.
#[derive(Clone)]
pub struct SecretBox {
    current: Arc<Key>,
    older: Arc<[Key]>,
}

/// Shows no key.
impl fmt::Debug for SecretBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBox({})", self.current.name)
    }
}

struct Key {
    name: String,
    aead: RandomizedNonceKey,
}

impl Key {
    fn new(bytes: &[u8; KEY_BYTES]) -> Key {
        let named = Sha256::new_with_prefix("billwright secret key").chain_update(bytes).finalize();
        let aead = RandomizedNonceKey::new(&AES_256_GCM, bytes).expect("a key of 32 bytes");
        Key { name: hex::encode(&named[..8]), aead }
    }

    fn head(&self) -> String {
        format!("{FORMAT}{}.", self.name)
    }
}

/// Why a text holds no secret keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error("it holds no key")]
    None,
    /// Counted from one.
    #[error("line {0} is no key: 32 random bytes in base64 or hex are")]
    NoKey(usize),
}

/// Why a sealed text does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    #[error("it is no sealed text")]
    Format,
    /// The key's name.
    #[error("it was sealed with another secret key ({0})")]
    OtherKey(String),
    /// It was changed, or lies in another place than it was sealed for.
    #[error("it was not sealed for this place")]
    Damaged,
}

impl SealFault {
    /// As a failure of ours: whoever changed the database, it was no caller.
    pub(crate) fn at(&self, place: &Place) -> Error {
        let Place { word, tenant, id } = place;
        Error::Store(store::Error::Broken(format!("the {word} of {tenant}, {id}, cannot be opened: {self}")))
    }
}

impl SecretBox {
    /// A new random key, as [`SecretBox::parse`] reads it.
    pub fn new_key() -> String {
        let mut bytes = [0_u8; KEY_BYTES];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        STANDARD.encode(bytes)
    }

    /// A new random key that is in no file, for tests and demonstrations: what it seals ends with it.
    pub fn throw_away() -> SecretBox {
        SecretBox::parse(&SecretBox::new_key()).expect("a new key")
    }

    /// Reads keys, one a line in base64 or hex: the first seals, the others still open what they have sealed. Empty
    /// lines and those that begin with `#` count for nothing.
    pub fn parse(text: &str) -> Result<SecretBox, KeyFault> {
        let mut keys = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bytes = hex::decode(line).or_else(|_| STANDARD.decode(line)).map_err(|_| KeyFault::NoKey(at + 1))?;
            keys.push(Key::new(&bytes.try_into().map_err(|_| KeyFault::NoKey(at + 1))?));
        }
        let mut keys = keys.into_iter();
        let current = Arc::new(keys.next().ok_or(KeyFault::None)?);
        Ok(SecretBox { current, older: keys.collect() })
    }

    /// The name of the key that seals: sixteen hex digits, no secret.
    pub fn name(&self) -> &str {
        &self.current.name
    }

    pub fn seal(&self, place: &Place, secret: &str) -> String {
        let mut bytes = secret.as_bytes().to_vec();
        let sealed = self.current.aead.seal_in_place_append_tag(Aad::from(place.bytes()), &mut bytes);
        let nonce = sealed.expect("AES-GCM seals texts of up to 64 GiB");
        let bytes = [nonce.as_ref().as_slice(), &bytes].concat();
        format!("{}{}", self.current.head(), URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The secret. It is for use, not for keeping, logs or answers.
    pub fn open(&self, place: &Place, sealed: &str) -> Result<String, SealFault> {
        let rest = sealed.strip_prefix(FORMAT).ok_or(SealFault::Format)?;
        let (name, text) = rest.split_once('.').ok_or(SealFault::Format)?;
        let key = self.key(name).ok_or_else(|| SealFault::OtherKey(name.to_owned()))?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SealFault::Format)?;
        let (nonce, bytes) = bytes.split_at_checked(NONCE_LEN).ok_or(SealFault::Format)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealFault::Format)?;
        let mut bytes = bytes.to_vec();
        let opened = key.aead.open_in_place(nonce, Aad::from(place.bytes()), &mut bytes);
        let opened = opened.map_err(|_| SealFault::Damaged)?;
        String::from_utf8(opened.to_vec()).map_err(|_| SealFault::Damaged)
    }

    fn key(&self, name: &str) -> Option<&Key> {
        std::iter::once(&*self.current).chain(self.older.iter()).find(|key| key.name == name)
    }
}

impl Cx<'_, '_> {
    /// Seals a secret of the verb's tenant.
    ///
    /// # Errors
    /// [`Error::NoSecretKey`]: the server was started without one.
    pub(crate) fn seal(&self, word: &'static str, id: i64, secret: &str) -> Result<String, Error> {
        let place = Place { word, tenant: self.tx.tenant(), id };
        Ok(self.secrets.ok_or(Error::NoSecretKey)?.seal(&place, secret))
    }
}

impl Billing {
    /// Opens a secret.
    ///
    /// # Errors
    /// [`Error::NoSecretKey`]: the server was started without one; [`Error::Store`]: it does not open.
    pub(crate) fn open_secret(&self, place: &Place, sealed: &str) -> Result<String, Error> {
        let secrets = self.secrets.as_ref().ok_or(Error::NoSecretKey)?;
        secrets.open(place, sealed).map_err(|fault| fault.at(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { word: "credential.signing_key", tenant: TenantId(100_001), id: 100_200 };

    fn fresh() -> (String, SecretBox) {
        let text = SecretBox::new_key();
        let secrets = SecretBox::parse(&text).expect("a new key");
        (text, secrets)
    }

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let (text, secrets) = fresh();
        for secret in ["", "hunter2", "ключ", &"k".repeat(10_000)] {
            let (one, two) = (secrets.seal(&PLACE, secret), secrets.seal(&PLACE, secret));
            assert_ne!(one, two, "the nonce is new");
            assert!(secret.is_empty() || !one.contains(secret));
            assert_eq!(secrets.open(&PLACE, &one).as_deref(), Ok(secret));
        }
        let sealed = secrets.seal(&PLACE, "hunter2");
        assert_eq!(sealed[..store::sealed::HEAD_CHARS], secrets.current.head());
        for elsewhere in [
            Place { word: "gateway.api_key", ..PLACE },
            Place { tenant: TenantId(100_002), ..PLACE },
            Place { id: 100_201, ..PLACE },
            // The same digits divided in another way.
            Place { tenant: TenantId(10_000), id: 1_100_200, ..PLACE },
        ] {
            assert_eq!(secrets.open(&elsewhere, &sealed), Err(SealFault::Damaged), "{elsewhere:?}");
        }
        let (_, other) = fresh();
        assert_eq!(other.open(&PLACE, &sealed), Err(SealFault::OtherKey(secrets.name().to_owned())));
        assert!(!format!("{secrets:?}").contains(&text));
    }

    #[test]
    fn every_changed_letter_is_found() {
        let (_, secrets) = fresh();
        let sealed = secrets.seal(&PLACE, "hunter2");
        for at in 0..sealed.len() {
            let other = if sealed.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &sealed[..at], &sealed[at + 1..]);
            assert!(secrets.open(&PLACE, &changed).is_err(), "{changed}");
            assert!(secrets.open(&PLACE, &sealed[..at]).is_err());
        }
    }

    #[test]
    fn older_keys_still_open() {
        let ((old, before), (new, _)) = (fresh(), fresh());
        let sealed = before.seal(&PLACE, "hunter2");
        let both = SecretBox::parse(&format!("# since May\n{new}\n\n  {old}\n")).expect("two keys");
        assert_eq!(both.open(&PLACE, &sealed).as_deref(), Ok("hunter2"));
        assert_ne!(both.name(), before.name());
        assert!(before.open(&PLACE, &both.seal(&PLACE, "hunter2")).is_err());
    }

    #[test]
    fn keys_are_32_bytes() {
        let hex = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
        let base64 = "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=";
        let name = |text: &str| SecretBox::parse(text).expect("a key").name().to_owned();
        assert_eq!(name(hex), name(base64));
        assert_eq!(SecretBox::parse("\n# none\n").err(), Some(KeyFault::None));
        for wrong in ["secret", "00112233", &hex[..62], &base64[..40]] {
            assert_eq!(SecretBox::parse(&format!("#\n{wrong}")).err(), Some(KeyFault::NoKey(2)), "{wrong}");
        }
    }
}
