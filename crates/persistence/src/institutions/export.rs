//! The columns of institutions in an export. They are drawn from records as the actor sees them, after redaction;
//! contact persons are not among them.

use std::borrow::Cow;

use aumsos_domain::{
    CodeList,
    institutions::Profile,
    regions::{RegionCode, RegionLevel, Regions},
    text_value::Phone,
};

use super::SeenInstitution;
use crate::exports::{Column, Point, Table, Value};

/// The table of institutions.
pub fn institution_table() -> Table<SeenInstitution> {
    Table::new(|seen: &SeenInstitution| seen.institution.id, COLUMNS).with_point(|seen| {
        let position = profile(seen).position?;
        Some(Point { latitude: position.latitude, longitude: position.longitude })
    })
}

type Text<'a> = Option<Cow<'a, str>>;

const COLUMNS: &[Column<SeenInstitution>] = &[
    Column::new("id", Value::Id(|seen| Some(seen.institution.id))),
    Column::new("code", Value::Text(|seen| seen.institution.code.as_ref().and_then(|code| text(code.as_str())))),
    Column::new("name", Value::Text(|seen| text(profile(seen).name.as_str()))),
    Column::new("kind", Value::Text(|seen| code(profile(seen).kind))),
    Column::new("operator", Value::Text(|seen| code(profile(seen).operator))),
    Column::new("status", Value::Text(|seen| code(seen.institution.status))),
    Column::new("grade", Value::Text(|seen| profile(seen).accreditation.grade.and_then(code))),
    Column::new("accreditation_status", Value::Text(|seen| code(profile(seen).accreditation.status))),
    Column::new("accreditation_valid_until", Value::Day(|seen| profile(seen).accreditation.valid_until)),
    Column::new("province", Value::Text(|seen| region_code(seen, RegionLevel::Province))),
    Column::new("province_name", Value::Text(|seen| region_name(seen, RegionLevel::Province))),
    Column::new("regency", Value::Text(|seen| region_code(seen, RegionLevel::Regency))),
    Column::new("regency_name", Value::Text(|seen| region_name(seen, RegionLevel::Regency))),
    Column::new("district", Value::Text(|seen| region_code(seen, RegionLevel::District))),
    Column::new("district_name", Value::Text(|seen| region_name(seen, RegionLevel::District))),
    Column::new("village", Value::Text(|seen| region_code(seen, RegionLevel::Village))),
    Column::new("village_name", Value::Text(|seen| region_name(seen, RegionLevel::Village))),
    Column::new(
        "street",
        Value::Text(|seen| profile(seen).address.street.as_ref().and_then(|line| text(line.as_str()))),
    ),
    Column::new(
        "postal_code",
        Value::Text(|seen| profile(seen).address.postal_code.as_ref().and_then(|code| text(code.as_str()))),
    ),
    Column::new("latitude", Value::Number(|seen| profile(seen).position.map(|position| position.latitude))),
    Column::new("longitude", Value::Number(|seen| profile(seen).position.map(|position| position.longitude))),
    Column::new("precision", Value::Text(|seen| profile(seen).position.and_then(|position| code(position.precision)))),
    Column::new("phones", Value::Text(|seen| phones(&profile(seen).phones))),
    Column::new("email", Value::Text(|seen| profile(seen).email.as_ref().and_then(|email| text(email.as_str())))),
    Column::new(
        "website",
        Value::Text(|seen| profile(seen).website.as_ref().and_then(|address| text(address.as_str()))),
    ),
    Column::new("founded", Value::Text(|seen| profile(seen).founded.as_ref().and_then(|day| text(day.as_str())))),
    Column::new("capacity_total", Value::Whole(|seen| capacity(seen).map(|capacity| capacity.total.into()))),
    Column::new("capacity_male", Value::Whole(|seen| capacity(seen)?.male.map(Into::into))),
    Column::new("capacity_female", Value::Whole(|seen| capacity(seen)?.female.map(Into::into))),
    Column::new("residents_in", Value::Whole(|seen| seen.residents.map(|residents| residents.inside))),
    Column::new("residents_out", Value::Whole(|seen| seen.residents.map(|residents| residents.outside))),
    Column::new("freshness", Value::Text(|seen| code(seen.freshness))),
    Column::new("verified_at", Value::Time(|seen| seen.institution.verified_at)),
    Column::new("created_at", Value::Time(|seen| Some(seen.institution.created_at))),
    Column::new("updated_at", Value::Time(|seen| Some(seen.institution.updated_at))),
    Column::new("unit_id", Value::Id(|seen| Some(profile(seen).unit_id))),
];

const fn profile(seen: &SeenInstitution) -> &Profile {
    &seen.institution.profile
}

const fn capacity(seen: &SeenInstitution) -> Option<&aumsos_domain::institutions::Capacity> {
    profile(seen).capacity.as_ref()
}

fn text(text: &str) -> Text<'_> {
    Some(Cow::Borrowed(text))
}

fn code<L: CodeList>(value: L) -> Text<'static> {
    Some(Cow::Borrowed(value.code()))
}

fn at_level(seen: &SeenInstitution, level: RegionLevel) -> Option<RegionCode> {
    profile(seen).address.region.ancestor(level)
}

fn region_code(seen: &SeenInstitution, level: RegionLevel) -> Text<'_> {
    at_level(seen, level).map(|code| Cow::Owned(code.to_string()))
}

fn region_name(seen: &SeenInstitution, level: RegionLevel) -> Text<'_> {
    Regions::get().region(at_level(seen, level)?).map(|region| Cow::Borrowed(region.name))
}

/// One phone as it is; several as one text, each behind a semicolon.
fn phones(phones: &[Phone]) -> Text<'_> {
    match phones {
        [] => None,
        [only] => text(only.as_str()),
        several => Some(Cow::Owned(several.iter().map(Phone::as_str).collect::<Vec<_>>().join("; "))),
    }
}
