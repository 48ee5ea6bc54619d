//! What goes out, and what the trail says of it.

use aumsos_domain::{
    RecordKind,
    access::ActorId,
    beneficiaries::{
        Beneficiary, BeneficiaryNumber, BeneficiaryStatus, Consent, Departure, FamilyCardNumber, HealthNote, Nik,
        consent::{ConsentGiver, ConsentPurpose},
        profile::{Guardian, HomeAddress, Relation, Retention},
    },
    census::{CarePlace, OrphanStatus, Sex},
    institutions::PpksCategory,
    text_value::{Line, Name, PartialDate, Prose},
};
use aumsos_persistence::{beneficiaries::Erasure, clock, sensitive_reads::SensitiveRead};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{conditional::Tag, problem::Problem};

/// The fields of a record that tell who somebody is, or of what befell them.
const PERSONAL: [&str; 12] = [
    "name",
    "other_names",
    "birth_date",
    "birth_place",
    "nik",
    "family_card_number",
    "care_place",
    "orphan_status",
    "ppks_category",
    "address",
    "guardian",
    "departure",
];

/// The record of a person in care.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Beneficiary, example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000b1", "version": 1, "number": "PM-35-000123", "status": "in_care",
    "institution_id": "0190a0a0-0000-7000-8000-000000000042", "name": "Siti Aminah", "other_names": [], "sex": "female",
    "birth_date": "2012-05-05", "birth_place": "Surabaya", "nik": "3578014505120001",
    "family_card_number": "3578011203150007", "care_place": "inside", "orphan_status": "yatim",
    "ppks_category": "neglected_child", "address": {"region": "35.78.01", "street": "Jl. Contoh No. 5, RT 02/RW 03"},
    "guardian": {"name": "Aminah", "phone": "+6281234567890", "relation": "mother"},
    "retention": {"until": "2035-06-30", "basis": "contract"}, "departure": null,
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
}))]
pub struct BeneficiaryOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts the changes of the record, from 1; it is the ETag.
    pub version: i64,
    /// Drawn by the service.
    pub number: BeneficiaryNumber,
    /// Where the person stands.
    pub status: BeneficiaryStatus,
    /// In whose care the person is.
    pub institution_id: Uuid,
    /// The name.
    pub name: Name,
    /// Other names.
    pub other_names: Vec<Name>,
    /// Sex.
    pub sex: Sex,
    /// Birth date, as far as it is known.
    pub birth_date: Option<PartialDate>,
    /// Birth place.
    pub birth_place: Option<Line>,
    /// The number in the civil registry.
    pub nik: Option<Nik>,
    /// The number of the family's card.
    pub family_card_number: Option<FamilyCardNumber>,
    /// Inside the home, or with a family.
    pub care_place: CarePlace,
    /// What a child has lost.
    pub orphan_status: OrphanStatus,
    /// The category of need.
    pub ppks_category: Option<PpksCategory>,
    /// Where the family lives.
    pub address: Option<HomeAddress>,
    /// Who answers for the person.
    pub guardian: Option<Guardian>,
    /// How long the record is kept.
    pub retention: Option<Retention>,
    /// That the person left, while they are away.
    pub departure: Option<Departure>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<Beneficiary> for BeneficiaryOut {
    fn from(record: Beneficiary) -> Self {
        let profile = record.profile;
        Self {
            id: record.id,
            version: record.version,
            number: record.number,
            status: record.status,
            institution_id: profile.institution_id,
            name: profile.name,
            other_names: profile.other_names,
            sex: profile.sex,
            birth_date: profile.birth_date,
            birth_place: profile.birth_place,
            nik: profile.nik,
            family_card_number: profile.family_card_number,
            care_place: profile.care_place,
            orphan_status: profile.orphan_status,
            ppks_category: profile.ppks_category,
            address: profile.address,
            guardian: profile.guardian,
            retention: profile.retention,
            departure: record.departure,
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}

/// A person in a list: as much as is needed to choose whose record to open.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = BeneficiaryListed, example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000b1", "version": 1, "number": "PM-35-000123", "status": "in_care",
    "institution_id": "0190a0a0-0000-7000-8000-000000000042", "name": "Siti Aminah", "sex": "female",
    "birth_date": "2012-05-05", "retention": {"until": "2035-06-30", "basis": "contract"},
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
}))]
pub struct BeneficiaryListed {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts the changes of the record.
    pub version: i64,
    /// Drawn by the service.
    pub number: BeneficiaryNumber,
    /// Where the person stands.
    pub status: BeneficiaryStatus,
    /// In whose care the person is.
    pub institution_id: Uuid,
    /// The name.
    pub name: Name,
    /// Sex.
    pub sex: Sex,
    /// Birth date, as far as it is known.
    pub birth_date: Option<PartialDate>,
    /// How long the record is kept.
    pub retention: Option<Retention>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<Beneficiary> for BeneficiaryListed {
    fn from(record: Beneficiary) -> Self {
        Self {
            id: record.id,
            version: record.version,
            number: record.number,
            status: record.status,
            institution_id: record.profile.institution_id,
            name: record.profile.name,
            sex: record.profile.sex,
            birth_date: record.profile.birth_date,
            retention: record.profile.retention,
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}

/// Who did something.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct ActorOut {
    /// `person`, `client` or `system` (the service itself).
    #[schema(value_type = String)]
    pub kind: &'static str,
    /// Which person or client.
    pub id: Option<Uuid>,
}

impl From<ActorId> for ActorOut {
    fn from(actor: ActorId) -> Self {
        Self { kind: actor.kind(), id: actor.id() }
    }
}

/// A health note.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = HealthNote, example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000c1", "beneficiary_id": "0190a0a0-0000-7000-8000-0000000000b1",
    "noted_on": "2026-06-30", "text": "Alergi penisilin.",
    "by": {"kind": "person", "id": "0190a0a0-0000-7000-8000-000000000007"}, "created_at": "2026-06-30T00:00:00Z"
}))]
pub struct HealthNoteOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Of whom.
    pub beneficiary_id: Uuid,
    /// The day that it is about.
    pub noted_on: NaiveDate,
    /// The note.
    pub text: Prose,
    /// Who noted it.
    pub by: ActorOut,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<HealthNote> for HealthNoteOut {
    fn from(note: HealthNote) -> Self {
        Self {
            id: note.id,
            beneficiary_id: note.beneficiary_id,
            noted_on: note.profile.noted_on,
            text: note.profile.text,
            by: note.by.into(),
            created_at: note.created_at,
        }
    }
}

/// A consent.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Consent, example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000d1", "version": 1,
    "beneficiary_id": "0190a0a0-0000-7000-8000-0000000000b1", "purpose": "health", "given_by": "guardian",
    "relation": "mother", "given_on": "2026-01-02", "evidence": "Formulir bertanda tangan, map 12.",
    "expires_on": "2027-01-01", "withdrawn_at": null, "is_in_force": true,
    "created_at": "2026-01-02T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z"
}))]
pub struct ConsentOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the ETag.
    pub version: i64,
    /// Of whom.
    pub beneficiary_id: Uuid,
    /// What for.
    pub purpose: ConsentPurpose,
    /// Who agreed.
    pub given_by: ConsentGiver,
    /// What the guardian is to the person.
    pub relation: Option<Relation>,
    /// When.
    pub given_on: NaiveDate,
    /// What shows it.
    pub evidence: Option<Prose>,
    /// The last day on which it holds.
    pub expires_on: Option<NaiveDate>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Whether it holds today.
    pub is_in_force: bool,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<Consent> for ConsentOut {
    fn from(consent: Consent) -> Self {
        Self {
            is_in_force: consent.holds_on(clock::today()),
            id: consent.id,
            version: consent.version,
            beneficiary_id: consent.beneficiary_id,
            purpose: consent.profile.purpose,
            given_by: consent.profile.given_by,
            relation: consent.profile.relation,
            given_on: consent.profile.given_on,
            evidence: consent.profile.evidence,
            expires_on: consent.profile.expires_on,
            withdrawn_at: consent.withdrawn_at,
            created_at: consent.created_at,
            updated_at: consent.updated_at,
        }
    }
}

/// The tag of a record.
pub(super) fn tag(record: &Beneficiary) -> Tag {
    Tag::of_version(record.version)
}

/// What the trail says of a record of which these fields are shown; nothing where none of them is personal.
pub(super) fn read_of(record: &Beneficiary, shows: impl Fn(&str) -> bool) -> Option<SensitiveRead> {
    let fields: Vec<&str> = PERSONAL.into_iter().filter(|field| shows(field)).collect();
    (!fields.is_empty()).then(|| read(record, fields))
}

/// What the trail says when something that belongs to a record is shown.
pub(crate) fn read(record: &Beneficiary, fields: Vec<&'static str>) -> SensitiveRead {
    SensitiveRead {
        kind: RecordKind::Beneficiary,
        record: record.id,
        institution: record.profile.institution_id,
        fields: fields.into_iter().map(Into::into).collect(),
        people: 1,
    }
}

/// That a person was erased, to somebody who could see the record.
pub(crate) fn erased(erasure: Erasure) -> Problem {
    Problem::gone().with_details(json!({ "erased_at": erasure.at, "reason": erasure.reason }))
}
