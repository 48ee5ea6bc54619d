//! Looking beyond one's own records whether a person is known already: exact, few hits, few fields.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{FamilyCardNumber, Nik};
use crate::{
    reason::{Reason, Refusal},
    search_words::MOST_QUERY_WORDS,
    spelling,
    text_value::Name,
};

/// Hits an answer at most.
pub const MOST_HITS: u64 = 5;
/// Look-ups of one caller within an hour at most. More is trawling.
pub const MOST_LOOKUPS_AN_HOUR: u64 = 20;

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&LOOKUP_NOT_ONE_WAY, &LOOKUP_NAME_EMPTY, &TOO_MANY_LOOKUPS];

/// One way at a time.
pub const LOOKUP_NOT_ONE_WAY: Reason = Reason {
    code: "lookup_not_one_way",
    id: "Cari dengan satu cara: NIK, nomor kartu keluarga, atau nama beserta tanggal lahir.",
    en: "Look up in one way: by NIK, by the number of the family card, or by name and birth date.",
};
/// A name of punctuation alone.
pub const LOOKUP_NAME_EMPTY: Reason =
    Reason { code: "lookup_name_empty", id: "Nama tidak memuat huruf.", en: "The name has no letters." };
/// Somebody is trawling.
pub const TOO_MANY_LOOKUPS: Reason = Reason {
    code: "too_many_lookups",
    id: "Terlalu banyak pencarian orang dalam satu jam; pencarian dicatat dan dibatasi.",
    en: "Too many look-ups of people within an hour; look-ups are written down and limited.",
};

/// Whom to look for: by NIK, by the number of the family card, or by name and birth date.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BeneficiaryLookup, example = json!({"name": "Siti Aminah", "birth_date": "2012-05-05"}))]
pub struct LookupProfile {
    /// The NIK, in whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nik: Option<Nik>,
    /// The number of the family card, in whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_card_number: Option<FamilyCardNumber>,
    /// Words of the name, each in whole; spelling is forgiven as in every search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The birth date, to the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<NaiveDate>,
}

impl fmt::Debug for LookupProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LookupProfile").finish_non_exhaustive()
    }
}

/// One way to look somebody up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// By NIK.
    Nik(Nik),
    /// By the number of the family card.
    FamilyCard(FamilyCardNumber),
    /// By words of the name in canonical spelling, all of them, and the birth date.
    Person {
        /// The words.
        words: Vec<String>,
        /// The birth date.
        birth_date: NaiveDate,
    },
}

impl LookupProfile {
    /// The one way that is asked for.
    pub fn way(&self) -> Result<Lookup, Refusal> {
        match (&self.nik, &self.family_card_number, &self.name, self.birth_date) {
            (Some(nik), None, None, None) => Ok(Lookup::Nik(nik.clone())),
            (None, Some(card), None, None) => Ok(Lookup::FamilyCard(card.clone())),
            (None, None, Some(name), Some(birth_date)) => {
                let folded = spelling::fold(name.as_str());
                let words: Vec<String> = folded
                    .split(' ')
                    .filter(|word| !word.is_empty())
                    .take(MOST_QUERY_WORDS)
                    .map(str::to_owned)
                    .collect();
                if words.is_empty() {
                    return Err(Refusal::from(&LOOKUP_NAME_EMPTY));
                }
                Ok(Lookup::Person { words, birth_date })
            }
            _ => Err(Refusal::from(&LOOKUP_NOT_ONE_WAY)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn somebody_is_looked_up_in_one_way() {
        let way = |body: Value| serde_json::from_value::<LookupProfile>(body).unwrap().way();
        let nik = "3578014505120001";
        assert_eq!(way(json!({ "nik": nik })), Ok(Lookup::Nik(Nik::parse(nik).unwrap())));
        let birth_date = "2012-05-05".parse().unwrap();
        let words = vec!["siti".to_owned(), "muhammad".to_owned()];
        assert_eq!(
            way(json!({ "name": "Siti Moehammad", "birth_date": "2012-05-05" })),
            Ok(Lookup::Person { words, birth_date })
        );
        for unclear in [
            json!({}),
            json!({ "name": "Siti" }),
            json!({ "birth_date": "2012-05-05" }),
            json!({ "nik": nik, "name": "Siti", "birth_date": "2012-05-05" }),
            json!({ "nik": nik, "family_card_number": "3578011203150007" }),
        ] {
            assert_eq!(way(unclear).unwrap_err().reason.code, "lookup_not_one_way");
        }
        assert_eq!(
            way(json!({ "name": "...", "birth_date": "2012-05-05" })).unwrap_err().reason.code,
            "lookup_name_empty"
        );
    }
}
