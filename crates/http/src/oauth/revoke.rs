//! `POST /oauth/revoke`: a client gives a token back (RFC 7009).

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use aumsos_persistence::{
    StoreError, Work,
    access::{ClientRecord, EndReason},
};
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answers::{OAuthError, Refused, answered, refused},
    client_authentication::{Shown, authenticate},
};
use crate::{
    access::{Caller, tokens::TokenError},
    operation::{Access, Operation, Tag},
    problem::Problem,
};

/// A token to be given back, as a form.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"token": "Xm2Wv1Q0c3Z3c0pWb1d4b0tQd1lGdEh0V2JQdnhYbGQ", "client_id": "aplikasi-panti"}))]
pub struct RevocationRequest {
    /// An access token or a refresh token of the client.
    pub token: String,
    /// `access_token` or `refresh_token`; either is found without it.
    #[serde(rename = "token_type_hint")]
    #[allow(dead_code, reason = "a hint that is not needed is accepted (RFC 7009 §2.1)")]
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

/// It is done, or there was nothing to do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({}))]
pub struct Revoked {}

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/oauth/revoke", "revoke_token", handle)
        .tag(Tag::Access)
        .access(Access::Anyone)
        .summary("Give a token back")
        .description(
            "A refresh token takes all with it that came from the same grant; an access token that a person allowed does so too. The client \
             authenticates as for `get_token`. A token that is not good any more, or not the client's, is no error \
             (RFC 7009 §2.2).",
        )
        .form::<RevocationRequest>()
        .answers::<Revoked>(StatusCode::OK, "The token lets nobody in any more")
        .answers::<OAuthError>(StatusCode::BAD_REQUEST, "The request cannot be read")
        .answers::<OAuthError>(StatusCode::UNAUTHORIZED, "The client or what it shows is wrong")
}

async fn handle(
    caller: Caller,
    request: HttpRequest,
    form: Result<web::Form<RevocationRequest>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    answered(revoke(&caller, &request, form.ok().map(web::Form::into_inner)).await)
}

async fn revoke(caller: &Caller, request: &HttpRequest, form: Option<RevocationRequest>) -> Result<Revoked, Refused> {
    let form = form.ok_or(refused("invalid_request", "Send token as a form, each name once."))?;
    let shown = Shown {
        client_id: form.client_id,
        client_secret: form.client_secret,
        client_assertion_type: form.client_assertion_type,
        client_assertion: form.client_assertion,
    };
    let client = authenticate(caller, request, shown).await?;
    let author = caller.author();
    let given_back = caller.store().write::<_, StoreError>(&author, async |work: &mut Work| {
        work.give_refresh_token_back(client.id, &form.token).await
    });
    if !given_back.await? {
        end_access_token(caller, &client, &form.token).await?;
    }
    caller.service().tokens.forget_roles();
    Ok(Revoked {})
}

async fn end_access_token(caller: &Caller, client: &ClientRecord, token: &str) -> Result<(), Refused> {
    let claims = match caller.service().tokens.claims(caller.store(), token).await {
        Ok(claims) if claims.client_id == client.client_id => claims,
        Ok(_) | Err(TokenError::Invalid) => return Ok(()),
        Err(TokenError::Store(error)) => return Err(error.into()),
    };
    let Some(expires_at) = DateTime::from_timestamp(claims.exp, 0) else { return Ok(()) };
    let author = caller.author();
    caller
        .store()
        .write::<_, StoreError>(&author, async |work: &mut Work| {
            if let Some(grant) = claims.sid {
                work.end_grant(claims.sub, grant, EndReason::Revoked).await?;
            }
            work.end_token(claims.jti, expires_at).await
        })
        .await?;
    Ok(())
}
