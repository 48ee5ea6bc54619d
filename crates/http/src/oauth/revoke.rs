//! `POST /oauth/revoke`: a client gives a token back (RFC 7009).

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use aumsos_persistence::{
    StoreError, Work,
    access::{ClientRecord, EndReason},
};
use chrono::DateTime;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answers::{OAuthError, Refused, answered},
    client_authentication::{OwnTokenRequest, with_own_token},
};
use crate::{
    access::{Caller, tokens::TokenError},
    operation::{Access, Operation, Tag},
    problem::Problem,
};

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
        .form::<OwnTokenRequest>()
        .answers::<Revoked>(StatusCode::OK, "The token lets nobody in any more")
        .answers::<OAuthError>(StatusCode::BAD_REQUEST, "The request cannot be read")
        .answers::<OAuthError>(StatusCode::UNAUTHORIZED, "The client or what it shows is wrong")
}

async fn handle(
    caller: Caller,
    request: HttpRequest,
    form: Result<web::Form<OwnTokenRequest>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    answered(revoke(&caller, &request, form.ok().map(web::Form::into_inner)).await)
}

async fn revoke(caller: &Caller, request: &HttpRequest, form: Option<OwnTokenRequest>) -> Result<Revoked, Refused> {
    let (client, token) = with_own_token(caller, request, form).await?;
    let author = caller.author();
    let given_back = caller
        .store()
        .write::<_, StoreError>(&author, async |work: &mut Work| work.give_refresh_token_back(client.id, &token).await);
    if !given_back.await? {
        end_access_token(caller, &client, &token).await?;
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
