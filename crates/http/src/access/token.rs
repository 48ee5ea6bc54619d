//! `POST /oauth/token`: the grant of client credentials (RFC 6749 §4.4).

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Caller, caller::unauthorized, tokens};
use crate::{
    frame::peer,
    operation::{Access, Operation, Tag},
    problem::{Problem, reasons},
};

/// A request for a token, as a form.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"grant_type": "client_credentials", "client_id": "demo-council-officer", "client_secret": "demo-secret"}))]
pub struct TokenRequest {
    /// `client_credentials`.
    #[schema(pattern = "^client_credentials$")]
    pub grant_type: String,
    /// The client, where it does not authenticate by HTTP Basic.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Its secret.
    #[serde(default)]
    pub client_secret: Option<String>,
}

/// An access token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.e30.c2ln", "token_type": "Bearer", "expires_in": 600}))]
pub struct TokenOut {
    /// A JWT (RFC 9068); send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds until it ends.
    pub expires_in: u64,
}

/// An error in the form that OAuth clients read (RFC 6749 §5.2).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"error": "invalid_client", "error_description": "The client or its secret is wrong."}))]
pub struct OAuthError {
    /// `invalid_request`, `invalid_client` or `unsupported_grant_type`.
    pub error: &'static str,
    /// What to do about it.
    pub error_description: &'static str,
}

/// The row of this operation.
pub fn operation() -> Operation {
    Operation::post("/oauth/token", "get_token", handle)
        .tag(Tag::Access)
        .access(Access::Anyone)
        .summary("Get an access token")
        .description(
            "Client credentials (RFC 6749 §4.4): authenticate with HTTP Basic, or with `client_id` and `client_secret` \
             in the form. The token is good for ten minutes.",
        )
        .reads()
        .form::<TokenRequest>()
        .answers::<TokenOut>(StatusCode::OK, "A token")
        .answers::<OAuthError>(StatusCode::BAD_REQUEST, "The request is not one for a token")
        .answers::<OAuthError>(StatusCode::UNAUTHORIZED, "The client or its secret is wrong")
}

async fn handle(
    caller: Caller,
    request: HttpRequest,
    form: Result<web::Form<TokenRequest>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let Ok(web::Form(form)) = form else {
        return Ok(refuse(StatusCode::BAD_REQUEST, "invalid_request", "Send grant_type=client_credentials as a form."));
    };
    if form.grant_type != "client_credentials" {
        return Ok(refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", "Only client_credentials is granted."));
    }
    let Some((id, secret)) = basic(&request).or_else(|| Some((form.client_id?, form.client_secret?))) else {
        return Ok(refuse(StatusCode::UNAUTHORIZED, "invalid_client", "Authenticate with HTTP Basic or in the form."));
    };
    caller.service().rate_limits.check_account(&id)?;
    let address = peer(caller.service(), &request);
    let known = caller.store().authenticate_client(&id, &secret).await?;
    let Some(client) = known.filter(|client| address.is_none_or(|address| client.may_come_from(address))) else {
        return Ok(refuse(StatusCode::UNAUTHORIZED, "invalid_client", "The client or its secret is wrong."));
    };
    let token = caller
        .service()
        .tokens
        .issue(client.id)
        .map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, &reasons::INTERNAL))?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(TokenOut {
        access_token: token,
        token_type: "Bearer",
        expires_in: tokens::LIFETIME.as_secs(),
    }))
}

fn refuse(status: StatusCode, error: &'static str, error_description: &'static str) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    if status == StatusCode::UNAUTHORIZED {
        answer.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"aumsos\""));
    }
    answer.json(OAuthError { error, error_description })
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

fn form_decoded(text: &str) -> Option<String> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(&format!("v={}", text.replace('&', "%26"))).ok()?;
    pairs.into_inner().pop().map(|(_, value)| value)
}

/// A token that cannot be read or is not good any more (RFC 6750 §3.1).
pub(crate) fn invalid_token() -> Problem {
    unauthorized(&reasons::TOKEN_INVALID, "Bearer realm=\"aumsos\", error=\"invalid_token\"")
}
