//! Ending an access before its time, and reviewing one.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    beneficiaries::emergency_access::{
        EMERGENCY_ACCESS_IS_OVER, EMERGENCY_ACCESS_IS_REVIEWED, EmergencyAccess, OWN_EMERGENCY_ACCESS, ReviewProfile,
    },
};
use aumsos_persistence::{Work, beneficiaries::EmergencyFilters};
use uuid::Uuid;

use super::model::{EmergencyAccessOut, known_to, read, tag};
use crate::{
    command::{Command, Nothing, Reply},
    conditional::MaybeIfMatch,
    operation::{Access, Operation, Tag},
    problem::Problem,
    safeguarding_codes::Pledged,
};

/// The row of the operation that ends one.
pub(super) fn end() -> Operation {
    Operation::post("/v1/emergency-accesses/{emergency_access_id}/end", "end_emergency_access", handle_end)
        .tag(Tag::EmergencyAccesses)
        .access(Access::SignedIn)
        .summary("End an emergency access")
        .description("Before its time: by who uses it, or by who reviews it.")
        .optional_body::<Nothing>()
        .repeatable()
        .conditional()
        .answers_record::<EmergencyAccessOut>(StatusCode::OK, "The access")
        .sensitive()
        .refuses(&[&EMERGENCY_ACCESS_IS_OVER])
}

async fn handle_end(
    caller: Pledged,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    let known = known_to(&caller);
    caller
        .run(command.repeat(), async |work| {
            let before = load(work, *id, &known, &expected).await?;
            let now = work.database_time().await?;
            let after = before.end(now)?;
            work.save_emergency_access("ended", &after).await?;
            caller.note_reads_in(work, read(&after).as_slice()).await?;
            Reply::record(&tag(&after), &EmergencyAccessOut::from(after))
        })
        .await
}

/// The row of the operation that reviews one.
pub(super) fn review() -> Operation {
    Operation::post("/v1/emergency-accesses/{emergency_access_id}/review", "review_emergency_access", handle_review)
        .tag(Tag::EmergencyAccesses)
        .needs(Permission::EmergencyAccessReview)
        .summary("Review an emergency access")
        .description(
            "By somebody else than who used it, and not with a client that they hold: justified or not, and why. Once.",
        )
        .body::<ReviewProfile>()
        .repeatable()
        .conditional()
        .answers_record::<EmergencyAccessOut>(StatusCode::OK, "The access")
        .sensitive()
        .also(&[StatusCode::GONE])
        .refuses(&[&OWN_EMERGENCY_ACCESS, &EMERGENCY_ACCESS_IS_REVIEWED])
}

async fn handle_review(
    caller: Pledged,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<ReviewProfile>,
) -> Result<HttpResponse, Problem> {
    let known = known_to(&caller);
    caller
        .run(command.repeat(), async |work| {
            let before = load(work, *id, &known, &expected).await?;
            if before.reason.is_none() {
                // The person was erased, and what was written of them with it: nothing can be sealed for them any more.
                return Err(Problem::gone());
            }
            let by = work.with_hands_of_now(caller.actor()).await?;
            let after = before.review(command.body.clone(), &by, work.at())?;
            work.save_emergency_access("reviewed", &after).await?;
            caller.note_reads_in(work, read(&after).as_slice()).await?;
            Reply::record(&tag(&after), &EmergencyAccessOut::from(after))
        })
        .await
}

/// The access of an id that the caller may know of, at the version that was named, locked until the end of the unit of work.
async fn load(
    work: &mut Work,
    id: Uuid,
    known: &EmergencyFilters,
    expected: &MaybeIfMatch,
) -> Result<EmergencyAccess, Problem> {
    let access = work.emergency_access_for_update(id, known).await?.ok_or_else(Problem::not_found)?;
    expected.check(access.version)?;
    Ok(access)
}
