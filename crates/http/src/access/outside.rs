//! An outside `OpenID` provider (Keycloak and the like): its access tokens are accepted when they are for this service,
//! verified with the keys that it publishes (`OpenID` Connect Discovery 1.0 §4), and its people mapped to ours.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use aumsos_domain::{
    CodeList,
    access::{Role, RoleAssignment},
    text_value::{Email, Name},
};
use aumsos_persistence::{Author, Store, StoreError, Work, access::PlaceFound};
use chrono::Utc;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{Jwk, JwkSet},
};
use serde_json::Value;
use tokio::sync::Mutex;
use uuid::Uuid;

/// Signatures with a public key; a shared secret is none of them.
const ALGORITHMS: [Algorithm; 6] =
    [Algorithm::EdDSA, Algorithm::ES256, Algorithm::ES384, Algorithm::PS256, Algorithm::RS256, Algorithm::RS512];
/// How long an answer of the provider may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long its keys are used before they are asked for again.
const KEYS_GOOD_FOR: Duration = Duration::from_mins(10);
/// How soon they are asked for again for a key that is not among them.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(10);
/// How far clocks may be apart, in seconds.
const LEEWAY: u32 = 5;
/// The longest time for which a token may be good, in seconds. It cannot be called back here: what the provider took
/// away is felt when it ends, so that one which is good for months would let somebody in for months after.
const LONGEST_LIFE: i64 = 24 * 60 * 60;
/// What ID tokens carry and access tokens do not (`OpenID` Connect Core 1.0 §2, §3.3.2.11).
const OF_ID_TOKENS: [&str; 3] = ["nonce", "at_hash", "c_hash"];
/// What `amr` says of a second factor (RFC 8176 §2): several factors, a code that is good once, a key in hardware.
const SECOND_FACTORS: [&str; 3] = ["mfa", "otp", "hwk"];
/// The largest document of the provider that is read, in bytes.
const LARGEST_DOCUMENT: usize = 1 << 20;

/// Which provider, as it is configured.
#[derive(Debug, Clone)]
pub struct OutsideProvider {
    /// `iss` of its tokens, and where its configuration is found.
    pub issuer: String,
    /// What its tokens must name as their audience.
    pub audience: String,
    /// The claim that lists roles, with dots leading into objects; none where people have the roles that they hold here.
    pub roles_claim: Option<String>,
    /// What `acr` says of whoever showed a second factor; none where only `amr` tells.
    pub second_factor_acr: Option<String>,
}

impl OutsideProvider {
    /// Whether claims tell that a second factor was shown.
    fn tells_of_second_factor(&self, claims: &Value) -> bool {
        let ways = claims.get("amr").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let by_way = ways.iter().filter_map(Value::as_str).any(|way| SECOND_FACTORS.contains(&way));
        let level = claims.get("acr").and_then(Value::as_str);
        by_way || self.second_factor_acr.as_deref().is_some_and(|acr| level == Some(acr))
    }
}

/// Somebody whom the provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outsider {
    issuer: String,
    subject: String,
    /// The address, where the provider has verified it.
    email: Option<Email>,
    name: Option<Name>,
    /// The roles that the provider gives, `ROLE@PLACE`; none where it does not decide on them.
    roles: Option<Vec<String>>,
    /// Whether the provider says that a second factor was shown.
    pub(super) has_shown_second_factor: bool,
}

/// The provider with the keys that it publishes.
pub(super) struct Outside {
    provider: OutsideProvider,
    http: Option<reqwest::Client>,
    keys: Mutex<Option<(Instant, Arc<JwkSet>)>>,
}

impl Outside {
    pub(super) fn new(provider: OutsideProvider) -> Self {
        // Where a configuration leads on to elsewhere is no business of the one who configured the issuer.
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build();
        Self { provider, http: http.ok(), keys: Mutex::new(None) }
    }

    /// Whether a token says that it is from this provider; whether that is so, [`Self::verify`] finds out.
    pub(super) fn issued(&self, token: &str) -> bool {
        let payload = token.split('.').nth(1).and_then(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok());
        let claims: Option<Value> = payload.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        claims.is_some_and(|claims| claims.get("iss").and_then(Value::as_str) == Some(self.provider.issuer.as_str()))
    }

    /// Whom a token stands for and when it ends (seconds since 1970).
    pub(super) async fn verify(&self, token: &str) -> Option<(Outsider, i64)> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        let may_be_access = header.typ.as_deref().is_none_or(|typ| ["at+jwt", "JWT"].contains(&typ));
        if !may_be_access || !ALGORITHMS.contains(&header.alg) {
            return None;
        }
        let jwk = self.key(&header.kid?).await?;
        if !is_for(&jwk, header.alg) {
            return None;
        }
        let mut validation = Validation::new(header.alg);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_audience(&[&self.provider.audience]);
        validation.set_issuer(&[&self.provider.issuer]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY.into();
        let key = DecodingKey::from_jwk(&jwk).ok()?;
        let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).ok()?.claims;
        let expires_at = claims.get("exp").and_then(Value::as_i64)?;
        let latest = Utc::now().timestamp() + LONGEST_LIFE + i64::from(LEEWAY);
        if !is_of_access_token(&claims) || expires_at > latest {
            return None;
        }
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let is_verified = claims.get("email_verified").and_then(Value::as_bool) == Some(true);
        let outsider = Outsider {
            issuer: self.provider.issuer.clone(),
            subject: text("sub")?.to_owned(),
            email: text("email").filter(|_| is_verified).and_then(|email| Email::parse(email).ok()),
            name: text("name").and_then(|name| Name::parse(name).ok()),
            roles: self.provider.roles_claim.as_deref().map(|claim| roles_in(&claims, claim)),
            has_shown_second_factor: self.provider.tells_of_second_factor(&claims),
        };
        Some((outsider, expires_at))
    }

    /// A key of the provider: of those known, or asked for.
    async fn key(&self, id: &str) -> Option<Jwk> {
        let mut known = self.keys.lock().await;
        if let Some((since, keys)) = known.as_ref() {
            let found = keys.find(id).cloned();
            let is_fresh = since.elapsed() < KEYS_GOOD_FOR;
            if (found.is_some() && is_fresh) || since.elapsed() < ASK_AGAIN_AFTER {
                return found;
            }
        }
        match self.ask_for_keys().await {
            Ok(keys) => {
                let found = keys.find(id).cloned();
                *known = Some((Instant::now(), Arc::new(keys)));
                found
            }
            Err(error) => {
                tracing::warn!(error, "the keys of the outside provider were not read");
                known.as_ref().and_then(|(_, keys)| keys.find(id).cloned())
            }
        }
    }

    async fn ask_for_keys(&self) -> Result<JwkSet, &'static str> {
        let issuer = self.provider.issuer.trim_end_matches('/');
        let configuration = self.document(&format!("{issuer}/.well-known/openid-configuration")).await?;
        if configuration.get("issuer").and_then(Value::as_str) != Some(self.provider.issuer.as_str()) {
            return Err("its configuration names another issuer");
        }
        let address = configuration.get("jwks_uri").and_then(Value::as_str).ok_or("its configuration names no keys")?;
        let is_safe =
            address.starts_with("https://") || issuer.starts_with("http://") && address.starts_with("http://");
        if !is_safe {
            return Err("its keys are not where they can be trusted");
        }
        serde_json::from_value(self.document(address).await?).map_err(|_| "its keys cannot be read")
    }

    async fn document(&self, address: &str) -> Result<Value, &'static str> {
        let http = self.http.as_ref().ok_or("there is no way out")?;
        let answer = http.get(address).send().await.map_err(|_| "it does not answer")?;
        if !answer.status().is_success() || answer.content_length().is_some_and(|size| size > LARGEST_DOCUMENT as u64) {
            return Err("its answer is not the document that was asked for");
        }
        let bytes = answer.bytes().await.map_err(|_| "it broke off")?;
        if bytes.len() > LARGEST_DOCUMENT {
            return Err("its answer is too large");
        }
        serde_json::from_slice(&bytes).map_err(|_| "its answer cannot be read")
    }
}

/// Whether a key may have made signatures of an algorithm: the key says what it is for; what is signed does not choose.
pub(crate) fn is_for(key: &Jwk, algorithm: Algorithm) -> bool {
    // Both are named as RFC 7518 §3.1 names them.
    key.common.key_algorithm.is_none_or(|said| said.to_string() == format!("{algorithm:?}"))
}

/// Whether claims are those of an access token. An ID token or a refresh token of the same provider may be for the same
/// audience and signed with the same key; what a token is, Keycloak says in `typ`.
fn is_of_access_token(claims: &Value) -> bool {
    match claims.get("typ") {
        // Older ones of Keycloak hold the `nonce` of the sign-in.
        Some(typ) => typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("Bearer")),
        None => OF_ID_TOKENS.iter().all(|name| claims.get(name).is_none()),
    }
}

/// The texts of a list in the claims.
fn roles_in(claims: &Value, claim: &str) -> Vec<String> {
    let found = claim.split('.').try_fold(claims, |value, name| value.get(name));
    let list = found.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The person for whom an outsider stands: known by the provider's name for them, else by an address that the provider
/// has verified. With the roles that the provider gives, where it decides on them: then whoever has one is made known.
pub(super) async fn person_of(
    store: &Store,
    outsider: &Outsider,
) -> Result<Option<(Uuid, Option<Vec<RoleAssignment>>)>, StoreError> {
    let roles = match &outsider.roles {
        None => None,
        Some(written) => Some(places_of(store, written).await?),
    };
    if let Some(person) = store.person_of_outside_identity(&outsider.issuer, &outsider.subject).await? {
        return Ok(Some((person, roles)));
    }
    let is_known = store.knows_outside_identity(&outsider.issuer, &outsider.subject).await?;
    let Some(email) = outsider.email.as_ref().filter(|_| !is_known) else { return Ok(None) };
    let is_appointed = roles.as_ref().is_some_and(|roles| !roles.is_empty());
    let author = Author::system();
    let made = store.write(&author, async |work: &mut Work| {
        let (issuer, subject) = (&outsider.issuer, &outsider.subject);
        if let Some(person) = work.link_outside_identity(issuer, subject, email.as_str()).await? {
            return Ok::<_, StoreError>(Some(person));
        }
        if !is_appointed {
            return Ok(None);
        }
        let name = outsider.name.as_ref().map_or(email.as_str(), Name::as_str);
        work.create_person(Uuid::now_v7(), email.as_str(), name, &[]).await?;
        work.link_outside_identity(issuer, subject, email.as_str()).await
    });
    match made.await {
        Ok(person) => Ok(person.map(|person| (person, roles))),
        // Two requests at once: the other made the link. Or the address is of somebody who may not come in.
        Err(StoreError::Taken) => {
            let person = store.person_of_outside_identity(&outsider.issuer, &outsider.subject).await?;
            Ok(person.map(|person| (person, roles)))
        }
        Err(error) => Err(error),
    }
}

/// Roles at places that are there; what is not understood gives nothing.
async fn places_of(store: &Store, written: &[String]) -> Result<Vec<RoleAssignment>, StoreError> {
    let mut roles = Vec::new();
    for one in written {
        let Some((role, place)) = one.split_once('@') else { continue };
        let Some(role) = Role::from_code(role) else { continue };
        if let PlaceFound::One(place) = store.place(place).await? {
            roles.push(RoleAssignment { role, place });
        }
    }
    Ok(roles)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn roles_are_read_from_where_the_provider_writes_them() {
        let claims = json!({ "realm_access": { "roles": ["regional_officer@PWM:35", 7] }, "roles": "none" });
        assert_eq!(roles_in(&claims, "realm_access.roles"), ["regional_officer@PWM:35"]);
        assert!(roles_in(&claims, "roles").is_empty());
        assert!(roles_in(&claims, "elsewhere.roles").is_empty());
    }

    #[test]
    fn an_access_token_says_nothing_that_an_id_token_says() {
        for right in [
            json!({}),
            json!({ "typ": "Bearer", "amr": ["pwd"], "sid": "1" }),
            json!({ "typ": "bearer", "nonce": "n-0S6" }),
        ] {
            assert!(is_of_access_token(&right), "{right}");
        }
        for wrong in [
            json!({ "typ": "ID" }),
            json!({ "typ": "Refresh" }),
            json!({ "typ": "Offline" }),
            json!({ "typ": ["Bearer"] }),
            json!({ "nonce": "n-0S6" }),
            json!({ "at_hash": "x" }),
            json!({ "c_hash": "x" }),
        ] {
            assert!(!is_of_access_token(&wrong), "{wrong}");
        }
    }

    #[test]
    fn a_second_factor_is_told_by_amr_or_by_the_acr_that_was_agreed() {
        let provider = |acr: Option<&str>| OutsideProvider {
            issuer: String::new(),
            audience: String::new(),
            roles_claim: None,
            second_factor_acr: acr.map(str::to_owned),
        };
        for way in ["mfa", "otp", "hwk"] {
            assert!(provider(None).tells_of_second_factor(&json!({ "amr": ["pwd", way] })), "{way}");
        }
        for claims in [json!({}), json!({ "amr": ["pwd"] }), json!({ "amr": "mfa" }), json!({ "acr": "2" })] {
            assert!(!provider(None).tells_of_second_factor(&claims), "{claims}");
        }
        assert!(provider(Some("2")).tells_of_second_factor(&json!({ "acr": "2" })));
        assert!(!provider(Some("2")).tells_of_second_factor(&json!({ "acr": "1", "amr": ["pwd"] })));
        assert!(!provider(Some("2")).tells_of_second_factor(&json!({ "acr": 2 })));
    }
}
