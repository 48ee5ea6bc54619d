//! The code of a region, as the Ministry of Home Affairs gives it.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};

use crate::reason::{Invalid, Reason};

/// Not the form of a region's code.
pub const REGION_CODE_MALFORMED: Reason = Reason {
    code: "region_code_malformed",
    id: "Tulis kode wilayah Kemendagri dengan titik, misalnya 35, 35.78, 35.78.01 atau 35.78.01.1001.",
    en: "Write the Kemendagri code of the region with dots, for example 35, 35.78, 35.78.01 or 35.78.01.1001.",
};

crate::code_list! {
    /// The four levels of administrative regions, coarse to fine.
    RegionLevel = "region_level" ("Tingkat wilayah", "Level of a region") {
        Province = "province" ("Provinsi", "Province"),
        Regency = "regency" ("Kabupaten/kota", "Regency or city"),
        District = "district" ("Kecamatan", "District"),
        Village = "village" ("Desa/kelurahan", "Village"),
    }
}

impl RegionLevel {
    /// How many characters a code of this level has.
    const fn code_length(self) -> usize {
        match self {
            Self::Province => 2,
            Self::Regency => 5,
            Self::District => 8,
            Self::Village => LONGEST,
        }
    }

    /// The level above; a province has none.
    pub const fn coarser(self) -> Option<Self> {
        match self {
            Self::Province => None,
            Self::Regency => Some(Self::Province),
            Self::District => Some(Self::Regency),
            Self::Village => Some(Self::District),
        }
    }

    /// The level below; a village has none.
    pub const fn finer(self) -> Option<Self> {
        match self {
            Self::Province => Some(Self::Regency),
            Self::Regency => Some(Self::District),
            Self::District => Some(Self::Village),
            Self::Village => None,
        }
    }
}

/// How many characters the code of a village has.
const LONGEST: usize = 13;

/// A Kemendagri code: `35`, `35.78`, `35.78.01` or `35.78.01.1001`. It has the form of one; whether there is such a
/// region, [`Regions`](super::Regions) knows.
///
/// Codes are ordered as their texts are: a region comes right before the regions in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegionCode {
    /// ASCII, and zeros behind it.
    text: [u8; LONGEST],
    level: RegionLevel,
}

impl RegionCode {
    /// The name of the format in JSON schemas.
    pub const FORMAT: &'static str = "region-code";

    /// The form of a code, as a regular expression (ECMA-262) for JSON schemas.
    pub const PATTERN: &'static str = r"^[1-9][0-9](\.(0[1-9]|[1-9][0-9])(\.(0[1-9]|[1-9][0-9])(\.[1-3][0-9]{3})?)?)?$";

    /// Reads a code written with dots, and nothing around it.
    ///
    /// A province is 11 to 99, regencies and districts are 01 to 99, and the four digits of a village begin with 1
    /// (*kelurahan*), 2 (*desa*) or 3 (*desa adat*).
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let bytes = text.as_bytes();
        let level = match bytes.len() {
            2 => RegionLevel::Province,
            5 => RegionLevel::Regency,
            8 => RegionLevel::District,
            LONGEST => RegionLevel::Village,
            _ => return Err(Invalid(&REGION_CODE_MALFORMED)),
        };
        let shaped = bytes.iter().enumerate().all(|(at, byte)| match at {
            0 => (b'1'..=b'9').contains(byte),
            2 | 5 | 8 => *byte == b'.',
            9 => (b'1'..=b'3').contains(byte),
            _ => byte.is_ascii_digit(),
        });
        let numbered = [3, 6].iter().all(|&at| bytes.get(at..at + 2) != Some(b"00".as_slice()));
        if !shaped || !numbered {
            return Err(Invalid(&REGION_CODE_MALFORMED));
        }
        let mut kept = [0; LONGEST];
        for (place, byte) in kept.iter_mut().zip(bytes) {
            *place = *byte;
        }
        Ok(Self { text: kept, level })
    }

    /// Reads a code as people write it in spreadsheets: its 2, 4, 6 or 10 digits with dots, blanks or nothing between.
    pub fn parse_digits(text: &str) -> Option<Self> {
        let trimmed = text.trim();
        if !trimmed.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b' ' | b'-')) {
            return None;
        }
        let digits: String = trimmed.chars().filter(char::is_ascii_digit).collect();
        let part = |from: usize, to: usize| digits.get(from..to);
        let dotted = match digits.len() {
            2 => digits.clone(),
            4 => [part(0, 2)?, part(2, 4)?].join("."),
            6 => [part(0, 2)?, part(2, 4)?, part(4, 6)?].join("."),
            10 => [part(0, 2)?, part(2, 4)?, part(4, 6)?, part(6, 10)?].join("."),
            _ => return None,
        };
        Self::parse(&dotted).ok()
    }

    /// The code as text, with dots.
    pub fn as_str(&self) -> &str {
        self.text.get(..self.level.code_length()).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// The level of the region.
    pub fn level(&self) -> RegionLevel {
        self.level
    }

    /// The code of the region it is in; none for a province.
    pub fn parent(&self) -> Option<Self> {
        self.ancestor(self.level.coarser()?)
    }

    /// The code of the region of this level that it is in, or its own; none below its own level.
    pub fn ancestor(&self, level: RegionLevel) -> Option<Self> {
        (level <= self.level).then(|| {
            let mut text = [0; LONGEST];
            for (place, byte) in text.iter_mut().zip(&self.text).take(level.code_length()) {
                *place = *byte;
            }
            Self { text, level }
        })
    }

    /// The codes of the regions it is in, the province first and itself last.
    pub fn lineage(&self) -> impl Iterator<Item = Self> + use<> {
        let code = *self;
        <RegionLevel as crate::CodeList>::ALL.iter().filter_map(move |&level| code.ancestor(level))
    }

    /// Whether it is the other region or in it.
    pub fn is_within(&self, other: Self) -> bool {
        self.ancestor(other.level) == Some(other)
    }

    /// Whether its number says that it is a city (*kota*) or in one: 71 and up.
    pub fn is_in_city(&self) -> bool {
        self.text.get(3).is_some_and(|tens| (b'7'..=b'9').contains(tens))
            && self.text.get(3..5).is_some_and(|number| number >= b"71".as_slice())
    }

    /// The first digit of a village's number, which tells its kind.
    pub(super) fn village_kind(&self) -> Option<u8> {
        (self.level == RegionLevel::Village).then(|| self.text.get(9).copied()).flatten()
    }

    /// The code as a number in which codes are ordered as their texts are: 7 bits a level, 14 for the village, zero
    /// for a level that it does not reach.
    pub(super) fn key(&self) -> u64 {
        let number = |from: usize, to: usize| {
            self.text.get(from..to).unwrap_or_default().iter().fold(0_u64, |number, byte| match byte {
                b'0'..=b'9' => number * 10 + u64::from(byte - b'0'),
                _ => number,
            })
        };
        number(0, 2) << 28 | number(3, 5) << 21 | number(6, 8) << 14 | number(9, LONGEST)
    }

    /// The last key of the regions in it.
    pub(super) fn last_key(&self) -> u64 {
        self.key()
            | match self.level {
                RegionLevel::Province => (1 << 28) - 1,
                RegionLevel::Regency => (1 << 21) - 1,
                RegionLevel::District => (1 << 14) - 1,
                RegionLevel::Village => 0,
            }
    }

    /// The code of a key.
    pub(super) fn from_key(key: u64) -> Self {
        let digit =
            |number: u64, place: u64| b"0123456789".get((number / place % 10) as usize).copied().unwrap_or(b'0');
        let [province, regency, district, village] = [key >> 28, key >> 21 & 127, key >> 14 & 127, key & 16383];
        let level = level_of_key(key);
        let mut text = [0; LONGEST];
        let whole = [
            digit(province, 10),
            digit(province, 1),
            b'.',
            digit(regency, 10),
            digit(regency, 1),
            b'.',
            digit(district, 10),
            digit(district, 1),
            b'.',
            digit(village, 1000),
            digit(village, 100),
            digit(village, 10),
            digit(village, 1),
        ];
        for (place, byte) in text.iter_mut().zip(whole).take(level.code_length()) {
            *place = byte;
        }
        Self { text, level }
    }
}

/// The level of the region of a key.
pub(super) fn level_of_key(key: u64) -> RegionLevel {
    if key & 16383 != 0 {
        RegionLevel::Village
    } else if key >> 14 & 127 != 0 {
        RegionLevel::District
    } else if key >> 21 & 127 != 0 {
        RegionLevel::Regency
    } else {
        RegionLevel::Province
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegionCode({})", self.as_str())
    }
}

impl std::str::FromStr for RegionCode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::parse(text)
    }
}

impl Serialize for RegionCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RegionCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl utoipa::PartialSchema for RegionCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom(Self::FORMAT.into())))
            .pattern(Some(Self::PATTERN))
            .min_length(Some(2))
            .max_length(Some(LONGEST))
            .description(Some("Code of a region by the Ministry of Home Affairs (Kemendagri)."))
            .examples(["35.78", "35.78.01.1001"])
            .into()
    }
}

impl utoipa::ToSchema for RegionCode {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("RegionCode")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_form_of_a_code_is_one() {
        for right in ["11", "35", "35.78", "35.78.01", "35.78.01.1001", "91.03.01.3007", "31.01"] {
            assert_eq!(RegionCode::parse(right).unwrap().as_str(), right);
        }
        for wrong in [
            "",
            "3",
            "05",
            "357",
            "3578",
            "35.",
            "35.7",
            "35.00",
            "35.78.00",
            "35-78",
            "35.78.01.",
            "35.78.01.100",
            "35.78.01.4001",
            "35.78.01.0001",
            "35.78.01.10011",
            " 35",
            "35\n",
            "３５",
            "35.78.0a",
            "AB",
            "35.78.01.1001 ",
        ] {
            assert_eq!(RegionCode::parse(wrong), Err(Invalid(&REGION_CODE_MALFORMED)), "{wrong}");
        }
    }

    #[test]
    fn a_code_tells_where_it_lies() {
        let village = RegionCode::parse("35.78.01.1001").unwrap();
        let lineage: Vec<_> = village.lineage().map(|code| code.to_string()).collect();
        assert_eq!(lineage, ["35", "35.78", "35.78.01", "35.78.01.1001"]);
        assert_eq!(village.parent(), RegionCode::parse("35.78.01").ok());
        assert_eq!(RegionCode::parse("35").unwrap().parent(), None);
        assert_eq!(RegionCode::parse("35.78").unwrap().ancestor(RegionLevel::District), None);
        assert!(village.is_within(RegionCode::parse("35.78").unwrap()) && village.is_within(village));
        assert!(!village.is_within(RegionCode::parse("35.79").unwrap()));
        assert!(village.is_in_city() && !RegionCode::parse("35.15.01").unwrap().is_in_city());
        assert!(!RegionCode::parse("35.70").unwrap().is_in_city() && RegionCode::parse("35.71").unwrap().is_in_city());
    }

    #[test]
    fn digits_are_enough_in_a_spreadsheet() {
        assert_eq!(RegionCode::parse_digits(" 3578 "), RegionCode::parse("35.78").ok());
        assert_eq!(RegionCode::parse_digits("35 78 01 1001"), RegionCode::parse("35.78.01.1001").ok());
        for wrong in ["", "3", "357", "Kota 35", "0178", "12345678901"] {
            assert_eq!(RegionCode::parse_digits(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn order_and_key_follow_the_text(a in pattern(), b in pattern()) {
            let [x, y] = [RegionCode::parse(&a).unwrap(), RegionCode::parse(&b).unwrap()];
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x.key().cmp(&y.key()), a.cmp(&b));
            prop_assert_eq!(RegionCode::from_key(x.key()), x);
            prop_assert_eq!((x.key()..=x.last_key()).contains(&y.key()), y.is_within(x));
            prop_assert_eq!(y.is_within(x), b.starts_with(&a));
            let json = serde_json::to_string(&x).unwrap();
            prop_assert_eq!(serde_json::from_str::<RegionCode>(&json).unwrap(), x);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,16}|[0-9.]{0,14}") {
            if let Ok(code) = RegionCode::parse(&text) {
                prop_assert_eq!(code.as_str(), &text);
            }
            let _ = RegionCode::parse_digits(&text);
        }
    }

    /// Few different parts, so that related codes come up.
    fn pattern() -> impl Strategy<Value = String> {
        "(11|35)(\\.(01|71)(\\.(01|99)(\\.[123]00[0-9])?)?)?"
    }
}
