//! Reporting an error in an entry.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::institutions::error_report::{ErrorReport, ErrorReportProfile};
use aumsos_persistence::institutions::InstitutionSight;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::Caller,
    command::{Command, Reply},
    creation::New,
    operation::{Access, Operation, Tag},
    problem::{Problem, reasons},
};

/// That a report came in. Nothing more is told: who reports need not be somebody who may see reports.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(example = json!({"id": "0190a0a0-0000-7000-8000-000000000077"}))]
pub struct Received {
    /// Its id.
    pub id: Uuid,
}

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/institutions/{institution_id}/error-reports", "report_error", handle)
        .tag(Tag::ErrorReports)
        .access(Access::Anyone)
        .summary("Report an error in an entry")
        .description(
            "Anyone may, within the rate limit. Nothing is asked or kept of who reports: leave personal data out of the \
             message. The responsible unit sees it as a task.",
        )
        .body::<New<ErrorReportProfile>>()
        .repeatable()
        .answers::<Received>(StatusCode::CREATED, "It came in")
        .refuses(&[&reasons::ID_TAKEN])
}

async fn handle(
    caller: Caller,
    institution: web::Path<Uuid>,
    command: Command<New<ErrorReportProfile>>,
) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    let sight = InstitutionSight::of(caller.actor());
    caller
        .run(command.repeat(), async |work| {
            let profile = command.body.record.clone();
            Problem::unless_sound(profile.broken_rules())?;
            let unit = work.unit_responsible_for_visible(*institution, &sight).await?;
            let unit = unit.ok_or_else(Problem::not_found)?;
            let report = ErrorReport::new(id, *institution, profile, work.at());
            work.save_error_report(unit, None, &report).await?;
            Reply::json(StatusCode::CREATED, &Received { id })
        })
        .await
}
