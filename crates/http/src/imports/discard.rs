//! Throwing a dry run away.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{access::Permission, imports::import::IMPORT_STATUS_DOES_NOT_ALLOW};
use aumsos_persistence::imports::ImportSight;
use uuid::Uuid;

use super::model::ImportOut;
use crate::{
    access::Caller,
    command::{Command, Nothing, Reply},
    conditional::MaybeIfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/imports/{import_id}/discard", "discard_import", handle)
        .tag(Tag::Imports)
        .needs(Permission::ImportsRun)
        .summary("Discard an import")
        .description(
            "A dry run that is not to be applied. What its rows said is forgotten; that there was an import stays.",
        )
        .optional_body::<Nothing>()
        .repeatable()
        .conditional()
        .answers_record::<ImportOut>(StatusCode::OK, "The discarded import")
        .refuses(&[&IMPORT_STATUS_DOES_NOT_ALLOW])
}

async fn handle(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    let sight = ImportSight::of(caller.actor());
    caller
        .run(command.repeat(), async |work| {
            let before = work.import_for_update(*id, &sight).await?.ok_or_else(Problem::not_found)?;
            expected.check(before.version)?;
            let after = work.discard_import(before).await?;
            let shown = ImportOut::of(&after, (0, 0));
            Reply::record(&shown.tag(), &shown)
        })
        .await
}
