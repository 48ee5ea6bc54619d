//! Deciding on a proposal: accepted into the record, returned with reasons, or withdrawn by its author.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::{Actor, Permission},
    institutions::{
        Institution, Proposal,
        life::{OWN_SUBMISSION, STATUS_DOES_NOT_ALLOW},
        proposal::{NOT_YOUR_PROPOSAL, PROPOSAL_IS_DECIDED, PROPOSAL_IS_STALE},
    },
    organization_units::UNIT_CLOSED,
    text_value::Prose,
};
use aumsos_persistence::{Work, institutions::SeenProposal};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    super::commands,
    model::{ProposalOut, sensitive_read, tag},
};
use crate::{
    access::Caller,
    command::{Command, Nothing, Repeat, Reply},
    conditional::MaybeIfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

/// Why a proposal goes back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reasons": "Nomor telepon tidak dapat dihubungi."}))]
pub struct ReasonsIn {
    /// What must be put right.
    pub reasons: Prose,
}

/// The row of the operation that accepts.
pub(super) fn accept() -> Operation {
    let path = "/v1/institutions/{institution_id}/proposals/{proposal_id}/accept";
    described(Operation::post(path, "accept_proposal", handle_accept))
        .needs(Permission::InstitutionsVerify)
        .summary("Accept a proposal")
        .description(
            "Takes what it says over into the record. Nobody accepts their own, nor one that was made with a client that they \
             hold; one that was made on an older version of the record is refused.",
        )
        .optional_body::<Nothing>()
        .refuses(&[&PROPOSAL_IS_DECIDED, &PROPOSAL_IS_STALE, &OWN_SUBMISSION, &STATUS_DOES_NOT_ALLOW, &UNIT_CLOSED])
}

/// The row of the operation that gives back.
pub(super) fn give_back() -> Operation {
    let path = "/v1/institutions/{institution_id}/proposals/{proposal_id}/return";
    described(Operation::post(path, "return_proposal", handle_return))
        .needs(Permission::InstitutionsVerify)
        .summary("Return a proposal")
        .description("Gives it back to its author with what must be put right.")
        .body::<ReasonsIn>()
        .refuses(&[&PROPOSAL_IS_DECIDED])
}

/// The row of the operation that takes one's own proposal back.
pub(super) fn withdraw() -> Operation {
    let path = "/v1/institutions/{institution_id}/proposals/{proposal_id}/withdraw";
    described(Operation::post(path, "withdraw_proposal", handle_withdraw))
        .needs(Permission::InstitutionsSubmit)
        .summary("Withdraw a proposal")
        .description("Takes one's own proposal back.")
        .optional_body::<Nothing>()
        .refuses(&[&PROPOSAL_IS_DECIDED, &NOT_YOUR_PROPOSAL])
}

fn described(operation: Operation) -> Operation {
    operation
        .tag(Tag::Proposals)
        .repeatable()
        .conditional()
        .answers_record::<ProposalOut>(StatusCode::OK, "The proposal")
        .also(&[StatusCode::GONE])
        .sensitive()
}

async fn handle_accept(
    caller: Caller,
    ids: web::Path<(Uuid, Uuid)>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    decide(&caller, *ids, &expected, command.repeat(), &Decision::Accept).await
}

async fn handle_return(
    caller: Caller,
    ids: web::Path<(Uuid, Uuid)>,
    expected: MaybeIfMatch,
    command: Command<ReasonsIn>,
) -> Result<HttpResponse, Problem> {
    decide(&caller, *ids, &expected, command.repeat(), &Decision::Return(&command.body.reasons)).await
}

async fn handle_withdraw(
    caller: Caller,
    ids: web::Path<(Uuid, Uuid)>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    decide(&caller, *ids, &expected, command.repeat(), &Decision::Withdraw).await
}

/// What becomes of a proposal.
enum Decision<'a> {
    Accept,
    Return(&'a Prose),
    Withdraw,
}

async fn decide(
    caller: &Caller,
    ids: (Uuid, Uuid),
    expected: &MaybeIfMatch,
    repeat: &Repeat,
    decision: &Decision<'_>,
) -> Result<HttpResponse, Problem> {
    let permission = match decision {
        Decision::Accept | Decision::Return(_) => Permission::InstitutionsVerify,
        Decision::Withdraw => Permission::InstitutionsSubmit,
    };
    caller
        .run(repeat, async |work| {
            let (record, before) = load(work, caller.actor(), ids, permission, expected).await?;
            let (by, at) = (caller.id(), work.at());
            let mut changed = None;
            let (action, after) = match decision {
                Decision::Accept => {
                    let by = work.with_hands_of_now(caller.actor()).await?;
                    let after = before.clone().accept(&by, record.version, at)?;
                    changed = Some(take_over(work, caller.actor(), &record, &after).await?);
                    ("accepted", after)
                }
                Decision::Return(reasons) => {
                    ("returned", before.clone().return_for_changes(by, (*reasons).clone(), at)?)
                }
                Decision::Withdraw => ("withdrawn", before.clone().withdraw(by, at)?),
            };
            work.save_proposal(changed.as_ref().unwrap_or(&record), action, Some(&before), &after).await?;
            reply(work, caller, &record, after).await
        })
        .await
}

/// The institution and the proposal, where the actor holds a permission.
async fn load(
    work: &mut Work,
    actor: &Actor,
    (institution, id): (Uuid, Uuid),
    permission: Permission,
    expected: &MaybeIfMatch,
) -> Result<(Institution, Proposal), Problem> {
    let record = commands::load(work, actor, institution, permission).await?;
    let proposal = work.proposal_for_update(institution, id).await?.ok_or_else(Problem::not_found)?;
    expected.check(proposal.version)?;
    Ok((record, proposal))
}

/// The record says what was proposed.
async fn take_over(
    work: &mut Work,
    actor: &Actor,
    record: &Institution,
    accepted: &Proposal,
) -> Result<Institution, Problem> {
    let changed = record.clone().edit(accepted.profile.clone(), accepted.contacts.clone(), true, work.at())?;
    if changed.profile.unit_id != record.profile.unit_id {
        let scope = actor.scope(Permission::InstitutionsVerify);
        commands::check_unit(work, changed.profile.unit_id, &scope).await?;
    }
    work.save_institution("proposal_accepted", record, &changed).await?;
    Ok(changed)
}

async fn reply(work: &mut Work, caller: &Caller, record: &Institution, proposal: Proposal) -> Result<Reply, Problem> {
    let with_contacts = commands::sees_contacts(work, caller.actor(), record).await?;
    let seen = SeenProposal { proposal, with_contacts };
    if let Some(read) = sensitive_read(&seen) {
        caller.note_reads_in(work, &[read]).await?;
    }
    Reply::record(&tag(&seen), &ProposalOut::from(seen))
}
