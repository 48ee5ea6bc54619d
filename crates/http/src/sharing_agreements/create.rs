//! Agreeing to share.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{
    access::{Actor, Permission, granting::GRANT_BEYOND_ONES_OWN},
    organization_units::{UNIT_CLOSED, UnitStatus},
    sharing_agreements::{SHARING_NEEDLESS, SharingAgreement, SharingProfile, check_may_share},
};
use aumsos_persistence::Work;
use uuid::Uuid;

use super::model::{SharingAgreementOut, tag};
use crate::{
    access::Caller,
    body::refuse_value,
    command::{Command, Reply},
    creation::New,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/sharing-agreements", "agree_to_share", handle)
        .tag(Tag::SharingAgreements)
        .needs(Permission::SharingManage)
        .summary("Share with another unit")
        .description(
            "Councils at three levels are autonomous (UU 11/2009 articles 42-43): sight across the tree is agreed on. Whoever \
             holds one of the permissions by a role at `to_unit_id`, or above it, holds it at `from_unit_id` and below as \
             well, until the day that is named; to read, not to write, to take out in whole, or to pass on. The caller \
             holds each of the permissions there by a role. It ends by itself when a unit moves so that it would show more.",
        )
        .body::<New<SharingProfile>>()
        .repeatable()
        .answers_record::<SharingAgreementOut>(StatusCode::CREATED, "The agreement")
        .refuses(&[&GRANT_BEYOND_ONES_OWN, &SHARING_NEEDLESS, &UNIT_CLOSED, &reasons::ID_TAKEN])
}

async fn handle(caller: Caller, command: Command<New<SharingProfile>>) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    caller
        .run(command.repeat(), async |work| {
            let agreement = agree(work, caller.actor(), id, command.body.record.clone()).await?;
            let location = format!("/v1/sharing-agreements/{id}");
            let tag = tag(&agreement, work.at());
            Reply::created(location, &tag, &SharingAgreementOut::of(agreement, work.at()))
        })
        .await
}

async fn agree(work: &mut Work, actor: &Actor, id: Uuid, asked: SharingProfile) -> Result<SharingAgreement, Problem> {
    Problem::unless_sound(asked.broken_rules(work.at()))?;
    let from_line = line_at_work(work, asked.from_unit_id, "/from_unit_id").await?;
    line_at_work(work, asked.to_unit_id, "/to_unit_id").await?;
    check_may_share(actor, &from_line, &asked.permissions)?;
    if work.is_sharing_agreement_id_taken(id).await? {
        return Err(Problem::refused(&reasons::ID_TAKEN));
    }
    let agreement = SharingAgreement::new(id, asked, &from_line, actor.id, work.at())?;
    work.save_sharing_agreement("agreed", None, &agreement).await?;
    Ok(agreement)
}

/// The units above a unit at work, itself included. None of them moves before the end of the unit of work: an agreement
/// is about the tree as it stands.
async fn line_at_work(work: &mut Work, unit: Uuid, pointer: &str) -> Result<Vec<Uuid>, Problem> {
    let found = work.unit_to_rely_on(unit).await?.ok_or_else(|| refuse_value(pointer, &reasons::RECORD_UNKNOWN))?;
    if found.status != UnitStatus::Active {
        return Err(Problem::refused(&UNIT_CLOSED));
    }
    let line = work.line_above(unit).await?;
    for above in line.iter().filter(|above| **above != unit) {
        work.unit_to_rely_on(*above).await?;
    }
    Ok(work.line_above(unit).await?)
}
