//! Following the feed by server-sent events.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, CacheControl, CacheDirective, ContentEncoding},
    },
};
use aumsos_domain::access::ActorId;
use aumsos_persistence::ledger::FeedSight;

use super::{
    cursor::{FeedCursor, position_of},
    model::{EventsQuery, feed_kinds},
    places::Taken,
    stream::{Reader, follow},
};
use crate::{
    access::Caller,
    frame::{bearer, peer},
    listing::Query,
    operation::{Access, Operation, Tag},
    problem::{Place, Problem, reasons},
};

/// How a reader says where they broke off (HTML Standard §9.2).
const LAST_EVENT_ID: &str = "last-event-id";

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/events", "follow_changes", handle)
        .tag(Tag::Changes)
        .access(Access::Anyone)
        .summary("Follow the change feed live")
        .description(
            "Server-sent events: `id` is a cursor of the feed, `event` the effect (`changed`, `deleted`, `left_sight`), \
             `data` a change exactly as `/v1/changes` shows it. A reader who comes again with `Last-Event-ID` misses \
             nothing and gets nothing twice. Without it and without `after` the stream begins now, at the `Feed-Cursor` of \
             the answer. A comment comes every 15 seconds when nothing else does. The stream ends with the service, with \
             the token and when the roles of the reader change.",
        )
        .query::<EventsQuery>()
        .resumable()
        .answers_media(StatusCode::OK, "The stream", "text/event-stream")
        .tells_feed_cursor()
        .also(&[StatusCode::GONE])
}

async fn handle(
    caller: Caller,
    Query(query): Query<EventsQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let service = caller.service();
    let kinds = feed_kinds(&query.kinds)?;
    let last = request.headers().get(LAST_EVENT_ID).map(|value| value.to_str().unwrap_or("-").trim());
    let after = match (last.filter(|last| !last.is_empty()), &query.after) {
        (Some(last), _) => position_of(service, last, Place::Header, LAST_EVENT_ID).await?,
        (None, Some(text)) => position_of(service, text, Place::Query, "after").await?,
        (None, None) => service.store.learn_sealed().await?,
    };
    if service.is_stopping() {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, &reasons::STOPPING));
    }
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/event-stream")
        .insert_header(CacheControl(vec![CacheDirective::NoStore]))
        .insert_header(FeedCursor::new(service.live.epoch(), after).header())
        // Compressed or gathered by a proxy, events would come late.
        .insert_header((header::CONTENT_ENCODING, ContentEncoding::Identity))
        .insert_header(("X-Accel-Buffering", "no"))
        // Nothing comes after a stream, and a service that stops need not wait for what might.
        .force_close();
    if request.method() == Method::HEAD {
        return Ok(answer.finish());
    }
    // One that is not remembered any more ends the stream at once, and its reader comes again.
    let end_of = |token: &str| (token.to_owned(), service.tokens.end_of(token).unwrap_or_default());
    let token = bearer(request.headers()).map(end_of);
    let reader = match caller.id() {
        ActorId::Anonymous => format!("{:?}", peer(service, &request)),
        _ => caller.name(),
    };
    let place = Taken::of(service, reader)?;
    let reader = Reader { token, sight: FeedSight::of(caller.actor()), kinds };
    Ok(answer.streaming(follow(service.clone(), reader, after, place)))
}
