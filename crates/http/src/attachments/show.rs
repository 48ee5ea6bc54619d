//! Showing what is known of a file.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_persistence::institutions::{AttachmentLookup, KeptAttachment};
use uuid::Uuid;

use super::model::{AttachmentOut, tag};
use crate::{
    access::Caller,
    operation::{Access, Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/institutions/{institution_id}/attachments/{attachment_id}", "get_attachment", handle)
        .tag(Tag::Attachments)
        .access(Access::Anyone)
        .summary("Get what is known of a photo or document")
        .description("The file itself is at `content_url`.")
        .query::<RecordQuery>()
        .answers_record::<AttachmentOut>(StatusCode::OK, "What is known of it")
        .also(&[StatusCode::GONE])
        .may_follow()
}

async fn handle(caller: Caller, ids: web::Path<(Uuid, Uuid)>, show: Show) -> Result<HttpResponse, Problem> {
    let kept = find(&caller, *ids).await?;
    show.answer(&tag(&kept.attachment), &AttachmentOut::from(kept.attachment))
}

/// What the caller may open.
pub(super) async fn find(caller: &Caller, (institution, id): (Uuid, Uuid)) -> Result<KeptAttachment, Problem> {
    match caller.store().attachment(institution, id, &caller.institution_sight()).await? {
        AttachmentLookup::Found(kept) => Ok(kept),
        AttachmentLookup::Gone => Err(Problem::gone()),
        AttachmentLookup::Unknown => Err(Problem::not_found()),
    }
}
