//! Reading the feed.

use actix_web::{HttpResponse, http::StatusCode, http::header::LINK};
use aumsos_domain::{ChangeEffect, RecordKind, access::Audience};
use aumsos_persistence::ledger::FeedSight;

use super::{
    cursor::{FeedCursor, position_of},
    model::{ChangeOut, ChangesOut, ChangesQuery, feed_kinds},
};
use crate::{
    access::Caller,
    listing::Query,
    operation::{Access, Operation, Tag},
    problem::{Place, Problem},
};

/// Changes an answer when nothing is said.
const DEFAULT_LIMIT: u64 = 50;

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/changes", "list_changes", handle)
        .tag(Tag::Changes)
        .access(Access::Anyone)
        .summary("Read the change feed")
        .description(
            "What changed, what was deleted and what left your sight, in order, each change once. Take a list with its \
             `Feed-Cursor`, then follow from there. What you are shown is what you may see now: a record that was \
             withdrawn is not shown as it was either. Contact persons are never in the feed. A cursor of another life of \
             the database is answered with 410 `feed_cursor_too_old`: take a new list.",
        )
        .query::<ChangesQuery>()
        .with_schema::<RecordKind>()
        .with_schema::<ChangeEffect>()
        .with_schema::<Audience>()
        .answers::<ChangesOut>(StatusCode::OK, "The changes after the cursor")
        .tells_feed_cursor()
        .also(&[StatusCode::GONE])
}

async fn handle(caller: Caller, Query(query): Query<ChangesQuery>) -> Result<HttpResponse, Problem> {
    let kinds = feed_kinds(&query.kinds)?;
    let after = match &query.after {
        Some(text) => position_of(caller.service(), text, Place::Query, "after").await?,
        None => 0,
    };
    let sight = FeedSight::of(caller.actor());
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    let page = caller.store().changes_after(after, &kinds, &sight, limit).await?;
    let items = page.changes.iter().map(|(change, seen)| ChangeOut::of(change, *seen)).collect::<Result<_, _>>()?;
    let cursor = FeedCursor::new(caller.service().live.epoch(), page.read_to);
    let mut answer = HttpResponse::Ok();
    answer.insert_header(cursor.header());
    if page.has_more {
        let kinds: String = query.kinds.iter().map(|kind| format!("&kinds={kind}")).collect();
        answer.insert_header((LINK, format!("</v1/changes?after={cursor}&limit={limit}{kinds}>; rel=\"next\"")));
    }
    Ok(answer.json(ChangesOut { items, next_cursor: cursor.to_string(), has_more: page.has_more, sight: sight.mark() }))
}
