//! Listing reports, and showing one, to those who settle them.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::{institutions::ErrorReportFilters, page::KeyValue};
use uuid::Uuid;

use super::model::{ErrorReportOut, ErrorReportQuery, tag};
use crate::{
    access::Caller,
    listing::ListQuery,
    operation::{Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of the operation that lists.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/error-reports", "list_error_reports", handle)
        .tag(Tag::ErrorReports)
        .needs(Permission::ErrorReportsHandle)
        .summary("List error reports")
        .description("On institutions that the caller is responsible for, the latest first.")
        .lists::<ErrorReportQuery, ErrorReportOut>()
}

async fn handle(caller: Caller, query: ListQuery<ErrorReportQuery>) -> Result<HttpResponse, Problem> {
    let filters =
        ErrorReportFilters { status: query.filters.status.clone(), institution: query.filters.institution_id.clone() };
    let direction = query.direction();
    let scope = caller.scope();
    let reports = caller.store().error_reports(&filters, direction, &query.page_and_one(), &scope).await?;
    let count = if query.with_count { Some(caller.store().count_error_reports(&filters, &scope).await?) } else { None };
    let rows = reports.into_iter().map(|report| {
        let key = vec![KeyValue::Whole(report.created_at.timestamp_micros()), KeyValue::Id(report.id)];
        (ErrorReportOut::from(report), key)
    });
    query.answer(&caller, rows.collect(), count)
}

/// The row of the operation that shows one.
pub(super) fn one() -> Operation {
    Operation::get("/v1/error-reports/{error_report_id}", "get_error_report", show_one)
        .tag(Tag::ErrorReports)
        .needs(Permission::ErrorReportsHandle)
        .summary("Get an error report")
        .description("One report on an institution that the caller is responsible for.")
        .query::<RecordQuery>()
        .answers_record::<ErrorReportOut>(StatusCode::OK, "The report")
}

async fn show_one(caller: Caller, id: web::Path<Uuid>, show: Show) -> Result<HttpResponse, Problem> {
    let report = caller.store().error_report(*id, &caller.scope()).await?.ok_or_else(Problem::not_found)?;
    show.answer(&tag(&report), &ErrorReportOut::from(report))
}
