//! Sealing: personal data under a key per subject, wrapped by the master key; keyed hashes for look-ups.
//!
//! AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D §8.2.2). What is sealed where is the associated data, so
//! that a sealed value cannot be moved to another place. Destroying a subject's key makes every copy unreadable, in
//! the ledger and in backups of the tables too.

use std::sync::OnceLock;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
    rand::{SecureRandom, SystemRandom},
    signature::Ed25519KeyPair,
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

use crate::StoreError;

/// What seals and what knows again. The master key wraps all that is sealed and can be changed; those before it open what
/// was not wrapped anew yet. Keyed hashes are made with keys of the database's own (`adopt`), which lie in it
/// wrapped: a new master key changes no hash.
pub struct Vault {
    /// The newest first.
    wraps: Vec<Wrap>,
    /// Before the database tells its own: a schema that has no room for a secret yet hashes with the newest.
    provisional: Hashing,
    own: OnceLock<Hashing>,
    random: SystemRandom,
}

/// A master key, as far as it wraps.
struct Wrap {
    id: String,
    key: LessSafeKey,
    /// The master key itself: what a database hashed with before it had a secret of its own.
    master: [u8; 32],
}

/// The keys of keyed hashes, one a purpose (RFC 5869).
struct Hashing {
    blind: hmac::Key,
    cursors: hmac::Key,
    secrets: hmac::Key,
    checkpoints: [u8; 32],
}

impl Wrap {
    fn of(master_key: &[u8; 32]) -> Result<Self, StoreError> {
        let id = HEXLOWER.encode(&derive(master_key, "aumsos master key id")?[..8]);
        Ok(Self { id, key: aead_key(&derive(master_key, "aumsos data key wrapping")?)?, master: *master_key })
    }
}

impl Hashing {
    fn of(secret: &[u8; 32]) -> Result<Self, StoreError> {
        let derived = |purpose: &'static str| derive(secret, purpose);
        Ok(Self {
            blind: hmac::Key::new(hmac::HMAC_SHA256, &derived("aumsos blind index")?),
            cursors: hmac::Key::new(hmac::HMAC_SHA256, &derived("aumsos cursors")?),
            secrets: hmac::Key::new(hmac::HMAC_SHA256, &derived("aumsos client secrets")?),
            checkpoints: derived("aumsos checkpoints")?,
        })
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("id", &self.id()).finish_non_exhaustive()
    }
}

const UNREADABLE: StoreError = StoreError::Unreadable("sealed under another master key, or damaged");

/// A key for one subject, as held in memory.
pub struct DataKey(LessSafeKey);

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey")
    }
}

impl Vault {
    /// A vault under a master key of 32 bytes.
    pub fn new(master_key: &[u8; 32]) -> Result<Self, StoreError> {
        Self::rotating(master_key, &[])
    }

    /// A vault under a master key, which opens what was sealed under those before it too; the newest of them first.
    pub fn rotating(newest: &[u8; 32], previous: &[[u8; 32]]) -> Result<Self, StoreError> {
        Ok(Self {
            wraps: [newest].into_iter().chain(previous).map(Wrap::of).collect::<Result<_, _>>()?,
            provisional: Hashing::of(newest)?,
            own: OnceLock::new(),
            random: SystemRandom::new(),
        })
    }

    /// Makes keyed hashes with the database's own secret from now on.
    pub(crate) fn adopt(&self, secret: &[u8; 32]) -> Result<(), StoreError> {
        // A second time it is the same secret.
        let _ = self.own.set(Hashing::of(secret)?);
        Ok(())
    }

    /// Whether the database has told its own secret.
    pub(crate) fn has_adopted(&self) -> bool {
        self.own.get().is_some()
    }

    /// The master key of an id, where it is configured.
    pub(crate) fn master_key(&self, id: &str) -> Option<[u8; 32]> {
        self.wraps.iter().find(|wrap| wrap.id == id).map(|wrap| wrap.master)
    }

    fn hashing(&self) -> &Hashing {
        self.own.get().unwrap_or(&self.provisional)
    }

    fn newest(&self) -> Result<&Wrap, StoreError> {
        self.wraps.first().ok_or(UNREADABLE)
    }

    /// A fresh master key.
    pub fn fresh_master_key() -> Result<[u8; 32], StoreError> {
        let mut key = [0; 32];
        SystemRandom::new().fill(&mut key).map_err(|_| UNREADABLE)?;
        Ok(key)
    }

    /// A fresh secret for a client: 256 bits of chance as text that needs no quoting anywhere.
    pub fn fresh_secret() -> Result<String, StoreError> {
        Ok(BASE64URL_NOPAD.encode(&Self::fresh_master_key()?))
    }

    /// Which master key this is; stands beside everything that is wrapped by it.
    pub fn id(&self) -> &str {
        self.wraps.first().map_or("", |wrap| wrap.id.as_str())
    }

    /// Makes a key for a subject and gives it with its wrapped form.
    pub(crate) fn new_data_key(&self, subject: &[u8]) -> Result<(DataKey, Vec<u8>), StoreError> {
        let mut key = [0; 32];
        self.random.fill(&mut key).map_err(|_| UNREADABLE)?;
        let wrapped = self.seal_own(&place("data_key", subject), &key)?;
        Ok((DataKey(aead_key(&key)?), wrapped))
    }

    /// Opens the wrapped key of a subject.
    pub(crate) fn open_data_key(&self, subject: &[u8], wrapped: &[u8]) -> Result<DataKey, StoreError> {
        let key = self.open_own(&place("data_key", subject), wrapped)?;
        Ok(DataKey(aead_key(&key)?))
    }

    /// Seals under a subject's key. `place` says what is sealed where: table, column, row.
    pub(crate) fn seal(&self, key: &DataKey, at: &[u8], plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.seal_with(&key.0, at, plain)
    }

    /// Opens what was sealed at the same place under the same key.
    #[expect(clippy::unused_self, reason = "the twin of `seal`")]
    pub(crate) fn open(&self, key: &DataKey, at: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        open_with(&key.0, at, sealed)
    }

    /// Seals what belongs to no subject (idempotent answers, signing keys) under the master key.
    pub(crate) fn seal_own(&self, at: &[u8], plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.seal_with(&self.newest()?.key, at, plain)
    }

    /// Opens what [`Self::seal_own`] sealed.
    pub(crate) fn open_own(&self, at: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let opened = self.wraps.iter().find_map(|wrap| open_with(&wrap.key, at, sealed).ok());
        opened.ok_or(UNREADABLE)
    }

    /// What was sealed under a master key, sealed under the newest; nothing when it is already.
    pub(crate) fn sealed_anew(&self, at: &[u8], sealed: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if open_with(&self.newest()?.key, at, sealed).is_ok() {
            return Ok(None);
        }
        let plain = self.open_own(at, sealed)?;
        self.seal_own(at, &plain).map(Some)
    }

    /// The wrapped key of a subject, wrapped under the newest master key; nothing when it is already.
    pub(crate) fn data_key_anew(&self, subject: &[u8], wrapped: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.sealed_anew(&place("data_key", subject), wrapped)
    }

    /// A keyed hash for exact look-up of what must not be readable in the index.
    pub fn blind(&self, text: &str) -> String {
        HEXLOWER.encode(hmac::sign(&self.hashing().blind, text.as_bytes()).as_ref())
    }

    /// The keyed hash of a client's secret. Secrets are made by the service with 256 bits of chance, so that a slow
    /// hash would protect nothing more.
    pub(crate) fn secret_mac(&self, client_id: &str, secret: &str) -> String {
        HEXLOWER.encode(hmac::sign(&self.hashing().secrets, &place(client_id, secret.as_bytes())).as_ref())
    }

    /// Whether a secret is the one whose keyed hash was kept; takes the same time for right and wrong.
    pub(crate) fn is_secret(&self, client_id: &str, secret: &str, mac: &str) -> bool {
        let Ok(mac) = HEXLOWER.decode(mac.as_bytes()) else { return false };
        hmac::verify(&self.hashing().secrets, &place(client_id, secret.as_bytes()), &mac).is_ok()
    }

    /// A keyed hash of something that the service gives out and knows again, such as the token of a form.
    pub fn mark(&self, purpose: &str, text: &str) -> String {
        self.secret_mac(purpose, text)
    }

    /// Whether a mark is the one of a text; takes the same time for right and wrong.
    pub fn is_mark(&self, purpose: &str, text: &str, mark: &str) -> bool {
        self.is_secret(purpose, text, mark)
    }

    /// The key that cursors are authenticated with.
    pub fn cursor_key(&self) -> &hmac::Key {
        &self.hashing().cursors
    }

    /// The key that checkpoints of the ledger are signed with.
    pub(crate) fn checkpoint_key(&self) -> Result<Ed25519KeyPair, StoreError> {
        Ed25519KeyPair::from_seed_unchecked(&self.hashing().checkpoints).map_err(|_| UNREADABLE)
    }

    fn seal_with(&self, key: &LessSafeKey, at: &[u8], plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(|_| UNREADABLE)?;
        let mut sealed = plain.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(at), &mut sealed)
            .map_err(|_| UNREADABLE)?;
        let mut whole = nonce.to_vec();
        whole.append(&mut sealed);
        Ok(whole)
    }
}

fn open_with(key: &LessSafeKey, at: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(UNREADABLE)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| UNREADABLE)?;
    let mut plain = body.to_vec();
    let length = key.open_in_place(nonce, Aad::from(at), &mut plain).map_err(|_| UNREADABLE)?.len();
    plain.truncate(length);
    Ok(plain)
}

fn aead_key(bytes: &[u8]) -> Result<LessSafeKey, StoreError> {
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| UNREADABLE)?))
}

/// Associated data of two parts, with the length of the first so that they cannot run into each other.
pub(crate) fn place(table_and_column: &str, row: &[u8]) -> Vec<u8> {
    let mut bytes = (table_and_column.len() as u64).to_be_bytes().to_vec();
    bytes.extend_from_slice(table_and_column.as_bytes());
    bytes.extend_from_slice(row);
    bytes
}

fn derive(master_key: &[u8; 32], purpose: &'static str) -> Result<[u8; 32], StoreError> {
    let mut derived = [0; 32];
    let info = [purpose.as_bytes()];
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"aumsos")
        .extract(master_key)
        .expand(&info, hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut derived))
        .map_err(|_| UNREADABLE)?;
    Ok(derived)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_at_its_place_and_under_its_key() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let (key, wrapped) = vault.new_data_key(b"subject").unwrap();
        let sealed = vault.seal(&key, b"contact:1", b"Siti Aminah").unwrap();
        let reopened = vault.open_data_key(b"subject", &wrapped).unwrap();
        assert_eq!(vault.open(&reopened, b"contact:1", &sealed).unwrap(), b"Siti Aminah");
        assert!(vault.open(&reopened, b"contact:2", &sealed).is_err());
        assert!(vault.open_data_key(b"another", &wrapped).is_err());
        let other = Vault::new(&[8; 32]).unwrap();
        assert!(other.open_data_key(b"subject", &wrapped).is_err());
        let mut tampered = sealed.clone();
        tampered[NONCE_LEN] ^= 1;
        assert!(vault.open(&reopened, b"contact:1", &tampered).is_err());
        assert!(vault.open(&reopened, b"contact:1", &sealed[..5]).is_err());
    }

    #[test]
    fn a_new_master_key_opens_what_the_old_one_sealed_and_changes_no_hash() {
        let old = Vault::new(&[7; 32]).unwrap();
        let sealed = old.seal_own(b"here", b"Siti").unwrap();
        let (_, wrapped) = old.new_data_key(b"subject").unwrap();
        let both = Vault::rotating(&[8; 32], &[[7; 32]]).unwrap();
        assert_eq!(both.master_key(old.id()), Some([7; 32]));
        for vault in [&old, &both] {
            vault.adopt(&[9; 32]).unwrap();
        }
        assert_eq!(both.blind("nik"), old.blind("nik"));
        assert_ne!(both.id(), old.id());
        assert_eq!(both.open_own(b"here", &sealed).unwrap(), b"Siti");
        let anew = both.sealed_anew(b"here", &sealed).unwrap().unwrap();
        let wrapped = both.data_key_anew(b"subject", &wrapped).unwrap().unwrap();
        assert_eq!(both.sealed_anew(b"here", &anew).unwrap(), None);
        let new = Vault::new(&[8; 32]).unwrap();
        assert_eq!(new.open_own(b"here", &anew).unwrap(), b"Siti");
        assert!(new.open_data_key(b"subject", &wrapped).is_ok());
        assert!(new.open_own(b"here", &sealed).is_err());
        assert!(both.sealed_anew(b"elsewhere", &sealed).is_err());
    }

    #[test]
    fn secrets_are_told_apart_by_client_and_text() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let mac = vault.secret_mac("demo", "secret");
        assert!(vault.is_secret("demo", "secret", &mac));
        assert!(!vault.is_secret("demo", "Secret", &mac));
        assert!(!vault.is_secret("other", "secret", &mac));
        assert!(!vault.is_secret("demo", "secret", "zz"));
    }
}
