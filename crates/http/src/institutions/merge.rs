//! Merging duplicates.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    institutions::life::{MERGE_TARGET_NOT_LIVE, STATUS_DOES_NOT_ALLOW},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{commands, model::InstitutionOut, reading};
use crate::{
    access::Caller,
    command::Command,
    conditional::MaybeIfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

/// Which record stays.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"into": "0190a0a0-0000-7000-8000-000000000042"}))]
pub struct MergeIn {
    /// The record that stays.
    pub into: Uuid,
}

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/institutions/{institution_id}/merge", "merge_institution", handle)
        .tag(Tag::Institutions)
        .needs(Permission::InstitutionsMerge)
        .summary("Merge a duplicate into another institution")
        .description(
            "Both keep their history; the id of the duplicate leads on to the record that stays, whose fields are not \
             touched. `If-Match` names the version of the duplicate.",
        )
        .body::<MergeIn>()
        .repeatable()
        .conditional()
        .answers_record::<InstitutionOut>(StatusCode::OK, "The record that stays")
        .also(&[StatusCode::GONE])
        .refuses(&[&STATUS_DOES_NOT_ALLOW, &MERGE_TARGET_NOT_LIVE])
        .sensitive()
}

async fn handle(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<MergeIn>,
) -> Result<HttpResponse, Problem> {
    let into = command.body.into;
    caller
        .run(command.repeat(), async |work| {
            commands::merge(work, caller.actor(), *id, into, &expected).await?;
            reading::reply(work, &caller, into).await
        })
        .await
}
