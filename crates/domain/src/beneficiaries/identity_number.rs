//! The two numbers by which the civil registry knows people: the NIK of a person and the number of a family's card.
//!
//! NIK (*nomor induk kependudukan*, UU 23/2006 art. 13 as changed by UU 24/2013; PP 40/2019): 16 digits. Six of the district
//! where it was first given out, six of the birth date (DDMMYY, the day of women plus 40), four of a serial number from
//! 0001. A person keeps it for life, whatever becomes of the district.
//!
//! The number of a family card (*kartu keluarga*): six digits of the district, six of the day on which it was first given
//! out (DDMMYY), four of a serial number.
//!
//! Neither ever shows whole in `Debug` or `Display`: what is logged or said of an error is masked.

use std::fmt;

use chrono::NaiveDate;

use crate::{
    census::Sex,
    reason::{Invalid, Reason},
    regions::{RegionCode, Regions},
    text_value::{Format, PartialDate},
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[
    &NIK_MALFORMED,
    &NIK_REGION_UNKNOWN,
    &NIK_DATE_IMPOSSIBLE,
    &NIK_SERIAL_ZERO,
    &FAMILY_CARD_MALFORMED,
    &FAMILY_CARD_REGION_UNKNOWN,
    &FAMILY_CARD_DATE_IMPOSSIBLE,
    &FAMILY_CARD_SERIAL_ZERO,
];

/// The formats of this module.
pub const FORMATS: &[Format] = &[
    (Nik::FORMAT, |text| Nik::parse(text).map(drop)),
    (FamilyCardNumber::FORMAT, |text| FamilyCardNumber::parse(text).map(drop)),
];

/// Not sixteen digits.
pub const NIK_MALFORMED: Reason = Reason {
    code: "nik_malformed",
    id: "NIK terdiri dari 16 angka, tanpa spasi dan tanda baca.",
    en: "A NIK has 16 digits, without spaces and punctuation.",
};
/// The first six digits are no district's.
pub const NIK_REGION_UNKNOWN: Reason = Reason {
    code: "nik_region_unknown",
    id: "Enam angka pertama NIK bukan kode kecamatan; periksa kembali.",
    en: "The first six digits of the NIK are no district's; check them again.",
};
/// The middle six digits are no birth date.
pub const NIK_DATE_IMPOSSIBLE: Reason = Reason {
    code: "nik_date_impossible",
    id: "Angka ke-7 sampai ke-12 NIK bukan tanggal lahir (hari, bulan, tahun; hari perempuan ditambah 40).",
    en: "Digits 7 to 12 of the NIK are no birth date (day, month, year; the day of women plus 40).",
};
/// Serial numbers begin at 0001.
pub const NIK_SERIAL_ZERO: Reason = Reason {
    code: "nik_serial_zero",
    id: "Empat angka terakhir NIK tidak pernah 0000.",
    en: "The last four digits of a NIK are never 0000.",
};
/// Not sixteen digits.
pub const FAMILY_CARD_MALFORMED: Reason = Reason {
    code: "family_card_malformed",
    id: "Nomor kartu keluarga terdiri dari 16 angka, tanpa spasi dan tanda baca.",
    en: "The number of a family card has 16 digits, without spaces and punctuation.",
};
/// The first six digits are no district's.
pub const FAMILY_CARD_REGION_UNKNOWN: Reason = Reason {
    code: "family_card_region_unknown",
    id: "Enam angka pertama nomor kartu keluarga bukan kode kecamatan; periksa kembali.",
    en: "The first six digits of the number are no district's; check them again.",
};
/// The middle six digits are no date.
pub const FAMILY_CARD_DATE_IMPOSSIBLE: Reason = Reason {
    code: "family_card_date_impossible",
    id: "Angka ke-7 sampai ke-12 nomor kartu keluarga bukan tanggal (hari, bulan, tahun).",
    en: "Digits 7 to 12 of the number are no date (day, month, year).",
};
/// Serial numbers begin at 0001.
pub const FAMILY_CARD_SERIAL_ZERO: Reason = Reason {
    code: "family_card_serial_zero",
    id: "Empat angka terakhir nomor kartu keluarga tidak pernah 0000.",
    en: "The last four digits of the number are never 0000.",
};

/// Why a number of this build cannot be.
struct Refusals {
    malformed: &'static Reason,
    region: &'static Reason,
    date: &'static Reason,
    serial: &'static Reason,
}

/// What the day of a woman's birth is raised by.
const WOMEN: u32 = 40;

macro_rules! identity_number {
    ($(#[$meta:meta])* $name:ident, $format:literal, $example:literal, $women:expr, $refusals:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The name of the format in JSON schemas.
            pub const FORMAT: &'static str = $format;

            /// Reads a number, or says why it cannot be one.
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                check(text, $women, &$refusals).map(|()| Self(text.to_owned()))
            }

            /// The whole number: for sealing, for looking up, and for those who may see it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl fmt::Display for $name {
            /// Nothing but the province.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}**************", self.0.get(..2).unwrap_or_default())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .format(Some(utoipa::openapi::schema::SchemaFormat::Custom($format.into())))
                    .pattern(Some("^[1-9][0-9]{15}$"))
                    .min_length(Some(16))
                    .max_length(Some(16))
                    .examples([$example])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
    };
}

identity_number! {
    /// The number of a person in the civil registry.
    Nik, "nik", "3578014505120001", WOMEN, Refusals {
        malformed: &NIK_MALFORMED,
        region: &NIK_REGION_UNKNOWN,
        date: &NIK_DATE_IMPOSSIBLE,
        serial: &NIK_SERIAL_ZERO,
    }
}

identity_number! {
    /// The number of a family's card.
    FamilyCardNumber, "family-card-number", "3578011203150007", 0, Refusals {
        malformed: &FAMILY_CARD_MALFORMED,
        region: &FAMILY_CARD_REGION_UNKNOWN,
        date: &FAMILY_CARD_DATE_IMPOSSIBLE,
        serial: &FAMILY_CARD_SERIAL_ZERO,
    }
}

impl Nik {
    /// The sex that the number tells.
    pub fn sex(&self) -> Sex {
        if self.two_digits(6) > WOMEN { Sex::Female } else { Sex::Male }
    }

    /// The day, the month and the last two digits of the year of birth that the number tells.
    pub fn birth(&self) -> (u32, u32, u32) {
        let day = self.two_digits(6);
        (if day > WOMEN { day - WOMEN } else { day }, self.two_digits(8), self.two_digits(10))
    }

    /// Whether a birth date can be the one that the number tells, as far as it is known.
    pub fn agrees_with(&self, birth_date: &PartialDate) -> bool {
        let (day, month, year) = self.birth();
        let mut parts = birth_date.as_str().split('-').map(|part| part.parse::<u32>().unwrap_or_default());
        parts.next().is_none_or(|known| known % 100 == year)
            && parts.next().is_none_or(|known| known == month)
            && parts.next().is_none_or(|known| known == day)
    }

    fn two_digits(&self, at: usize) -> u32 {
        two_digits(&self.0, at)
    }
}

fn two_digits(text: &str, at: usize) -> u32 {
    text.get(at..at + 2).and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

/// Holds a number against its build. `raised` is what the day may be raised by.
fn check(text: &str, raised: u32, refusals: &Refusals) -> Result<(), Invalid> {
    if text.len() != 16 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Invalid(refusals.malformed));
    }
    if !is_district_ever(text.get(..6).unwrap_or_default()) {
        return Err(Invalid(refusals.region));
    }
    let day = two_digits(text, 6);
    let day = if day > raised { day - raised } else { day };
    if !is_date(day, two_digits(text, 8), two_digits(text, 10)) {
        return Err(Invalid(refusals.date));
    }
    if text.ends_with("0000") { Err(Invalid(refusals.serial)) } else { Ok(()) }
}

/// Whether six digits can be those of a district: of one that there is or was, or at least of a province that there is or
/// was. Districts were split and numbered anew more often than any list tells, and people keep their numbers.
fn is_district_ever(digits: &str) -> bool {
    let part = |from: usize| digits.get(from..from + 2).unwrap_or_default();
    let district = RegionCode::parse(&format!("{}.{}.{}", part(0), part(2), part(4)));
    let province = RegionCode::parse(part(0));
    // The form is right only where no part is 00.
    district.is_ok() && province.is_ok_and(|province| Regions::get().resolve(province).is_some())
}

/// Whether there is such a day in this or the last century.
fn is_date(day: u32, month: u32, year: u32) -> bool {
    [1900, 2000].into_iter().any(|century| {
        i32::try_from(century + year).is_ok_and(|year| NaiveDate::from_ymd_opt(year, month, day).is_some())
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    fn why(text: &str) -> Option<&'static str> {
        Nik::parse(text).err().map(|invalid| invalid.0.code)
    }

    #[test]
    fn a_nik_is_built_as_the_registry_builds_it() {
        // A man born on 17 August 1945 and a woman born on 5 May 2012, in districts of Surabaya.
        let man = Nik::parse("3578011708450001").unwrap();
        assert_eq!((man.sex(), man.birth()), (Sex::Male, (17, 8, 45)));
        let woman = Nik::parse("3578014505120001").unwrap();
        assert_eq!((woman.sex(), woman.birth()), (Sex::Female, (5, 5, 12)));
        for (wrong, code) in [
            ("", "nik_malformed"),
            ("357801170845000", "nik_malformed"),
            ("35780117084500011", "nik_malformed"),
            ("3578 0117084 001", "nik_malformed"),
            ("357801170845000\u{ff11}", "nik_malformed"),
            ("9978011708450001", "nik_region_unknown"),
            ("0078011708450001", "nik_region_unknown"),
            ("3500011708450001", "nik_region_unknown"),
            ("3578001708450001", "nik_region_unknown"),
            ("3578010008450001", "nik_date_impossible"),
            ("3578013208450001", "nik_date_impossible"),
            ("3578014008450001", "nik_date_impossible"),
            ("3578017208450001", "nik_date_impossible"),
            ("3578011700450001", "nik_date_impossible"),
            ("3578011713450001", "nik_date_impossible"),
            ("3578013002450001", "nik_date_impossible"),
            ("3578013104450001", "nik_date_impossible"),
            ("3578011708450000", "nik_serial_zero"),
        ] {
            assert_eq!(why(wrong), Some(code), "{wrong}");
        }
    }

    #[test]
    fn leap_days_are_known_where_either_century_has_one() {
        // 1900 had no 29 February and 2000 had one; 1996 had one; neither 1999 nor 2099 has.
        assert_eq!(why("3578012902000001"), None);
        assert_eq!(why("3578016902960001"), None);
        assert_eq!(why("3578012902990001"), Some("nik_date_impossible"));
    }

    #[test]
    fn numbers_of_districts_that_are_no_more_are_kept_for_life() {
        // Bulungan was 64.04 until North Kalimantan became a province; Jayawijaya was 91.02 and is 95.01.
        for old in ["6404011708450001", "9102031708450001", "3599991708450001"] {
            assert_eq!(why(old), None, "{old}");
        }
    }

    #[test]
    fn a_birth_date_agrees_as_far_as_it_is_known() {
        let nik = Nik::parse("3578014505120001").unwrap();
        let agrees = |text| nik.agrees_with(&PartialDate::parse(text).unwrap());
        assert!(["2012-05-05", "2012-05", "2012", "1912-05-05"].into_iter().all(agrees));
        assert!(!["2012-05-06", "2012-06-05", "2013-05-05", "2013", "2012-04"].into_iter().any(agrees));
    }

    #[test]
    fn a_family_card_has_a_date_that_is_nobody_s_birth() {
        assert!(FamilyCardNumber::parse("3578011203150007").is_ok());
        let why = |text| FamilyCardNumber::parse(text).map_err(|invalid| invalid.0.code).err();
        // No day of a card is raised by 40.
        assert_eq!(why("3578015203150007"), Some("family_card_date_impossible"));
        assert_eq!(why("9978011203150007"), Some("family_card_region_unknown"));
        assert_eq!(why("3578011203150000"), Some("family_card_serial_zero"));
        assert_eq!(why("357801120315000x"), Some("family_card_malformed"));
    }

    #[test]
    fn nothing_but_the_province_shows() {
        let nik = Nik::parse("3578014505120001").unwrap();
        assert_eq!(nik.to_string(), "35**************");
        assert_eq!(format!("{nik:?}"), "Nik(35**************)");
        let card = FamilyCardNumber::parse("3578011203150007").unwrap();
        assert_eq!(format!("{card} {card:?}"), "35************** FamilyCardNumber(35**************)");
        let told = serde_json::from_str::<Nik>("\"3578014505120000\"").unwrap_err().to_string();
        assert!(!told.contains("3578"), "{told}");
    }

    proptest! {
        #[test]
        fn what_is_built_right_is_read_back(
            district in prop::sample::select(vec!["357801", "110101", "317504", "640401", "910203"]),
            day in 1_u32..=28, month in 1_u32..=12, year in 0_u32..=99, serial in 1_u32..=9999, is_woman: bool,
        ) {
            let raised = if is_woman { day + 40 } else { day };
            let text = format!("{district}{raised:02}{month:02}{year:02}{serial:04}");
            let nik = Nik::parse(&text).unwrap();
            prop_assert_eq!(nik.as_str(), &text);
            prop_assert_eq!(nik.birth(), (day, month, year));
            prop_assert_eq!(nik.sex() == Sex::Female, is_woman);
            prop_assert_eq!(FamilyCardNumber::parse(&text).is_ok(), !is_woman);
            for shown in [format!("{nik}"), format!("{nik:?}")] {
                prop_assert!(shown.matches(|c: char| c.is_ascii_digit()).count() == 2);
            }
        }

        #[test]
        fn nothing_else_is_a_number(text in "\\PC{0,20}") {
            if Nik::parse(&text).is_ok() {
                prop_assert!(text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit()));
            }
        }

        #[test]
        fn sixteen_digits_are_judged_without_panic(text in "[0-9]{16}") {
            let nik = Nik::parse(&text);
            let card = FamilyCardNumber::parse(&text);
            // Whatever is a card could be a man's NIK.
            prop_assert!(card.is_err() || nik.is_ok());
        }
    }
}
