//! Recording a person.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{
    access::Permission,
    beneficiaries::{
        Profile,
        life::{INSTITUTION_TAKES_NOBODY, POSSIBLE_DUPLICATE},
    },
};

use super::{commands, model::BeneficiaryOut};
use crate::{
    command::Command,
    creation::New,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
    safeguarding_codes::Pledged,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/beneficiaries", "create_beneficiary", handle)
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesWrite)
        .summary("Record a person in care")
        .description(
            "In an institution where the caller records people. A NIK is held against its build, and against sex and birth \
             date; a NIK that is known already is refused with `possible_duplicate`, which names the record only to those \
             who may read it, and counts as a look-up for everyone else.",
        )
        .body::<New<Profile>>()
        .repeatable()
        .answers_record::<BeneficiaryOut>(StatusCode::CREATED, "The record")
        .refuses(&[&reasons::ID_TAKEN, &POSSIBLE_DUPLICATE, &INSTITUTION_TAKES_NOBODY])
        .sensitive()
}

async fn handle(caller: Pledged, command: Command<New<Profile>>) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    let outcome = caller
        .run(command.repeat(), async |work| {
            let record = commands::register(work, caller.actor(), id, command.body.record.clone()).await?;
            caller.reply_registered(work, record).await
        })
        .await;
    caller.tell_duplicate(outcome).await
}
