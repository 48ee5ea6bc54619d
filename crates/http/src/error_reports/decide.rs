//! Settling a report.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    Refusal,
    access::Permission,
    institutions::error_report::{ErrorReport, REPORT_IS_DECIDED},
    text_value::Prose,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::{ErrorReportOut, Resolution, tag};
use crate::{
    access::Caller,
    command::{Command, Reply},
    conditional::MaybeIfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

type Decision = fn(ErrorReport, Prose, DateTime<Utc>) -> Result<ErrorReport, Refusal>;

/// The row of the operation that accepts.
pub(super) fn accept() -> Operation {
    let handle = |caller: Caller, id: web::Path<Uuid>, expected: MaybeIfMatch, command: Command<Resolution>| {
        decide(caller, *id, expected, command, ErrorReport::accept)
    };
    described(Operation::post("/v1/error-reports/{error_report_id}/accept", "accept_error_report", handle))
        .summary("Accept an error report")
        .description("The report was right, and the entry was corrected.")
}

/// The row of the operation that rejects.
pub(super) fn reject() -> Operation {
    let handle = |caller: Caller, id: web::Path<Uuid>, expected: MaybeIfMatch, command: Command<Resolution>| {
        decide(caller, *id, expected, command, ErrorReport::reject)
    };
    described(Operation::post("/v1/error-reports/{error_report_id}/reject", "reject_error_report", handle))
        .summary("Reject an error report")
        .description("The entry is right as it stands.")
}

fn described(operation: Operation) -> Operation {
    operation
        .tag(Tag::ErrorReports)
        .needs(Permission::ErrorReportsHandle)
        .body::<Resolution>()
        .repeatable()
        .conditional()
        .answers_record::<ErrorReportOut>(StatusCode::OK, "The settled report")
        .refuses(&[&REPORT_IS_DECIDED])
}

async fn decide(
    caller: Caller,
    id: Uuid,
    expected: MaybeIfMatch,
    command: Command<Resolution>,
    decision: Decision,
) -> Result<HttpResponse, Problem> {
    let scope = caller.scope();
    caller
        .run(command.repeat(), async |work| {
            let (before, unit) = work.error_report_for_update(id, &scope).await?.ok_or_else(Problem::not_found)?;
            expected.check(before.version)?;
            let after = decision(before.clone(), command.body.resolution.clone(), work.at())?;
            work.save_error_report(unit, Some(&before), &after).await?;
            Reply::record(&tag(&after), &ErrorReportOut::from(after))
        })
        .await
}
