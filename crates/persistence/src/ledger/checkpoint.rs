//! Checkpoints: position, hash and time of the chain's end, signed with Ed25519 and written to a place that the
//! database cannot rewrite. A chain alone cannot show that its tail was cut.

use aws_lc_rs::signature::{self, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use data_encoding::{BASE64, HEXLOWER};
use sea_orm::{EntityTrait, QueryOrder};
use serde::{Deserialize, Serialize};

use super::entity::change_seal;
use crate::{Store, StoreError, clock};

/// One line of the file of checkpoints, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The last sealed position.
    pub position: i64,
    /// Its hash.
    pub hash: String,
    /// When it was signed (RFC 3339).
    pub at: String,
    /// The public key, hex.
    pub key: String,
    /// Ed25519 over the other fields, base64.
    pub signature: String,
}

impl Checkpoint {
    fn signed_bytes(position: i64, hash: &str, at: &str) -> Vec<u8> {
        format!("aumsos checkpoint\n{position}\n{hash}\n{at}").into_bytes()
    }

    fn sign(pair: &Ed25519KeyPair, position: i64, hash: String) -> Self {
        let at = clock::now().to_rfc3339();
        let signature = BASE64.encode(pair.sign(&Self::signed_bytes(position, &hash, &at)).as_ref());
        Self { position, hash, at, key: HEXLOWER.encode(pair.public_key().as_ref()), signature }
    }

    /// Reads a line; nothing when it is no checkpoint or was not signed by `public_key`.
    pub fn read(line: &str, public_key: &[u8]) -> Option<Self> {
        let checkpoint: Self = serde_json::from_str(line).ok()?;
        let bytes = Self::signed_bytes(checkpoint.position, &checkpoint.hash, &checkpoint.at);
        let signature = BASE64.decode(checkpoint.signature.as_bytes()).ok()?;
        UnparsedPublicKey::new(&signature::ED25519, public_key).verify(&bytes, &signature).ok()?;
        Some(checkpoint)
    }
}

impl Store {
    /// Signs the end of the chain; nothing while the ledger is empty.
    pub async fn checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        let last = change_seal::Entity::find().order_by_desc(change_seal::Column::Position).one(&self.read).await?;
        let Some(last) = last else { return Ok(None) };
        Ok(Some(Checkpoint::sign(&self.vault.checkpoint_key()?, last.position, last.hash)))
    }

    /// The public key that checkpoints are verified with.
    pub fn checkpoint_public_key(&self) -> Result<Vec<u8>, StoreError> {
        Ok(self.vault.checkpoint_key()?.public_key().as_ref().to_vec())
    }
}
