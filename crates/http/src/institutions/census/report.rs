//! Reporting the census of an institution.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    census::{CENSUS_DAY_TAKEN, Census, CensusReport},
    institutions::life::STATUS_DOES_NOT_ALLOW,
};
use aumsos_persistence::clock;
use uuid::Uuid;

use super::{
    super::commands,
    model::{CensusReportOut, tag},
};
use crate::{
    access::Caller,
    command::{Command, Reply},
    creation::New,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/institutions/{institution_id}/census-reports", "create_census_report", handle)
        .tag(Tag::Census)
        .needs(Permission::CensusSubmit)
        .summary("Report a census")
        .description("One report a day of counting; it stands beside the earlier ones.")
        .body::<New<Census>>()
        .repeatable()
        .answers_record::<CensusReportOut>(StatusCode::CREATED, "The report")
        .also(&[StatusCode::GONE])
        .refuses(&[&CENSUS_DAY_TAKEN, &STATUS_DOES_NOT_ALLOW, &reasons::ID_TAKEN])
}

async fn handle(
    caller: Caller,
    institution: web::Path<Uuid>,
    command: Command<New<Census>>,
) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    caller
        .run(command.repeat(), async |work| {
            let record = commands::load(work, caller.actor(), *institution, Permission::CensusSubmit).await?;
            record.check_reports()?;
            let census = command.body.record.clone();
            Problem::unless_sound(census.broken_rules(clock::today()))?;
            let report = CensusReport::new(id, *institution, census, work.at());
            if work.has_census_of(&report).await? {
                return Err(Problem::refused(&CENSUS_DAY_TAKEN));
            }
            work.save_census_report(&record, None, &report).await?;
            let location = format!("/v1/institutions/{institution}/census-reports/{id}");
            Reply::created(location, &tag(&report), &CensusReportOut::from(report))
        })
        .await
}
