//! Showing one report.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use uuid::Uuid;

use super::model::{CensusReportOut, tag};
use crate::{
    access::Caller,
    operation::{Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/institutions/{institution_id}/census-reports/{report_id}", "get_census_report", handle)
        .tag(Tag::Census)
        .needs(Permission::CensusRead)
        .summary("Get a census report")
        .description("One report of an institution.")
        .query::<RecordQuery>()
        .answers_record::<CensusReportOut>(StatusCode::OK, "The report")
        .also(&[StatusCode::GONE])
        .may_follow()
}

async fn handle(caller: Caller, ids: web::Path<(Uuid, Uuid)>, show: Show) -> Result<HttpResponse, Problem> {
    let (institution, id) = *ids;
    caller.reach_institution(institution, Permission::CensusRead).await?;
    let found = caller.store().census_report(institution, id, &caller.institution_sight()).await?;
    let report = found.ok_or_else(Problem::not_found)?;
    show.answer(&tag(&report), &CensusReportOut::from(report))
}
