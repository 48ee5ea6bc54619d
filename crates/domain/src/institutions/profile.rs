//! What is known of an institution: the part that people write.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{InstitutionKind, Operator, service::Service};
use crate::{
    access::Audience,
    position::Position,
    regions::RegionCode,
    text_value::{Email, Line, Name, PartialDate, Phone, PostalCode, WebAddress},
};

crate::code_list! {
    /// What a legal paper is.
    PaperKind = "paper_kind" ("Jenis surat legalitas", "Kind of legal paper") {
        Deed = "deed" ("Akta notaris", "Notarial deed"),
        CouncilDecree = "council_decree" ("SK pimpinan/majelis", "Decree of the council"),
        Npwp = "npwp" ("NPWP", "Taxpayer number (NPWP)"),
        LksRegistration = "lks_registration" ("Tanda daftar LKS", "Registration as a social-welfare institution"),
        OperatingPermit = "operating_permit" ("Izin operasional", "Operating permit"),
        MinistryNumber = "ministry_number" ("Nomor Kementerian Sosial", "Number at the ministry"),
    }
}

crate::code_list! {
    /// The standing of an institution in accreditation, as far as the registry was told.
    AccreditationStatus = "accreditation_status" ("Status akreditasi", "Standing in accreditation") {
        NotAccredited = "not_accredited" ("Belum terakreditasi", "Not accredited"),
        InProcess = "in_process" ("Dalam proses", "In process"),
        Accredited = "accredited" ("Terakreditasi", "Accredited"),
    }
}

/// Where an institution is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street, number, RT/RW.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<Line>,
    /// The finest region known, down to the village.
    pub region: RegionCode,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<PostalCode>,
    /// The address as somebody wrote it, kept beside what it was resolved to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_written: Option<Line>,
}

/// A legal paper or a number in somebody's register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// What it is; also the scheme of the number.
    pub kind: PaperKind,
    /// The number on it.
    pub number: Line,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Line>,
    /// When it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<NaiveDate>,
    /// The last day on which it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<NaiveDate>,
}

crate::code_list! {
    /// What a place is that an institution counts.
    #[derive(Default)]
    CapacityUnit = "capacity_unit" ("Satuan kapasitas", "Unit of capacity") {
        #[default]
        Persons = "persons" ("Orang", "Persons"),
        Beds = "beds" ("Tempat tidur", "Beds"),
        Families = "families" ("Keluarga", "Families"),
        Visits = "visits" ("Kunjungan per hari", "Visits a day"),
    }
}

/// Places for an age group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgeCapacity {
    /// Youngest age in whole years.
    #[schema(maximum = 130)]
    pub minimum_age: u8,
    /// Oldest age in whole years.
    #[schema(maximum = 130)]
    pub maximum_age: u8,
    /// Places.
    #[schema(maximum = 100_000)]
    pub places: u32,
}

/// How many people an institution can take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// What is counted. Default: persons.
    #[serde(default)]
    pub unit: CapacityUnit,
    /// Places in all.
    #[schema(maximum = 100_000)]
    pub total: u32,
    /// Places for boys or men, where they are kept apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 100_000)]
    pub male: Option<u32>,
    /// Places for girls or women, where they are kept apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 100_000)]
    pub female: Option<u32>,
    /// Places by age, where groups are kept apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub by_age: Vec<AgeCapacity>,
    /// Places that can really be used at present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 100_000)]
    pub actual: Option<u32>,
    /// Places that somebody pays for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 100_000)]
    pub funded: Option<u32>,
    /// Since when these numbers hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_at: Option<DateTime<Utc>>,
}

/// The standing in accreditation as recorded in the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccreditationStanding {
    /// Where the institution stands.
    pub status: AccreditationStatus,
    /// The grade, when accredited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<super::Grade>,
    /// The last day of the certificate, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
}

impl AccreditationStanding {
    /// Not accredited: what a new record says.
    pub const fn none() -> Self {
        Self { status: AccreditationStatus::NotAccredited, grade: None, valid_until: None }
    }
}

/// A second place where an institution offers services, with an address of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// UUIDv7; services name it.
    pub id: Uuid,
    /// What people call it.
    pub name: Name,
    /// Where it is.
    pub address: Address,
    /// Its position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// What people write of an institution; the same shape in drafts, proposals and the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The official name.
    pub name: Name,
    /// Other names: former, short, on the signboard.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub other_names: Vec<Name>,
    /// What kind of institution it is.
    pub kind: InstitutionKind,
    /// Who runs it.
    pub operator: Operator,
    /// The organisational unit that is responsible for it.
    pub unit_id: Uuid,
    /// Where it is.
    pub address: Address,
    /// Its position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Who may see the place finer than its regency. Default: everyone.
    #[serde(default = "everyone")]
    pub location_audience: Audience,
    /// Phones.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub phones: Vec<Phone>,
    /// Email.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// Who may see phones and email. Default: everyone.
    #[serde(default = "everyone")]
    pub contact_audience: Audience,
    /// Web site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<WebAddress>,
    /// When it was founded; the year alone is fine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub founded: Option<PartialDate>,
    /// Legal papers and numbers, each with its scheme.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub papers: Vec<Paper>,
    /// How many people it can take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// Standing in accreditation.
    #[serde(default = "AccreditationStanding::none")]
    pub accreditation: AccreditationStanding,
    /// Further places where services are offered.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub places: Vec<Place>,
    /// What it offers.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub services: Vec<Service>,
}

const fn everyone() -> Audience {
    Audience::Public
}

/// The head or a contact person: personal data, sealed at rest and shown only with the permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// UUIDv7.
    pub id: Uuid,
    /// What the person is to the institution.
    pub role: ContactRole,
    /// The person's name.
    pub name: Name,
    /// Phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// Email.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
}

crate::code_list! {
    /// What a contact person is to the institution.
    ContactRole = "contact_role" ("Peran narahubung", "Role of a contact person") {
        Head = "head" ("Pimpinan", "Head"),
        Secretary = "secretary" ("Sekretaris", "Secretary"),
        Treasurer = "treasurer" ("Bendahara", "Treasurer"),
        Contact = "contact" ("Narahubung", "Contact person"),
    }
}
