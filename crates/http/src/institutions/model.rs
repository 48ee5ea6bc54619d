//! An institution as it goes out: flat, as the caller may see it.

use aumsos_domain::{
    RecordKind,
    access::{ActorId, Audience},
    census::Freshness,
    institutions::{
        AccreditationStanding, Address, Capacity, Contact, Grade, Institution, InstitutionKind, InstitutionStatus,
        Operator, Paper, Place, Service, View,
        life::{AumsosCode, Returned},
    },
    position::Position,
    regions::{RegionCode, RegionLevel, Regions},
    text_value::{Email, Name, PartialDate, Phone, Prose, WebAddress},
};
use aumsos_persistence::{
    institutions::{ListedInstitution, Residents, SeenInstitution},
    sensitive_reads::SensitiveRead,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::conditional::Tag;

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"kind": "client", "id": "0190a0a0-0000-7000-8000-00000000000a"}))]
pub struct ActorOut {
    /// `person`, `client`, or `system` for the service itself.
    pub kind: &'static str,
    /// Which person or client.
    pub id: Option<Uuid>,
}

impl From<ActorId> for ActorOut {
    fn from(actor: ActorId) -> Self {
        Self { kind: actor.kind(), id: actor.id() }
    }
}

/// People cared for at the last census.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct ResidentsOut {
    /// Inside the home.
    #[schema(minimum = 0)]
    pub inside: i64,
    /// Outside it, in families.
    #[schema(minimum = 0)]
    pub outside: i64,
}

impl From<Residents> for ResidentsOut {
    fn from(count: Residents) -> Self {
        Self { inside: count.inside, outside: count.outside }
    }
}

/// An institution. What the caller may not see is empty or left out.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-000000000042", "version": 3, "status": "active", "code": "AUM-35-00042",
    "name": "LKSA Muhammadiyah Sang Surya", "other_names": ["Panti Asuhan Sang Surya"], "kind": "lksa",
    "operator": "muhammadiyah", "unit_id": "0190a0a0-0000-7000-8000-000000003578",
    "province": "35", "province_name": "Jawa Timur", "regency": "35.78", "regency_name": "Kota Surabaya",
    "district": "35.78.01", "district_name": "Karang Pilang", "village": null, "village_name": null,
    "address": {"street": "Jl. Contoh No. 1", "region": "35.78.01", "postal_code": "60221"},
    "position": {"latitude": -7.33, "longitude": 112.69, "precision": "building"}, "location_audience": "public",
    "phones": ["+6281234567890"], "email": "panti@contoh.or.id", "contact_audience": "public",
    "website": null, "founded": "1928", "papers": [], "capacity": {"total": 60, "male": 30, "female": 30},
    "grade": "A", "accreditation": {"status": "accredited", "grade": "A", "valid_until": "2029-12-31"},
    "places": [], "services": [], "freshness": "current",
    "verified_at": "2026-01-02T00:00:00Z", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z"
}))]
pub struct InstitutionOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts the changes of the record, from 1.
    pub version: i64,
    /// Where the record is in its life.
    pub status: InstitutionStatus,
    /// The code of the register, given at verification.
    pub code: Option<AumsosCode>,
    /// The official name.
    pub name: Name,
    /// Other names: former, short, on the signboard.
    pub other_names: Vec<Name>,
    /// What kind of institution it is.
    pub kind: InstitutionKind,
    /// Who runs it.
    pub operator: Operator,
    /// The organisational unit that is responsible for it; the central one where the place is hidden from the caller.
    pub unit_id: Uuid,
    /// The province it is in.
    pub province: Option<RegionCode>,
    /// Its name.
    #[schema(value_type = Option<String>)]
    pub province_name: Option<&'static str>,
    /// The regency or city it is in.
    pub regency: Option<RegionCode>,
    /// Its name.
    #[schema(value_type = Option<String>)]
    pub regency_name: Option<&'static str>,
    /// The district it is in.
    pub district: Option<RegionCode>,
    /// Its name.
    #[schema(value_type = Option<String>)]
    pub district_name: Option<&'static str>,
    /// The village it is in.
    pub village: Option<RegionCode>,
    /// Its name.
    #[schema(value_type = Option<String>)]
    pub village_name: Option<&'static str>,
    /// Where it is.
    pub address: Address,
    /// Its position.
    pub position: Option<Position>,
    /// Who may see the place finer than its regency.
    pub location_audience: Audience,
    /// Phones.
    pub phones: Vec<Phone>,
    /// Email.
    pub email: Option<Email>,
    /// Who may see phones and email.
    pub contact_audience: Audience,
    /// Web site.
    pub website: Option<WebAddress>,
    /// When it was founded.
    pub founded: Option<PartialDate>,
    /// Legal papers and numbers.
    pub papers: Vec<Paper>,
    /// How many people it can take.
    pub capacity: Option<Capacity>,
    /// Grade of accreditation.
    pub grade: Option<Grade>,
    /// Standing in accreditation.
    pub accreditation: AccreditationStanding,
    /// Further places where services are offered.
    pub places: Vec<Place>,
    /// What it offers.
    pub services: Vec<Service>,
    /// Head and contact persons, for those who may see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Vec<Contact>>,
    /// How fresh its census is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Freshness, required)]
    pub freshness: Option<Freshness>,
    /// People cared for at the last census, for those who may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residents: Option<ResidentsOut>,
    /// When somebody last checked the record against the facts.
    pub verified_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed; edited is not checked.
    pub updated_at: DateTime<Utc>,
    /// Who submitted it, for the council.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_by: Option<ActorOut>,
    /// Who last checked it, for the council.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<ActorOut>,
    /// Why it last went back to its author, for the council.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned: Option<Returned>,
    /// Why it was suspended or closed, for the council.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<Prose>,
    /// The record it was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<Uuid>,
    /// Metres from the point of `near`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<f64>,
}

/// The record alone, as the ledger keeps it: without contacts, and without its census, which is not a part of it.
impl From<Institution> for InstitutionOut {
    fn from(record: Institution) -> Self {
        let profile = record.profile;
        let at = |level: RegionLevel| profile.address.region.ancestor(level);
        let name = |code: Option<RegionCode>| Some(Regions::get().region(code?)?.name);
        let (province, regency) = (at(RegionLevel::Province), at(RegionLevel::Regency));
        let (district, village) = (at(RegionLevel::District), at(RegionLevel::Village));
        Self {
            id: record.id,
            version: record.version,
            status: record.status,
            code: record.code,
            name: profile.name,
            other_names: profile.other_names,
            kind: profile.kind,
            operator: profile.operator,
            unit_id: profile.unit_id,
            province,
            province_name: name(province),
            regency,
            regency_name: name(regency),
            district,
            district_name: name(district),
            village,
            village_name: name(village),
            address: profile.address,
            position: profile.position,
            location_audience: profile.location_audience,
            phones: profile.phones,
            email: profile.email,
            contact_audience: profile.contact_audience,
            website: profile.website,
            founded: profile.founded,
            papers: profile.papers,
            capacity: profile.capacity,
            grade: profile.accreditation.grade,
            accreditation: profile.accreditation,
            places: profile.places,
            services: profile.services,
            contacts: None,
            freshness: None,
            residents: None,
            verified_at: record.verified_at,
            created_at: record.created_at,
            updated_at: record.updated_at,
            submitted_by: record.submitted_by.map(ActorOut::from),
            verified_by: record.verified_by.map(ActorOut::from),
            returned: record.returned,
            status_reason: record.status_reason,
            merged_into: record.merged_into,
            distance_m: None,
        }
    }
}

impl From<SeenInstitution> for InstitutionOut {
    fn from(mut seen: SeenInstitution) -> Self {
        let contacts = std::mem::take(&mut seen.institution.contacts);
        Self {
            contacts: seen.with_contacts.then_some(contacts),
            freshness: Some(seen.freshness),
            residents: seen.residents.map(ResidentsOut::from),
            distance_m: seen.distance_m,
            ..Self::from(seen.institution)
        }
    }
}

/// What is shown beside a record that is written out without it.
#[derive(Serialize)]
pub(super) struct BesideRecord {
    freshness: Freshness,
    #[serde(skip_serializing_if = "Option::is_none")]
    residents: Option<ResidentsOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance_m: Option<f64>,
}

impl From<&ListedInstitution> for BesideRecord {
    fn from(row: &ListedInstitution) -> Self {
        Self { freshness: row.freshness, residents: row.residents.map(ResidentsOut::from), distance_m: row.distance_m }
    }
}

/// The tag of a record as it is seen: version, view, and what changes without the record, its census.
pub(super) fn tag(seen: &SeenInstitution) -> Tag {
    let view = match (seen.view, seen.with_contacts) {
        (View::Public, false) => "p",
        (View::Public, true) => "pc",
        (View::Partner, false) => "m",
        (View::Partner, true) => "mc",
        (View::Council, false) => "c",
        (View::Council, true) => "cc",
    };
    let residents = seen.residents.map_or_else(String::new, |count| format!("-{}.{}", count.inside, count.outside));
    Tag::of_view(seen.institution.version, &format!("{view}-{}{residents}", seen.freshness))
}

/// What the trail of reads says of a record that is shown; nothing where it tells of nobody.
pub(super) fn sensitive_read(seen: &SeenInstitution) -> Option<SensitiveRead> {
    let people = seen.institution.contacts.len();
    let id = seen.institution.id;
    (seen.with_contacts && people > 0).then_some(SensitiveRead {
        kind: RecordKind::Institution,
        record: id,
        institution: id,
        fields: vec!["contacts".into()],
        people,
    })
}
