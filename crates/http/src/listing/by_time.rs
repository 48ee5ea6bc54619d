//! Lists that are told in the order of time and not filtered.

use serde::Deserialize;
use utoipa::IntoParams;

use super::{ListFilters, ListQuery};
use aumsos_persistence::page::Direction;

/// No filters.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct ByTimeQuery {}

impl ListFilters for ByTimeQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("at", ())];
    const DEFAULT_SORT: &'static str = "-at";
}

impl<F: ListFilters<Sort = ()>> ListQuery<F> {
    /// Which way a list of one order is read; the latest first when nothing is said.
    pub fn direction(&self) -> Direction {
        self.sort.first().map_or(Direction::Descending, |((), direction)| *direction)
    }
}
