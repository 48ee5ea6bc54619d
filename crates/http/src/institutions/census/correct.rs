//! Correcting a report.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    census::{CENSUS_DAY_TAKEN, Census},
};
use aumsos_persistence::clock;
use uuid::Uuid;

use super::{
    super::commands,
    model::{CensusReportOut, tag},
};
use crate::{
    access::Caller,
    body::Body,
    command::Reply,
    conditional::IfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::put("/v1/institutions/{institution_id}/census-reports/{report_id}", "replace_census_report", handle)
        .tag(Tag::Census)
        .needs(Permission::CensusSubmit)
        .summary("Correct a census report")
        .description("What it said before stays in its history.")
        .body::<Census>()
        .answers_record::<CensusReportOut>(StatusCode::OK, "The report")
        .also(&[StatusCode::GONE])
        .refuses(&[&CENSUS_DAY_TAKEN])
}

async fn handle(
    caller: Caller,
    ids: web::Path<(Uuid, Uuid)>,
    expected: IfMatch,
    body: Body<Census>,
) -> Result<HttpResponse, Problem> {
    let (institution, id) = *ids;
    caller
        .run_once(async |work| {
            let record = commands::load(work, caller.actor(), institution, Permission::CensusSubmit).await?;
            let before = work.census_report_for_update(institution, id).await?.ok_or_else(Problem::not_found)?;
            expected.check(before.version)?;
            Problem::unless_sound(body.0.broken_rules(clock::today()))?;
            let after = before.clone().corrected(body.0.clone(), work.at());
            if work.has_census_of(&after).await? {
                return Err(Problem::refused(&CENSUS_DAY_TAKEN));
            }
            work.save_census_report(&record, Some(&before), &after).await?;
            Reply::record(&tag(&after), &CensusReportOut::from(after))
        })
        .await
}
