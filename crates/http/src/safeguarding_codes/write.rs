//! Drafting, changing and publishing versions of the code.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    safeguarding_codes::{CodeProfile, SAFEGUARDING_CODE_PUBLISHED, SafeguardingCode},
};
use uuid::Uuid;

use super::model::SafeguardingCodeOut;
use crate::{
    access::Caller,
    body::Body,
    command::{Command, Nothing, Reply},
    conditional::{IfMatch, MaybeIfMatch},
    creation::New,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

const PATH: &str = "/v1/safeguarding-codes/{safeguarding_code_id}";

/// The row of the operation that drafts.
pub(super) fn draft() -> Operation {
    described(Operation::post("/v1/safeguarding-codes", "create_safeguarding_code", create))
        .summary("Draft a version of the safeguarding code")
        .description("Nobody has to accept it before it is published.")
        .body::<New<CodeProfile>>()
        .repeatable()
        .answers_record::<SafeguardingCodeOut>(StatusCode::CREATED, "The draft")
        .refuses(&[&reasons::ID_TAKEN])
}

/// The row of the operation that changes a draft.
pub(super) fn change() -> Operation {
    described(Operation::put(PATH, "replace_safeguarding_code", replace))
        .summary("Change a draft of the safeguarding code")
        .description("What was published stays as people accepted it.")
        .body::<CodeProfile>()
        .answers_record::<SafeguardingCodeOut>(StatusCode::OK, "The draft")
        .refuses(&[&SAFEGUARDING_CODE_PUBLISHED])
}

/// The row of the operation that publishes.
pub(super) fn publish() -> Operation {
    described(Operation::post(
        "/v1/safeguarding-codes/{safeguarding_code_id}/publish",
        "publish_safeguarding_code",
        publish_draft,
    ))
    .summary("Publish a version of the safeguarding code")
    .description(
        "It is in force from this moment: whoever works with people in care has to accept it before the next look at them.",
    )
    .optional_body::<Nothing>()
    .repeatable()
    .conditional()
    .answers_record::<SafeguardingCodeOut>(StatusCode::OK, "The version in force")
    .refuses(&[&SAFEGUARDING_CODE_PUBLISHED])
}

fn described(operation: Operation) -> Operation {
    operation.tag(Tag::SafeguardingCodes).needs(Permission::SafeguardingPublish)
}

async fn create(caller: Caller, command: Command<New<CodeProfile>>) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    caller
        .run(command.repeat(), async |work| {
            if work.is_safeguarding_code_id_taken(id).await? {
                return Err(Problem::refused(&reasons::ID_TAKEN));
            }
            let draft = SafeguardingCode::draft(id, command.body.record.clone(), work.at());
            work.save_safeguarding_code("drafted", None, &draft).await?;
            let shown = SafeguardingCodeOut::of(draft, None);
            Reply::created(format!("/v1/safeguarding-codes/{id}"), &shown.tag(), &shown)
        })
        .await
}

async fn replace(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: IfMatch,
    Body(profile): Body<CodeProfile>,
) -> Result<HttpResponse, Problem> {
    caller
        .run_once(async |work| {
            let before = work.safeguarding_code_for_update(*id).await?.ok_or_else(Problem::not_found)?;
            expected.check(before.version)?;
            let after = before.clone().change(profile.clone(), work.at())?;
            work.save_safeguarding_code("changed", Some(&before), &after).await?;
            let shown = SafeguardingCodeOut::of(after, None);
            Reply::record(&shown.tag(), &shown)
        })
        .await
}

async fn publish_draft(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    caller
        .run(command.repeat(), async |work| {
            let before = work.safeguarding_code_for_update(*id).await?.ok_or_else(Problem::not_found)?;
            expected.check(before.version)?;
            let after = before.clone().publish(work.at())?;
            work.save_safeguarding_code("published", Some(&before), &after).await?;
            let shown = SafeguardingCodeOut::of(after, Some(*id));
            Reply::record(&shown.tag(), &shown)
        })
        .await
}
