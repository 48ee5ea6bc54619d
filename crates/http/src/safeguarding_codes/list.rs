//! The versions of the code, and one of them.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::page::Keyed;
use uuid::Uuid;

use super::model::SafeguardingCodeOut;
use crate::{
    access::Caller,
    listing::{ByTimeQuery, ListQuery},
    operation::{Access, Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of the operation that lists.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/safeguarding-codes", "list_safeguarding_codes", handle)
        .tag(Tag::SafeguardingCodes)
        .access(Access::SignedIn)
        .summary("List the versions of the safeguarding code")
        .description("Those that were published, the latest first; drafts are seen by those who may publish.")
        .lists::<ByTimeQuery, SafeguardingCodeOut>()
}

async fn handle(caller: Caller, query: ListQuery<ByTimeQuery>) -> Result<HttpResponse, Problem> {
    let (store, with_drafts) = (caller.store(), caller.actor().holds(Permission::SafeguardingPublish));
    let codes = store.safeguarding_codes(with_drafts, query.direction(), &query.page_and_one()).await?;
    let count = if query.with_count { Some(store.count_safeguarding_codes(with_drafts).await?) } else { None };
    let in_force = store.safeguarding_code_in_force().await?.map(|code| code.id);
    let rows = codes.into_iter().map(|code| {
        let key = code.key();
        (SafeguardingCodeOut::of(code, in_force), key)
    });
    query.answer(&caller, rows.collect(), count)
}

/// The row of the operation that shows one.
pub(super) fn one() -> Operation {
    Operation::get("/v1/safeguarding-codes/{safeguarding_code_id}", "get_safeguarding_code", show_one)
        .tag(Tag::SafeguardingCodes)
        .access(Access::SignedIn)
        .summary("Get a version of the safeguarding code")
        .description("What it says, in both languages.")
        .query::<RecordQuery>()
        .answers_record::<SafeguardingCodeOut>(StatusCode::OK, "The version")
}

async fn show_one(caller: Caller, id: web::Path<Uuid>, show: Show) -> Result<HttpResponse, Problem> {
    let with_drafts = caller.actor().holds(Permission::SafeguardingPublish);
    let code = caller.store().safeguarding_code(*id, with_drafts).await?.ok_or_else(Problem::not_found)?;
    let in_force = caller.store().safeguarding_code_in_force().await?.map(|code| code.id);
    let shown = SafeguardingCodeOut::of(code, in_force);
    show.answer(&shown.tag(), &shown)
}
