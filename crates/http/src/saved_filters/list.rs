//! Listing filters, and showing one.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_persistence::saved_filters::{SavedFilterLookup, saved_filter_key};
use uuid::Uuid;

use super::model::{SavedFilterOut, SavedFilterQuery, tag};
use crate::{
    access::Caller,
    listing::ListQuery,
    operation::{Access, Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of the operation that lists.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/saved-filters", "list_saved_filters", handle)
        .tag(Tag::SavedFilters)
        .access(Access::SignedIn)
        .summary("List saved filters")
        .description("The caller's own, and those shared with a unit at or below which the caller holds a role.")
        .lists::<SavedFilterQuery, SavedFilterOut>()
}

async fn handle(caller: Caller, query: ListQuery<SavedFilterQuery>) -> Result<HttpResponse, Problem> {
    let filters = caller.store().saved_filters(query.filters.resource, &query.page_and_one(), caller.actor()).await?;
    let rows = filters.into_iter().map(|filter| {
        let key = saved_filter_key(&filter);
        (SavedFilterOut::of(filter, caller.id()), key)
    });
    query.answer(&caller, rows.collect(), None)
}

/// The row of the operation that shows one.
pub(super) fn one() -> Operation {
    Operation::get("/v1/saved-filters/{saved_filter_id}", "get_saved_filter", show_one)
        .tag(Tag::SavedFilters)
        .access(Access::SignedIn)
        .summary("Get a saved filter")
        .description("One filter that the caller may use; `resolved` are its parameters as they are today.")
        .query::<RecordQuery>()
        .answers_record::<SavedFilterOut>(StatusCode::OK, "The filter")
        .also(&[StatusCode::GONE])
}

async fn show_one(caller: Caller, id: web::Path<Uuid>, show: Show) -> Result<HttpResponse, Problem> {
    match caller.store().saved_filter(*id, caller.actor()).await? {
        SavedFilterLookup::Found(filter) => show.answer(&tag(&filter), &SavedFilterOut::of(*filter, caller.id())),
        SavedFilterLookup::Gone => Err(Problem::gone()),
        SavedFilterLookup::Unknown => Err(Problem::not_found()),
    }
}
