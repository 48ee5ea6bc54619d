//! Drafting an institution.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{access::Permission, organization_units::UNIT_CLOSED};

use super::{commands, model::InstitutionOut, reading, write::InstitutionWrite};
use crate::{
    access::Caller,
    command::Command,
    creation::New,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/institutions", "create_institution", handle)
        .tag(Tag::Institutions)
        .needs(Permission::InstitutionsSubmit)
        .summary("Draft an institution")
        .description("In the care of a unit where the caller may submit. The draft is seen by officers alone until it is verified.")
        .body::<New<InstitutionWrite>>()
        .repeatable()
        .answers_record::<InstitutionOut>(StatusCode::CREATED, "The draft")
        .refuses(&[&reasons::ID_TAKEN, &UNIT_CLOSED])
        .sensitive()
}

async fn handle(caller: Caller, command: Command<New<InstitutionWrite>>) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    caller
        .run(command.repeat(), async |work| {
            commands::create(work, caller.actor(), id, command.body.record.clone()).await?;
            reading::reply_created(work, &caller, id).await
        })
        .await
}
