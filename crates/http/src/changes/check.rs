//! Looking after records that a reader has kept.

use std::collections::HashMap;

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{ChangeEffect, RecordPresence};
use aumsos_persistence::ledger::FeedSight;

use super::model::{PresenceCheck, PresenceOut, PresencesOut};
use crate::{
    access::Caller,
    body::Body,
    operation::{Access, Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/changes/check", "check_presence", handle)
        .tag(Tag::Changes)
        .access(Access::Anyone)
        .summary("Check whether records are still there")
        .description(
            "For a copy that was kept for long: which of its records are there, which were deleted, and which are not \
             there or out of your sight.",
        )
        .body::<PresenceCheck>()
        .reads()
        .answers::<PresencesOut>(StatusCode::OK, "What became of them")
}

async fn handle(caller: Caller, Body(check): Body<PresenceCheck>) -> Result<HttpResponse, Problem> {
    let sight = FeedSight::of(caller.actor());
    let latest = caller.store().latest_changes(check.kind, &check.ids).await?;
    let known: HashMap<_, _> = latest
        .iter()
        .filter_map(|change| match change.seen_by(&sight)?.effect {
            ChangeEffect::Changed => Some((change.record_id, RecordPresence::Present)),
            ChangeEffect::Deleted => Some((change.record_id, RecordPresence::Gone)),
            ChangeEffect::LeftSight => None,
        })
        .collect();
    let presence = |id| known.get(&id).copied().unwrap_or(RecordPresence::Unknown);
    let items = check.ids.iter().map(|&id| PresenceOut { id, presence: presence(id) }).collect();
    Ok(HttpResponse::Ok().json(PresencesOut { items }))
}
