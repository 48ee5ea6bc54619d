//! Readers of live events.

use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use super::world::PATIENCE;
use crate::harness::Actor;

/// One event as it came.
#[derive(Debug, Clone)]
pub(super) struct Event {
    /// What to come again with.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// The change.
    pub(super) data: Value,
}

impl Event {
    /// Which record.
    pub(super) fn record_id(&self) -> &str {
        self.data["id"].as_str().unwrap()
    }
}

/// A stream that somebody reads.
pub(super) struct Follower {
    response: reqwest::Response,
    text: String,
    is_over: bool,
}

impl Follower {
    /// Begins to follow; `query` is what stands behind `/v1/events`.
    pub(super) async fn of(actor: &Actor, query: &str) -> Self {
        Self::after(actor, query, "").await
    }

    /// Comes again with the id of the last event; an empty one is none.
    pub(super) async fn after(actor: &Actor, query: &str, last_event_id: &str) -> Self {
        Self::try_after(actor, query, last_event_id).await.unwrap()
    }

    /// As [`Self::after`]; nothing when the service is not there, or has no time for it.
    pub(super) async fn try_after(actor: &Actor, query: &str, last_event_id: &str) -> Option<Self> {
        let ask = actor.get(format!("/v1/events{query}")).header("last-event-id", last_event_id);
        let ask = ask.header("accept-encoding", "gzip, br");
        let response = timeout(PATIENCE, ask.try_stream()).await.unwrap()?;
        if response.status().as_u16() == 503 {
            return None;
        }
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["content-encoding"], "identity");
        let mut follower = Self { response, text: String::new(), is_over: false };
        // Whoever has read the first words is heard of everything from now on.
        follower.block().await?;
        Some(follower)
    }

    /// The next block of lines, comments among them; nothing at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            match self.response.chunk().await {
                Ok(Some(bytes)) => self.text.push_str(std::str::from_utf8(&bytes).unwrap()),
                // A killed service breaks off; half an event is none.
                Ok(None) | Err(_) => {
                    self.is_over = true;
                    return None;
                }
            }
        }
    }

    /// The next event; nothing when none comes in this time, or the stream is over.
    pub(super) async fn within(&mut self, patience: Duration) -> Option<Event> {
        let next = async {
            loop {
                let block = self.block().await?;
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                if let Some(data) = field("data: ") {
                    let data = serde_json::from_str(&data).unwrap();
                    return Some(Event { id: field("id: ").unwrap(), name: field("event: ").unwrap(), data });
                }
            }
        };
        timeout(patience, next).await.ok().flatten()
    }

    /// Whether the service has ended the stream.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// The next event, which must come.
    #[track_caller]
    pub(super) fn next(&mut self) -> impl Future<Output = Event> {
        let place = std::panic::Location::caller();
        async move { self.within(PATIENCE).await.unwrap_or_else(|| panic!("no event came, waited for at {place}")) }
    }

    /// Waits for the end of the stream; gives what came before it.
    pub(super) async fn rest(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.within(PATIENCE).await {
            events.push(event);
        }
        assert!(self.is_over, "the stream does not end");
        events
    }
}
