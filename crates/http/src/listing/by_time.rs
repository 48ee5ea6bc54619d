//! Lists that are told in the order of time and not filtered.

use serde::Deserialize;
use utoipa::IntoParams;

use super::ListFilters;

/// No filters.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct ByTimeQuery {}

impl ListFilters for ByTimeQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("at", ())];
    const DEFAULT_SORT: &'static str = "-at";
}
