//! Deleting a draft.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{access::Permission, institutions::life::ONLY_DRAFTS_ARE_DELETED};
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
    Operation::delete("/v1/institutions/{institution_id}", "delete_institution", handle)
        .tag(Tag::Institutions)
        .needs(Permission::InstitutionsSubmit)
        .summary("Delete a draft")
        .description("Only a draft that was never verified. A tombstone stays, and the history.")
        .answers_nothing(StatusCode::NO_CONTENT, "It is deleted")
        .also(&[StatusCode::GONE])
        .refuses(&[&ONLY_DRAFTS_ARE_DELETED])
}

async fn handle(caller: Caller, id: web::Path<Uuid>, expected: IfMatch) -> Result<HttpResponse, Problem> {
    caller
        .run_once(async |work| {
            commands::delete(work, caller.actor(), *id, &expected).await?;
            Ok(Reply::nothing())
        })
        .await
}
