//! Listing the proposals of an institution.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::institutions::SeenProposal;
use uuid::Uuid;

use super::model::{ProposalOut, ProposalQuery, key};
use crate::{
    access::Caller,
    listing::ListQuery,
    operation::{Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/institutions/{institution_id}/proposals", "list_proposals", handle)
        .tag(Tag::Proposals)
        .needs(Permission::InstitutionsRead)
        .summary("List the proposals of an institution")
        .description("The latest first, without their contacts.")
        .lists::<ProposalQuery, ProposalOut>()
        .also(&[StatusCode::GONE])
        .may_follow()
}

async fn handle(caller: Caller, id: web::Path<Uuid>, query: ListQuery<ProposalQuery>) -> Result<HttpResponse, Problem> {
    caller.reach_institution(*id, Permission::InstitutionsRead).await?;
    let (status, sight) = (&query.filters.status, caller.institution_sight());
    let found = caller.store().proposals(*id, status, query.direction(), &query.page_and_one(), &sight).await?;
    let count = if query.with_count { Some(caller.store().count_proposals(*id, status, &sight).await?) } else { None };
    let rows = found.into_iter().map(|proposal| {
        let key = key(&proposal);
        (ProposalOut::from(SeenProposal { proposal, with_contacts: false }), key)
    });
    query.answer(&caller, rows.collect(), count)
}
