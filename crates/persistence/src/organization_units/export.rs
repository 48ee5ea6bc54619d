//! The columns of organisational units in an export.

use std::borrow::Cow;

use aumsos_domain::{CodeList, organization_units::OrganizationUnit, regions::Regions};

use crate::exports::{Column, Table, Value};

/// The table of units.
pub fn unit_table() -> Table<OrganizationUnit> {
    Table::new(|unit: &OrganizationUnit| unit.id, COLUMNS)
}

const COLUMNS: &[Column<OrganizationUnit>] = &[
    Column::new("id", Value::Id(|unit| Some(unit.id))),
    Column::new("parent_id", Value::Id(|unit| unit.parent_id)),
    Column::new("operator", Value::Text(|unit| Some(Cow::Borrowed(unit.operator.code())))),
    Column::new("level", Value::Text(|unit| Some(Cow::Borrowed(unit.level.code())))),
    Column::new("name", Value::Text(|unit| Some(Cow::Borrowed(unit.name.as_str())))),
    Column::new("region", Value::Text(|unit| unit.region.map(|code| Cow::Owned(code.to_string())))),
    Column::new(
        "region_name",
        Value::Text(|unit| Regions::get().region(unit.region?).map(|region| Cow::Borrowed(region.name))),
    ),
    Column::new("status", Value::Text(|unit| Some(Cow::Borrowed(unit.status.code())))),
    Column::new("created_at", Value::Time(|unit| Some(unit.created_at))),
    Column::new("updated_at", Value::Time(|unit| Some(unit.updated_at))),
];
