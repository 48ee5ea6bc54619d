//! Erasing a contact person.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use uuid::Uuid;

use super::commands;
use crate::{
    access::Caller,
    command::Reply,
    conditional::IfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::delete(
        "/v1/institutions/{institution_id}/contacts/{contact_id}",
        "erase_institution_contact",
        handle,
    )
    .tag(Tag::Institutions)
    .needs(Permission::InstitutionsVerify)
    .summary("Erase a contact person")
    .description(
        "For real: the key under which everything about the person was sealed is destroyed, and with it every copy in the \
         record, its proposals and its history. The chain of the ledger stays whole. `If-Match` names the version of \
         the institution.",
    )
    .answers_nothing(StatusCode::NO_CONTENT, "The person is erased")
    .also(&[StatusCode::GONE])
}

async fn handle(caller: Caller, ids: web::Path<(Uuid, Uuid)>, expected: IfMatch) -> Result<HttpResponse, Problem> {
    let (id, contact) = *ids;
    caller
        .run_once(async |work| {
            commands::erase_contact(work, caller.actor(), id, contact, &expected).await?;
            Ok(Reply::nothing())
        })
        .await
}
