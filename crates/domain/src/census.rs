//! The census: at set times each institution reports whom it cares for and with whom. A time series, never an
//! overwrite: a later report stands beside the earlier ones, a correction is a new version of the same one.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    institutions::rules::{Broken, DATE_IN_FUTURE},
    reason::Reason,
};

crate::code_list! {
    /// Where people are cared for.
    CarePlace = "care_place" ("Tempat pengasuhan", "Place of care") {
        Inside = "inside" ("Dalam panti", "Inside the home"),
        Outside = "outside" ("Luar panti (dalam keluarga)", "Outside the home, in families"),
    }
}

crate::code_list! {
    /// Sex.
    Sex = "sex" ("Jenis kelamin", "Sex") {
        Male = "male" ("Laki-laki", "Male"),
        Female = "female" ("Perempuan", "Female"),
    }
}

crate::code_list! {
    /// Age in whole years on the day of counting.
    AgeBand = "age_band" ("Kelompok umur", "Age band") {
        From0To4 = "0-4" ("0–4 tahun", "0–4 years"),
        From5To11 = "5-11" ("5–11 tahun", "5–11 years"),
        From12To17 = "12-17" ("12–17 tahun", "12–17 years"),
        From18To59 = "18-59" ("18–59 tahun", "18–59 years"),
        From60To69 = "60-69" ("60–69 tahun", "60–69 years"),
        From70To79 = "70-79" ("70–79 tahun", "70–79 years"),
        From80 = "80+" ("80 tahun ke atas", "80 years and over"),
        Unknown = "unknown" ("Tidak diketahui", "Not known"),
    }
}

crate::code_list! {
    /// What a child has lost, or what the family lacks.
    OrphanStatus = "orphan_status" ("Status anak", "Orphan status") {
        Yatim = "yatim" ("Yatim (ayah meninggal)", "Fatherless"),
        Piatu = "piatu" ("Piatu (ibu meninggal)", "Motherless"),
        YatimPiatu = "yatim_piatu" ("Yatim piatu", "Fatherless and motherless"),
        Dhuafa = "dhuafa" ("Dhuafa (orang tua ada, keluarga miskin)", "Parents alive, family poor"),
        NotApplicable = "not_applicable" ("Bukan anak", "Not a child"),
        Unknown = "unknown" ("Tidak diketahui", "Not known"),
    }
}

crate::code_list! {
    /// How fresh the census of an institution is, measured by the rounds that were due.
    Freshness = "freshness" ("Kemutakhiran data", "Freshness") {
        Current = "current" ("Mutakhir", "Current"),
        Due = "due" ("Jatuh tempo", "Due"),
        Overdue = "overdue" ("Terlambat", "Overdue"),
    }
}

/// One cell of the same kind twice.
pub const CELL_REPEATED: Reason = Reason {
    code: "census_cell_repeated",
    id: "Kombinasi tempat, jenis kelamin, umur, dan status ini sudah ada; jumlahkan.",
    en: "This combination of place, sex, age and status stands already; add the two up.",
};
/// One report a day of counting.
pub const CENSUS_DAY_TAKEN: Reason = Reason {
    code: "census_day_taken",
    id: "Sudah ada laporan untuk tanggal ini; perbaiki laporan itu dengan PUT.",
    en: "There is a report for this day already; correct it with PUT.",
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&CELL_REPEATED, &CENSUS_DAY_TAKEN, &CENSUS_BEFORE_FOUNDING];

/// Counted before there was anybody to count.
pub const CENSUS_BEFORE_FOUNDING: Reason = Reason {
    code: "census_before_founding",
    id: "Hari ini mendahului berdirinya Muhammadiyah, 18 November 1912.",
    en: "This day lies before the founding of Muhammadiyah, 18 November 1912.",
};
/// The day on which Muhammadiyah was founded.
const FOUNDING: Option<NaiveDate> = NaiveDate::from_ymd_opt(1912, 11, 18);

/// How many people of one sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResidentCount {
    /// Inside the home or in families.
    pub care: CarePlace,
    /// Sex.
    pub sex: Sex,
    /// Age band.
    pub age_band: AgeBand,
    /// Orphan status.
    pub orphan_status: OrphanStatus,
    /// How many.
    #[schema(maximum = 100_000)]
    pub count: u32,
}

/// What an institution reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "counted_on": "2026-06-30",
    "residents": [
        {"care": "inside", "sex": "female", "age_band": "12-17", "orphan_status": "yatim", "count": 14},
        {"care": "outside", "sex": "male", "age_band": "5-11", "orphan_status": "dhuafa", "count": 9}
    ],
    "carers": 6, "social_workers_certified": 1, "social_workers_uncertified": 2, "beds": 40
}))]
pub struct Census {
    /// The day of counting.
    pub counted_on: NaiveDate,
    /// People, cell by cell; what is not named is none.
    #[schema(max_items = 400)]
    pub residents: Vec<ResidentCount>,
    /// Carers.
    #[schema(maximum = 100_000)]
    pub carers: u32,
    /// Certified social workers.
    #[schema(maximum = 100_000)]
    pub social_workers_certified: u32,
    /// Social workers without a certificate.
    #[schema(maximum = 100_000)]
    pub social_workers_uncertified: u32,
    /// Beds, where counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 100_000)]
    pub beds: Option<u32>,
}

/// A report as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CensusReport {
    /// UUIDv7; may come from the client.
    pub id: Uuid,
    /// Counts the corrections, from 1; it is the ETag.
    pub version: i64,
    /// Of which institution.
    pub institution_id: Uuid,
    /// What it reports.
    #[serde(flatten)]
    pub census: Census,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last corrected.
    pub updated_at: DateTime<Utc>,
}

impl CensusReport {
    /// A new report of an institution.
    pub const fn new(id: Uuid, institution_id: Uuid, census: Census, at: DateTime<Utc>) -> Self {
        Self { id, version: 1, institution_id, census, created_at: at, updated_at: at }
    }

    /// The report with other figures; what it said before stays in its history.
    #[must_use]
    pub fn corrected(self, census: Census, at: DateTime<Utc>) -> Self {
        Self { version: self.version + 1, census, updated_at: at, ..self }
    }
}

impl Census {
    /// People cared for at a place.
    pub fn residents_at(&self, care: CarePlace) -> u64 {
        self.residents.iter().filter(|cell| cell.care == care).map(|cell| u64::from(cell.count)).sum()
    }

    /// Every rule the report breaks.
    pub fn broken_rules(&self, today: NaiveDate) -> Vec<Broken> {
        let mut broken = Vec::new();
        if self.counted_on > today {
            broken.push(Broken { pointer: "/counted_on".to_owned(), reason: &DATE_IN_FUTURE });
        }
        if FOUNDING.is_some_and(|founding| self.counted_on < founding) {
            broken.push(Broken { pointer: "/counted_on".to_owned(), reason: &CENSUS_BEFORE_FOUNDING });
        }
        let key = |cell: &ResidentCount| (cell.care, cell.sex, cell.age_band, cell.orphan_status);
        for (at, cell) in self.residents.iter().enumerate() {
            if self.residents.iter().take(at).any(|earlier| key(earlier) == key(cell)) {
                broken.push(Broken { pointer: format!("/residents/{at}"), reason: &CELL_REPEATED });
            }
        }
        broken
    }
}

/// The rounds of the council: counted on 30 June and 31 December, reported within 31 days. The days by which
/// freshness is told: a report of the last round or later is current; until its reports are due, the round before it
/// will do; anything older is overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds {
    /// Reports counted on this day or later are current.
    pub current_from: NaiveDate,
    /// Reports counted before this day are overdue.
    pub overdue_before: NaiveDate,
}

/// How long after the day of counting a report is due.
const DAYS_TO_REPORT: u64 = 31;

impl Rounds {
    /// The rounds as they stand on a day.
    pub fn on(today: NaiveDate) -> Self {
        let last = last_round(today);
        let is_due = last.checked_add_days(Days::new(DAYS_TO_REPORT)).is_some_and(|due| today > due);
        let before = last.pred_opt().map_or(last, last_round);
        Self { current_from: last, overdue_before: if is_due { last } else { before } }
    }

    /// How fresh a report counted on a day is; none is overdue.
    pub fn freshness(&self, counted_on: Option<NaiveDate>) -> Freshness {
        match counted_on {
            Some(day) if day >= self.current_from => Freshness::Current,
            Some(day) if day >= self.overdue_before => Freshness::Due,
            _ => Freshness::Overdue,
        }
    }
}

/// The latest 30 June or 31 December that is not after a day.
fn last_round(day: NaiveDate) -> NaiveDate {
    let year = day.year();
    [(year, 12, 31), (year, 6, 30), (year - 1, 12, 31)]
        .into_iter()
        .filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day))
        .find(|&round| round <= day)
        .unwrap_or(day)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn freshness_follows_the_rounds() {
        let in_grace = Rounds::on(day("2026-07-15"));
        assert_eq!(in_grace.freshness(Some(day("2026-06-30"))), Freshness::Current);
        assert_eq!(in_grace.freshness(Some(day("2025-12-31"))), Freshness::Due);
        assert_eq!(in_grace.freshness(Some(day("2025-12-30"))), Freshness::Overdue);
        let after_grace = Rounds::on(day("2026-11-24"));
        assert_eq!(after_grace.freshness(Some(day("2026-06-30"))), Freshness::Current);
        assert_eq!(after_grace.freshness(Some(day("2026-06-29"))), Freshness::Overdue);
        assert_eq!(after_grace.freshness(None), Freshness::Overdue);
        assert_eq!(Rounds::on(day("2026-12-31")).current_from, day("2026-12-31"));
        assert_eq!(Rounds::on(day("2026-01-01")).current_from, day("2025-12-31"));
    }

    #[test]
    fn a_cell_stands_once() {
        let cell = ResidentCount {
            care: CarePlace::Inside,
            sex: Sex::Male,
            age_band: AgeBand::From5To11,
            orphan_status: OrphanStatus::Yatim,
            count: 3,
        };
        let census = Census {
            counted_on: day("2026-06-30"),
            residents: vec![cell, cell],
            carers: 0,
            social_workers_certified: 0,
            social_workers_uncertified: 0,
            beds: None,
        };
        assert_eq!(census.residents_at(CarePlace::Inside), 6);
        let broken = census.broken_rules(day("2026-06-01"));
        let found: Vec<_> = broken.iter().map(|one| (one.pointer.as_str(), one.reason.code)).collect();
        assert_eq!(found, [("/counted_on", "date_in_future"), ("/residents/1", "census_cell_repeated")]);
    }

    #[test]
    fn nobody_was_counted_before_there_was_a_muhammadiyah() {
        let counted_on = |text: &str| Census {
            counted_on: day(text),
            residents: Vec::new(),
            carers: 0,
            social_workers_certified: 0,
            social_workers_uncertified: 0,
            beds: None,
        };
        assert_eq!(counted_on("1912-11-18").broken_rules(day("2026-06-30")), []);
        let broken = counted_on("1912-11-17").broken_rules(day("2026-06-30"));
        assert_eq!(broken, [Broken { pointer: "/counted_on".to_owned(), reason: &CENSUS_BEFORE_FOUNDING }]);
    }
}
