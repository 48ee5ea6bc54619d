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
    Column::new("code", Value::Text(|seen| seen.institution.code.as_ref().map(|code| text(code.as_str())))),
    Column::new("name", Value::Text(|seen| Some(text(profile(seen).name.as_str())))),
    Column::new("kind", Value::Text(|seen| Some(code(profile(seen).kind)))),
    Column::new("operator", Value::Text(|seen| Some(code(profile(seen).operator)))),
    Column::new("status", Value::Text(|seen| Some(code(seen.institution.status)))),
    Column::new("grade", Value::Text(|seen| profile(seen).accreditation.grade.map(code))),
    Column::new("accreditation_status", Value::Text(|seen| Some(code(profile(seen).accreditation.status)))),
    Column::new("accreditation_valid_until", Value::Day(|seen| profile(seen).accreditation.valid_until)),
    Column::new("province", Value::Text(|seen| region_code(seen, RegionLevel::Province))),
    Column::new("province_name", Value::Text(|seen| region_name(seen, RegionLevel::Province))),
    Column::new("regency", Value::Text(|seen| region_code(seen, RegionLevel::Regency))),
    Column::new("regency_name", Value::Text(|seen| region_name(seen, RegionLevel::Regency))),
    Column::new("district", Value::Text(|seen| region_code(seen, RegionLevel::District))),
    Column::new("district_name", Value::Text(|seen| region_name(seen, RegionLevel::District))),
    Column::new("village", Value::Text(|seen| region_code(seen, RegionLevel::Village))),
    Column::new("village_name", Value::Text(|seen| region_name(seen, RegionLevel::Village))),
    Column::new("street", Value::Text(|seen| profile(seen).address.street.as_ref().map(|line| text(line.as_str())))),
    Column::new(
        "postal_code",
        Value::Text(|seen| profile(seen).address.postal_code.as_ref().map(|code| text(code.as_str()))),
    ),
    Column::new("latitude", Value::Number(|seen| profile(seen).position.map(|position| position.latitude))),
    Column::new("longitude", Value::Number(|seen| profile(seen).position.map(|position| position.longitude))),
    Column::new("precision", Value::Text(|seen| profile(seen).position.map(|position| code(position.precision)))),
    Column::new("phones", Value::Text(|seen| phones(&profile(seen).phones))),
    Column::new("email", Value::Text(|seen| profile(seen).email.as_ref().map(|email| text(email.as_str())))),
    Column::new("website", Value::Text(|seen| profile(seen).website.as_ref().map(|address| text(address.as_str())))),
    Column::new("founded", Value::Text(|seen| profile(seen).founded.as_ref().map(|day| text(day.as_str())))),
    Column::new("capacity_total", Value::Whole(|seen| capacity(seen).map(|capacity| capacity.total.into()))),
    Column::new("capacity_male", Value::Whole(|seen| capacity(seen)?.male.map(Into::into))),
    Column::new("capacity_female", Value::Whole(|seen| capacity(seen)?.female.map(Into::into))),
    Column::new("residents_in", Value::Whole(|seen| seen.residents.map(|residents| residents.inside))),
    Column::new("residents_out", Value::Whole(|seen| seen.residents.map(|residents| residents.outside))),
    Column::new("freshness", Value::Text(|seen| Some(code(seen.freshness)))),
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

const fn text(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

fn code<L: CodeList>(value: L) -> Cow<'static, str> {
    Cow::Borrowed(value.code())
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
        [only] => Some(text(only.as_str())),
        several => Some(Cow::Owned(several.iter().map(Phone::as_str).collect::<Vec<_>>().join("; "))),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::collections::BTreeSet;

    use futures_util::TryStreamExt;
    use serde_json::json;
    use uuid::Uuid;

    use aumsos_domain::{
        access::{Actor, Role},
        census::{AgeBand, CarePlace, Census, CensusReport, OrphanStatus, ResidentCount, Sex},
        institutions::{Institution, InstitutionStatus},
        organization_units::{OrganizationUnit, UnitLevel},
    };

    use super::*;
    use crate::{
        Author, Work, clock,
        exports::{ExportFormat, encode},
        institutions::{InstitutionFilters, InstitutionSight, InstitutionSort},
        page::{Direction, Page},
        test_store::{TestStore, at_unit},
    };

    const ROOT: Uuid = OrganizationUnit::MUHAMMADIYAH;

    async fn csv(store: &TestStore, actor: &Actor) -> Vec<std::collections::HashMap<String, String>> {
        let sight = InstitutionSight::for_export(actor);
        let rows = store.stream_institutions(InstitutionFilters::default(), Vec::new(), &sight);
        let bytes: Vec<bytes::Bytes> =
            encode(ExportFormat::Csv, institution_table(), rows).try_collect().await.unwrap();
        let bytes = bytes.concat();
        csv::Reader::from_reader(bytes.as_slice()).deserialize().map(Result::unwrap).collect()
    }

    #[tokio::test]
    async fn an_export_shows_no_more_than_the_list_and_never_contact_persons() {
        let store = TestStore::open().await;
        let hidden = json!({
            "name": "LKSA Tersembunyi", "location_audience": "council", "contact_audience": "council",
            "position": { "latitude": -7.25, "longitude": 112.75, "precision": "building" },
        });
        store.institution(ROOT, InstitutionStatus::Active, hidden).await;
        store.institution(ROOT, InstitutionStatus::Draft, json!({ "name": "LKSA Konsep" })).await;

        let public = csv(&store, &Actor::anonymous()).await;
        assert_eq!(public.len(), 1);
        for column in ["street", "latitude", "longitude", "precision", "phones", "residents_in"] {
            assert_eq!(public[0][column], "", "{column}");
        }
        assert_eq!(public[0]["regency"], "35.78");
        assert_eq!(public[0]["regency_name"], "Kota Surabaya");
        assert_eq!((public[0]["district"].as_str(), public[0]["village"].as_str()), ("", ""));

        // May read, but not take out in whole.
        assert_eq!(csv(&store, &at_unit(Role::Auditor, ROOT)).await, public);

        let mut council = csv(&store, &at_unit(Role::CouncilOfficer, ROOT)).await;
        council.sort_by(|a, b| b["name"].cmp(&a["name"]));
        assert_eq!(council.len(), 2);
        assert_eq!(council[0]["latitude"], "-7.25");
        assert_eq!(council[0]["phones"], "'+6281234567890");
        assert_eq!(council[0]["village"], "35.78.01.1001");
        assert_eq!(council[1]["status"], "draft");
        let columns: BTreeSet<&str> = institution_table().columns().iter().map(|column| column.name).collect();
        assert!(columns.iter().all(|name| !name.contains("contact") && !name.contains("head")));
    }

    #[tokio::test]
    async fn residents_are_shown_to_those_who_read_the_census() {
        let store = TestStore::open().await;
        let home = store.institution(ROOT, InstitutionStatus::Active, json!({})).await;
        let cell = |care, count| ResidentCount {
            care,
            sex: Sex::Female,
            age_band: AgeBand::From5To11,
            orphan_status: OrphanStatus::Yatim,
            count,
        };
        let report = CensusReport {
            id: Uuid::now_v7(),
            version: 1,
            institution_id: home.id,
            census: Census {
                counted_on: "2026-06-30".parse().unwrap(),
                residents: vec![cell(CarePlace::Inside, 14), cell(CarePlace::Outside, 9)],
                carers: 3,
                social_workers_certified: 0,
                social_workers_uncertified: 0,
                beds: None,
            },
            created_at: clock::now(),
            updated_at: clock::now(),
        };
        store
            .write(&Author::system(), async |work: &mut Work| work.save_census_report(&home, None, &report).await)
            .await
            .unwrap();
        let officer = csv(&store, &at_unit(Role::CouncilOfficer, ROOT)).await;
        assert_eq!((officer[0]["residents_in"].as_str(), officer[0]["residents_out"].as_str()), ("14", "9"));
        let public = csv(&store, &Actor::anonymous()).await;
        assert_eq!((public[0]["residents_in"].as_str(), public[0]["residents_out"].as_str()), ("", ""));
    }

    #[tokio::test]
    async fn a_stream_holds_the_rows_of_the_pages_in_their_order() {
        let store = TestStore::open().await;
        let model = store.institution(ROOT, InstitutionStatus::Active, json!({ "name": "LKSA 0" })).await;
        store
            .write(&Author::system(), async |work: &mut Work| {
                for at in 1..1100 {
                    // Names and capacities that many share, so that only the id tells them apart.
                    let mut profile = model.profile.clone();
                    profile.name = aumsos_domain::text_value::Name::parse(&format!("LKSA {}", at % 7)).unwrap();
                    profile.founded = (at % 3 > 0)
                        .then(|| aumsos_domain::text_value::PartialDate::parse(&(1900 + at % 5).to_string()).unwrap());
                    let home = Institution { id: Uuid::now_v7(), profile, ..model.clone() };
                    work.create_institution("created", &home).await?;
                }
                Ok::<_, crate::StoreError>(())
            })
            .await
            .unwrap();
        let sight = InstitutionSight::of(&Actor::anonymous());
        let filters = InstitutionFilters::default();
        let sorts = [
            vec![],
            vec![(InstitutionSort::Name, Direction::Ascending)],
            vec![(InstitutionSort::Name, Direction::Descending)],
            vec![(InstitutionSort::Founded, Direction::Descending), (InstitutionSort::Name, Direction::Ascending)],
        ];
        for sort in sorts {
            let whole = Page { limit: 5000, after: None };
            let at_once = store.institutions(&filters, &sort, &whole, &sight).await.unwrap();
            let streamed: Vec<Vec<SeenInstitution>> =
                store.stream_institutions(filters.clone(), sort.clone(), &sight).try_collect().await.unwrap();
            assert_eq!(streamed.len(), 2);
            let ids = |seen: &SeenInstitution| seen.institution.id;
            assert!(streamed.concat().iter().map(ids).eq(at_once.iter().map(ids)), "{sort:?}");
            let all: BTreeSet<Uuid> = at_once.iter().map(ids).collect();
            assert_eq!(all.len(), 1100);
        }
    }

    #[tokio::test]
    async fn units_leave_in_whole_in_the_order_of_their_names() {
        let store = TestStore::open().await;
        let regency = store.unit(ROOT, UnitLevel::Provincial, "PWM Jawa Timur").await;
        store.unit(regency, UnitLevel::Regency, "PDM Kota Surabaya").await;
        let units = store.stream_units(crate::organization_units::UnitFilters::default());
        let table = crate::organization_units::unit_table().only(&["name", "level"]).unwrap();
        let bytes: Vec<bytes::Bytes> = encode(ExportFormat::Csv, table, units).try_collect().await.unwrap();
        assert_eq!(
            String::from_utf8(bytes.concat()).unwrap(),
            "level,name\r\nregency,PDM Kota Surabaya\r\nprovincial,PWM Jawa Timur\r\n\
             central,Pimpinan Pusat 'Aisyiyah\r\ncentral,Pimpinan Pusat Muhammadiyah\r\n"
        );
    }
}
