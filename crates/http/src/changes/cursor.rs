//! Where a reader is in the feed: a position within one life of the database.
//!
//! A position is no secret and gives no right, so that a cursor carries no MAC: whoever makes one up is shown what they
//! may see from there.

use std::fmt;

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;
use uuid::Uuid;

use crate::{
    access::Caller,
    problem::{FieldError, Place, Problem, reasons},
    service::Service,
};

/// Told with every list that a feed can be followed from.
pub const FEED_CURSOR: HeaderName = HeaderName::from_static("feed-cursor");

/// A position in the feed of one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedCursor {
    epoch: Uuid,
    position: i64,
}

impl FeedCursor {
    /// Behind a position.
    pub(crate) const fn new(epoch: Uuid, position: i64) -> Self {
        Self { epoch, position }
    }

    /// As a header of an answer.
    pub fn header(self) -> (HeaderName, HeaderValue) {
        let value = HeaderValue::try_from(self.to_string());
        (FEED_CURSOR, value.unwrap_or_else(|_| HeaderValue::from_static("0")))
    }

    /// Tells it with an answer.
    pub fn told_with(self, mut answer: HttpResponse) -> HttpResponse {
        let (name, value) = self.header();
        answer.headers_mut().insert(name, value);
        answer
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 24] = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()?;
        let (epoch, position) = bytes.split_at_checked(16)?;
        let position = i64::from_be_bytes(position.try_into().ok()?);
        Some(Self { epoch: Uuid::from_slice(epoch).ok()?, position }).filter(|cursor| cursor.position >= 0)
    }
}

impl fmt::Display for FeedCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.epoch.as_bytes().as_slice(), &self.position.to_be_bytes()].concat();
        f.write_str(&BASE64URL_NOPAD.encode(&bytes))
    }
}

impl Caller {
    /// Where to follow the feed from so that nothing after an answer is missed. Take it before the query is asked.
    pub fn feed_cursor(&self) -> FeedCursor {
        let service = self.service();
        FeedCursor::new(service.live.epoch(), self.store().known_position())
    }
}

/// The position that a request names: a cursor, or a number as `position` in the feed shows it.
pub(super) async fn position_of(service: &Service, text: &str, place: Place, name: &str) -> Result<i64, Problem> {
    let position = match FeedCursor::parse(text) {
        Some(cursor) if cursor.epoch != service.live.epoch() => return Err(too_old()),
        Some(cursor) => cursor.position,
        None => text.parse().ok().filter(|position| *position >= 0).ok_or_else(|| {
            Problem::invalid_value(FieldError {
                place,
                pointer: format!("/{name}"),
                reason: &reasons::CURSOR_INVALID,
                limit: None,
            })
        })?,
    };
    // Behind the end there is nothing: the database is not the one that the reader knew.
    let is_there = position <= service.store.known_position() || position <= service.store.learn_sealed().await?;
    if is_there { Ok(position) } else { Err(too_old()) }
}

/// The way on: a snapshot, then the feed from where the snapshot was taken.
fn too_old() -> Problem {
    Problem::new(StatusCode::GONE, &reasons::FEED_CURSOR_TOO_OLD).with_details(json!({
        "snapshot": "/v1/institutions", "follow_from": "Feed-Cursor", "from_the_beginning": "/v1/changes?after=0"
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
        let cursor = FeedCursor::new(Uuid::from_u128(7), 41);
        let text = cursor.to_string();
        assert_eq!(FeedCursor::parse(&text), Some(cursor));
        for wrong in ["", "0", "41", &text[1..], &format!("{text}A"), &text.replace('A', "!")] {
            assert_eq!(FeedCursor::parse(wrong), None, "{wrong}");
        }
        assert_eq!(FeedCursor::parse(&FeedCursor::new(Uuid::from_u128(7), -1).to_string()), None);
    }
}
