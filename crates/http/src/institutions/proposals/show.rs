//! Showing one proposal.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::institutions::SeenProposal;
use uuid::Uuid;

use super::model::{ProposalOut, sensitive_read, tag};
use crate::{
    access::Caller,
    operation::{Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/institutions/{institution_id}/proposals/{proposal_id}", "get_proposal", handle)
        .tag(Tag::Proposals)
        .needs(Permission::InstitutionsRead)
        .summary("Get a proposal")
        .description("One proposal, with its contacts for those who may see them.")
        .query::<RecordQuery>()
        .answers_record::<ProposalOut>(StatusCode::OK, "The proposal")
        .also(&[StatusCode::GONE])
        .may_follow()
        .sensitive()
}

async fn handle(caller: Caller, ids: web::Path<(Uuid, Uuid)>, show: Show) -> Result<HttpResponse, Problem> {
    let (institution, id) = *ids;
    caller.reach_institution(institution, Permission::InstitutionsRead).await?;
    let sight = caller.institution_sight();
    let sight = if show.shows("institution") { sight } else { sight.without_contacts() };
    let seen: SeenProposal = caller.store().proposal(institution, id, &sight).await?.ok_or_else(Problem::not_found)?;
    let tag = tag(&seen);
    if let Some(read) = sensitive_read(&seen).filter(|_| !show.is_known(&tag)) {
        caller.note_reads(&[read]).await?;
    }
    show.answer(&tag, &ProposalOut::from(seen))
}
