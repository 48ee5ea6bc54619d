//! What institutions are filtered and sorted by in lists, searches and whatever else is asked of the register.

use aumsos_domain::{
    Reason,
    census::Freshness,
    institutions::{AccreditationStatus, Grade, InstitutionKind, InstitutionStatus, Operator, ServiceKind},
    map::{BoundingBox, Point},
    regions::RegionCode,
};
use aumsos_persistence::institutions::{InstitutionFilters, InstitutionSort, Near};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::{
    IntoParams,
    openapi::{
        RefOr, Schema,
        schema::{ArrayBuilder, ObjectBuilder, SchemaFormat, Type},
    },
};
use uuid::Uuid;

use crate::{
    listing::{Form, ListFilters, ListQuery},
    problem::{Problem, reasons},
};

/// Which institutions. Filters of different names must all hold; a name that is repeated asks for any of its values.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct InstitutionQuery {
    /// Kind.
    #[param(max_items = 20)]
    pub kind: Vec<InstitutionKind>,
    /// Who runs it.
    #[param(max_items = 10)]
    pub operator: Vec<Operator>,
    /// Province, by Kemendagri code.
    #[param(schema_with = province_codes)]
    pub province: Vec<RegionCode>,
    /// Regency or city, by Kemendagri code.
    #[param(schema_with = regency_codes)]
    pub regency: Vec<RegionCode>,
    /// District, by Kemendagri code. Institutions whose place is hidden from the caller are not found by it.
    #[param(schema_with = district_codes)]
    pub district: Vec<RegionCode>,
    /// Village, by Kemendagri code. Institutions whose place is hidden from the caller are not found by it.
    #[param(schema_with = village_codes)]
    pub village: Vec<RegionCode>,
    /// In the care of this unit or of one below it.
    #[param(max_items = 50)]
    pub unit: Vec<Uuid>,
    /// Status. Merged records are shown only when they are asked for.
    #[param(max_items = 10)]
    pub status: Vec<InstitutionStatus>,
    /// Grade of accreditation.
    #[param(max_items = 10)]
    pub grade: Vec<Grade>,
    /// Standing in accreditation.
    #[param(max_items = 10)]
    pub accreditation_status: Vec<AccreditationStatus>,
    /// Freshness of the census.
    #[param(max_items = 10)]
    pub freshness: Vec<Freshness>,
    /// Offering this service.
    #[param(max_items = 20)]
    pub service: Vec<ServiceKind>,
    /// Inside a box: `west,south,east,north` in degrees. Institutions whose place is hidden from the caller are in none.
    pub bbox: Option<BoundingBox>,
    /// Around a point: `latitude,longitude` in degrees; the answer tells each distance. Institutions whose place is
    /// hidden from the caller are near nothing.
    pub near: Option<Point>,
    /// How far around `near`, in metres; everything with a position when it is left out.
    #[param(minimum = 1, maximum = 20_100_000)]
    pub radius_m: Option<f64>,
    /// Changed at this time or later.
    pub changed_since: Option<DateTime<Utc>>,
    /// Not verified since this time.
    pub verified_before: Option<DateTime<Utc>>,
    /// The code of the register.
    #[param(min_length = 1, max_length = 40)]
    pub code: Option<String>,
    /// Words of names, places and codes; the last may be a beginning, and old spelling and a typo are forgiven.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
}

/// Codes of one level. The pattern is for those who read the document; what breaks the format is told in words.
fn codes(format: &str, pattern: &str) -> RefOr<Schema> {
    let format = SchemaFormat::Custom(format.to_owned());
    let code = ObjectBuilder::new().schema_type(Type::String).format(Some(format)).pattern(Some(pattern));
    ArrayBuilder::new().items(code).max_items(Some(50)).into()
}

fn province_codes() -> RefOr<Schema> {
    codes("province-code", "^[1-9][0-9]$")
}

fn regency_codes() -> RefOr<Schema> {
    codes("regency-code", r"^[1-9][0-9]\.(0[1-9]|[1-9][0-9])$")
}

fn district_codes() -> RefOr<Schema> {
    codes("district-code", r"^[1-9][0-9]\.(0[1-9]|[1-9][0-9])\.(0[1-9]|[1-9][0-9])$")
}

fn village_codes() -> RefOr<Schema> {
    codes("village-code", r"^[1-9][0-9]\.(0[1-9]|[1-9][0-9])\.(0[1-9]|[1-9][0-9])\.[1-3][0-9]{3}$")
}

impl ListFilters for InstitutionQuery {
    type Sort = InstitutionSort;
    const SORTS: &'static [(&'static str, InstitutionSort)] = &[
        ("name", InstitutionSort::Name),
        ("code", InstitutionSort::Code),
        ("kind", InstitutionSort::Kind),
        ("province", InstitutionSort::Province),
        ("grade", InstitutionSort::Grade),
        ("capacity", InstitutionSort::Capacity),
        ("founded", InstitutionSort::Founded),
        ("updated_at", InstitutionSort::UpdatedAt),
        ("created_at", InstitutionSort::CreatedAt),
        ("verified_at", InstitutionSort::VerifiedAt),
        ("distance", InstitutionSort::Distance),
    ];
    const DEFAULT_SORT: &'static str = "name";
    const FORMS: &'static [Form] = Form::GEOGRAPHIC;
}

impl InstitutionQuery {
    /// The filters as the register takes them.
    pub fn filters(&self) -> InstitutionFilters {
        InstitutionFilters {
            kind: self.kind.clone(),
            operator: self.operator.clone(),
            province: self.province.clone(),
            regency: self.regency.clone(),
            district: self.district.clone(),
            village: self.village.clone(),
            unit: self.unit.clone(),
            status: self.status.clone(),
            grade: self.grade.clone(),
            accreditation: self.accreditation_status.clone(),
            freshness: self.freshness.clone(),
            service: self.service.clone(),
            bbox: self.bbox,
            near: self.near.map(|point| Near {
                latitude: point.latitude,
                longitude: point.longitude,
                radius_m: self.radius_m,
            }),
            changed_since: self.changed_since,
            verified_before: self.verified_before,
            code: self.code.clone(),
            q: self.q.clone(),
        }
    }

    /// Filters that mean nothing alone: by name, with the reason.
    pub fn broken_rules(&self) -> Vec<(&'static str, &'static Reason)> {
        let radius_alone = self.radius_m.is_some() && self.near.is_none();
        radius_alone.then_some(("radius_m", &reasons::NEAR_MISSING)).into_iter().collect()
    }
}

/// The filters of a list, or everything that is wrong with them.
pub fn filters_of(query: &ListQuery<InstitutionQuery>) -> Result<InstitutionFilters, Problem> {
    let mut broken = query.filters.broken_rules();
    let by_distance = query.sort.iter().any(|(sort, _)| *sort == InstitutionSort::Distance);
    if by_distance && query.filters.near.is_none() {
        broken.push(("sort", &reasons::NEAR_MISSING));
    }
    if broken.is_empty() {
        return Ok(query.filters.filters());
    }
    Err(Problem::invalid(broken.into_iter().map(|(name, reason)| query.wrong(name, reason)).collect()))
}
