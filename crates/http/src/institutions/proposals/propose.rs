//! Proposing a change of a verified record.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::{Actor, Permission},
    institutions::{Proposal, life::STATUS_DOES_NOT_ALLOW},
};
use aumsos_persistence::{Work, institutions::SeenProposal};
use uuid::Uuid;

use super::{
    super::commands,
    model::{ProposalIn, ProposalOut, sensitive_read, tag},
};
use crate::{
    access::Caller,
    command::{Command, Reply},
    conditional::MaybeIfMatch,
    creation::New,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/institutions/{institution_id}/proposals", "create_proposal", handle)
        .tag(Tag::Proposals)
        .needs(Permission::InstitutionsSubmit)
        .summary("Propose a change")
        .description(
            "Of a verified record, for the responsible unit to accept or return. `If-Match` names the version of the \
             institution that it was made on. Contacts that are left out stay as they are.",
        )
        .body::<New<ProposalIn>>()
        .repeatable()
        .conditional()
        .answers_record::<ProposalOut>(StatusCode::CREATED, "The proposal")
        .also(&[StatusCode::GONE])
        .refuses(&[&STATUS_DOES_NOT_ALLOW, &reasons::ID_TAKEN])
        .sensitive()
}

async fn handle(
    caller: Caller,
    institution: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<New<ProposalIn>>,
) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    caller
        .run(command.repeat(), async |work| {
            let body = command.body.record.clone();
            let seen = propose(work, caller.actor(), *institution, id, &expected, body).await?;
            if let Some(read) = sensitive_read(&seen) {
                caller.note_reads_in(work, &[read]).await?;
            }
            let location = format!("/v1/institutions/{institution}/proposals/{id}");
            Reply::created(location, &tag(&seen), &ProposalOut::from(seen))
        })
        .await
}

/// Makes a proposal.
async fn propose(
    work: &mut Work,
    actor: &Actor,
    institution: Uuid,
    id: Uuid,
    expected: &MaybeIfMatch,
    body: ProposalIn,
) -> Result<SeenProposal, Problem> {
    let record = commands::load(work, actor, institution, Permission::InstitutionsSubmit).await?;
    expected.check(record.version)?;
    let said = commands::changed(work, actor, &record, "/institution", |_| Ok(body.institution)).await?;
    let proposal = Proposal::new(id, &record, said, body.note, actor.id, work.at())?;
    work.save_proposal(&record, "proposed", None, &proposal).await?;
    let with_contacts = commands::sees_contacts(work, actor, &record).await?;
    Ok(SeenProposal { proposal, with_contacts })
}
