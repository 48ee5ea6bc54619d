//! Another secret for a client, and its end.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::{
        ActorId, Permission,
        granting::{GRANT_BEYOND_ONES_OWN, GRANT_TO_ONESELF},
    },
    clients::{CLIENT_IS_REVOKED, CLIENT_KEEPS_NO_SECRET, CREDENTIAL_WIDER_THAN_OWN, Client},
};
use aumsos_persistence::{Vault, Work, clients::Secret};
use uuid::Uuid;

use super::{
    model::{ClientOut, ClientWithSecret, tag},
    register::check_within_own,
};
use crate::{
    access::{Caller, appointing::check_power_over},
    command::{Command, Nothing, Reply},
    conditional::MaybeIfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

fn described(operation: Operation) -> Operation {
    operation
        .tag(Tag::Clients)
        .needs(Permission::ClientsManage)
        .optional_body::<Nothing>()
        .repeatable()
        .conditional()
        .refuses(&[&CLIENT_IS_REVOKED, &GRANT_BEYOND_ONES_OWN, &GRANT_TO_ONESELF])
}

/// The row of the operation that gives another secret.
pub(super) fn rotate_secret() -> Operation {
    described(Operation::post("/v1/clients/{client_id}/rotate-secret", "rotate_client_secret", handle_rotate))
        .summary("Give a client another secret")
        .description(
            "The one before opens nothing any more. The new one is in this answer, and shown nowhere again. The caller could \
             give every role that the client holds.",
        )
        .answers_record::<ClientWithSecret>(StatusCode::OK, "The client, with its secret")
        .refuses(&[&CLIENT_KEEPS_NO_SECRET, &CREDENTIAL_WIDER_THAN_OWN])
}

async fn handle_rotate(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    caller
        .run(command.repeat(), async |work| {
            let before = load(work, &caller, *id, &expected).await?;
            // Whoever knows the secret has the credential.
            check_within_own(work, caller.actor(), &before.profile).await?;
            let after = before.clone().rotate_secret(work.at())?;
            let secret = Vault::fresh_secret()?;
            work.save_client("secret_rotated", Some(&before), &after, Secret::Fresh(&secret)).await?;
            let tag = tag(&after, work.at());
            let client = ClientOut::of(after, work.at());
            Reply::record(&tag, &ClientWithSecret { client, client_secret: Some(secret) })
        })
        .await
}

/// The row of the operation that ends a client.
pub(super) fn revoke() -> Operation {
    described(Operation::post("/v1/clients/{client_id}/revoke", "revoke_client", handle_revoke))
        .summary("Revoke a client")
        .description(
            "For good: neither its secret, its keys nor any token of it lets anybody in from the next second on.",
        )
        .answers_record::<ClientOut>(StatusCode::OK, "The client")
}

async fn handle_revoke(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    caller
        .run(command.repeat(), async |work| {
            let before = load(work, &caller, *id, &expected).await?;
            let after = before.clone().revoke(work.at())?;
            work.save_revoked_client(&before, &after).await?;
            Reply::record(&tag(&after, work.at()), &ClientOut::of(after, work.at()))
        })
        .await
}

/// The client of an id within the caller's scope, at the version that was named, and nobody greater's.
async fn load(work: &mut Work, caller: &Caller, id: Uuid, expected: &MaybeIfMatch) -> Result<Client, Problem> {
    let client = work.client_for_update(id, &caller.scope()).await?.ok_or_else(Problem::not_found)?;
    expected.check(client.version)?;
    check_power_over(work, caller.actor(), ActorId::Client(id)).await?;
    Ok(client)
}
