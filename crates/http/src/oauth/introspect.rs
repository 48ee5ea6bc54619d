//! `POST /oauth/introspect`: a client asks what a token of its own is good for (RFC 7662).

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use aumsos_domain::access::{ClientKind, PermissionSet};
use aumsos_persistence::access::ClientRecord;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answers::{OAuthError, Refused, answered, invalid_client},
    client_authentication::{OwnTokenRequest, with_own_token},
};
use crate::{
    access::{Caller, tokens::TokenError},
    operation::{Access, Operation, Tag},
    problem::Problem,
};

/// What a token is good for (RFC 7662 §2.2).
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(example = json!({"active": false}))]
pub struct Introspection {
    /// Whether it lets somebody in at this moment.
    pub active: bool,
    /// What it is narrowed to; none where it carries all that its holder may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// `Bearer` for an access token, `refresh_token` for the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// When it ends, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was made, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// Whom it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<Uuid>,
    /// Whom it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<Uuid>,
}

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/oauth/introspect", "introspect_token", handle)
        .tag(Tag::Access)
        .access(Access::Anyone)
        .reads()
        .summary("Ask what a token is good for")
        .description(
            "For a client that keeps a secret, about its own tokens; a token of another client is `active: false`, as one \
             that is wrong or over. The client authenticates as for `get_token`.",
        )
        .form::<OwnTokenRequest>()
        .answers::<Introspection>(StatusCode::OK, "What it is good for")
        .answers::<OAuthError>(StatusCode::BAD_REQUEST, "The request cannot be read")
        .answers::<OAuthError>(StatusCode::UNAUTHORIZED, "The client or what it shows is wrong")
}

async fn handle(
    caller: Caller,
    request: HttpRequest,
    form: Result<web::Form<OwnTokenRequest>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    answered(introspect(&caller, &request, form.ok().map(web::Form::into_inner)).await)
}

async fn introspect(
    caller: &Caller,
    request: &HttpRequest,
    form: Option<OwnTokenRequest>,
) -> Result<Introspection, Refused> {
    let (client, token) = with_own_token(caller, request, form).await?;
    // Whoever shows nothing but a name must not try tokens out here (RFC 7662 §4).
    if client.kind == ClientKind::Public {
        return Err(invalid_client());
    }
    if let Some(grant) = caller.store().grant_of_refresh_token(client.id, &token).await? {
        return Ok(Introspection {
            active: true,
            scope: written(grant.scope.and(client.scopes)),
            client_id: Some(client.client_id),
            token_type: Some("refresh_token"),
            exp: Some(grant.expires_at.timestamp()),
            ..Introspection::default()
        });
    }
    access_token(caller, &client, &token).await
}

async fn access_token(caller: &Caller, client: &ClientRecord, token: &str) -> Result<Introspection, Refused> {
    let (service, store) = (caller.service(), caller.store());
    // Who may not come in is found out as at any request.
    match service.tokens.identify(store, token).await {
        Ok(_) => {}
        Err(TokenError::Invalid) => return Ok(Introspection::default()),
        Err(TokenError::Store(error)) => return Err(error.into()),
    }
    match service.tokens.claims(store, token).await {
        Ok(claims) if claims.client_id == client.client_id => Ok(Introspection {
            active: true,
            scope: claims.scope.clone().or_else(|| written(client.scopes)),
            client_id: Some(claims.client_id.clone()),
            token_type: Some("Bearer"),
            exp: Some(claims.exp),
            iat: Some(claims.iat),
            sub: Some(claims.sub),
            aud: Some(claims.aud.clone()),
            iss: Some(claims.iss.clone()),
            jti: Some(claims.jti),
        }),
        Ok(_) | Err(TokenError::Invalid) => Ok(Introspection::default()),
        Err(TokenError::Store(error)) => Err(error.into()),
    }
}

fn written(scope: PermissionSet) -> Option<String> {
    (scope != PermissionSet::ALL).then(|| scope.to_scope())
}
