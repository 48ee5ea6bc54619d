//! `/v1/signing-keys`: changing the keys that access tokens are signed with, without anyone being signed out.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::access::SigningKey;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::Caller,
    command::{Command, Nothing, Reply},
    operation::{Operation, Tag},
    problem::Problem,
};

/// A key, without its private half.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "9f3c2a1b00d4e5f6", "algorithm": "EdDSA", "created_at": "2026-01-01T00:00:00Z",
    "signs_from": "2026-01-01T00:01:30Z"
}))]
pub struct SigningKeyOut {
    /// `kid` in the headers of tokens.
    pub id: String,
    /// `EdDSA` or `ES256`.
    pub algorithm: &'static str,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it signs.
    pub signs_from: DateTime<Utc>,
    /// When it verifies no more; none while it signs or waits to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verifies_until: Option<DateTime<Utc>>,
}

/// The keys in use.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "9f3c2a1b00d4e5f6", "algorithm": "EdDSA", "created_at": "2026-01-01T00:00:00Z",
    "signs_from": "2026-01-01T00:01:30Z"
}]}))]
pub struct SigningKeysOut {
    /// The one that signs first.
    pub items: Vec<SigningKeyOut>,
}

impl From<SigningKey> for SigningKeyOut {
    fn from(key: SigningKey) -> Self {
        Self {
            algorithm: key.algorithm.name(),
            created_at: key.created_at,
            signs_from: key.signs_from,
            verifies_until: key.verifies_until,
            id: key.id,
        }
    }
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/v1/signing-keys", "list_signing_keys", list)
            .tag(Tag::Access)
            .needs(Permission::SigningKeysRotate)
            .summary("List the keys that tokens are signed with")
            .description("Those in use, without their private halves; what clients need of them is at `/oauth/jwks`.")
            .answers::<SigningKeysOut>(StatusCode::OK, "The keys"),
        Operation::post("/v1/signing-keys/rotate", "rotate_signing_key", rotate)
            .tag(Tag::Access)
            .needs(Permission::SigningKeysRotate)
            .summary("Change the key that tokens are signed with")
            .description(
                "Makes a key that signs after 90 seconds, when every process knows it. Those before it verify until \
                 their tokens have ended: nobody is signed out.",
            )
            .optional_body::<Nothing>()
            .repeatable()
            .answers::<SigningKeysOut>(StatusCode::OK, "The keys"),
        Operation::post("/v1/signing-keys/{signing_key_id}/retire", "retire_signing_key", retire)
            .tag(Tag::Access)
            .needs(Permission::SigningKeysRotate)
            .summary("End a key at once")
            .description(
                "For a key that was stolen: tokens that it signed let nobody in any more, on this process at once and on \
                 others within 20 seconds. Where it was the one that signs, another is made.",
            )
            .path_parameter::<String>("signing_key_id", "`kid` of the key.")
            .optional_body::<Nothing>()
            .repeatable()
            .answers::<SigningKeysOut>(StatusCode::OK, "The keys that are left"),
    ]
}

async fn list(caller: Caller) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(all(&caller).await?))
}

async fn all(caller: &Caller) -> Result<SigningKeysOut, Problem> {
    let keys = caller.store().signing_keys(caller.service().settings.signing_algorithm).await?;
    Ok(SigningKeysOut { items: keys.into_iter().map(SigningKeyOut::from).collect() })
}

async fn rotate(caller: Caller, command: Command<Nothing>) -> Result<HttpResponse, Problem> {
    let algorithm = caller.service().settings.signing_algorithm;
    caller
        .run(command.repeat(), async |work| {
            work.announce_signing_key(algorithm).await?;
            Ok(Reply::nothing())
        })
        .await?;
    caller.service().tokens.reload_keys(caller.store()).await?;
    list(caller).await
}

async fn retire(caller: Caller, id: web::Path<String>, command: Command<Nothing>) -> Result<HttpResponse, Problem> {
    caller
        .run(command.repeat(), async |work| {
            if work.retire_signing_key(&id).await? { Ok(Reply::nothing()) } else { Err(Problem::not_found()) }
        })
        .await?;
    caller.service().tokens.reload_keys(caller.store()).await?;
    list(caller).await
}
