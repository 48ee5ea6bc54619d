//! Listing imports.

use actix_web::HttpResponse;
use aumsos_domain::access::Permission;
use aumsos_persistence::{imports::ImportSight, page::KeyValue};

use super::model::{ImportQuery, ListedImport};
use crate::{
    access::Caller,
    listing::ListQuery,
    operation::{Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/imports", "list_imports", handle)
        .tag(Tag::Imports)
        .needs(Permission::ImportsRun)
        .summary("List imports")
        .description("The caller's own; those of everyone for whoever imports for the whole of both trees.")
        .lists::<ImportQuery, ListedImport>()
}

async fn handle(caller: Caller, query: ListQuery<ImportQuery>) -> Result<HttpResponse, Problem> {
    let sight = ImportSight::of(caller.actor());
    let direction = query.direction();
    let imports = caller.store().imports(direction, &query.page_and_one(), &sight).await?;
    let count = if query.with_count { Some(caller.store().count_imports(&sight).await?) } else { None };
    let rows = imports.into_iter().map(|import| {
        let key = vec![KeyValue::Whole(import.created_at.timestamp_micros()), KeyValue::Id(import.id)];
        (ListedImport::from(import), key)
    });
    query.answer(&caller, rows.collect(), count)
}
