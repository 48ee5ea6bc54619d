//! Changing what is said of a file, and deleting it.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    institutions::{
        attachment::{ATTACHMENT_NEEDS_VERIFICATION, Attachment, AttachmentProfile},
        life::STATUS_DOES_NOT_ALLOW,
    },
};
use uuid::Uuid;

use super::model::{AttachmentOut, tag};
use crate::{
    access::Caller,
    body::Body,
    command::Reply,
    conditional::IfMatch,
    institutions::commands,
    operation::{Operation, Tag},
    problem::Problem,
};

const PATH: &str = "/v1/institutions/{institution_id}/attachments/{attachment_id}";

/// The row of the operation that changes.
pub(super) fn put() -> Operation {
    described(Operation::put(PATH, "replace_attachment", replace))
        .summary("Change what is said of a photo or document")
        .description("Its purpose, its title, and who may open it.")
        .body::<AttachmentProfile>()
        .answers_record::<AttachmentOut>(StatusCode::OK, "What is known of it")
}

/// The row of the operation that deletes.
pub(super) fn delete() -> Operation {
    described(Operation::delete(PATH, "delete_attachment", remove))
        .summary("Delete a photo or document")
        .description("A tombstone stays; the file goes.")
        .answers_nothing(StatusCode::NO_CONTENT, "It is gone")
}

fn described(operation: Operation) -> Operation {
    operation
        .tag(Tag::Attachments)
        .needs(Permission::InstitutionsSubmit)
        .also(&[StatusCode::GONE])
        .refuses(&[&ATTACHMENT_NEEDS_VERIFICATION, &STATUS_DOES_NOT_ALLOW])
}

async fn replace(
    caller: Caller,
    ids: web::Path<(Uuid, Uuid)>,
    expected: IfMatch,
    body: Body<AttachmentProfile>,
) -> Result<HttpResponse, Problem> {
    let (institution, id) = *ids;
    caller
        .run_once(async |work| {
            let record = commands::load(work, caller.actor(), institution, Permission::InstitutionsSubmit).await?;
            let before = work.attachment_for_update(institution, id).await?.ok_or_else(Problem::not_found)?;
            expected.check(before.attachment.version)?;
            Problem::unless_sound(Attachment::broken_rules(&body.0, &before.attachment.file))?;
            let may_verify = work.is_within(&record, &caller.actor().scope(Permission::InstitutionsVerify)).await?;
            let after = before.attachment.clone().change(&record, body.0.clone(), may_verify, work.at())?;
            work.save_attachment(&record, &before, &after).await?;
            Reply::record(&tag(&after), &AttachmentOut::from(after))
        })
        .await
}

async fn remove(caller: Caller, ids: web::Path<(Uuid, Uuid)>, expected: IfMatch) -> Result<HttpResponse, Problem> {
    let (institution, id) = *ids;
    caller
        .run_once(async |work| {
            let record = commands::load(work, caller.actor(), institution, Permission::InstitutionsSubmit).await?;
            let before = work.attachment_for_update(institution, id).await?.ok_or_else(Problem::not_found)?;
            expected.check(before.attachment.version)?;
            let may_verify = work.is_within(&record, &caller.actor().scope(Permission::InstitutionsVerify)).await?;
            before.attachment.check_deletable(&record, may_verify)?;
            work.delete_attachment(&record, &before).await?;
            Ok(Reply::nothing())
        })
        .await
}
