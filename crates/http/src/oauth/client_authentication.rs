//! How a client shows that it is the one: HTTP Basic, a secret in the form, an assertion that it signed (RFC 7523), or,
//! for an app that can keep no secret, nothing but its id.

use std::net::IpAddr;

use actix_web::{HttpRequest, http::header, web};
use aumsos_domain::access::ClientKind;
use aumsos_persistence::{StoreError, Work, access::ClientRecord};
use chrono::{DateTime, Utc};
use data_encoding::BASE64;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{Jwk, JwkSet},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answers::{Refused, invalid_client, refused};
use crate::{
    access::{Caller, outside::is_for},
    frame::peer,
};

/// The one kind of assertion (RFC 7523 §2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Signatures with a public key; a shared secret is none of them.
pub(super) const ASSERTION_ALGORITHMS: [(&str, Algorithm); 5] = [
    ("EdDSA", Algorithm::EdDSA),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("PS256", Algorithm::PS256),
    ("RS256", Algorithm::RS256),
];
/// For how long an assertion can be good at most, in seconds.
const LONGEST_ASSERTION: i64 = 3600;
/// The longest id of an assertion, in characters.
const LONGEST_ID: usize = 255;
/// How far clocks may be apart, in seconds.
const LEEWAY: u32 = 5;

/// What a form shows of the client.
#[expect(clippy::struct_field_names, reason = "the names of OAuth")]
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<String>,
    pub(super) client_assertion_type: Option<String>,
    pub(super) client_assertion: Option<String>,
}

/// A token of its own that a client asks about or gives back, as a form.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"token": "Xm2Wv1Q0c3Z3c0pWb1d4b0tQd1lGdEh0V2JQdnhYbGQ", "client_id": "aplikasi-panti"}))]
pub struct OwnTokenRequest {
    /// An access token or a refresh token of the client.
    pub token: String,
    /// `access_token` or `refresh_token`; either is found without it.
    #[serde(rename = "token_type_hint")]
    #[allow(dead_code, reason = "a hint that is not needed is accepted (RFC 7009 §2.1, RFC 7662 §2.1)")]
    pub hint: Option<String>,
    /// The client, where it does not authenticate by HTTP Basic.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<String>,
    /// See `get_token`.
    pub client_assertion_type: Option<String>,
    /// See `get_token`.
    pub client_assertion: Option<String>,
}

/// The client that asks about a token or gives it back, with the token.
pub(super) async fn with_own_token(
    caller: &Caller,
    request: &HttpRequest,
    form: Option<OwnTokenRequest>,
) -> Result<(ClientRecord, String), Refused> {
    let form = form.ok_or(refused("invalid_request", "Send token as a form, each name once."))?;
    let shown = Shown {
        client_id: form.client_id,
        client_secret: form.client_secret,
        client_assertion_type: form.client_assertion_type,
        client_assertion: form.client_assertion,
    };
    Ok((authenticate(caller, request, shown).await?, form.token))
}

/// The claims of an assertion (RFC 7523 §3).
#[derive(Debug, Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    exp: i64,
    iat: Option<i64>,
    jti: String,
}

impl Assertion {
    /// Whether its client made it for itself, not in time to come, for a while and once: without an id of its own it
    /// could not be told from the next.
    fn is_sound(&self, now: i64) -> bool {
        let was_made = self.iat.is_none_or(|iat| iat <= now.saturating_add(LEEWAY.into()));
        let is_short = self.exp <= now.saturating_add(LONGEST_ASSERTION);
        let has_id = (1..=LONGEST_ID).contains(&self.jti.chars().count());
        self.iss == self.sub && was_made && is_short && has_id
    }
}

/// The client that asks, when it has shown that it is the one and may come from where it does.
pub(super) async fn authenticate(
    caller: &Caller,
    request: &HttpRequest,
    shown: Shown,
) -> Result<ClientRecord, Refused> {
    let address = peer(caller.service(), request);
    caller.service().rate_limits.check_token_request(address)?;
    let client = by_what_it_shows(caller, request, address, shown).await?;
    if address.is_none_or(|address| client.may_come_from(address)) { Ok(client) } else { Err(invalid_client()) }
}

async fn by_what_it_shows(
    caller: &Caller,
    request: &HttpRequest,
    address: Option<IpAddr>,
    shown: Shown,
) -> Result<ClientRecord, Refused> {
    let in_header = basic(request);
    let ways = [in_header.is_some(), shown.client_secret.is_some(), shown.client_assertion.is_some()];
    if ways.into_iter().filter(|way| *way).count() > 1 {
        return Err(refused("invalid_request", "Authenticate the client in one way only."));
    }
    if let Some(assertion) = &shown.client_assertion {
        if shown.client_assertion_type.as_deref() != Some(ASSERTION_TYPE) {
            return Err(refused("invalid_request", "client_assertion_type must be the one of RFC 7523."));
        }
        return by_assertion(caller, address, shown.client_id.as_deref(), assertion).await;
    }
    let by_form = shown.client_id.clone().zip(shown.client_secret);
    let Some((id, secret)) = in_header.or(by_form) else {
        return without_secret(caller, shown.client_id.as_deref()).await;
    };
    if shown.client_id.is_some_and(|named| named != id) {
        return Err(refused("invalid_request", "client_id names another client than the header."));
    }
    caller.service().rate_limits.check_client(&id, address)?;
    caller.store().authenticate_client(&id, &secret).await?.ok_or_else(invalid_client)
}

/// An app that can keep no secret is known by its id; what it may redeem proves that it asked for it (PKCE).
async fn without_secret(caller: &Caller, client_id: Option<&str>) -> Result<ClientRecord, Refused> {
    let Some(id) = client_id else { return Err(invalid_client()) };
    let client = caller.store().client_named(id).await?;
    client.filter(|client| client.kind == ClientKind::Public).ok_or_else(invalid_client)
}

async fn by_assertion(
    caller: &Caller,
    address: Option<IpAddr>,
    named: Option<&str>,
    assertion: &str,
) -> Result<ClientRecord, Refused> {
    let header = jsonwebtoken::decode_header(assertion).map_err(|_| invalid_client())?;
    // Whose key verifies it is read from the claims, and believed once it has.
    let said = jsonwebtoken::dangerous::insecure_decode::<Assertion>(assertion).map_err(|_| invalid_client())?.claims;
    caller.service().rate_limits.check_client(&said.sub, address)?;
    let client = caller.store().client_named(&said.sub).await?.ok_or_else(invalid_client)?;
    let keys = client.jwks.as_deref().and_then(|jwks| serde_json::from_str::<JwkSet>(jwks).ok());
    let keys = keys.ok_or_else(invalid_client)?;
    let key = key_for(&keys, header.kid.as_deref(), header.alg).ok_or_else(invalid_client)?;
    let decoding = DecodingKey::from_jwk(key).map_err(|_| invalid_client())?;
    let public_url = &caller.service().settings.public_url;
    let mut validation = Validation::new(header.alg);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_audience(&[public_url.clone(), format!("{public_url}/oauth/token")]);
    validation.set_issuer(&[&said.sub]);
    validation.validate_nbf = true;
    validation.leeway = LEEWAY.into();
    let claims =
        jsonwebtoken::decode::<Assertion>(assertion, &decoding, &validation).map_err(|_| invalid_client())?.claims;
    let is_sound = claims.is_sound(Utc::now().timestamp()) && named.is_none_or(|named| named == claims.sub);
    let expires_at = DateTime::from_timestamp(claims.exp, 0).filter(|_| is_sound);
    let expires_at = expires_at.ok_or_else(invalid_client)?;
    let author = caller.author();
    let used = caller
        .store()
        .write(&author, async |work: &mut Work| work.use_assertion(client.id, &claims.jti, expires_at).await);
    match used.await {
        Ok(()) => Ok(client),
        Err(StoreError::Taken) => Err(invalid_client()),
        Err(error) => Err(error.into()),
    }
}

/// The key of the client that can have made a signature: by its id, or the only one. The key says what it is for; the
/// assertion does not choose.
fn key_for<'a>(keys: &'a JwkSet, id: Option<&str>, algorithm: Algorithm) -> Option<&'a Jwk> {
    ASSERTION_ALGORITHMS.iter().find(|(_, known)| *known == algorithm)?;
    let key = match (id, keys.keys.as_slice()) {
        (Some(id), _) => keys.find(id)?,
        (None, [only]) => only,
        (None, _) => return None,
    };
    is_for(key, algorithm).then_some(key)
}

/// The client of HTTP Basic (RFC 7617); id and secret are form-encoded inside (RFC 6749 §2.3.1).
fn basic(request: &HttpRequest) -> Option<(String, String)> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64.decode(credentials.trim().as_bytes()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decoded(id)?, form_decoded(secret)?))
}

/// One form-encoded value.
pub(crate) fn form_decoded(text: &str) -> Option<String> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(&format!("v={}", text.replace('&', "%26"))).ok()?;
    pairs.into_inner().pop().map(|(_, value)| value)
}
