//! The keys that access tokens are signed with: one that signs, older ones kept until their tokens end, and perhaps one
//! that signs soon, so that every process knows it before its first token. They lie in the database, sealed under the
//! master key, so that all processes sign and verify with the same.

use std::time::Duration;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use sea_orm::{
    ActiveValue, ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait},
};

use super::entity::signing_key;
use crate::{
    Store, StoreError, Work,
    clock::{self, from_micros, micros, to_micros},
    vault::place,
};

/// From its making until it signs: in that time every process learns of a key.
const ANNOUNCED_FOR: Duration = Duration::from_secs(90);
/// For how long a key verifies after another signs: longer than any token lives.
const VERIFIES_FOR: Duration = Duration::from_mins(15);

const DAMAGED: StoreError = StoreError::Unreadable("a signing key");

/// How tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SigningAlgorithm {
    /// Ed25519 (RFC 8037).
    #[default]
    EdDsa,
    /// ECDSA over P-256 with SHA-256 (RFC 7518 §3.4).
    Es256,
}

impl SigningAlgorithm {
    /// The name in headers of tokens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }

    /// The algorithm of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::EdDsa, Self::Es256].into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// A key that tokens are signed with, or were.
#[derive(Clone)]
pub struct SigningKey {
    /// `kid`.
    pub id: String,
    /// How it signs.
    pub algorithm: SigningAlgorithm,
    /// The private key, PKCS#8 DER.
    pub private_der: Vec<u8>,
    /// The public key: 32 bytes for Ed25519, an uncompressed point of 65 for P-256.
    pub public: Vec<u8>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it signs.
    pub signs_from: DateTime<Utc>,
    /// When it verifies no more; none while it signs or waits to.
    pub verifies_until: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Store {
    /// The keys in use, the one that signs first; one of this algorithm is made when none of it signs.
    pub async fn signing_keys(&self, algorithm: SigningAlgorithm) -> Result<Vec<SigningKey>, StoreError> {
        let keys = self.stored_signing_keys().await?;
        match keys.iter().find(|key| key.verifies_until.is_none()) {
            None => {
                // Two processes may both make the first: the newer signs, both verify.
                self.make_signing_key(algorithm, Duration::ZERO).await?;
            }
            Some(newest) if newest.algorithm != algorithm => {
                self.make_signing_key(algorithm, ANNOUNCED_FOR).await?;
            }
            Some(_) => return Ok(keys),
        }
        self.stored_signing_keys().await
    }

    async fn stored_signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        let now = to_micros(clock::now());
        let rows = signing_key::Entity::find()
            .filter(signing_key::Column::RetiredAt.is_null().or(signing_key::Column::RetiredAt.gt(now)))
            .order_by_desc(signing_key::Column::SignsFrom)
            .order_by_desc(signing_key::Column::CreatedAt)
            .all(&self.write)
            .await?;
        let mut keys = rows.into_iter().map(|row| self.opened(row)).collect::<Result<Vec<_>, _>>()?;
        // The newest whose time has come signs; one that waits comes after it.
        keys.sort_by_key(|key| (to_micros(key.signs_from) > now, key.verifies_until.is_some()));
        Ok(keys)
    }

    fn opened(&self, row: signing_key::Model) -> Result<SigningKey, StoreError> {
        let private_der = self.vault.open_own(&place("signing_key.sealed", row.id.as_bytes()), &row.sealed)?;
        let algorithm = SigningAlgorithm::from_name(&row.algorithm).ok_or(DAMAGED)?;
        Ok(SigningKey {
            public: public_of(algorithm, &private_der)?,
            algorithm,
            private_der,
            created_at: from_micros(row.created_at)?,
            signs_from: from_micros(Ord::max(row.signs_from, row.created_at))?,
            verifies_until: row.retired_at.map(from_micros).transpose()?,
            id: row.id,
        })
    }

    async fn make_signing_key(&self, algorithm: SigningAlgorithm, announced: Duration) -> Result<String, StoreError> {
        let mut work = self.begin(&crate::Author::system()).await?;
        let id = work.rotate_signing_keys(algorithm, announced).await?;
        work.commit().await?;
        Ok(id)
    }
}

impl Work {
    /// Makes a key that signs once every process knows it; those before it verify until their tokens have ended.
    pub async fn announce_signing_key(&mut self, algorithm: SigningAlgorithm) -> Result<String, StoreError> {
        self.rotate_signing_keys(algorithm, ANNOUNCED_FOR).await
    }

    async fn rotate_signing_keys(
        &mut self,
        algorithm: SigningAlgorithm,
        announced: Duration,
    ) -> Result<String, StoreError> {
        let signs_from = to_micros(self.at).saturating_add(micros(announced));
        let until = signs_from.saturating_add(micros(VERIFIES_FOR));
        signing_key::Entity::update_many()
            .col_expr(signing_key::Column::RetiredAt, Expr::value(until))
            .filter(signing_key::Column::RetiredAt.is_null())
            .exec(&self.transaction)
            .await?;
        let private_der = fresh(algorithm)?;
        let public = public_of(algorithm, &private_der)?;
        // A point begins with the same sign whatever it is; its end does not.
        let id = HEXLOWER.encode(public.get(public.len().saturating_sub(8)..).unwrap_or_default());
        let vault = &self.store.vault;
        let row = signing_key::ActiveModel {
            sealed: ActiveValue::Set(vault.seal_own(&place("signing_key.sealed", id.as_bytes()), &private_der)?),
            id: ActiveValue::Set(id.clone()),
            master_key_id: ActiveValue::Set(vault.id().to_owned()),
            created_at: ActiveValue::Set(to_micros(self.at)),
            retired_at: ActiveValue::Set(None),
            algorithm: ActiveValue::Set(algorithm.name().to_owned()),
            signs_from: ActiveValue::Set(signs_from),
        };
        signing_key::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(id)
    }

    /// Ends a key at once, as when it was stolen: its tokens let nobody in any more. False when there is none.
    pub async fn retire_signing_key(&mut self, id: &str) -> Result<bool, StoreError> {
        let now = to_micros(self.at);
        let retired = signing_key::Entity::update_many()
            .col_expr(signing_key::Column::RetiredAt, Expr::value(now))
            .filter(signing_key::Column::Id.eq(id))
            .filter(signing_key::Column::RetiredAt.is_null().or(Expr::col(signing_key::Column::RetiredAt).gt(now)))
            .exec(&self.transaction)
            .await?;
        Ok(retired.rows_affected == 1)
    }
}

fn fresh(algorithm: SigningAlgorithm) -> Result<Vec<u8>, StoreError> {
    match algorithm {
        SigningAlgorithm::EdDsa => {
            let pair = Ed25519KeyPair::generate().map_err(|_| DAMAGED)?;
            Ok(pair.to_pkcs8().map_err(|_| DAMAGED)?.as_ref().to_vec())
        }
        SigningAlgorithm::Es256 => {
            let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
            Ok(document.map_err(|_| DAMAGED)?.as_ref().to_vec())
        }
    }
}

fn public_of(algorithm: SigningAlgorithm, private_der: &[u8]) -> Result<Vec<u8>, StoreError> {
    match algorithm {
        SigningAlgorithm::EdDsa => {
            let pair = Ed25519KeyPair::from_pkcs8(private_der).map_err(|_| DAMAGED)?;
            Ok(pair.public_key().as_ref().to_vec())
        }
        SigningAlgorithm::Es256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private_der).map_err(|_| DAMAGED)?;
            Ok(pair.public_key().as_ref().to_vec())
        }
    }
}
