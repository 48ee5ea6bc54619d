//! What goes in and out.

use aumsos_domain::{
    institutions::Operator,
    organization_units::{OrganizationUnit, UnitLevel},
    regions::RegionCode,
};
use aumsos_persistence::organization_units::UnitFilters;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    conditional::Tag,
    listing::{Form, ListFilters},
};

/// Which units.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct OrganizationUnitQuery {
    /// Below this unit, directly.
    #[param(max_items = 50)]
    pub parent_id: Vec<Uuid>,
    /// At or below this unit.
    pub within: Option<Uuid>,
    /// Level.
    #[param(max_items = 10)]
    pub level: Vec<UnitLevel>,
    /// Organisation.
    #[param(max_items = 10)]
    pub operator: Vec<Operator>,
    /// Region it works in.
    #[param(max_items = 50)]
    pub region: Vec<RegionCode>,
    /// Words of the name; the last may be a beginning, and a typo is forgiven.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
}

impl ListFilters for OrganizationUnitQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("name", ())];
    const DEFAULT_SORT: &'static str = "name";
    const FORMS: &'static [Form] = Form::TABULAR;
}

impl OrganizationUnitQuery {
    pub(super) fn filters(&self) -> UnitFilters {
        UnitFilters {
            parent: self.parent_id.clone(),
            within: self.within,
            level: self.level.clone(),
            operator: self.operator.clone(),
            region: self.region.clone(),
            q: self.q.clone(),
        }
    }
}

/// The units above one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "01900000-0000-7000-8000-000000000001", "version": 1, "parent_id": null, "operator": "muhammadiyah",
    "level": "central", "name": "Pimpinan Pusat Muhammadiyah", "region": null, "status": "active",
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
}]}))]
pub struct AncestorsOut {
    /// The root first, the unit itself last.
    pub items: Vec<OrganizationUnit>,
}

pub(super) fn tag(unit: &OrganizationUnit) -> Tag {
    Tag::of_version(unit.version)
}
