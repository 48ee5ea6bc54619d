//! What a person is found by: keyed hashes, and nothing that could be read (see `docs/decisions/0006`).
//!
//! Numbers have one hash each, the same everywhere, for they are nobody else's. Words of names and the category of need
//! are hashed together with the institution, so that how often a word occurs shows only within one home and nothing of one
//! home is seen again in another; beyond the institution a word is hashed together with the birth date, which is as good as
//! unique.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use uuid::Uuid;

use aumsos_domain::{
    beneficiaries::{FamilyCardNumber, Nik, Profile},
    institutions::PpksCategory,
    search_words::LONGEST_WORD,
    spelling,
};

use crate::vault::Vault;

/// Letters of the shortest beginning that a word is found by.
const SHORTEST_BEGINNING: usize = 3;
/// Letters of the longest; a longer part of a word must be the whole word.
const LONGEST_BEGINNING: usize = 8;
/// Hexadecimal digits that are kept of a hash: 128 bits.
const KEPT: usize = 32;

/// The hash of a NIK.
pub(super) fn of_nik(vault: &Vault, nik: &Nik) -> String {
    vault.blind(&format!("beneficiary.nik\0{}", nik.as_str()))
}

/// The hash of the number of a family card.
pub(super) fn of_card(vault: &Vault, card: &FamilyCardNumber) -> String {
    vault.blind(&format!("beneficiary.family_card\0{}", card.as_str()))
}

/// The hash of a word, or of a beginning of one, of a name in an institution.
pub(super) fn of_word(vault: &Vault, institution: Uuid, word: &str) -> String {
    cut(vault.blind(&format!("beneficiary.word\0{institution}\0{word}")))
}

/// The hash of a category of need in an institution.
pub(super) fn of_category(vault: &Vault, institution: Uuid, category: PpksCategory) -> String {
    cut(vault.blind(&format!("beneficiary.ppks_category\0{institution}\0{category}")))
}

/// The hash of a word of the name of somebody born on a day.
pub(super) fn of_person(vault: &Vault, birth_date: NaiveDate, word: &str) -> String {
    cut(vault.blind(&format!("beneficiary.person\0{birth_date}\0{word}")))
}

/// Everything that a profile is found by, but for its numbers.
pub(super) fn of_profile(vault: &Vault, profile: &Profile) -> BTreeSet<String> {
    let institution = profile.institution_id;
    let names = std::iter::once(&profile.name).chain(&profile.other_names);
    let words: BTreeSet<String> = names.flat_map(|name| words_of(name.as_str())).collect();
    let mut found_by = BTreeSet::new();
    for word in &words {
        found_by.insert(of_word(vault, institution, word));
        let beginnings = word.char_indices().skip(SHORTEST_BEGINNING).take(LONGEST_BEGINNING - SHORTEST_BEGINNING + 1);
        found_by.extend(beginnings.filter_map(|(end, _)| Some(of_word(vault, institution, word.get(..end)?))));
    }
    found_by.extend(profile.ppks_category.map(|category| of_category(vault, institution, category)));
    let birth_date = profile.birth_date.as_ref().and_then(|date| date.as_str().parse::<NaiveDate>().ok());
    if let Some(birth_date) = birth_date {
        found_by.extend(words.iter().map(|word| of_person(vault, birth_date, word)));
    }
    found_by
}

/// The words of a name in canonical spelling.
pub(super) fn words_of(name: &str) -> BTreeSet<String> {
    let cut = |word: &str| word.chars().take(LONGEST_WORD).collect();
    spelling::fold(name).split(' ').filter(|word| !word.is_empty()).map(cut).collect()
}

fn cut(mut hash: String) -> String {
    hash.truncate(KEPT);
    hash
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use super::*;

    fn profile(institution: Uuid, name: &str) -> Profile {
        serde_json::from_value(json!({
            "institution_id": institution, "name": name, "sex": "female", "birth_date": "2012-05-05",
            "care_place": "inside", "orphan_status": "yatim"
        }))
        .unwrap()
    }

    #[test]
    fn a_word_is_found_by_itself_and_its_beginnings() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let home = Uuid::from_u128(1);
        let found_by = of_profile(&vault, &profile(home, "Moehammad Rahmawati"));
        for word in ["muhammad", "muh", "muhamma", "rahmawati", "rah", "rahmawat"] {
            assert!(found_by.contains(&of_word(&vault, home, word)), "{word}");
        }
        for word in ["mu", "hammad", "rahmawa ti", "rahmawatii"] {
            assert!(!found_by.contains(&of_word(&vault, home, word)), "{word}");
        }
        // 8 letters: itself (also its longest beginning) and five beginnings of 3 to 7; 9 letters: itself and six of 3 to
        // 8; two by the birth date.
        assert_eq!(found_by.len(), 6 + 7 + 2);
    }

    #[test]
    fn two_homes_have_nothing_in_common_but_the_person() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let [one, two] = [1, 2].map(|id| of_profile(&vault, &profile(Uuid::from_u128(id), "Siti")));
        let shared: Vec<_> = one.intersection(&two).collect();
        assert_eq!(shared, [&of_person(&vault, "2012-05-05".parse().unwrap(), "siti")]);
    }
}
