//! The one reader of the ledger that all streams of a process share.
//!
//! It reads what was sealed once, whoever may see it, and hands it to every stream; each takes what its own reader may
//! see, already written out. What it costs does not grow with the number of streams, whatever their scopes.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use aumsos_domain::{ChangeEffect, CodeList, institutions::View};
use aumsos_persistence::{
    StoreError,
    ledger::feed::{FeedChange, Seen},
};
use bytes::Bytes;
use tokio::{sync::broadcast, time::sleep};
use uuid::Uuid;

use super::{cursor::FeedCursor, model::ChangeOut, places::Places};
use crate::service::Service;

/// Changes that are read at once.
const BATCH: u64 = 100;
/// Batches that a slow stream may be behind before it reads from the store; they are kept once for all streams.
const KEPT: usize = 16;
/// How long commits that come close together are gathered.
const GATHER: Duration = Duration::from_millis(20);
/// How long to wait when the store did not answer.
const PATIENCE: Duration = Duration::from_millis(500);

/// What the streams of a process share.
pub(crate) struct Live {
    epoch: Uuid,
    batches: broadcast::Sender<Arc<Batch>>,
    /// Up to where everything was handed to the streams that were there.
    position: AtomicI64,
    pub(super) places: Places,
}

/// Changes that follow each other.
pub(super) struct Batch {
    /// The position before the first.
    pub(super) from: i64,
    /// The position of the last.
    pub(super) last: i64,
    /// Whether one of them may have changed what somebody may do.
    pub(super) bears_on_access: bool,
    pub(super) changes: Vec<LiveChange>,
}

/// A change with its forms on the wire, each made when it is first needed.
pub(super) struct LiveChange {
    pub(super) change: FeedChange,
    forms: [OnceLock<Bytes>; 5],
}

impl LiveChange {
    /// The event as one reader gets it.
    pub(super) fn event(&self, epoch: Uuid, seen: Seen) -> Result<Bytes, StoreError> {
        let [public, partner, council, deleted, left_sight] = &self.forms;
        let form = match (seen.effect, seen.view) {
            (ChangeEffect::Changed, View::Public) => public,
            (ChangeEffect::Changed, View::Partner) => partner,
            (ChangeEffect::Changed, View::Council) => council,
            (ChangeEffect::Deleted, _) => deleted,
            (ChangeEffect::LeftSight, _) => left_sight,
        };
        if let Some(made) = form.get() {
            return Ok(made.clone());
        }
        let made = event(epoch, &self.change, seen)?;
        Ok(form.get_or_init(|| made).clone())
    }
}

/// A change as a server-sent event (HTML Standard §9.2).
pub(super) fn event(epoch: Uuid, change: &FeedChange, seen: Seen) -> Result<Bytes, StoreError> {
    let item = serde_json::to_string(&ChangeOut::of(change, seen)?)
        .map_err(|_| StoreError::Unreadable("a record in the ledger"))?;
    let cursor = FeedCursor::new(epoch, change.position);
    Ok(Bytes::from(format!("id: {cursor}\nevent: {}\ndata: {item}\n\n", seen.effect.code())))
}

impl Live {
    /// For a feed of this epoch, of which everything up to a position is old.
    pub(crate) fn new(epoch: Uuid, position: i64) -> Self {
        Self {
            epoch,
            batches: broadcast::Sender::new(KEPT),
            position: AtomicI64::new(position),
            places: Places::default(),
        }
    }

    /// Which life of the feed this is.
    pub(crate) const fn epoch(&self) -> Uuid {
        self.epoch
    }

    pub(super) fn position(&self) -> i64 {
        self.position.load(Ordering::Acquire)
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Arc<Batch>> {
        self.batches.subscribe()
    }
}

/// Reads what is sealed, as it is sealed, until the service stops.
pub(crate) async fn run(service: Service) {
    let mut sealed = service.store.sealed_positions();
    let mut stopping = service.stopping();
    loop {
        let end = *sealed.borrow_and_update();
        tokio::select! {
            () = hand_out(&service, end) => {}
            _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
        }
        tokio::select! {
            changed = sealed.changed() => if changed.is_err() { return },
            _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
        }
    }
}

async fn hand_out(service: &Service, end: i64) {
    let live = &service.live;
    while live.position() < end {
        let from = live.position();
        if live.batches.receiver_count() == 0 {
            // Whoever comes meanwhile sees that the next batch does not follow, and reads from the store.
            live.position.store(end, Ordering::Release);
            return;
        }
        let changes = match service.store.sealed_after(from, BATCH).await {
            Ok(changes) => changes,
            Err(error) => {
                tracing::warn!(%error, "streams wait");
                sleep(PATIENCE).await;
                continue;
            }
        };
        let Some(last) = changes.last().map(|change| change.position) else { return };
        let bears_on_access = changes.iter().any(|change| change.kind.bears_on_access());
        if bears_on_access {
            service.tokens.forget_roles();
        }
        let changes = changes.into_iter().map(|change| LiveChange { change, forms: Default::default() }).collect();
        // Nobody hears it when the last stream has just ended.
        let _ = live.batches.send(Arc::new(Batch { from, last, bears_on_access, changes }));
        live.position.store(last, Ordering::Release);
        sleep(GATHER).await;
    }
}
