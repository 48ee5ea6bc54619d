//! Accepting the code, and what one has accepted.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::safeguarding_codes::SAFEGUARDING_CODE_NOT_IN_FORCE;
use aumsos_persistence::page::Keyed;
use uuid::Uuid;

use super::model::AcceptanceOut;
use crate::{
    access::Caller,
    command::{Command, Nothing, Reply},
    listing::{ByTimeQuery, ListQuery},
    operation::{Access, Operation, Tag},
    problem::Problem,
};

/// The row of the operation that accepts.
pub(super) fn accept() -> Operation {
    Operation::post(
        "/v1/safeguarding-codes/{safeguarding_code_id}/acceptances",
        "accept_safeguarding_code",
        handle_accept,
    )
    .tag(Tag::SafeguardingCodes)
    .access(Access::SignedIn)
    .summary("Accept the safeguarding code")
    .description(
        "For oneself, person or program alike. Only the version in force is accepted; once is enough, and a second time \
         gives the first acceptance again.",
    )
    .optional_body::<Nothing>()
    .repeatable()
    .answers::<AcceptanceOut>(StatusCode::CREATED, "The acceptance")
    .refuses(&[&SAFEGUARDING_CODE_NOT_IN_FORCE])
}

async fn handle_accept(
    caller: Caller,
    id: web::Path<Uuid>,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    let known = caller.store().safeguarding_code(*id, false).await?;
    known.ok_or_else(Problem::not_found)?;
    caller
        .run(command.repeat(), async |work| {
            if !work.is_code_in_force(*id).await? {
                return Err(Problem::refused(&SAFEGUARDING_CODE_NOT_IN_FORCE));
            }
            let acceptance = work.accept_safeguarding_code(*id, caller.id()).await?;
            Reply::json(StatusCode::CREATED, &AcceptanceOut::from(acceptance))
        })
        .await
}

/// The row of the operation that lists one's own.
pub(super) fn list() -> Operation {
    Operation::get("/v1/safeguarding-acceptances", "list_safeguarding_acceptances", handle)
        .tag(Tag::SafeguardingCodes)
        .access(Access::SignedIn)
        .summary("List own acceptances")
        .description("Which versions of the safeguarding code the caller accepted, and when; the latest first.")
        .lists::<ByTimeQuery, AcceptanceOut>()
}

async fn handle(caller: Caller, query: ListQuery<ByTimeQuery>) -> Result<HttpResponse, Problem> {
    let (store, actor) = (caller.store(), caller.id());
    let accepted = store.acceptances_of(actor, query.direction(), &query.page_and_one()).await?;
    let count = if query.with_count { Some(store.count_acceptances_of(actor).await?) } else { None };
    let rows = accepted.into_iter().map(|acceptance| (AcceptanceOut::from(acceptance), acceptance.key()));
    query.answer(&caller, rows.collect(), count)
}
