//! Listing the rows of an import, a page of them or all as CSV.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use aumsos_domain::{Language, access::Permission, imports::RowOutcome};
use aumsos_persistence::{
    exports::{ExportFormat, encode},
    imports::{ImportSight, import_row_table},
    page::Direction,
};
use uuid::Uuid;

use super::model::{ImportRow, ImportRowQuery};
use crate::{
    access::Caller,
    listing::{Form, ListQuery},
    operation::{Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/imports/{import_id}/rows", "list_import_rows", handle)
        .tag(Tag::Imports)
        .needs(Permission::ImportsRun)
        .summary("List the rows of an import")
        .description(
            "What becomes of each row, in the order of the sheet: which institution it is, what it may be the same as, \
             which of its cells are wrong and why, in the caller's language. The CSV has both languages.",
        )
        .with_schema::<RowOutcome>()
        .lists::<ImportRowQuery, ImportRow>()
}

async fn handle(
    caller: Caller,
    id: web::Path<Uuid>,
    query: ListQuery<ImportRowQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let store = caller.store();
    store.import(*id, &ImportSight::of(caller.actor())).await?.ok_or_else(Problem::not_found)?;
    let outcomes = &query.filters.outcome;
    if query.form == Form::Csv {
        let rows = store.stream_import_rows(*id, outcomes.clone());
        let name = format!("attachment; filename=\"import-{id}.csv\"");
        return Ok(HttpResponse::Ok()
            .content_type(ExportFormat::Csv.content_type())
            .insert_header((header::CONTENT_DISPOSITION, name))
            .streaming(encode(ExportFormat::Csv, import_row_table(), rows)));
    }
    let direction = query.sort.first().map_or(Direction::Ascending, |(_, direction)| *direction);
    let rows = store.import_rows(*id, outcomes, direction, &query.page_and_one()).await?;
    let count = if query.with_count { Some(store.count_import_rows(*id, outcomes).await?) } else { None };
    let given = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = given.map_or_else(Language::default, Language::negotiate);
    let shown = rows.iter().map(|row| (ImportRow::of(row, language), vec![row.key()]));
    query.answer(&caller, shown.collect(), count)
}
