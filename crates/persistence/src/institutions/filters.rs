//! What institutions are filtered and sorted by. Each filter reaches only what the actor may see of a row.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    census::{Freshness, Rounds},
    institutions::{AccreditationStatus, Grade, InstitutionKind, InstitutionStatus, Operator, ServiceKind},
    map::{BoundingBox, MEAN_RADIUS_M, Point},
    organization_units::UnitLevel,
    regions::{RegionCode, RegionLevel},
};

use super::{
    InstitutionSight,
    entity::institution::{Column, Entity},
    kept::on_unit_sphere,
};
use crate::{
    Store, StoreError,
    clock::to_micros,
    organization_units::below,
    page::{Direction, Key, Keyset},
    search,
};

/// A circle on the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Radius in metres; none for everything with a position.
    pub radius_m: Option<f64>,
}

/// The filters of the list, of searches, counts, exports and statistics alike. Repeated values mean any of them.
#[derive(Debug, Clone, Default)]
pub struct InstitutionFilters {
    /// Kinds.
    pub kind: Vec<InstitutionKind>,
    /// Who runs them.
    pub operator: Vec<Operator>,
    /// Provinces.
    pub province: Vec<RegionCode>,
    /// Regencies and cities.
    pub regency: Vec<RegionCode>,
    /// Districts.
    pub district: Vec<RegionCode>,
    /// Villages.
    pub village: Vec<RegionCode>,
    /// In the care of any of these units or of one below them.
    pub unit: Vec<Uuid>,
    /// Status.
    pub status: Vec<InstitutionStatus>,
    /// Grade of accreditation.
    pub grade: Vec<Grade>,
    /// Standing in accreditation.
    pub accreditation: Vec<AccreditationStatus>,
    /// Freshness of the census.
    pub freshness: Vec<Freshness>,
    /// Offering any of these services.
    pub service: Vec<ServiceKind>,
    /// Inside a box.
    pub bbox: Option<BoundingBox>,
    /// Around a point.
    pub near: Option<Near>,
    /// Changed at this time or later.
    pub changed_since: Option<DateTime<Utc>>,
    /// Not verified since this time.
    pub verified_before: Option<DateTime<Utc>>,
    /// The code of the register.
    pub code: Option<String>,
    /// Words of names, places and codes.
    pub q: Option<String>,
}

/// What institutions are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstitutionSort {
    /// Name, by its folded spelling.
    Name,
    /// Code of the register.
    Code,
    /// Kind.
    Kind,
    /// Province.
    Province,
    /// Grade.
    Grade,
    /// Capacity.
    Capacity,
    /// Day or year of founding.
    Founded,
    /// Last change.
    UpdatedAt,
    /// When it was made.
    CreatedAt,
    /// Last verification.
    VerifiedAt,
    /// Distance from the point of `near`.
    Distance,
}

impl InstitutionFilters {
    /// The rows the filters leave of those the actor may know of.
    pub(super) async fn condition(
        &self,
        store: &Store,
        sight: &InstitutionSight,
        today: NaiveDate,
    ) -> Result<Condition, StoreError> {
        let mut all = Condition::all().add(Column::DeletedAt.is_null()).add(sight.visible());
        all = any_of(all, Column::Kind, &self.kind);
        all = any_of(all, Column::Operator, &self.operator);
        all = any_of(all, Column::Grade, &self.grade);
        all = any_of(all, Column::AccreditationStatus, &self.accreditation);
        all = if self.status.is_empty() {
            all.add(Column::Status.ne(InstitutionStatus::Merged.code()))
        } else {
            any_of(all, Column::Status, &self.status)
        };
        if !self.status.is_empty() && !self.status.contains(&InstitutionStatus::Active) {
            // A constant of the statement, as the index of the few that are not active has it.
            all = all.add(Expr::col((Entity, Column::Status)).ne(Expr::cust("'active'")));
        }
        all = in_regions(all, Column::Province, &self.province);
        all = in_regions(all, Column::Regency, &self.regency);
        all = in_regions(all, Column::District, &self.district);
        all = in_regions(all, Column::Village, &self.village);
        if !self.district.is_empty() || !self.village.is_empty() {
            all = all.add(sight.location_visible());
            // Found by the regencies that they lie in, of which there is an index.
            all = in_regions(all, Column::Regency, &regencies_of(&self.district));
            all = in_regions(all, Column::Regency, &regencies_of(&self.village));
        }
        if !self.unit.is_empty() {
            all = all.add(Column::UnitId.in_subquery(below(&self.unit))).add(self.of_units_that_are_seen(sight));
        }
        if !self.freshness.is_empty() {
            all = all.add(self.fresh(today));
        }
        if !self.service.is_empty() {
            let offering = Query::select()
                .column("institution_id")
                .from("institution_service")
                .and_where(Expr::col("kind").is_in(self.service.iter().map(|kind| kind.code())))
                .to_owned();
            all = all.add(Column::Id.in_subquery(offering));
        }
        if let Some(bbox) = self.bbox {
            all = inside(all.add(sight.location_visible()), bbox);
        }
        if let Some(near) = self.near {
            all = all.add(sight.location_visible()).add(Column::SphereX.is_not_null());
            if let Some(radius) = near.radius_m {
                all = near_by(all, near, radius);
            }
        }
        if let Some(since) = self.changed_since {
            all = all.add(Column::UpdatedAt.gte(to_micros(since)));
        }
        if let Some(before) = self.verified_before {
            let stale =
                Condition::any().add(Column::VerifiedAt.is_null()).add(Column::VerifiedAt.lt(to_micros(before)));
            all = all.add(stale);
        }
        if let Some(code) = &self.code {
            all = all.add(Column::Code.eq(code.as_str()));
        }
        if let Some(q) = &self.q {
            for word in search::matching(store, RecordKind::Institution, q, Column::Id).await? {
                all = all.add(word);
            }
        }
        Ok(all)
    }

    /// Whether they ask for nothing but what cells of figures are told by.
    pub(super) fn are_of_cells(&self) -> bool {
        let Self {
            kind: _,
            operator: _,
            province: _,
            regency: _,
            district,
            village,
            unit,
            status: _,
            grade: _,
            accreditation: _,
            freshness,
            service,
            bbox,
            near,
            changed_since,
            verified_before,
            code,
            q,
        } = self;
        let is_of_one = bbox.is_some() || near.is_some() || code.is_some() || q.is_some();
        let is_of_time = changed_since.is_some() || verified_before.is_some() || !freshness.is_empty();
        !is_of_one && !is_of_time && district.is_empty() && village.is_empty() && unit.is_empty() && service.is_empty()
    }

    /// A branch or sub-branch would tell the district or village of a place that is hidden, so those reach only what the
    /// actor sees the place of.
    fn of_units_that_are_seen(&self, sight: &InstitutionSight) -> Condition {
        let coarse = [UnitLevel::Central, UnitLevel::Provincial, UnitLevel::Regency];
        let coarse_units = Query::select()
            .column("id")
            .from("organization_unit")
            .and_where(Expr::col("id").is_in(self.unit.iter().copied()))
            .and_where(Expr::col("level").is_in(coarse.map(CodeList::code)))
            .to_owned();
        let below_coarse = Query::select()
            .column("unit_id")
            .from("organization_unit_ancestor")
            .and_where(Expr::col("ancestor_id").in_subquery(coarse_units))
            .to_owned();
        Condition::any().add(Column::UnitId.in_subquery(below_coarse)).add(sight.location_visible())
    }

    fn fresh(&self, today: NaiveDate) -> Condition {
        let rounds = Rounds::on(today);
        let (current, overdue) = (rounds.current_from.to_string(), rounds.overdue_before.to_string());
        let mut any = Condition::any();
        for freshness in &self.freshness {
            any = match freshness {
                Freshness::Current => any.add(Column::CensusOn.gte(current.as_str())),
                Freshness::Due => any.add(
                    Condition::all()
                        .add(Column::CensusOn.gte(overdue.as_str()))
                        .add(Column::CensusOn.lt(current.as_str())),
                ),
                Freshness::Overdue => any.add(Column::CensusOn.is_null()).add(Column::CensusOn.lt(overdue.as_str())),
            };
        }
        any
    }

    /// Metres from the point of `near`, in whole decimetres: more would promise what a position does not hold.
    pub(super) fn distance_m(&self, place: Point) -> Option<f64> {
        let near = self.near?;
        let metres = place.distance_m(Point { latitude: near.latitude, longitude: near.longitude });
        Some((metres * 10.0).round() / 10.0)
    }

    /// What a list is sorted by, as SQL; nothing for the distance where no point is near.
    pub(super) fn sorted_by(&self, sort: InstitutionSort) -> Option<Expr> {
        let column = match sort {
            InstitutionSort::Distance => return self.near.map(|near| chord_squared(&near)),
            InstitutionSort::Name => Column::NameKey,
            InstitutionSort::Code => Column::Code,
            InstitutionSort::Kind => Column::Kind,
            InstitutionSort::Province => Column::Province,
            InstitutionSort::Grade => Column::Grade,
            InstitutionSort::Capacity => Column::Capacity,
            InstitutionSort::Founded => Column::Founded,
            InstitutionSort::UpdatedAt => Column::UpdatedAt,
            InstitutionSort::CreatedAt => Column::CreatedAt,
            InstitutionSort::VerifiedAt => Column::VerifiedAt,
        };
        Some(Expr::col((Entity, column)))
    }

    /// The keys of a sort, the id last so that they are unique.
    pub(super) fn keyset(&self, sort: &[(InstitutionSort, Direction)]) -> Keyset {
        let mut keys: Vec<Key> = sort
            .iter()
            .filter_map(|&(sort, direction)| {
                let key = match sort {
                    InstitutionSort::Code
                    | InstitutionSort::Grade
                    | InstitutionSort::Founded
                    | InstitutionSort::VerifiedAt
                    | InstitutionSort::Distance => Key::perhaps,
                    _ => Key::always,
                };
                Some(key(self.sorted_by(sort)?, direction))
            })
            .collect();
        keys.push(Key::always(Expr::col((Entity, Column::Id)), Direction::Ascending));
        Keyset::of(keys)
    }
}

fn any_of<L: CodeList>(all: Condition, column: Column, values: &[L]) -> Condition {
    if values.is_empty() { all } else { all.add(column.is_in(values.iter().map(|value| value.code()))) }
}

fn in_regions(all: Condition, column: Column, regions: &[RegionCode]) -> Condition {
    if regions.is_empty() { all } else { all.add(column.is_in(regions.iter().map(ToString::to_string))) }
}

fn regencies_of(regions: &[RegionCode]) -> Vec<RegionCode> {
    regions.iter().filter_map(|region| region.ancestor(RegionLevel::Regency)).collect()
}

/// The square of the straight line through the sphere from a point; grows with the distance.
fn chord_squared(near: &Near) -> Expr {
    let point = on_unit_sphere(near.latitude, near.longitude);
    let square = |column: Column, at: f64| {
        let apart = Expr::col((Entity, column)).sub(at);
        apart.clone().mul(apart)
    };
    square(Column::SphereX, point[0]).add(square(Column::SphereY, point[1])).add(square(Column::SphereZ, point[2]))
}

fn inside(all: Condition, bbox: BoundingBox) -> Condition {
    all.add(Column::Latitude.between(bbox.south, bbox.north)).add(Column::Longitude.between(bbox.west, bbox.east))
}

fn near_by(all: Condition, near: Near, radius_m: f64) -> Condition {
    let half_angle = (radius_m / MEAN_RADIUS_M / 2.0).min(std::f64::consts::FRAC_PI_2);
    let chord = 2.0 * half_angle.sin();
    let center = Point { latitude: near.latitude, longitude: near.longitude };
    inside(all, center.box_around(radius_m)).add(chord_squared(&near).lte(chord * chord))
}
