//! Listing the photos and documents of an institution.

use actix_web::{HttpResponse, web};
use aumsos_persistence::{institutions::AttachmentFilters, page::KeyValue};
use uuid::Uuid;

use super::model::{AttachmentOut, AttachmentQuery};
use crate::{
    access::Caller,
    listing::ListQuery,
    operation::{Access, Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/institutions/{institution_id}/attachments", "list_attachments", handle)
        .tag(Tag::Attachments)
        .access(Access::Anyone)
        .summary("List photos and documents")
        .description("Those of an institution that the caller may open, the latest first.")
        .lists::<AttachmentQuery, AttachmentOut>()
        .may_follow()
}

async fn handle(
    caller: Caller,
    institution: web::Path<Uuid>,
    query: ListQuery<AttachmentQuery>,
) -> Result<HttpResponse, Problem> {
    let sight = caller.institution_sight();
    let filters = AttachmentFilters { purpose: query.filters.purpose.clone() };
    let direction = query.direction();
    let found = caller.store().attachments(*institution, &filters, direction, &query.page_and_one(), &sight).await?;
    if found.is_empty() {
        caller.knows_institution(*institution).await?;
    }
    let rows = found.into_iter().map(|kept| {
        let attachment = kept.attachment;
        let key = vec![KeyValue::Whole(attachment.created_at.timestamp_micros()), KeyValue::Id(attachment.id)];
        (AttachmentOut::from(attachment), key)
    });
    query.answer(&caller, rows.collect(), None)
}
