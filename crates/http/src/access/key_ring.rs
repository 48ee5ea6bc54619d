//! The keys of this moment: the one that signs, and all that verify.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use aumsos_persistence::{
    Store, StoreError,
    access::{SigningAlgorithm, SigningKey},
};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde_json::{Value, json};

/// How long a ring is used before it is looked up again: less than a new key is announced for.
const GOOD_FOR: Duration = Duration::from_secs(20);
/// How soon it is looked up again for a key that it does not hold.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

const DAMAGED: StoreError = StoreError::Unreadable("a signing key");

/// Keys by their ids.
pub(super) struct KeyRing {
    pub(super) signing_id: String,
    pub(super) signing: EncodingKey,
    pub(super) algorithm: Algorithm,
    verifying: HashMap<String, (Algorithm, DecodingKey)>,
    /// The public keys as JWKs (RFC 7517).
    pub(super) published: Value,
    loaded: Instant,
}

impl KeyRing {
    pub(super) async fn load(store: &Store, algorithm: SigningAlgorithm) -> Result<Self, StoreError> {
        let keys = store.signing_keys(algorithm).await?;
        let signs = keys.first().ok_or(DAMAGED)?;
        let mut verifying = HashMap::new();
        for key in &keys {
            verifying.insert(key.id.clone(), (algorithm_of(key), decoding_key(key)?));
        }
        Ok(Self {
            signing_id: signs.id.clone(),
            signing: match signs.algorithm {
                SigningAlgorithm::EdDsa => EncodingKey::from_ed_der(&signs.private_der),
                SigningAlgorithm::Es256 => EncodingKey::from_ec_der(&signs.private_der),
            },
            algorithm: algorithm_of(signs),
            verifying,
            published: json!({ "keys": keys.iter().map(published).collect::<Vec<_>>() }),
            loaded: Instant::now(),
        })
    }

    /// The key of an id, with the one algorithm that it verifies.
    pub(super) fn verifying(&self, id: &str) -> Option<&(Algorithm, DecodingKey)> {
        self.verifying.get(id)
    }

    pub(super) fn is_old(&self) -> bool {
        self.loaded.elapsed() > GOOD_FOR
    }

    pub(super) fn may_be_looked_up_again(&self) -> bool {
        self.loaded.elapsed() > LOOK_AGAIN_AFTER
    }
}

const fn algorithm_of(key: &SigningKey) -> Algorithm {
    match key.algorithm {
        SigningAlgorithm::EdDsa => Algorithm::EdDSA,
        SigningAlgorithm::Es256 => Algorithm::ES256,
    }
}

/// The two halves of an uncompressed point (SEC 1 §2.3.3), in base64url.
fn coordinates(public: &[u8]) -> Option<(String, String)> {
    let point = public.strip_prefix(&[4])?;
    let (x, y) = point.split_at_checked(32)?;
    Some((BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y)))
}

fn decoding_key(key: &SigningKey) -> Result<DecodingKey, StoreError> {
    let decoding = match key.algorithm {
        SigningAlgorithm::EdDsa => DecodingKey::from_ed_components(&BASE64URL_NOPAD.encode(&key.public)),
        SigningAlgorithm::Es256 => {
            let (x, y) = coordinates(&key.public).ok_or(DAMAGED)?;
            DecodingKey::from_ec_components(&x, &y)
        }
    };
    decoding.map_err(|_| DAMAGED)
}

fn published(key: &SigningKey) -> Value {
    let mut jwk = json!({ "kid": key.id, "use": "sig", "alg": key.algorithm.name() });
    match key.algorithm {
        SigningAlgorithm::EdDsa => {
            jwk["kty"] = json!("OKP");
            jwk["crv"] = json!("Ed25519");
            jwk["x"] = json!(BASE64URL_NOPAD.encode(&key.public));
        }
        SigningAlgorithm::Es256 => {
            let (x, y) = coordinates(&key.public).unwrap_or_default();
            jwk["kty"] = json!("EC");
            jwk["crv"] = json!("P-256");
            jwk["x"] = json!(x);
            jwk["y"] = json!(y);
        }
    }
    jwk
}
