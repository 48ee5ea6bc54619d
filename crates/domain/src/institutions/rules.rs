//! What must hold of a profile beyond the form of its fields.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    AccreditationStanding, AccreditationStatus, Capacity, Contact, Paper, PaperKind, Profile, Service,
    service::{Cost, RECURRENCE_MALFORMED},
};
use crate::{
    reason::Reason,
    regions::{RegionCode, RegionLevel, Regions},
    text_value::Name,
};

/// A rule that a field breaks: JSON pointer (RFC 6901) and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Points at the field.
    pub pointer: String,
    /// The rule.
    pub reason: &'static Reason,
}

/// A grade goes with being accredited, and only with it.
pub const GRADE_WITHOUT_ACCREDITATION: Reason = Reason {
    code: "grade_without_accreditation",
    id: "Nilai hanya dan selalu ada bila statusnya accredited.",
    en: "There is a grade if, and only if, the status is accredited.",
};
/// A certificate ends for those who have one.
pub const VALIDITY_WITHOUT_ACCREDITATION: Reason = Reason {
    code: "validity_without_accreditation",
    id: "Masa berlaku hanya ada bila statusnya accredited.",
    en: "There is a last day of the certificate only if the status is accredited.",
};
/// An institution is at least in a regency or city.
pub const REGION_TOO_COARSE: Reason = Reason {
    code: "region_too_coarse",
    id: "Sebutkan wilayah paling sedikit sampai kabupaten/kota.",
    en: "Give the region at least down to the regency or city.",
};
/// The code is not in the register of regions.
pub const REGION_NOT_FOUND: Reason = Reason {
    code: "region_not_found",
    id: "Kode wilayah ini tidak ada; cari di /v1/regions.",
    en: "There is no region with this code; look it up at /v1/regions.",
};
/// Parts are more than the whole.
pub const CAPACITY_PARTS_EXCEED_TOTAL: Reason = Reason {
    code: "capacity_parts_exceed_total",
    id: "Jumlah bagian melebihi kapasitas seluruhnya.",
    en: "The parts are more than the total capacity.",
};
/// The youngest age is above the oldest.
pub const AGES_REVERSED: Reason = Reason {
    code: "ages_reversed",
    id: "Usia terendah melebihi usia tertinggi.",
    en: "The lowest age is above the highest.",
};
/// An amount goes with a fee.
pub const AMOUNT_WITHOUT_FEE: Reason = Reason {
    code: "amount_without_fee",
    id: "Besar biaya hanya diisi bila layanan berbayar.",
    en: "An amount is given only for a service with a fee.",
};
/// A service names a place that is not in the record.
pub const PLACE_NOT_FOUND: Reason = Reason {
    code: "place_not_found",
    id: "Tempat ini tidak ada pada daftar places lembaga.",
    en: "There is no such place in the places of this institution.",
};
/// Two parts of one record have the same id.
pub const ID_REPEATED: Reason =
    Reason { code: "id_repeated", id: "Id ini dipakai dua kali.", en: "This id is used twice." };
/// A paper ends before it begins.
pub const DATES_REVERSED: Reason = Reason {
    code: "dates_reversed",
    id: "Tanggal berakhir mendahului tanggal mulai.",
    en: "The end comes before the beginning.",
};
/// A day that has not come.
pub const DATE_IN_FUTURE: Reason =
    Reason { code: "date_in_future", id: "Tanggal ini belum terjadi.", en: "This date has not come yet." };

/// A name that the record has already.
pub const NAME_REPEATED: Reason = Reason {
    code: "name_repeated",
    id: "Nama ini sudah ada pada data lembaga ini.",
    en: "The record has this name already.",
};
/// Not a taxpayer number: 15 digits, or 16 since 2024 (PMK 112/PMK.03/2022).
pub const NPWP_MALFORMED: Reason = Reason {
    code: "npwp_malformed",
    id: "NPWP terdiri dari 15 atau 16 angka, misalnya 01.234.567.8-901.000.",
    en: "An NPWP has 15 or 16 digits, for example 01.234.567.8-901.000.",
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[
    &NAME_REPEATED,
    &NPWP_MALFORMED,
    &GRADE_WITHOUT_ACCREDITATION,
    &VALIDITY_WITHOUT_ACCREDITATION,
    &REGION_TOO_COARSE,
    &REGION_NOT_FOUND,
    &CAPACITY_PARTS_EXCEED_TOTAL,
    &AGES_REVERSED,
    &AMOUNT_WITHOUT_FEE,
    &PLACE_NOT_FOUND,
    &ID_REPEATED,
    &DATES_REVERSED,
    &DATE_IN_FUTURE,
    &RECURRENCE_MALFORMED,
];

impl Profile {
    /// Every rule the profile breaks, all at once; none when it can stand.
    pub fn broken_rules(&self, today: NaiveDate) -> Vec<Broken> {
        let mut found = Findings::default();
        found.names(&self.name, &self.other_names);
        found.region("/address/region", self.address.region);
        found.accreditation(&self.accreditation);
        found.capacity(self.capacity.as_ref());
        if let Some(founded) = &self.founded {
            found.check(
                *founded.as_str() <= *today.format("%Y-%m-%d").to_string(),
                "/founded".to_owned(),
                &DATE_IN_FUTURE,
            );
        }
        for (at, paper) in self.papers.iter().enumerate() {
            found.paper(at, paper);
        }
        let mut places = BTreeSet::new();
        for (at, place) in self.places.iter().enumerate() {
            found.region(&format!("/places/{at}/address/region"), place.address.region);
            found.check(places.insert(place.id), format!("/places/{at}/id"), &ID_REPEATED);
        }
        let mut services = BTreeSet::new();
        for (at, service) in self.services.iter().enumerate() {
            found.check(services.insert(service.id), format!("/services/{at}/id"), &ID_REPEATED);
            found.service(at, service, &places);
        }
        found.0
    }
}

/// Whether a number can be a taxpayer's: 15 or 16 digits, with dots, dashes and spaces as people write them.
pub fn is_npwp(number: &str) -> bool {
    let is_written = number.bytes().all(|byte| byte.is_ascii_digit() || b".- ".contains(&byte));
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    is_written && (15..=16).contains(&digits)
}

/// Every rule that the contacts of a record break.
pub fn broken_by_contacts(contacts: &[Contact]) -> Vec<Broken> {
    let mut found = Findings::default();
    let mut ids = BTreeSet::new();
    for (at, contact) in contacts.iter().enumerate() {
        found.check(ids.insert(contact.id), format!("/contacts/{at}/id"), &ID_REPEATED);
    }
    found.0
}

#[derive(Default)]
struct Findings(Vec<Broken>);

impl Findings {
    fn check(&mut self, holds: bool, pointer: String, reason: &'static Reason) {
        if !holds {
            self.0.push(Broken { pointer, reason });
        }
    }

    /// In another case a name is the same; in another spelling it is worth keeping.
    fn names(&mut self, name: &Name, others: &[Name]) {
        let mut seen = BTreeSet::from([name.as_str().to_lowercase()]);
        for (at, other) in others.iter().enumerate() {
            self.check(seen.insert(other.as_str().to_lowercase()), format!("/other_names/{at}"), &NAME_REPEATED);
        }
    }

    fn region(&mut self, pointer: &str, code: RegionCode) {
        self.check(code.level() != RegionLevel::Province, pointer.to_owned(), &REGION_TOO_COARSE);
        self.check(Regions::get().region(code).is_some(), pointer.to_owned(), &REGION_NOT_FOUND);
    }

    fn accreditation(&mut self, standing: &AccreditationStanding) {
        let accredited = standing.status == AccreditationStatus::Accredited;
        self.check(
            accredited == standing.grade.is_some(),
            "/accreditation/grade".to_owned(),
            &GRADE_WITHOUT_ACCREDITATION,
        );
        self.check(
            accredited || standing.valid_until.is_none(),
            "/accreditation/valid_until".to_owned(),
            &VALIDITY_WITHOUT_ACCREDITATION,
        );
    }

    fn capacity(&mut self, capacity: Option<&Capacity>) {
        let Some(capacity) = capacity else { return };
        let by_sex = capacity.male.unwrap_or(0).saturating_add(capacity.female.unwrap_or(0));
        self.check(by_sex <= capacity.total, "/capacity/total".to_owned(), &CAPACITY_PARTS_EXCEED_TOTAL);
        for (part, places) in [("funded", capacity.funded), ("actual", capacity.actual)] {
            let fits = places.unwrap_or(0) <= capacity.total;
            self.check(fits, format!("/capacity/{part}"), &CAPACITY_PARTS_EXCEED_TOTAL);
        }
        let by_age = capacity.by_age.iter().fold(0_u32, |sum, group| sum.saturating_add(group.places));
        self.check(by_age <= capacity.total, "/capacity/by_age".to_owned(), &CAPACITY_PARTS_EXCEED_TOTAL);
        for (at, group) in capacity.by_age.iter().enumerate() {
            let pointer = format!("/capacity/by_age/{at}/maximum_age");
            self.check(group.minimum_age <= group.maximum_age, pointer, &AGES_REVERSED);
        }
    }

    fn paper(&mut self, at: usize, paper: &Paper) {
        if let (Some(from), Some(until)) = (paper.issued_on, paper.expires_on) {
            self.check(from <= until, format!("/papers/{at}/expires_on"), &DATES_REVERSED);
        }
        let is_written = paper.kind != PaperKind::Npwp || is_npwp(paper.number.as_str());
        self.check(is_written, format!("/papers/{at}/number"), &NPWP_MALFORMED);
    }

    fn service(&mut self, at: usize, service: &Service, places: &BTreeSet<Uuid>) {
        if let (Some(low), Some(high)) = (service.eligibility.minimum_age, service.eligibility.maximum_age) {
            self.check(low <= high, format!("/services/{at}/eligibility/maximum_age"), &AGES_REVERSED);
        }
        let fits = service.amount_idr.is_none() || service.cost == Cost::Fee;
        self.check(fits, format!("/services/{at}/amount_idr"), &AMOUNT_WITHOUT_FEE);
        for (which, place) in service.place_ids.iter().enumerate() {
            let pointer = format!("/services/{at}/place_ids/{which}");
            self.check(places.contains(place), pointer, &PLACE_NOT_FOUND);
        }
        for (which, &region) in service.catchment.iter().enumerate() {
            let pointer = format!("/services/{at}/catchment/{which}");
            self.check(Regions::get().region(region).is_some(), pointer, &REGION_NOT_FOUND);
        }
        for (which, &region) in service.eligibility.regions.iter().enumerate() {
            let pointer = format!("/services/{at}/eligibility/regions/{which}");
            self.check(Regions::get().region(region).is_some(), pointer, &REGION_NOT_FOUND);
        }
    }
}
