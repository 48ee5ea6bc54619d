//! Showing what is known of a file, and the file itself.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web,
};
use aumsos_domain::CodeList;
use aumsos_persistence::institutions::{AttachmentLookup, KeptAttachment};
use uuid::Uuid;

use super::{
    model::{AttachmentOut, tag},
    upload::problem_of,
};
use crate::{
    access::Caller,
    operation::{Access, Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of the operation that shows what is known of a file.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/institutions/{institution_id}/attachments/{attachment_id}", "get_attachment", handle)
        .tag(Tag::Attachments)
        .access(Access::Anyone)
        .summary("Get what is known of a photo or document")
        .description("The file itself is at `content_url`.")
        .query::<RecordQuery>()
        .answers_record::<AttachmentOut>(StatusCode::OK, "What is known of it")
        .also(&[StatusCode::GONE])
}

async fn handle(caller: Caller, ids: web::Path<(Uuid, Uuid)>, show: Show) -> Result<HttpResponse, Problem> {
    let kept = find(&caller, *ids).await?;
    show.answer(&tag(&kept.attachment), &AttachmentOut::from(kept.attachment))
}

/// The row of the operation that gives the file.
pub(super) fn content() -> Operation {
    Operation::get(
        "/v1/institutions/{institution_id}/attachments/{attachment_id}/content",
        "get_attachment_content",
        handle_content,
    )
    .tag(Tag::Attachments)
    .access(Access::Anyone)
    .summary("Get the file of a photo or document")
    .description("As an attachment to be saved, never to be shown as a page.")
    .answers_media(StatusCode::OK, "The file", "image/jpeg, image/png, image/webp, application/pdf")
    .also(&[StatusCode::GONE])
}

async fn handle_content(caller: Caller, ids: web::Path<(Uuid, Uuid)>) -> Result<HttpResponse, Problem> {
    let kept = find(&caller, *ids).await?;
    let file = &kept.attachment.file;
    let (size, bytes) = caller.service().objects.get(&kept.object_name).await.map_err(problem_of)?;
    let name = format!("{}.{}", kept.attachment.id, file.media_type.extension());
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, file.media_type.code()))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::ETAG, format!("\"{}\"", file.sha256)))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .no_chunking(size)
        .streaming(bytes))
}

async fn find(caller: &Caller, (institution, id): (Uuid, Uuid)) -> Result<KeptAttachment, Problem> {
    match caller.store().attachment(institution, id, &caller.institution_sight()).await? {
        AttachmentLookup::Found(kept) => Ok(kept),
        AttachmentLookup::Gone => Err(Problem::gone()),
        AttachmentLookup::Unknown => Err(Problem::not_found()),
    }
}
