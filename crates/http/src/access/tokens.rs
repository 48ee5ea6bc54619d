//! Access tokens: JWTs in the profile of RFC 9068, good for ten minutes, signed with a key that can change.
//!
//! A token's signature is verified once and remembered until the token ends; what its holder may do is looked up again
//! every second, so that a role that was taken away, a session that was ended or a client that was switched off is felt
//! at once, on every process.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use aumsos_domain::access::{Actor, ActorId, PermissionSet};
use aumsos_persistence::{Store, StoreError, access::SigningAlgorithm};
use aws_lc_rs::digest;
use chrono::Utc;
use jsonwebtoken::{Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Identity, key_ring::KeyRing, outside::Outside};
use crate::{settings::Settings, turn::Turns};

/// For how long a token is good.
pub const LIFETIME: Duration = Duration::from_mins(10);
/// For how long what a caller may do is remembered.
const REMEMBERED_FOR: Duration = Duration::from_millis(900);
/// When somebody looks again, so that not everybody has to.
const RENEWED_AFTER: Duration = Duration::from_millis(600);
/// How many tokens are remembered; beyond that all are forgotten and verified again.
const REMEMBERED: usize = 20_000;
/// `typ` of access tokens (RFC 9068 §2.1).
const TYPE: &str = "at+jwt";
/// How far clocks may be apart, in seconds.
const LEEWAY: u64 = 5;

/// The claims of an access token (RFC 9068 §2.2).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) aud: String,
    /// The person, or the client that acts for itself.
    pub(crate) sub: Uuid,
    /// What the client is known by.
    pub(crate) client_id: String,
    pub(crate) iat: i64,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
    pub(crate) jti: Uuid,
    /// What the token is narrowed to; none where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<String>,
    /// What a person lets the app do; none for a client that acts for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sid: Option<Uuid>,
}

/// Whom a token is for.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// The person, or the client that acts for itself.
    pub(crate) id: Uuid,
    /// What the client is known by.
    pub(crate) client_id: String,
    /// What a person lets the app do.
    pub(crate) grant: Option<Uuid>,
    /// What the token is narrowed to.
    pub(crate) scope: PermissionSet,
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

/// A token whose signature was found good.
#[derive(Clone)]
enum Verified {
    Own { key_id: String, claims: Arc<Claims> },
    Outside { expires_at: i64, outsider: Arc<super::outside::Outsider> },
}

impl Verified {
    fn expires_at(&self) -> i64 {
        match self {
            Self::Own { claims, .. } => claims.exp,
            Self::Outside { expires_at, .. } => *expires_at,
        }
    }
}

struct Remembered {
    verified: Verified,
    holder: Option<Holder>,
    /// Of those who look the holder up.
    turns: Turns,
}

/// Who was found behind a token, and when.
struct Holder {
    identity: Arc<Identity>,
    since: Instant,
    is_being_renewed: AtomicBool,
}

impl Holder {
    fn found(identity: Arc<Identity>) -> Self {
        Self { identity, since: Instant::now(), is_being_renewed: AtomicBool::new(false) }
    }

    /// Whether the holder need not be looked up by who asks now: in good time before the end one of those who ask looks
    /// again while the others are still served.
    fn is_good(&self) -> bool {
        let age = self.since.elapsed();
        age < REMEMBERED_FOR && (age < RENEWED_AFTER || self.is_being_renewed.swap(true, Ordering::Relaxed))
    }
}

/// Signs and verifies tokens, and knows who stands behind them.
pub struct Tokens {
    public_url: String,
    algorithm: SigningAlgorithm,
    is_second_factor_required: bool,
    ring: RwLock<Arc<KeyRing>>,
    remembered: RwLock<HashMap<[u8; 32], Remembered>>,
    outside: Option<Outside>,
}

impl Tokens {
    /// Loads the signing keys; the first is made when there is none.
    pub async fn load(store: &Store, settings: &Settings) -> Result<Self, StoreError> {
        Ok(Self {
            public_url: settings.public_url.clone(),
            algorithm: settings.signing_algorithm,
            is_second_factor_required: settings.is_second_factor_required,
            ring: RwLock::new(Arc::new(KeyRing::load(store, settings.signing_algorithm).await?)),
            remembered: RwLock::default(),
            outside: settings.outside_provider.clone().map(Outside::new),
        })
    }

    /// A token, with the time at which it ends.
    pub(crate) async fn issue(&self, store: &Store, subject: Subject) -> Result<String, TokenError> {
        let now = Utc::now().timestamp();
        let lifetime = i64::try_from(LIFETIME.as_secs()).unwrap_or(600);
        let claims = Claims {
            iss: self.public_url.clone(),
            aud: self.public_url.clone(),
            sub: subject.id,
            client_id: subject.client_id,
            iat: now,
            nbf: now,
            exp: now + lifetime,
            jti: Uuid::now_v7(),
            scope: (subject.scope != PermissionSet::ALL).then(|| subject.scope.to_scope()),
            sid: subject.grant,
        };
        let ring = self.ring(store).await?;
        let mut header = Header::new(ring.algorithm);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(ring.signing_id.clone());
        jsonwebtoken::encode(&header, &claims, &ring.signing).map_err(|_| TokenError::Invalid)
    }

    /// Who stands behind a token. Of many who ask at once with a token that was verified before, one looks it up, and the
    /// others wait for that.
    pub async fn identify(&self, store: &Store, token: &str) -> Result<Arc<Identity>, TokenError> {
        let fingerprint = fingerprint(token);
        if let Some(known) = self.known(&fingerprint) {
            return Ok(known);
        }
        let turns = self.turns(&fingerprint);
        let turn = turns.take().await;
        if turn.is_none()
            && let Some(known) = self.known(&fingerprint)
        {
            return Ok(known);
        }
        let verified = self.verify(store, &fingerprint, token).await?;
        let identity = Arc::new(self.look_up(store, &verified).await?);
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        let holder = Some(Holder::found(Arc::clone(&identity)));
        remembered.insert(fingerprint, Remembered { verified, holder, turns });
        drop(turn);
        Ok(identity)
    }

    /// The claims of a token of ours, if its signature and its times are good; who stands behind it is not asked.
    pub(crate) async fn claims(&self, store: &Store, token: &str) -> Result<Arc<Claims>, TokenError> {
        match self.verify(store, &fingerprint(token), token).await? {
            Verified::Own { claims, .. } => Ok(claims),
            Verified::Outside { .. } => Err(TokenError::Invalid),
        }
    }

    /// When a token that was let in ends (seconds since 1970); nothing when it is not known or over.
    pub(crate) fn end_of(&self, token: &str) -> Option<i64> {
        let remembered = self.remembered.read().unwrap_or_else(PoisonError::into_inner);
        let expires_at = remembered.get(&fingerprint(token))?.verified.expires_at();
        (expires_at > Utc::now().timestamp()).then_some(expires_at)
    }

    /// Looks every caller up again: what somebody may do has changed.
    pub(crate) fn forget_roles(&self) {
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        remembered.values_mut().for_each(|known| known.holder = None);
    }

    /// The public keys as JWKs (RFC 7517 §5).
    pub(crate) async fn published(&self, store: &Store) -> Result<serde_json::Value, StoreError> {
        Ok(self.ring(store).await?.published.clone())
    }

    /// Forgets the keys, so that the next token sees those of now.
    pub(crate) async fn reload_keys(&self, store: &Store) -> Result<(), StoreError> {
        self.load_ring(store).await.map(drop)
    }

    fn known(&self, fingerprint: &[u8; 32]) -> Option<Arc<Identity>> {
        let remembered = self.remembered.read().unwrap_or_else(PoisonError::into_inner);
        let known = remembered.get(fingerprint)?;
        let holder = known.holder.as_ref()?;
        let is_good = known.verified.expires_at() > Utc::now().timestamp() && holder.is_good();
        is_good.then(|| Arc::clone(&holder.identity))
    }

    /// The turns at a token; its own where it comes for the first time.
    fn turns(&self, fingerprint: &[u8; 32]) -> Turns {
        let remembered = self.remembered.read().unwrap_or_else(PoisonError::into_inner);
        remembered.get(fingerprint).map(|known| known.turns.clone()).unwrap_or_default()
    }

    async fn ring(&self, store: &Store) -> Result<Arc<KeyRing>, StoreError> {
        let ring = Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner));
        if ring.is_old() { self.load_ring(store).await } else { Ok(ring) }
    }

    async fn load_ring(&self, store: &Store) -> Result<Arc<KeyRing>, StoreError> {
        let ring = Arc::new(KeyRing::load(store, self.algorithm).await?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&ring);
        Ok(ring)
    }

    async fn verify(&self, store: &Store, fingerprint: &[u8; 32], token: &str) -> Result<Verified, TokenError> {
        let mut ring = self.ring(store).await?;
        if let Some(known) = self.verified_before(fingerprint, &ring) {
            return Ok(known);
        }
        if let Some(outside) = self.outside.as_ref().filter(|outside| outside.issued(token)) {
            let (outsider, expires_at) = outside.verify(token).await.ok_or(TokenError::Invalid)?;
            return Ok(Verified::Outside { expires_at, outsider: Arc::new(outsider) });
        }
        // The key is chosen among our own by its id; a key or an address of one in the header means nothing.
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        let key_id = header.kid.filter(|_| header.typ.as_deref() == Some(TYPE)).ok_or(TokenError::Invalid)?;
        if ring.verifying(&key_id).is_none() && ring.may_be_looked_up_again() {
            ring = self.load_ring(store).await?;
        }
        let (algorithm, key) = ring.verifying(&key_id).ok_or(TokenError::Invalid)?;
        let mut validation = Validation::new(*algorithm);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub", "nbf"]);
        validation.set_audience(&[&self.public_url]);
        validation.set_issuer(&[&self.public_url]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY;
        let decoded = jsonwebtoken::decode::<Claims>(token, key, &validation).map_err(|_| TokenError::Invalid)?;
        Ok(Verified::Own { key_id, claims: Arc::new(decoded.claims) })
    }

    /// A signature that was found good stays good until the token ends or its key does.
    fn verified_before(&self, fingerprint: &[u8; 32], ring: &KeyRing) -> Option<Verified> {
        let remembered = self.remembered.read().unwrap_or_else(PoisonError::into_inner);
        let verified = &remembered.get(fingerprint)?.verified;
        let has_key = match verified {
            Verified::Own { key_id, .. } => ring.verifying(key_id).is_some(),
            Verified::Outside { .. } => true,
        };
        (has_key && verified.expires_at() > Utc::now().timestamp()).then(|| verified.clone())
    }

    /// Who stands behind a token at this moment.
    async fn look_up(&self, store: &Store, verified: &Verified) -> Result<Identity, TokenError> {
        match verified {
            Verified::Own { claims, .. } => self.holder_of(store, claims).await,
            Verified::Outside { outsider, .. } => {
                let found = super::outside::person_of(store, outsider).await?;
                let (person, roles) = found.ok_or(TokenError::Invalid)?;
                let actor = actor_of(store, ActorId::Person(person), roles).await?;
                let scope = self.as_shown(PermissionSet::ALL, outsider.has_shown_second_factor);
                Ok(Identity::of_outsider(actor, scope))
            }
        }
    }

    async fn holder_of(&self, store: &Store, claims: &Claims) -> Result<Identity, TokenError> {
        let scope = match &claims.scope {
            None => PermissionSet::ALL,
            Some(scope) => PermissionSet::from_scope(scope).ok_or(TokenError::Invalid)?,
        };
        if store.is_token_ended(claims.jti).await? {
            return Err(TokenError::Invalid);
        }
        let Some(grant_id) = claims.sid else {
            let client = store.usable_client(claims.sub).await?.ok_or(TokenError::Invalid)?;
            let actor = actor_of(store, ActorId::Client(client.id), None).await?;
            return Ok(Identity::of_client(actor, client, scope));
        };
        let grant = store.live_grant(grant_id).await?.filter(|grant| grant.person == claims.sub);
        let grant = grant.ok_or(TokenError::Invalid)?;
        let client = store.usable_client(grant.client).await?.ok_or(TokenError::Invalid)?;
        if !store.is_person_active(grant.person).await? {
            return Err(TokenError::Invalid);
        }
        let scope = self.as_shown(scope, grant.has_shown_second_factor);
        let actor = actor_of(store, ActorId::Person(grant.person), None).await?;
        Ok(Identity::of_person(actor, client, grant_id, scope))
    }

    /// What is left of a scope by what its person showed: no personal data where a second factor is compulsory and was
    /// not shown.
    fn as_shown(&self, scope: PermissionSet, has_shown_second_factor: bool) -> PermissionSet {
        let lacks_second_factor = self.is_second_factor_required && !has_shown_second_factor;
        if lacks_second_factor { scope.without(PermissionSet::of_personal_data()) } else { scope }
    }
}

/// Somebody with the roles that hold now: those given, or those that are kept here.
async fn actor_of(
    store: &Store,
    id: ActorId,
    given: Option<Vec<aumsos_domain::access::RoleAssignment>>,
) -> Result<Actor, StoreError> {
    let roles = match given {
        Some(roles) => roles,
        None => store.roles_of(id).await?,
    };
    let mut actor = Actor::new(id, roles);
    actor.shared = store.shared_with(&actor.roles).await?;
    actor.hands = store.hands_of(id).await?;
    Ok(actor)
}

fn fingerprint(token: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_ago(age: Duration) -> Holder {
        let mut holder = Holder::found(Arc::new(Identity::anonymous()));
        holder.since = holder.since.checked_sub(age).unwrap_or(holder.since);
        holder
    }

    /// In good time one looks again, and nobody is served when the time is over.
    #[test]
    fn one_of_those_who_ask_looks_again() {
        let good = |age: Duration| {
            let holder = found_ago(age);
            [holder.is_good(), holder.is_good(), holder.is_good()]
        };
        assert_eq!(good(Duration::ZERO), [true, true, true]);
        assert_eq!(good(RENEWED_AFTER), [false, true, true]);
        assert_eq!(good(REMEMBERED_FOR), [false, false, false]);
    }
}
