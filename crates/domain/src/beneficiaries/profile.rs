//! What people write of somebody in care.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{FamilyCardNumber, Nik};
use crate::{
    census::{AgeBand, CarePlace, OrphanStatus, Sex},
    institutions::PpksCategory,
    regions::RegionCode,
    text_value::{Line, Name, PartialDate, Phone},
};

crate::code_list! {
    /// What somebody is to the person in care.
    Relation = "relation" ("Hubungan dengan penerima manfaat", "Relation to the person in care") {
        Father = "father" ("Ayah", "Father"),
        Mother = "mother" ("Ibu", "Mother"),
        Grandparent = "grandparent" ("Kakek/nenek", "Grandparent"),
        Sibling = "sibling" ("Kakak/adik", "Brother or sister"),
        UncleAunt = "uncle_aunt" ("Paman/bibi", "Uncle or aunt"),
        Spouse = "spouse" ("Suami/istri", "Husband or wife"),
        Child = "child" ("Anak", "Son or daughter"),
        OtherRelative = "other_relative" ("Kerabat lain", "Other relative"),
        FosterParent = "foster_parent" ("Orang tua asuh", "Foster parent"),
        CourtAppointed = "court_appointed" ("Wali yang ditetapkan pengadilan", "Guardian appointed by a court"),
        InstitutionHead = "institution_head" ("Pimpinan lembaga sebagai wali", "Head of the institution as guardian"),
        Other = "other" ("Lainnya", "Other"),
    }
}

crate::code_list! {
    /// On what ground personal data is kept (UU 27/2022 art. 20 (2)).
    RetentionBasis = "retention_basis" ("Dasar penyimpanan data", "Ground of keeping the data") {
        Consent = "consent" ("Persetujuan", "Consent"),
        Contract = "contract" ("Perjanjian pengasuhan atau layanan", "A contract of care or service"),
        LegalObligation = "legal_obligation" ("Kewajiban hukum", "A legal obligation"),
        VitalInterest = "vital_interest" ("Kepentingan vital", "A vital interest"),
        PublicTask = "public_task" ("Tugas pelayanan publik", "A public task"),
        LegitimateInterest = "legitimate_interest" ("Kepentingan sah lainnya", "Another legitimate interest"),
    }
}

/// Where a person's family lives.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HomeAddress {
    /// The region, as fine as it is known (Kemendagri code).
    pub region: RegionCode,
    /// Street, RT/RW.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<Line>,
}

/// Who answers for a person outside the institution.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Guardian {
    /// The guardian's name.
    pub name: Name,
    /// Phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// What the guardian is to the person.
    pub relation: Relation,
}

/// How long a record is kept, and on what ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// The last day; from the day after, the record is on the list of those to be erased.
    pub until: NaiveDate,
    /// The ground.
    pub basis: RetentionBasis,
}

/// What is recorded of somebody in the care of an institution. All of it but the institution, the sex and the place of
/// care tells who the person is, and is sealed wherever it is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BeneficiaryWrite, example = json!({
    "institution_id": "0190a0a0-0000-7000-8000-000000000042", "name": "Siti Aminah", "sex": "female",
    "birth_date": "2012-05-05", "birth_place": "Surabaya", "nik": "3578014505120001",
    "family_card_number": "3578011203150007", "care_place": "inside", "orphan_status": "yatim",
    "ppks_category": "neglected_child", "address": {"region": "35.78.01", "street": "Jl. Contoh No. 5, RT 02/RW 03"},
    "guardian": {"name": "Aminah", "phone": "+6281234567890", "relation": "mother"},
    "retention": {"until": "2035-06-30", "basis": "contract"}
}))]
pub struct Profile {
    /// In whose care the person is.
    pub institution_id: Uuid,
    /// The name, as on papers where there are some.
    pub name: Name,
    /// Other names: as the person is called, in other spelling.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub other_names: Vec<Name>,
    /// Sex.
    pub sex: Sex,
    /// Birth date, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<PartialDate>,
    /// Birth place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_place: Option<Line>,
    /// The number in the civil registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nik: Option<Nik>,
    /// The number of the family's card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_card_number: Option<FamilyCardNumber>,
    /// Inside the home, or with a family.
    pub care_place: CarePlace,
    /// What a child has lost.
    pub orphan_status: OrphanStatus,
    /// The category of need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ppks_category: Option<PpksCategory>,
    /// Where the family lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<HomeAddress>,
    /// Who answers for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian: Option<Guardian>,
    /// How long the record is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
}

macro_rules! not_shown {
    ($($name:ident)+) => { $(
        impl fmt::Debug for $name {
            /// Says of nobody who they are.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+ };
}
not_shown! { Profile Guardian HomeAddress }

impl Profile {
    /// The age band on a day. Of a birth date that is known in part, the band is known where all of its days fall into one.
    pub fn age_band(&self, on: NaiveDate) -> AgeBand {
        age_band(self.birth_date.as_ref(), on)
    }

    /// The year of birth, where it is known.
    pub fn birth_year(&self) -> Option<i32> {
        self.birth_date.as_ref()?.as_str().get(..4)?.parse().ok()
    }

    /// The first letters of the name.
    pub fn initials(&self) -> String {
        let letters = self.name.as_str().split_whitespace().filter_map(|word| word.chars().next());
        letters.map(|letter| format!("{}.", letter.to_uppercase())).collect::<Vec<_>>().join(" ")
    }
}

fn age_band(birth: Option<&PartialDate>, on: NaiveDate) -> AgeBand {
    let Some(text) = birth.map(PartialDate::as_str) else { return AgeBand::Unknown };
    let day = |text: String| text.parse::<NaiveDate>().ok();
    let (first, last) = match text.len() {
        4 => (day(format!("{text}-01-01")), day(format!("{text}-12-31"))),
        7 => {
            let first = day(format!("{text}-01"));
            (first, first.and_then(last_of_month))
        }
        _ => (day(text.to_owned()), day(text.to_owned())),
    };
    let band = |birth: Option<NaiveDate>| birth.and_then(|birth| on.years_since(birth)).map(band_of);
    match (band(first), band(last)) {
        (Some(oldest), Some(youngest)) if oldest == youngest => oldest,
        _ => AgeBand::Unknown,
    }
}

fn last_of_month(first: NaiveDate) -> Option<NaiveDate> {
    let (year, month) = if first.month() == 12 { (first.year() + 1, 1) } else { (first.year(), first.month() + 1) };
    NaiveDate::from_ymd_opt(year, month, 1)?.pred_opt()
}

const fn band_of(age: u32) -> AgeBand {
    match age {
        0..=4 => AgeBand::From0To4,
        5..=11 => AgeBand::From5To11,
        12..=17 => AgeBand::From12To17,
        18..=59 => AgeBand::From18To59,
        60..=69 => AgeBand::From60To69,
        70..=79 => AgeBand::From70To79,
        80.. => AgeBand::From80,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use super::*;

    #[test]
    fn an_age_band_is_told_where_it_is_certain() {
        let on = "2026-06-30".parse().unwrap();
        let band = |text: &str| age_band(Some(&PartialDate::parse(text).unwrap()), on);
        assert_eq!(band("2021-07-01"), AgeBand::From0To4);
        assert_eq!(band("2021-06-30"), AgeBand::From5To11);
        assert_eq!(band("2014-07"), AgeBand::From5To11);
        assert_eq!(band("2014"), AgeBand::Unknown, "eleven or twelve");
        assert_eq!(band("2012"), AgeBand::From12To17);
        assert_eq!(band("1946-06-30"), AgeBand::From80);
        assert_eq!(band("1946-07-01"), AgeBand::From70To79);
        assert_eq!(band("2027"), AgeBand::Unknown, "not born yet");
        assert_eq!(age_band(None, on), AgeBand::Unknown);
    }

    #[test]
    fn nothing_of_a_person_shows_in_debug() {
        let profile: Profile = serde_json::from_value(json!({
            "institution_id": Uuid::nil(), "name": "siti  aminah", "sex": "female", "birth_date": "2012-05-05",
            "care_place": "inside", "orphan_status": "yatim",
            "guardian": {"name": "Aminah", "relation": "mother"}, "address": {"region": "35.78"}
        }))
        .unwrap();
        assert_eq!(profile.initials(), "S. A.");
        assert_eq!(profile.birth_year(), Some(2012));
        assert_eq!(
            format!("{profile:?} {:?} {:?}", profile.guardian, profile.address),
            "Profile { .. } Some(Guardian { .. }) Some(HomeAddress { .. })"
        );
    }
}
