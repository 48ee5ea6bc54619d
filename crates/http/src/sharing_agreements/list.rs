//! Listing agreements, and showing one.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::{clock, sharing_agreements::sharing_key};
use uuid::Uuid;

use super::model::{SharingAgreementOut, SharingAgreementQuery, tag};
use crate::{
    access::Caller,
    listing::ListQuery,
    operation::{Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of the operation that lists.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/sharing-agreements", "list_sharing_agreements", handle)
        .tag(Tag::SharingAgreements)
        .needs(Permission::SharingRead)
        .summary("List sharing agreements")
        .description("Those with a unit in the caller's scope on either side, the latest first.")
        .lists::<SharingAgreementQuery, SharingAgreementOut>()
}

async fn handle(caller: Caller, query: ListQuery<SharingAgreementQuery>) -> Result<HttpResponse, Problem> {
    let filters = query.filters.filters();
    let direction = query.direction();
    let scope = caller.scope();
    let found = caller.store().sharing_agreements(&filters, direction, &query.page_and_one(), &scope).await?;
    let count =
        if query.with_count { Some(caller.store().count_sharing_agreements(&filters, &scope).await?) } else { None };
    let at = clock::now();
    let rows = found.into_iter().map(|agreement| {
        let key = sharing_key(&agreement);
        (SharingAgreementOut::of(agreement, at), key)
    });
    query.answer(&caller, rows.collect(), count)
}

/// The row of the operation that shows one.
pub(super) fn one() -> Operation {
    Operation::get("/v1/sharing-agreements/{sharing_agreement_id}", "get_sharing_agreement", show_one)
        .tag(Tag::SharingAgreements)
        .needs(Permission::SharingRead)
        .summary("Get a sharing agreement")
        .description("One agreement with a unit in the caller's scope on either side.")
        .query::<RecordQuery>()
        .answers_record::<SharingAgreementOut>(StatusCode::OK, "The agreement")
}

async fn show_one(caller: Caller, id: web::Path<Uuid>, show: Show) -> Result<HttpResponse, Problem> {
    let agreement = caller.store().sharing_agreement(*id, &caller.scope()).await?.ok_or_else(Problem::not_found)?;
    let at = clock::now();
    show.answer(&tag(&agreement, at), &SharingAgreementOut::of(agreement, at))
}
