//! The file itself, whole or in part: what a phone has of it already need not come again.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use aumsos_domain::CodeList;
use uuid::Uuid;

use super::{show::find, upload::problem_of};
use crate::{
    access::Caller,
    conditional::{ByteRange, Tag},
    operation::{self, Access, Operation},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get(
        "/v1/institutions/{institution_id}/attachments/{attachment_id}/content",
        "get_attachment_content",
        handle,
    )
    .tag(operation::Tag::Attachments)
    .access(Access::Anyone)
    .summary("Get the file of a photo or document")
    .description("As an attachment to be saved, never to be shown as a page. One range of bytes can be asked for.")
    .answers_file("The file", "image/jpeg, image/png, image/webp, application/pdf")
    .also(&[StatusCode::GONE])
    .may_follow()
}

async fn handle(caller: Caller, ids: web::Path<(Uuid, Uuid)>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let kept = find(&caller, *ids).await?;
    let file = &kept.attachment.file;
    let tag = Tag::of_content(&file.sha256);
    if tag.is_known_to(&request) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag.as_str())).finish());
    }
    let range = ByteRange::asked(&request, &tag, file.size_bytes)?;
    let (size, bytes) =
        caller.service().objects.get(&kept.object_name, range.map(ByteRange::bytes)).await.map_err(problem_of)?;
    let mut answer = HttpResponse::Ok();
    if let Some(range) = range {
        answer.status(StatusCode::PARTIAL_CONTENT);
        answer.insert_header((header::CONTENT_RANGE, range.to_header(file.size_bytes)));
    }
    let name = format!("{}.{}", kept.attachment.id, file.media_type.extension());
    Ok(answer
        .insert_header((header::CONTENT_TYPE, file.media_type.code()))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::ETAG, tag.as_str()))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .no_chunking(size)
        .streaming(bytes))
}
