//! The steps in the life of a record, one operation each.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    institutions::life::{LifeStep, OWN_SUBMISSION, STATUS_DOES_NOT_ALLOW},
    text_value::Prose,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{commands, model::InstitutionOut, reading};
use crate::{
    access::Caller,
    command::{Command, Nothing, Repeat},
    conditional::MaybeIfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

/// Why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Alamat pada surat izin berbeda dengan alamat yang dicatat."}))]
pub struct ReasonIn {
    /// In words, for whoever is concerned.
    pub reason: Prose,
}

/// Why, where that has to be said.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Panti dibuka kembali oleh pengurus baru."}))]
pub struct ResumeIn {
    /// In words, for whoever is concerned. Required where the institution was closed.
    #[serde(default)]
    pub reason: Option<Prose>,
}

/// The rows of these operations.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        plain::<Submit>("/v1/institutions/{institution_id}/submit", "submit_institution")
            .summary("Submit a draft")
            .description("Hands a draft to the responsible unit.")
            .refuses(&[&STATUS_DOES_NOT_ALLOW]),
        plain::<Verify>("/v1/institutions/{institution_id}/verify", "verify_institution")
            .summary("Verify a submission")
            .description(
                "Takes it into the register and gives it its code. Nobody verifies their own submission, nor one that was handed \
                 in with a client that they hold: that they registered, or last gave its secret or its keys.",
            )
            .refuses(&[&STATUS_DOES_NOT_ALLOW, &OWN_SUBMISSION]),
        reasoned::<Return>("/v1/institutions/{institution_id}/return", "return_institution")
            .summary("Return a submission")
            .description("Gives it back to its author with what must be put right.")
            .refuses(&[&STATUS_DOES_NOT_ALLOW]),
        plain::<Confirm>("/v1/institutions/{institution_id}/confirm", "confirm_institution")
            .summary("Confirm a record")
            .description("States that the record was checked against the facts and is right: `verified_at` is now.")
            .refuses(&[&STATUS_DOES_NOT_ALLOW]),
        reasoned::<Suspend>("/v1/institutions/{institution_id}/suspend", "suspend_institution")
            .summary("Suspend an institution")
            .description("It stays in the register and can be resumed.")
            .refuses(&[&STATUS_DOES_NOT_ALLOW]),
        resumed("/v1/institutions/{institution_id}/resume", "resume_institution")
            .summary("Resume an institution")
            .description(
                "Makes a suspended or closed institution active again. A closed one only with a `reason`: closing was for good.",
            )
            .refuses(&[&STATUS_DOES_NOT_ALLOW]),
        reasoned::<Close>("/v1/institutions/{institution_id}/close", "close_institution")
            .summary("Close an institution")
            .description("It stays in the register as closed.")
            .refuses(&[&STATUS_DOES_NOT_ALLOW]),
    ]
}

/// A step as a type, so that one handler serves each of them.
trait Step: 'static {
    const STEP: LifeStep;
}

macro_rules! steps {
    ($($name:ident),+) => { $(
        struct $name;
        impl Step for $name {
            const STEP: LifeStep = LifeStep::$name;
        }
    )+ };
}
steps!(Submit, Verify, Return, Confirm, Suspend, Resume, Close);

fn plain<S: Step>(path: &'static str, id: &'static str) -> Operation {
    described::<S>(Operation::post(path, id, handle_plain::<S>).optional_body::<Nothing>())
}

fn reasoned<S: Step>(path: &'static str, id: &'static str) -> Operation {
    described::<S>(Operation::post(path, id, handle_reasoned::<S>).body::<ReasonIn>())
}

fn resumed(path: &'static str, id: &'static str) -> Operation {
    described::<Resume>(Operation::post(path, id, handle_resume).optional_body::<ResumeIn>())
}

fn described<S: Step>(operation: Operation) -> Operation {
    operation
        .tag(Tag::Institutions)
        .needs(S::STEP.permission())
        .repeatable()
        .conditional()
        .answers_record::<InstitutionOut>(StatusCode::OK, "The institution")
        .also(&[StatusCode::GONE])
        .sensitive()
}

async fn handle_plain<S: Step>(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    take(&caller, *id, &expected, command.repeat(), S::STEP, None).await
}

async fn handle_reasoned<S: Step>(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<ReasonIn>,
) -> Result<HttpResponse, Problem> {
    take(&caller, *id, &expected, command.repeat(), S::STEP, Some(&command.body.reason)).await
}

async fn handle_resume(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<ResumeIn>,
) -> Result<HttpResponse, Problem> {
    take(&caller, *id, &expected, command.repeat(), LifeStep::Resume, command.body.reason.as_ref()).await
}

async fn take(
    caller: &Caller,
    id: Uuid,
    expected: &MaybeIfMatch,
    repeat: &Repeat,
    step: LifeStep,
    reason: Option<&Prose>,
) -> Result<HttpResponse, Problem> {
    caller
        .run(repeat, async |work| {
            commands::take(work, caller.actor(), id, expected, step, reason).await?;
            reading::reply(work, caller, id).await
        })
        .await
}
