//! What clients find out by themselves: the endpoints (RFC 8414) and the keys (RFC 7517).

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::access::Permission;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::client_authentication::ASSERTION_ALGORITHMS;
use crate::{
    access::Caller,
    operation::{Access, Operation, Tag},
    problem::Problem,
};

/// What this authorization server offers (RFC 8414 §2).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "issuer": "https://aumsos.example.org",
    "authorization_endpoint": "https://aumsos.example.org/oauth/authorize",
    "token_endpoint": "https://aumsos.example.org/oauth/token",
    "jwks_uri": "https://aumsos.example.org/oauth/jwks",
    "introspection_endpoint": "https://aumsos.example.org/oauth/introspect",
    "revocation_endpoint": "https://aumsos.example.org/oauth/revoke",
    "service_documentation": "https://aumsos.example.org/docs",
    "scopes_supported": ["institutions.read"],
    "response_types_supported": ["code"],
    "response_modes_supported": ["query"],
    "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
    "code_challenge_methods_supported": ["S256"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    "token_endpoint_auth_signing_alg_values_supported": ["EdDSA"],
    "introspection_endpoint_auth_methods_supported": ["client_secret_basic"],
    "introspection_endpoint_auth_signing_alg_values_supported": ["EdDSA"],
    "revocation_endpoint_auth_methods_supported": ["client_secret_basic"],
    "revocation_endpoint_auth_signing_alg_values_supported": ["EdDSA"],
    "ui_locales_supported": ["id", "en"],
    "authorization_response_iss_parameter_supported": true
}))]
pub struct ServerMetadata {
    /// `iss` of tokens and of answers at redirect addresses.
    pub issuer: String,
    /// Where people are sent to allow an app.
    pub authorization_endpoint: String,
    /// Where tokens are had.
    pub token_endpoint: String,
    /// The keys that tokens are signed with.
    pub jwks_uri: String,
    /// Where a token is asked about.
    pub introspection_endpoint: String,
    /// Where a token is given back.
    pub revocation_endpoint: String,
    /// Documentation for people.
    pub service_documentation: String,
    /// Every permission that a token can be narrowed to.
    pub scopes_supported: Vec<&'static str>,
    /// `code`.
    pub response_types_supported: &'static [&'static str],
    /// `query`.
    pub response_modes_supported: &'static [&'static str],
    /// The grants.
    pub grant_types_supported: &'static [&'static str],
    /// `S256`.
    pub code_challenge_methods_supported: &'static [&'static str],
    /// How clients authenticate.
    pub token_endpoint_auth_methods_supported: &'static [&'static str],
    /// How assertions of clients are signed.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// How clients authenticate.
    pub introspection_endpoint_auth_methods_supported: &'static [&'static str],
    /// How assertions of clients are signed.
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// How clients authenticate.
    pub revocation_endpoint_auth_methods_supported: &'static [&'static str],
    /// How assertions of clients are signed.
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// The languages of the pages.
    pub ui_locales_supported: &'static [&'static str],
    /// Always: the answer at a redirect address says who gives it (RFC 9207).
    pub authorization_response_iss_parameter_supported: bool,
}

/// Public keys (RFC 7517 §5).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "9f3c2a1b00d4e5f6", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}))]
pub struct KeySet {
    /// The key that signs, those that signed before while their tokens are good, and one that signs soon.
    #[schema(value_type = Vec<Object>)]
    pub keys: Value,
}

const CONFIDENTIAL: &[&str] = &["client_secret_basic", "client_secret_post", "private_key_jwt"];
const ANY: &[&str] = &["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];

/// The row of the operation that describes the server.
pub(super) fn metadata() -> Operation {
    Operation::get("/.well-known/oauth-authorization-server", "get_server_metadata", show_metadata)
        .tag(Tag::Access)
        .access(Access::Anyone)
        .summary("Discover the authorization server")
        .description("RFC 8414: where OAuth libraries find everything else.")
        .answers::<ServerMetadata>(StatusCode::OK, "What the server offers")
}

async fn show_metadata(caller: Caller) -> Result<HttpResponse, Problem> {
    let issuer = &caller.service().settings.public_url;
    let at = |path: &str| format!("{issuer}{path}");
    let signing = || ASSERTION_ALGORITHMS.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    Ok(HttpResponse::Ok().json(ServerMetadata {
        authorization_endpoint: at("/oauth/authorize"),
        token_endpoint: at("/oauth/token"),
        jwks_uri: at("/oauth/jwks"),
        introspection_endpoint: at("/oauth/introspect"),
        revocation_endpoint: at("/oauth/revoke"),
        service_documentation: at("/docs"),
        scopes_supported: Permission::ALL.iter().map(|permission| permission.code()).collect(),
        response_types_supported: &["code"],
        response_modes_supported: &["query"],
        grant_types_supported: &["authorization_code", "refresh_token", "client_credentials"],
        code_challenge_methods_supported: &["S256"],
        token_endpoint_auth_methods_supported: ANY,
        token_endpoint_auth_signing_alg_values_supported: signing(),
        introspection_endpoint_auth_methods_supported: CONFIDENTIAL,
        introspection_endpoint_auth_signing_alg_values_supported: signing(),
        revocation_endpoint_auth_methods_supported: ANY,
        revocation_endpoint_auth_signing_alg_values_supported: signing(),
        ui_locales_supported: &["id", "en"],
        authorization_response_iss_parameter_supported: true,
        issuer: issuer.clone(),
    }))
}

/// The row of the operation that shows the keys.
pub(super) fn keys() -> Operation {
    Operation::get("/oauth/jwks", "get_signing_keys", show_keys)
        .tag(Tag::Access)
        .access(Access::Anyone)
        .summary("Get the keys that tokens are signed with")
        .description(
            "Public keys alone (RFC 7517). A new key stands here before it signs; an old one until its tokens end.",
        )
        .answers::<KeySet>(StatusCode::OK, "The keys")
}

async fn show_keys(caller: Caller) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(caller.service().tokens.published(caller.store()).await?))
}
