//! Access tokens: JWTs in the profile of RFC 9068, signed with `EdDSA`, good for ten minutes.
//!
//! A token's signature is verified once and remembered until the token ends; what its holder may do is looked up again
//! every second, so that a role that was taken away or a client that was switched off is felt at once.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use aumsos_domain::access::{Actor, ActorId};
use aumsos_persistence::{Store, StoreError, access::ClientRecord};
use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Identity;

/// For how long a token is good.
pub const LIFETIME: Duration = Duration::from_mins(10);
/// For how long the roles of a caller are remembered.
const ROLES_REMEMBERED: Duration = Duration::from_millis(900);
/// How many tokens and callers are remembered; beyond that all are forgotten and verified again.
const REMEMBERED: usize = 20_000;
/// `typ` of access tokens (RFC 9068 §2.1).
const TYPE: &str = "at+jwt";

/// The claims of an access token (RFC 9068 §2.2).
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    client_id: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
}

/// Why a token lets nobody in.
#[derive(Debug)]
pub enum TokenError {
    /// It is not one of ours, not good any more, or its holder may not come in.
    Invalid,
    /// The holder could not be looked up.
    Store(StoreError),
}

impl From<StoreError> for TokenError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[derive(Clone, Copy)]
struct Verified {
    subject: Uuid,
    expires_at: i64,
}

/// Signs and verifies tokens, and knows who stands behind them.
pub struct Tokens {
    public_url: String,
    key_id: String,
    signing: EncodingKey,
    verifying: HashMap<String, DecodingKey>,
    validation: Validation,
    verified: RwLock<HashMap<[u8; 32], Verified>>,
    identities: RwLock<HashMap<Uuid, (Instant, Arc<Identity>)>>,
}

impl Tokens {
    /// Loads the signing keys; the first is made when there is none.
    pub async fn load(store: &Store, public_url: &str) -> Result<Self, StoreError> {
        let keys = store.signing_keys().await?;
        let newest = keys.first().ok_or(StoreError::Unreadable("a signing key"))?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub", "nbf"]);
        validation.set_audience(&[public_url]);
        validation.set_issuer(&[public_url]);
        validation.validate_nbf = true;
        validation.leeway = 5;
        let verifying = keys
            .iter()
            .map(|key| {
                let x = BASE64URL_NOPAD.encode(&key.public);
                let decoding =
                    DecodingKey::from_ed_components(&x).map_err(|_| StoreError::Unreadable("a signing key"))?;
                Ok((key.id.clone(), decoding))
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(Self {
            public_url: public_url.to_owned(),
            key_id: newest.id.clone(),
            signing: EncodingKey::from_ed_der(&newest.private_der),
            verifying,
            validation,
            verified: RwLock::default(),
            identities: RwLock::default(),
        })
    }

    /// A token for a client that has shown its secret.
    pub fn issue(&self, client: Uuid) -> Result<String, TokenError> {
        let now = chrono::Utc::now().timestamp();
        let lifetime = i64::try_from(LIFETIME.as_secs()).unwrap_or(600);
        let claims = Claims {
            iss: self.public_url.clone(),
            aud: self.public_url.clone(),
            sub: client,
            client_id: client,
            iat: now,
            nbf: now,
            exp: now + lifetime,
            jti: Uuid::now_v7(),
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(|_| TokenError::Invalid)
    }

    /// Who stands behind a token.
    pub async fn identify(&self, store: &Store, token: &str) -> Result<Arc<Identity>, TokenError> {
        let verified = self.verify(token)?;
        if let Some(known) = self.remembered(verified.subject) {
            return Ok(known);
        }
        let client = store.usable_client(verified.subject).await?.ok_or(TokenError::Invalid)?;
        let identity = Arc::new(identity_of(store, client).await?);
        let mut identities = self.identities.write().unwrap_or_else(PoisonError::into_inner);
        if identities.len() >= REMEMBERED {
            identities.clear();
        }
        identities.insert(verified.subject, (Instant::now(), Arc::clone(&identity)));
        Ok(identity)
    }

    /// When a token ends (seconds since 1970); nothing when it is not good.
    pub(crate) fn end_of(&self, token: &str) -> Option<i64> {
        self.verify(token).ok().map(|verified| verified.expires_at)
    }

    /// Looks the roles of every caller up again: somebody's have changed.
    pub(crate) fn forget_roles(&self) {
        self.identities.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn remembered(&self, subject: Uuid) -> Option<Arc<Identity>> {
        let identities = self.identities.read().unwrap_or_else(PoisonError::into_inner);
        let (since, identity) = identities.get(&subject)?;
        (since.elapsed() < ROLES_REMEMBERED).then(|| Arc::clone(identity))
    }

    fn verify(&self, token: &str) -> Result<Verified, TokenError> {
        let fingerprint = fingerprint(token);
        let now = chrono::Utc::now().timestamp();
        if let Some(known) = self.verified.read().unwrap_or_else(PoisonError::into_inner).get(&fingerprint)
            && known.expires_at > now
        {
            return Ok(*known);
        }
        // The key is chosen among our own by its id; a key or an address of one in the header means nothing.
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        if header.typ.as_deref() != Some(TYPE) || header.alg != Algorithm::EdDSA {
            return Err(TokenError::Invalid);
        }
        let key = header.kid.and_then(|id| self.verifying.get(&id)).ok_or(TokenError::Invalid)?;
        let claims =
            jsonwebtoken::decode::<Claims>(token, key, &self.validation).map_err(|_| TokenError::Invalid)?.claims;
        let verified = Verified { subject: claims.sub, expires_at: claims.exp };
        let mut remembered = self.verified.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(fingerprint, verified);
        Ok(verified)
    }
}

fn fingerprint(token: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    bytes
}

async fn identity_of(store: &Store, client: ClientRecord) -> Result<Identity, StoreError> {
    let id = ActorId::Client(client.id);
    let mut actor = Actor::new(id, store.roles_of(id).await?);
    actor.shared = store.shared_with(&actor.roles).await?;
    Ok(Identity::of_client(actor, client))
}
