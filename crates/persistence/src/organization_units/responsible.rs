//! Which unit is responsible for which region, for many institutions at once.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use aumsos_domain::{
    CodeList,
    institutions::Operator,
    organization_units::{OrganizationUnit, UnitLevel, UnitStatus},
    regions::RegionCode,
};

use super::{below, entity};
use crate::{Store, StoreError};

/// The units at work in provinces and regencies, by the region they are responsible for.
#[derive(Debug, Default)]
pub(crate) struct ResponsibleUnits(HashMap<(String, String), Uuid>);

impl ResponsibleUnits {
    /// See [`Store::unit_responsible_for`].
    pub(crate) fn unit_for(&self, operator: Operator, region: RegionCode) -> Uuid {
        let of = |code: RegionCode| self.0.get(&(operator.code().to_owned(), code.to_string())).copied();
        let lines: Vec<RegionCode> = region.lineage().collect();
        lines.into_iter().rev().find_map(of).unwrap_or_else(|| OrganizationUnit::root_of(operator))
    }
}

impl Store {
    /// All units that are responsible for a region.
    pub(crate) async fn responsible_units(&self) -> Result<ResponsibleUnits, StoreError> {
        let found: Vec<(Uuid, String, Option<String>)> = entity::Entity::find()
            .select_only()
            .columns([entity::Column::Id, entity::Column::Operator, entity::Column::Region])
            .filter(entity::Column::Status.eq(UnitStatus::Active.code()))
            .filter(entity::Column::Level.is_in([UnitLevel::Provincial.code(), UnitLevel::Regency.code()]))
            .filter(entity::Column::Region.is_not_null())
            .into_tuple()
            .all(&self.read)
            .await?;
        let mut units: HashMap<(String, String), Uuid> = HashMap::new();
        for (id, operator, region) in found {
            // Of two units of one region the first, as `unit_responsible_for` has it.
            let unit = units.entry((operator, region.unwrap_or_default())).or_insert(id);
            *unit = id.min(*unit);
        }
        Ok(ResponsibleUnits(units))
    }

    /// The units at or below some others.
    pub(crate) async fn units_within(&self, tops: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
        let rows = self.read.query_all(&below(tops)).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }
}
