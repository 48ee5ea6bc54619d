//! Own accesses, and those that one reviews.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_persistence::{beneficiaries::EmergencyFilters, page::Keyed};
use uuid::Uuid;

use super::model::{EmergencyAccessOut, EmergencyAccessQuery, known_to, read, tag};
use crate::{
    listing::ListQuery,
    operation::{Access, Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
    safeguarding_codes::Pledged,
};

/// The row of the operation that lists.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/emergency-accesses", "list_emergency_accesses", handle)
        .tag(Tag::EmergencyAccesses)
        .access(Access::SignedIn)
        .summary("List emergency accesses")
        .description(
            "The caller's own, and with the permission `emergency_access.review` those to records in the caller's scope; the \
             latest first.",
        )
        .lists::<EmergencyAccessQuery, EmergencyAccessOut>()
        .also(&[StatusCode::FORBIDDEN])
        .sensitive()
}

async fn handle(caller: Pledged, query: ListQuery<EmergencyAccessQuery>) -> Result<HttpResponse, Problem> {
    let filters = EmergencyFilters {
        beneficiary: query.filters.beneficiary_id.clone(),
        is_reviewed: query.filters.is_reviewed,
        ..known_to(&caller)
    };
    let store = caller.store();
    let found = store.emergency_accesses(&filters, query.direction(), &query.page_and_one()).await?;
    let count = if query.with_count { Some(store.count_emergency_accesses(&filters).await?) } else { None };
    caller.note_reads(&found.iter().filter_map(read).collect::<Vec<_>>()).await?;
    let rows = found.into_iter().map(|access| {
        let key = access.key();
        (EmergencyAccessOut::from(access), key)
    });
    query.answer(&caller, rows.collect(), count)
}

/// The row of the operation that shows one.
pub(super) fn one() -> Operation {
    Operation::get("/v1/emergency-accesses/{emergency_access_id}", "get_emergency_access", show_one)
        .tag(Tag::EmergencyAccesses)
        .access(Access::SignedIn)
        .summary("Get an emergency access")
        .description("One's own, or one that the caller reviews.")
        .query::<RecordQuery>()
        .answers_record::<EmergencyAccessOut>(StatusCode::OK, "The access")
        .also(&[StatusCode::FORBIDDEN])
        .sensitive()
}

async fn show_one(caller: Pledged, id: web::Path<Uuid>, show: Show) -> Result<HttpResponse, Problem> {
    let found = caller.store().emergency_access(*id, &known_to(&caller)).await?;
    let access = found.ok_or_else(Problem::not_found)?;
    caller.note_reads(read(&access).as_slice()).await?;
    show.answer(&tag(&access), &EmergencyAccessOut::from(access))
}
