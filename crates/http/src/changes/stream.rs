//! One stream of events: where its reader is in the feed, and what they may see.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use aumsos_domain::RecordKind;
use aumsos_persistence::ledger::FeedSight;
use bytes::{Bytes, BytesMut};
use chrono::Utc;
use futures_util::stream::{Stream, unfold};
use tokio::{
    sync::{
        broadcast::{
            Receiver,
            error::{RecvError, TryRecvError},
        },
        watch,
    },
    time::sleep,
};

use super::{
    live::{Batch, event},
    places::Taken,
};
use crate::service::Service;

/// After so long without an event a comment tells both sides that the other is there.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a stream that hears nothing looks whether it should have.
const LOOK: Duration = Duration::from_secs(1);
/// For how long it is believed that the reader may still see what they saw.
const BELIEVED: Duration = Duration::from_secs(1);
/// Changes that are read from the store at once by a stream that is behind; as long as its reader does not read on, they wait
/// in memory.
const PAGE: u64 = 20;
/// Of a batch so many bytes are said at once, or one event. A server that gathers no more than that either before it writes
/// keeps some 16 KiB for a reader who does not read, and notices after one piece who hung up.
pub const SAID_AT_ONCE: usize = 8 << 10;

/// Who follows.
pub(super) struct Reader {
    /// The token they showed, and when it ends (seconds since 1970).
    pub(super) token: Option<(String, i64)>,
    /// What they may see.
    pub(super) sight: FeedSight,
    /// What they asked for.
    pub(super) kinds: Vec<RecordKind>,
}

struct Following {
    service: Service,
    reader: Reader,
    /// Everything up to here was told.
    position: i64,
    /// The store holds more, up to here at least.
    target: i64,
    heard: Receiver<Arc<Batch>>,
    pending: Option<Arc<Batch>>,
    stopping: watch::Receiver<bool>,
    is_open: bool,
    said_at: Instant,
    /// When the reader's rights were last looked up; nothing when they may have changed since.
    checked_at: Option<Instant>,
    _place: Taken,
}

/// Everything after a position, as it comes; ends with the service, the token or the reader's rights.
pub(super) fn follow(
    service: Service,
    reader: Reader,
    after: i64,
    place: Taken,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let heard = service.live.subscribe();
    let now = Instant::now();
    let following = Following {
        position: after,
        target: service.store.known_position().max(service.live.position()),
        heard,
        pending: None,
        stopping: service.stopping(),
        is_open: false,
        said_at: now,
        checked_at: Some(now),
        reader,
        service,
        _place: place,
    };
    unfold(following, |mut following| async move {
        let said = following.next().await?;
        following.said_at = Instant::now();
        Some((Ok(said), following))
    })
}

impl Following {
    /// What is said next; nothing at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.is_open {
            self.is_open = true;
            return Some(Bytes::from_static(b": following\nretry: 2000\n\n"));
        }
        loop {
            if *self.stopping.borrow() {
                return None;
            }
            if self.pending.is_none() {
                self.pending = match self.heard.try_recv() {
                    Ok(batch) => Some(batch),
                    Err(TryRecvError::Closed) => return None,
                    // The next batch does not follow then.
                    Err(TryRecvError::Lagged(_) | TryRecvError::Empty) => None,
                };
            }
            let said = match self.pending.take() {
                Some(batch) if batch.last <= self.position => continue,
                Some(batch) => {
                    let follows = batch.from <= self.position;
                    let said = if follows { self.take(&batch).await? } else { self.read_on().await? };
                    self.pending = Some(batch);
                    said
                }
                None if self.position < self.target => self.read_on().await?,
                None => self.wait().await?,
            };
            if !said.is_empty() {
                return Some(said);
            }
        }
    }

    /// What of a batch is the reader's business, up to [`SAID_AT_ONCE`].
    async fn take(&mut self, batch: &Batch) -> Option<Bytes> {
        if batch.bears_on_access {
            self.checked_at = None;
        }
        let mut said = BytesMut::new();
        let mut told = batch.last;
        let epoch = self.service.live.epoch();
        for one in &batch.changes {
            if one.change.position <= self.position || !self.reader.kinds.contains(&one.change.kind) {
                continue;
            }
            if let Some(seen) = one.change.seen_by(&self.reader.sight) {
                let event = self.or_end(one.event(epoch, seen))?;
                if !said.is_empty() && said.len() + event.len() > SAID_AT_ONCE {
                    told = one.change.position - 1;
                    break;
                }
                said.extend_from_slice(&event);
            }
        }
        if (batch.bears_on_access || !said.is_empty()) && !self.may_go_on().await {
            return None;
        }
        self.position = told;
        Some(said.freeze())
    }

    /// What the store holds behind the reader's position.
    async fn read_on(&mut self) -> Option<Bytes> {
        if !self.may_go_on().await {
            return None;
        }
        let Reader { kinds, sight, .. } = &self.reader;
        let page = self.or_end(self.service.store.changes_after(self.position, kinds, sight, PAGE).await)?;
        let mut said = BytesMut::new();
        for (change, seen) in &page.changes {
            said.extend_from_slice(&self.or_end(event(self.service.live.epoch(), change, *seen))?);
        }
        if !page.has_more {
            self.target = self.target.min(page.read_to);
        }
        self.position = page.read_to;
        Some(said.freeze())
    }

    /// Waits for the next batch, and says that it waits when that takes long.
    async fn wait(&mut self) -> Option<Bytes> {
        tokio::select! {
            batch = self.heard.recv() => match batch {
                Ok(batch) => self.pending = Some(batch),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            },
            _ = self.stopping.changed() => return None,
            () = sleep(LOOK) => {
                self.target = self.service.live.position();
                let is_over = |end: i64| Utc::now().timestamp() >= end;
                if self.reader.token.as_ref().is_some_and(|(_, end)| is_over(*end)) {
                    return None;
                }
                if self.said_at.elapsed() >= HEARTBEAT {
                    return self.may_go_on().await.then_some(Bytes::from_static(b": still here\n\n"));
                }
            }
        }
        Some(Bytes::new())
    }

    /// Whether the reader may still see what they saw when they came.
    async fn may_go_on(&mut self) -> bool {
        let Some((token, end)) = &self.reader.token else { return true };
        if Utc::now().timestamp() >= *end {
            return false;
        }
        if self.checked_at.is_some_and(|at| at.elapsed() < BELIEVED) {
            return true;
        }
        let identity = self.service.tokens.identify(&self.service.store, token).await;
        self.checked_at = Some(Instant::now());
        identity.is_ok_and(|identity| FeedSight::of(&identity.actor) == self.reader.sight)
    }

    /// A stream whose store fails ends: its reader comes again with the last id they have.
    fn or_end<T>(&self, read: Result<T, aumsos_persistence::StoreError>) -> Option<T> {
        read.inspect_err(|error| tracing::warn!(%error, position = self.position, "a stream breaks off")).ok()
    }
}
