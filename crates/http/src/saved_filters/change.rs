//! Replacing and deleting one's own filter.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::saved_filters::{NOT_YOUR_FILTER, SavedFilterProfile};
use uuid::Uuid;

use super::{
    create::check,
    model::{SavedFilterOut, tag},
};
use crate::{
    access::Caller,
    body::Body,
    command::Reply,
    conditional::IfMatch,
    operation::{Access, Operation, Tag},
    problem::Problem,
};

const PATH: &str = "/v1/saved-filters/{saved_filter_id}";

/// The row of the operation that replaces.
pub(super) fn put() -> Operation {
    Operation::put(PATH, "replace_saved_filter", replace)
        .tag(Tag::SavedFilters)
        .access(Access::SignedIn)
        .summary("Replace a saved filter")
        .description("One's own.")
        .body::<SavedFilterProfile>()
        .answers_record::<SavedFilterOut>(StatusCode::OK, "The filter")
        .refuses(&[&NOT_YOUR_FILTER])
}

async fn replace(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<SavedFilterProfile>,
) -> Result<HttpResponse, Problem> {
    caller
        .run_once(async |work| {
            let before = work.saved_filter_for_update(*id, caller.actor()).await?.ok_or_else(Problem::not_found)?;
            expected.check(before.version)?;
            check(work, &body.0, caller.actor()).await?;
            let after = before.clone().replace(caller.id(), body.0.clone(), work.at())?;
            work.save_saved_filter(Some(&before), &after).await?;
            Reply::record(&tag(&after), &SavedFilterOut::of(after, caller.id()))
        })
        .await
}

/// The row of the operation that deletes.
pub(super) fn delete() -> Operation {
    Operation::delete(PATH, "delete_saved_filter", remove)
        .tag(Tag::SavedFilters)
        .access(Access::SignedIn)
        .summary("Delete a saved filter")
        .description("One's own.")
        .answers_nothing(StatusCode::NO_CONTENT, "It is gone")
        .refuses(&[&NOT_YOUR_FILTER])
}

async fn remove(caller: Caller, id: web::Path<Uuid>, expected: IfMatch) -> Result<HttpResponse, Problem> {
    caller
        .run_once(async |work| {
            let before = work.saved_filter_for_update(*id, caller.actor()).await?.ok_or_else(Problem::not_found)?;
            expected.check(before.version)?;
            before.check_owner(caller.id())?;
            work.delete_saved_filter(&before).await?;
            Ok(Reply::nothing())
        })
        .await
}
