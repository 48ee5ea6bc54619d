//! The steps in the life of a record, one operation each.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    Reason, Refusal,
    access::Permission,
    beneficiaries::{
        Beneficiary, Departure,
        life::{BENEFICIARY_CLOSED, BENEFICIARY_HAS_NOT_LEFT, BENEFICIARY_LEFT, BENEFICIARY_NOT_CLOSED},
    },
};
use aumsos_persistence::clock;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{commands, model::BeneficiaryOut};
use crate::{
    command::{Command, Nothing, Repeat},
    conditional::MaybeIfMatch,
    operation::{Operation, Tag},
    problem::Problem,
    safeguarding_codes::Pledged,
};

/// The rows of these operations.
pub(super) fn operations() -> Vec<Operation> {
    let leave = Operation::post("/v1/beneficiaries/{beneficiary_id}/leave", "record_departure", leave)
        .summary("Record that a person left")
        .description("When and why, with a code. The record stays, for after-care and for its time of keeping.")
        .body::<Departure>();
    let readmit = Operation::post("/v1/beneficiaries/{beneficiary_id}/readmit", "readmit_beneficiary", readmit)
        .summary("Record that a person came back")
        .description("The person is in care again, where the record says.")
        .optional_body::<Nothing>();
    let close = Operation::post("/v1/beneficiaries/{beneficiary_id}/close", "close_beneficiary", close)
        .summary("Close the record of a person")
        .description(
            "Nothing of it is changed until it is reopened, nobody finds it by look-up, and no emergency opens it: for whom \
             being found is a danger.",
        )
        .optional_body::<Nothing>();
    let reopen = Operation::post("/v1/beneficiaries/{beneficiary_id}/reopen", "reopen_beneficiary", reopen)
        .summary("Reopen the record of a person")
        .description("The person stands where they stood before it was closed.")
        .optional_body::<Nothing>();
    vec![
        described(leave, &[&BENEFICIARY_CLOSED, &BENEFICIARY_LEFT]),
        described(readmit, &[&BENEFICIARY_CLOSED, &BENEFICIARY_HAS_NOT_LEFT]),
        described(close, &[&BENEFICIARY_CLOSED]),
        described(reopen, &[&BENEFICIARY_NOT_CLOSED]),
    ]
}

fn described(operation: Operation, refusals: &[&'static Reason]) -> Operation {
    operation
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesWrite)
        .repeatable()
        .conditional()
        .answers_record::<BeneficiaryOut>(StatusCode::OK, "The record")
        .also(&[StatusCode::GONE])
        .refuses(refusals)
        .sensitive()
}

async fn leave(
    caller: Pledged,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Departure>,
) -> Result<HttpResponse, Problem> {
    Problem::unless_sound(command.body.broken_rules(clock::today()))?;
    let step = |record: Beneficiary, at| record.leave(command.body.clone(), at);
    take(&caller, *id, &expected, command.repeat(), "left", step).await
}

async fn readmit(
    caller: Pledged,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    take(&caller, *id, &expected, command.repeat(), "readmitted", Beneficiary::readmit).await
}

async fn close(
    caller: Pledged,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    take(&caller, *id, &expected, command.repeat(), "closed", Beneficiary::close).await
}

async fn reopen(
    caller: Pledged,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    take(&caller, *id, &expected, command.repeat(), "reopened", Beneficiary::reopen).await
}

async fn take(
    caller: &Pledged,
    id: Uuid,
    expected: &MaybeIfMatch,
    repeat: &Repeat,
    action: &'static str,
    step: impl Fn(Beneficiary, DateTime<Utc>) -> Result<Beneficiary, Refusal>,
) -> Result<HttpResponse, Problem> {
    caller
        .run(repeat, async |work| {
            let record = commands::step(work, caller.actor(), id, expected, action, &step).await?;
            caller.reply_record(work, record).await
        })
        .await
}
