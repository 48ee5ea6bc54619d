//! Showing one import.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::imports::ImportSight;
use uuid::Uuid;

use super::model::ImportOut;
use crate::{
    access::Caller,
    operation::{Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/imports/{import_id}", "get_import", handle)
        .tag(Tag::Imports)
        .needs(Permission::ImportsRun)
        .summary("Get an import")
        .description("What becomes of its rows, and how far applying it has come.")
        .query::<RecordQuery>()
        .answers_record::<ImportOut>(StatusCode::OK, "The import")
}

async fn handle(caller: Caller, id: web::Path<Uuid>, show: Show) -> Result<HttpResponse, Problem> {
    let store = caller.store();
    let import = store.import(*id, &ImportSight::of(caller.actor())).await?.ok_or_else(Problem::not_found)?;
    let shown = ImportOut::of(&import, store.import_progress(*id).await?);
    show.answer(&shown.tag(), &shown)
}
