//! Uploading a photo or a document.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    institutions::{
        attachment::{ATTACHMENT_NEEDS_VERIFICATION, Attachment},
        life::STATUS_DOES_NOT_ALLOW,
    },
};
use aumsos_persistence::institutions::KeptAttachment;
use uuid::Uuid;

use super::{
    model::{AttachmentOut, AttachmentUpload, tag},
    upload::{Upload, forget},
};
use crate::{
    access::Caller,
    command::Reply,
    institutions::commands,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/institutions/{institution_id}/attachments", "create_attachment", handle)
        .tag(Tag::Attachments)
        .needs(Permission::InstitutionsSubmit)
        .summary("Upload a photo or a document")
        .description(
            "A JPEG, PNG or WebP image or a PDF document, as a multipart form; what it is, its first bytes tell. What \
             an image says beside the picture (where and when it was taken, with what, by whom) is taken away before it \
             is kept; size and hash are of what is kept. Files of a verified institution are for the council until whoever \
             may verify opens them to others.",
        )
        .multipart::<AttachmentUpload>()
        .repeatable()
        .answers_record::<AttachmentOut>(StatusCode::CREATED, "What is known of the file")
        .also(&[StatusCode::GONE])
        .refuses(&[&ATTACHMENT_NEEDS_VERIFICATION, &STATUS_DOES_NOT_ALLOW, &reasons::ID_TAKEN])
}

async fn handle(caller: Caller, institution: web::Path<Uuid>, upload: Upload) -> Result<HttpResponse, Problem> {
    let Upload { id, profile, object, repeat } = upload;
    let answer = caller
        .run(&repeat, async |work| {
            Problem::unless_sound(Attachment::broken_rules(&profile, &object.facts))?;
            let record = commands::load(work, caller.actor(), *institution, Permission::InstitutionsSubmit).await?;
            let may_verify = work.is_within(&record, &caller.actor().scope(Permission::InstitutionsVerify)).await?;
            let (profile, facts) = (profile.clone(), object.facts.clone());
            let attachment = Attachment::new(id, &record, profile, facts, may_verify, work.at())?;
            let kept = KeptAttachment { attachment, object_name: object.name.clone() };
            work.create_attachment(&record, &kept).await?;
            let location = format!("/v1/institutions/{institution}/attachments/{id}");
            Reply::created(location, &tag(&kept.attachment), &AttachmentOut::from(kept.attachment))
        })
        .await;
    if answer.is_err() {
        forget(caller.service(), &object).await;
    }
    answer
}
