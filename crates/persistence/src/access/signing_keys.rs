//! The keys that access tokens are signed with: Ed25519, one current, older ones kept until their tokens end. They
//! lie in the database, sealed under the master key, so that every process signs and verifies with the same.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::HEXLOWER;
use sea_orm::{ActiveValue, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::entity::signing_key;
use crate::{Store, StoreError, clock, clock::to_micros, vault::place};

/// A key that tokens are signed with, or were.
pub struct SigningKey {
    /// `kid`.
    pub id: String,
    /// The private key, PKCS#8 DER.
    pub private_der: Vec<u8>,
    /// The public key, 32 bytes.
    pub public: Vec<u8>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Store {
    /// The keys in use, newest first; the first one is made when there is none.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        let keys = self.stored_signing_keys().await?;
        if !keys.is_empty() {
            return Ok(keys);
        }
        self.make_signing_key().await?;
        self.stored_signing_keys().await
    }

    async fn stored_signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        let rows = signing_key::Entity::find()
            .filter(signing_key::Column::RetiredAt.is_null())
            .order_by_desc(signing_key::Column::CreatedAt)
            .all(&self.write)
            .await?;
        rows.into_iter()
            .map(|row| {
                let private_der = self.vault.open_own(&place("signing_key.sealed", row.id.as_bytes()), &row.sealed)?;
                let pair =
                    Ed25519KeyPair::from_pkcs8(&private_der).map_err(|_| StoreError::Unreadable("a signing key"))?;
                Ok(SigningKey { id: row.id, public: pair.public_key().as_ref().to_vec(), private_der })
            })
            .collect()
    }

    async fn make_signing_key(&self) -> Result<(), StoreError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| StoreError::Unreadable("no randomness"))?;
        let document = pair.to_pkcs8().map_err(|_| StoreError::Unreadable("a signing key"))?;
        let id = HEXLOWER.encode(pair.public_key().as_ref().get(..8).unwrap_or_default());
        let sealed = self.vault.seal_own(&place("signing_key.sealed", id.as_bytes()), document.as_ref())?;
        let row = signing_key::ActiveModel {
            id: ActiveValue::Set(id),
            sealed: ActiveValue::Set(sealed),
            master_key_id: ActiveValue::Set(self.vault.id().to_owned()),
            created_at: ActiveValue::Set(to_micros(clock::now())),
            retired_at: ActiveValue::Set(None),
            algorithm: ActiveValue::Set("EdDSA".to_owned()),
            signs_from: ActiveValue::Set(0),
        };
        signing_key::Entity::insert(row).exec_without_returning(&self.write).await?;
        Ok(())
    }
}
