//! What must hold of a profile beyond the form of its fields.

use chrono::NaiveDate;

use super::Profile;
use crate::{
    institutions::rules::{Broken, DATE_IN_FUTURE, REGION_NOT_FOUND},
    reason::Reason,
    regions::Regions,
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&NIK_TELLS_ANOTHER_SEX, &NIK_TELLS_ANOTHER_BIRTH_DATE];

/// The day in the NIK is that of the other sex.
pub const NIK_TELLS_ANOTHER_SEX: Reason = Reason {
    code: "nik_tells_another_sex",
    id: "Jenis kelamin berbeda dengan yang terbaca pada NIK; periksa keduanya pada kartu keluarga.",
    en: "The sex is not the one that the NIK tells; check both on the family card.",
};
/// The date in the NIK is another one.
pub const NIK_TELLS_ANOTHER_BIRTH_DATE: Reason = Reason {
    code: "nik_tells_another_birth_date",
    id: "Tanggal lahir berbeda dengan yang terbaca pada NIK; periksa keduanya pada kartu keluarga.",
    en: "The birth date is not the one that the NIK tells; check both on the family card.",
};

impl Profile {
    /// Every rule the profile breaks, all at once; none when it can stand.
    pub fn broken_rules(&self, today: NaiveDate) -> Vec<Broken> {
        let mut found = Vec::new();
        let mut check = |holds: bool, pointer: &str, reason: &'static Reason| {
            if !holds {
                found.push(Broken { pointer: pointer.to_owned(), reason });
            }
        };
        if let Some(birth_date) = &self.birth_date {
            check(*birth_date.as_str() <= *today.to_string(), "/birth_date", &DATE_IN_FUTURE);
        }
        if let Some(nik) = &self.nik {
            check(nik.sex() == self.sex, "/sex", &NIK_TELLS_ANOTHER_SEX);
            if let Some(birth_date) = &self.birth_date {
                check(nik.agrees_with(birth_date), "/birth_date", &NIK_TELLS_ANOTHER_BIRTH_DATE);
            }
        }
        if let Some(address) = &self.address {
            check(Regions::get().region(address.region).is_some(), "/address/region", &REGION_NOT_FOUND);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::{Value, json};

    use super::*;

    fn broken(fields: &Value) -> Vec<(String, &'static str)> {
        let mut profile = json!({
            "institution_id": uuid::Uuid::nil(), "name": "Siti Aminah", "sex": "female", "birth_date": "2012-05-05",
            "nik": "3578014505120001", "care_place": "inside", "orphan_status": "yatim"
        });
        for (name, value) in fields.as_object().unwrap() {
            profile[name] = value.clone();
        }
        let profile: Profile = serde_json::from_value(profile).unwrap();
        let today = "2026-06-30".parse().unwrap();
        profile.broken_rules(today).into_iter().map(|one| (one.pointer, one.reason.code)).collect()
    }

    #[test]
    fn a_nik_that_tells_another_person_says_in_what() {
        assert_eq!(broken(&json!({})), []);
        assert_eq!(broken(&json!({ "birth_date": null })), []);
        assert_eq!(broken(&json!({ "birth_date": "2012" })), []);
        assert_eq!(broken(&json!({ "sex": "male" })), [("/sex".to_owned(), "nik_tells_another_sex")]);
        assert_eq!(
            broken(&json!({ "birth_date": "2012-05-06" })),
            [("/birth_date".to_owned(), "nik_tells_another_birth_date")]
        );
        assert_eq!(broken(&json!({ "sex": "male", "birth_date": "2011" })).len(), 2);
        assert_eq!(broken(&json!({ "sex": "male", "birth_date": "2011", "nik": null })), []);
    }

    #[test]
    fn nobody_is_born_tomorrow_or_lives_nowhere() {
        assert_eq!(
            broken(&json!({ "nik": null, "birth_date": "2026-07-01" })),
            [("/birth_date".to_owned(), "date_in_future")]
        );
        assert_eq!(
            broken(&json!({ "address": { "region": "35.99" } })),
            [("/address/region".to_owned(), "region_not_found")]
        );
    }
}
