//! Records as they go out, written once and kept in memory: for each the JSON of one version as one view shows it.
//!
//! What is kept never grows stale: who lists records learns from the database which version of each they see, and as whom,
//! and finds here what was written for just that version and view, or nothing. What belongs to the request and not to the
//! record (its distance) or changes without it (its census) is not kept; it is added to each answer.

use aumsos_domain::institutions::View;
use quick_cache::{Weighter, sync::Cache};
use serde::Serialize;
use uuid::Uuid;

use crate::{listing::Written, problem::Problem};

/// What all kept records weigh together, in bytes.
const CAPACITY: u64 = 16 << 20;
/// What a record weighs beside its JSON.
const OVERHEAD: u64 = 128;
/// About so many records fit.
const ITEMS: usize = 16_384;

/// Which record, in which version, as whom it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Rendering {
    pub(crate) id: Uuid,
    pub(crate) version: i64,
    /// In microseconds. A database that was brought back to an earlier state gives its version numbers a second time, to
    /// other changes.
    pub(crate) updated_at: i64,
    pub(crate) view: View,
}

/// The records that are kept.
pub(crate) struct RenderedRecords(Cache<Rendering, Written, Weight>);

#[derive(Clone)]
struct Weight;

impl Weighter<Rendering, Written> for Weight {
    fn weight(&self, _: &Rendering, written: &Written) -> u64 {
        OVERHEAD + u64::try_from(written.len()).unwrap_or(CAPACITY)
    }
}

impl Default for RenderedRecords {
    fn default() -> Self {
        Self(Cache::with_weighter(ITEMS, CAPACITY, Weight))
    }
}

impl RenderedRecords {
    /// A record as it was written out, if it was.
    pub(crate) fn find(&self, rendering: &Rendering) -> Option<Written> {
        self.0.get(rendering)
    }

    /// Writes a record out and keeps it.
    pub(crate) fn write<T: Serialize>(&self, rendering: Rendering, record: &T) -> Result<Written, Problem> {
        let written = Written::of(record)?;
        self.0.insert(rendering, written.clone());
        Ok(written)
    }
}
