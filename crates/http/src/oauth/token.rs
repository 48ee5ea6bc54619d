//! `POST /oauth/token`: client credentials (RFC 6749 §4.4), authorization codes with PKCE (RFC 7636) and refresh tokens
//! that are good once (RFC 9700 §4.14).

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use aumsos_domain::access::{ClientKind, PermissionSet};
use aumsos_persistence::{
    StoreError, Work,
    access::{ClientRecord, Granted, ShownCode},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answers::{OAuthError, Refused, answered, refused},
    client_authentication::{Shown, authenticate},
};
use crate::{
    access::{
        Caller,
        caller::unauthorized,
        tokens::{self, Subject},
    },
    operation::{Access, Operation, Tag},
    problem::{Problem, reasons},
};

/// A request for a token, as a form.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"grant_type": "client_credentials", "client_id": "demo-council-officer", "client_secret": "demo-secret"}))]
pub struct TokenRequest {
    /// `client_credentials`, `authorization_code` or `refresh_token`.
    #[schema(pattern = "^(client_credentials|authorization_code|refresh_token)$")]
    pub grant_type: String,
    /// The client, where it does not authenticate by HTTP Basic.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, for a client that signs (RFC 7523).
    pub client_assertion_type: Option<String>,
    /// The signed assertion: `iss` and `sub` the client's id, `aud` this service, `exp` within an hour, `jti` new.
    pub client_assertion: Option<String>,
    /// Codes of permissions with spaces between them: the token is narrowed to these.
    pub scope: Option<String>,
    /// The authorization code.
    pub code: Option<String>,
    /// Where the code was sent.
    pub redirect_uri: Option<String>,
    /// What the `code_challenge` was made from.
    pub code_verifier: Option<String>,
    /// The refresh token, which is good once.
    pub refresh_token: Option<String>,
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
    /// For the next access token; good once. Only where a person allowed the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// What the token is narrowed to; none where it carries all that its holder may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// The row of this operation.
pub fn operation() -> Operation {
    Operation::post("/oauth/token", "get_token", handle)
        .tag(Tag::Access)
        .access(Access::Anyone)
        .summary("Get an access token")
        .description(
            "`client_credentials` for a system that acts for itself; `authorization_code` and `refresh_token` for an app \
             that a person allowed at `/oauth/authorize` (PKCE with S256 is compulsory). Authenticate the client with \
             HTTP Basic, with `client_id` and `client_secret` in the form, or with a signed assertion (RFC 7523); an app \
             that can keep no secret names its `client_id`. The token is good for ten minutes. A refresh token is good \
             once: one that comes a second time ends all that came from it.",
        )
        .reads()
        .form::<TokenRequest>()
        .answers::<TokenOut>(StatusCode::OK, "A token")
        .answers::<OAuthError>(StatusCode::BAD_REQUEST, "The request is not one for a token, or what it shows is not good")
        .answers::<OAuthError>(StatusCode::UNAUTHORIZED, "The client or what it shows is wrong")
}

async fn handle(
    caller: Caller,
    request: HttpRequest,
    form: Result<web::Form<TokenRequest>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    answered(grant(&caller, &request, form.ok().map(web::Form::into_inner)).await)
}

async fn grant(caller: &Caller, request: &HttpRequest, form: Option<TokenRequest>) -> Result<TokenOut, Refused> {
    let mut form = form.ok_or(refused("invalid_request", "Send grant_type and the rest as a form, each name once."))?;
    let shown = Shown {
        client_id: form.client_id.take(),
        client_secret: form.client_secret.take(),
        client_assertion_type: form.client_assertion_type.take(),
        client_assertion: form.client_assertion.take(),
    };
    match form.grant_type.as_str() {
        "client_credentials" => {
            let client = authenticate(caller, request, shown).await?;
            for_itself(caller, client, form.scope.as_deref()).await
        }
        "authorization_code" => {
            let client = authenticate(caller, request, shown).await?;
            by_code(caller, &client, &form, &device(request)).await
        }
        "refresh_token" => {
            let client = authenticate(caller, request, shown).await?;
            by_refresh_token(caller, &client, &form).await
        }
        _ => {
            Err(refused("unsupported_grant_type", "Ask with client_credentials, authorization_code or refresh_token."))
        }
    }
}

async fn for_itself(caller: &Caller, client: ClientRecord, scope: Option<&str>) -> Result<TokenOut, Refused> {
    if client.kind != ClientKind::Service {
        return Err(refused("unauthorized_client", "This client acts for people: send them to /oauth/authorize."));
    }
    let scope = narrowed(scope, client.scopes)?;
    let subject = Subject { id: client.id, client_id: client.client_id, grant: None, scope };
    token(caller, subject, None).await
}

async fn by_code(
    caller: &Caller,
    client: &ClientRecord,
    form: &TokenRequest,
    device: &str,
) -> Result<TokenOut, Refused> {
    let (Some(code), Some(redirect_uri), Some(code_verifier)) = (&form.code, &form.redirect_uri, &form.code_verifier)
    else {
        return Err(refused("invalid_request", "Send code, redirect_uri and code_verifier."));
    };
    let shown = ShownCode { client: client.id, code, redirect_uri, code_verifier };
    let author = caller.author();
    let granted =
        caller.store().write::<_, StoreError>(&author, async |work: &mut Work| work.redeem_code(shown, device).await);
    let granted = granted.await?.ok_or(refused("invalid_grant", "The code is wrong, was used or is over."))?;
    let scope = granted.scope.and(client.scopes);
    by_grant(caller, client, granted, scope).await
}

async fn by_refresh_token(caller: &Caller, client: &ClientRecord, form: &TokenRequest) -> Result<TokenOut, Refused> {
    let Some(shown) = &form.refresh_token else {
        return Err(refused("invalid_request", "Send refresh_token."));
    };
    let author = caller.author();
    let granted = caller.store().write::<_, Refused>(&author, async |work: &mut Work| {
        let Some(granted) = work.refresh(client.id, shown).await? else { return Ok(None) };
        // A scope that is refused leaves all of it undone: what gives nothing must not use the token up.
        let scope = narrowed(form.scope.as_deref(), granted.scope.and(client.scopes))?;
        Ok(Some((granted, scope)))
    });
    let wrong = refused("invalid_grant", "The refresh token is wrong, was used or is over.");
    let (granted, scope) = granted.await?.ok_or(wrong)?;
    by_grant(caller, client, granted, scope).await
}

async fn by_grant(
    caller: &Caller,
    client: &ClientRecord,
    granted: Granted,
    scope: PermissionSet,
) -> Result<TokenOut, Refused> {
    if !caller.store().is_person_active(granted.person).await? {
        return Err(refused("invalid_grant", "The person may not come in any more."));
    }
    let client_id = client.client_id.clone();
    let subject = Subject { id: granted.person, client_id, grant: Some(granted.id), scope };
    token(caller, subject, Some(granted.refresh_token)).await
}

/// What is asked for, when it lies within what can be had.
pub(crate) fn scope_within(asked: Option<&str>, most: PermissionSet) -> Option<PermissionSet> {
    match asked {
        None => Some(most),
        Some(asked) => PermissionSet::from_scope(asked).filter(|asked| asked.is_within(most)),
    }
}

fn narrowed(asked: Option<&str>, most: PermissionSet) -> Result<PermissionSet, Refused> {
    scope_within(asked, most).ok_or(refused("invalid_scope", "The scope is unknown, or wider than the client has."))
}

async fn token(caller: &Caller, subject: Subject, refresh_token: Option<String>) -> Result<TokenOut, Refused> {
    let scope = (subject.scope != PermissionSet::ALL).then(|| subject.scope.to_scope());
    Ok(TokenOut {
        access_token: caller.service().tokens.issue(caller.store(), subject).await?,
        token_type: "Bearer",
        expires_in: tokens::LIFETIME.as_secs(),
        refresh_token,
        scope,
    })
}

/// What the caller calls itself; shown to people among what they let in.
pub(crate) fn device(request: &HttpRequest) -> String {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    agent.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// A token that cannot be read or is not good any more (RFC 6750 §3.1).
pub(crate) fn invalid_token() -> Problem {
    unauthorized(&reasons::TOKEN_INVALID, "Bearer realm=\"aumsos\", error=\"invalid_token\"")
}
