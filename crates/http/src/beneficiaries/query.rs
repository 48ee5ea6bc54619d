//! What people in care are filtered and sorted by. What tells of a person is in no URL: it is asked for in the body of a
//! search.

use aumsos_domain::{beneficiaries::BeneficiaryStatus, census::Sex, institutions::PpksCategory};
use aumsos_persistence::beneficiaries::{BeneficiaryFilters, BeneficiarySort};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::listing::ListFilters;

/// Which people.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct BeneficiaryQuery {
    /// In the care of these institutions.
    #[param(max_items = 50)]
    pub institution_id: Vec<Uuid>,
    /// Of institutions in the care of this unit or of one below it.
    #[param(max_items = 50)]
    pub unit: Vec<Uuid>,
    /// Where they stand.
    #[param(max_items = 10)]
    pub status: Vec<BeneficiaryStatus>,
    /// Whether the time of keeping is over.
    pub retention_over: Option<bool>,
}

/// Which people, also by what tells of them.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct BeneficiarySearchQuery {
    /// In the care of these institutions.
    #[param(max_items = 50)]
    pub institution_id: Vec<Uuid>,
    /// Of institutions in the care of this unit or of one below it.
    #[param(max_items = 50)]
    pub unit: Vec<Uuid>,
    /// Where they stand.
    #[param(max_items = 10)]
    pub status: Vec<BeneficiaryStatus>,
    /// Whether the time of keeping is over.
    pub retention_over: Option<bool>,
    /// Sex.
    #[param(max_items = 5)]
    pub sex: Vec<Sex>,
    /// Category of need.
    #[param(max_items = 5)]
    pub ppks_category: Vec<PpksCategory>,
    /// Words of names, or beginnings of three to eight letters; old spelling is forgiven.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
}

const SORTS: &[(&str, BeneficiarySort)] = &[
    ("number", BeneficiarySort::Number),
    ("created_at", BeneficiarySort::CreatedAt),
    ("updated_at", BeneficiarySort::UpdatedAt),
];

impl ListFilters for BeneficiaryQuery {
    type Sort = BeneficiarySort;
    const SORTS: &'static [(&'static str, BeneficiarySort)] = SORTS;
    const DEFAULT_SORT: &'static str = "number";
}

impl ListFilters for BeneficiarySearchQuery {
    type Sort = BeneficiarySort;
    const SORTS: &'static [(&'static str, BeneficiarySort)] = SORTS;
    const DEFAULT_SORT: &'static str = "number";
}

impl From<&BeneficiaryQuery> for BeneficiaryFilters {
    fn from(query: &BeneficiaryQuery) -> Self {
        Self {
            institution: query.institution_id.clone(),
            unit: query.unit.clone(),
            status: query.status.clone(),
            retention_over: query.retention_over,
            ..Self::default()
        }
    }
}

impl From<&BeneficiarySearchQuery> for BeneficiaryFilters {
    fn from(query: &BeneficiarySearchQuery) -> Self {
        Self {
            institution: query.institution_id.clone(),
            unit: query.unit.clone(),
            status: query.status.clone(),
            sex: query.sex.clone(),
            ppks_category: query.ppks_category.clone(),
            retention_over: query.retention_over,
            q: query.q.clone(),
        }
    }
}
