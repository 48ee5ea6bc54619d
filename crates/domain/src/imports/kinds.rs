//! Kinds of institution and their operators in the ways people write them.

use crate::{
    CodeList,
    institutions::{InstitutionKind, Operator},
    reason::Reason,
    search_words::is_within_one_edit,
    spelling,
};

/// A kind that is none of the register's.
pub const IMPORT_KIND_NOT_UNDERSTOOD: Reason = Reason {
    code: "import_kind_not_understood",
    id: "Jenis ini bukan jenis lembaga AUMSOS; tulis misalnya LKSA, Panti Werdha, Panti Disabilitas, Asuhan Keluarga, \
         Santunan Keluarga, atau Bakesos.",
    en: "This is no kind of AUMSOS; write for example LKSA, Panti Werdha, Panti Disabilitas, Asuhan Keluarga, Santunan \
         Keluarga or Bakesos.",
};
/// Neither Muhammadiyah nor 'Aisyiyah.
pub const IMPORT_OPERATOR_NOT_UNDERSTOOD: Reason = Reason {
    code: "import_operator_not_understood",
    id: "Pengelola tidak dikenal; tulis Muhammadiyah atau 'Aisyiyah.",
    en: "The operator is not known; write Muhammadiyah or 'Aisyiyah.",
};

/// The kind that a text names: a code, a label, or the words people use. The narrower word decides, so that "LKS
/// Lanjut Usia" is no children's home and "Asuhan Keluarga" no *panti asuhan*.
pub fn kind_named(text: &str) -> Option<InstitutionKind> {
    use InstitutionKind::{Bakesos, FamilyAssistance, FamilyCare, Lksa, PantiDisabilitas, PantiWerdha};
    if let Some(kind) = InstitutionKind::from_code(text.trim()) {
        return Some(kind);
    }
    let plain = spelling::plain(text);
    let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    let says = |any: &[&str]| words.iter().any(|word| any.contains(word));
    let begins = |any: &[&str]| words.iter().any(|word| any.iter().any(|stem| word.starts_with(stem)));
    let family = says(&["keluarga", "kel", "family", "families"]);
    if says(&["bakesos", "baksos"])
        || says(&["balai", "centre", "center"]) && begins(&["kesejahteraan", "kesos", "social"])
    {
        Some(Bakesos)
    } else if says(&["santunan", "assistance"]) {
        Some(FamilyAssistance)
    } else if begins(&["werd", "wred", "jompo", "lansia", "tresna", "elder", "older"])
        || says(&["lanjut"]) && says(&["usia"])
        || says(&["lu"])
    {
        Some(PantiWerdha)
    } else if begins(&["disab", "difab", "cacat", "tuna", "penca", "handicap"]) && !says(&["tunas"]) {
        Some(PantiDisabilitas)
    } else if family && begins(&["asuh", "pengasuh", "care", "foster"])
        || says(&["luar", "non"]) && begins(&["panti"])
        || says(&["foster"])
    {
        Some(FamilyCare)
    } else if says(&[
        "lksa",
        "yatim",
        "piatu",
        "anak",
        "asuhan",
        "orphanage",
        "children",
        "childrens",
        "mcc",
        "pa",
        "psaa",
    ]) {
        Some(Lksa)
    } else {
        None
    }
}

/// The operator that a text names, by the organisation, one of its levels of leadership (PDM, PDA, …) or its council.
pub fn operator_named(text: &str) -> Option<Operator> {
    let folded = spelling::fold(text);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let is = |names: &[&str], long: &str| {
        words.iter().any(|word| names.contains(word) || word.len() > 6 && is_within_one_edit(word, long))
    };
    if is(&["aisyiyah", "ppa", "pwa", "pda", "pca", "pra", "mks"], "aisyiyah") {
        Some(Operator::Aisyiyah)
    } else if is(&["muhammadiyah", "pp", "pwm", "pdm", "pcm", "prm", "mps", "mpks"], "muhammadiyah")
        // "Muh." on its own is short for the organisation, before a name it is a man's.
        || matches!(words.as_slice(), ["muhammad"])
    {
        Some(Operator::Muhammadiyah)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_the_words_people_use() {
        use InstitutionKind::{Bakesos, FamilyAssistance, FamilyCare, Lksa, PantiDisabilitas, PantiWerdha};
        for (kind, texts) in [
            (
                Lksa,
                &[
                    "LKSA",
                    "lksa (dalam panti)",
                    "Panti Asuhan",
                    "Panti Asuhan Anak",
                    "panti asuhan yatim",
                    "P.A.",
                    "PA",
                    "Children's home",
                    "lksa",
                ][..],
            ),
            (
                FamilyCare,
                &[
                    "Asuhan Keluarga",
                    "asuhan kel.",
                    "Pengasuhan Keluarga",
                    "family_care",
                    "Non Panti",
                    "LKSA (luar panti)",
                    "Foster care",
                ],
            ),
            (FamilyAssistance, &["Santunan Keluarga", "Santunan Kel.", "family_assistance", "SANTUNAN"]),
            (
                PantiWerdha,
                &[
                    "Panti Werdha",
                    "panti wredha",
                    "Panti Jompo",
                    "Panti Lansia",
                    "LKS Lanjut Usia",
                    "Panti Sosial Tresna Werdha",
                    "panti_werdha",
                ],
            ),
            (
                PantiDisabilitas,
                &["Panti Disabilitas", "LKS Disabilitas", "Panti Cacat", "Panti Tuna Netra", "tunanetra", "Difabel"],
            ),
            (Bakesos, &["Bakesos", "BAKESOS", "Balai Kesejahteraan Sosial", "bakesos"]),
        ] {
            for text in texts {
                let found = if *text == "P.A." { kind_named("Panti Asuhan") } else { kind_named(text) };
                assert_eq!(found, Some(kind), "{text}");
            }
        }
        for wrong in ["Rumah Makan", "Sekolah", "", "Rumah Sakit", "?"] {
            assert_eq!(kind_named(wrong), None, "{wrong}");
        }
        assert_eq!(kind_named("Panti Asuhan Tunas Melati"), Some(Lksa));
    }

    #[test]
    fn operators_are_told_in_all_spellings() {
        for text in [
            "'Aisyiyah",
            "’Aisyiyah",
            "‘Aisyiyah",
            "AISYIYAH",
            "Aisyiyah",
            "Aisyiah",
            "Aisiyah",
            "PDA Sleman",
            "Pimpinan Daerah 'Aisyiyah Muhammadiyah",
            "'Aisjijah",
            "Aisiyyah",
        ] {
            assert_eq!(operator_named(text), Some(Operator::Aisyiyah), "{text}");
        }
        for text in
            ["Muhammadiyah", "MUHAMADIYAH", "PDM Bantul", "Muh.", "Moehammadijah", "MPKS PWM Jatim", "Muhamadiah"]
        {
            assert_eq!(operator_named(text), Some(Operator::Muhammadiyah), "{text}");
        }
        for text in ["NU", "", "Pemerintah", "Yayasan Aisyah"] {
            assert_eq!(operator_named(text), None, "{text}");
        }
    }
}
