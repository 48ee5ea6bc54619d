//! Listing the reports of an institution.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::institutions::CensusSpan;
use uuid::Uuid;

use super::model::{CensusQuery, CensusReportOut, key};
use crate::{
    access::Caller,
    listing::ListQuery,
    operation::{Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/institutions/{institution_id}/census-reports", "list_census_reports", handle)
        .tag(Tag::Census)
        .needs(Permission::CensusRead)
        .summary("List the census reports of an institution")
        .description("A time series, the latest day of counting first.")
        .lists::<CensusQuery, CensusReportOut>()
        .also(&[StatusCode::GONE])
        .may_follow()
}

async fn handle(caller: Caller, id: web::Path<Uuid>, query: ListQuery<CensusQuery>) -> Result<HttpResponse, Problem> {
    caller.reach_institution(*id, Permission::CensusRead).await?;
    let sight = caller.institution_sight();
    let span = CensusSpan { from: query.filters.from, until: query.filters.until };
    let found = caller.store().census_reports(*id, span, query.direction(), &query.page_and_one(), &sight).await?;
    let count =
        if query.with_count { Some(caller.store().count_census_reports(*id, span, &sight).await?) } else { None };
    let rows = found.into_iter().map(|report| {
        let key = key(&report);
        (CensusReportOut::from(report), key)
    });
    query.answer(&caller, rows.collect(), count)
}
