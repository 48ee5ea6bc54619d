//! One key for the many ways in which a name is written.
//!
//! Names of Muhammadiyah's institutions and people come in the spelling of their time and place: *Moehammadijah* and
//! *Muhammadiyah*, five forms of *'Aisyiyah*, *Moh.*, *Achmad*, *Soerabaja*. [`fold`] brings them together without
//! mixing names that differ in today's spelling; [`sounds_like`] goes further and is only for finding likely
//! duplicates that a person then looks at.
//!
//! The spelling of 1901 (Van Ophuijsen) and that of 1947 (Soewandi) were replaced in 1972 by the *Ejaan yang
//! Disempurnakan*: oe → u (1947); dj → j, j → y, nj → ny, sj → sy, tj → c, ch → kh (1972). `oe`, `dj`, `tj` and `ch`
//! hardly occur in today's spelling and are always read as old. `j`, `nj` and `sj` do (*Sinjai*, *masjid*), so they
//! are read as old only in a word that shows by an `oe`, `dj` or `tj` that it is written the old way, and `sj` at the
//! beginning of a word.

use std::borrow::Cow;

/// A canonical spelling for names, in words of letters and digits with one blank between them.
///
/// Lower case, no diacritics, apostrophes dropped, other punctuation as blanks; old spelling made new; the common
/// short and variant forms of *Muhammad*, *Muhammadiyah*, *'Aisyiyah*, *Ahmad*, *Abdul* and *Yayasan* made one each.
/// Folding twice is folding once. It is a key to compare with, not a text to show.
pub fn fold(text: &str) -> String {
    let plain = plain(text);
    let mut folded = String::with_capacity(plain.len());
    for word in plain.split(' ').filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&fold_word(word));
    }
    folded
}

/// The text in lower case without diacritics and apostrophes, words parted by one blank; its spelling is kept.
///
/// The plain form of the beginning of a text is the beginning of its plain form (but for a blank at the end).
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    push_plain(&mut plain, text);
    plain
}

/// Appends the plain form of a text to another.
pub(crate) fn push_plain(to: &mut String, text: &str) {
    let start = to.len();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            to.push(letter.to_ascii_lowercase());
        } else if letter.is_ascii() {
            push_mark(to, start, letter);
        } else {
            for letter in letter.to_lowercase() {
                match without_diacritic(letter) {
                    Some(base) => to.push_str(base),
                    None if letter.is_alphanumeric() && !is_apostrophe(letter) => to.push(letter),
                    None => push_mark(to, start, letter),
                }
            }
        }
    }
    to.truncate(start.max(to.trim_end_matches(' ').len()));
}

/// One blank for any number of marks between words, nothing for those in a word.
fn push_mark(to: &mut String, start: usize, mark: char) {
    if !is_apostrophe(mark) && !is_combining(mark) && to.len() > start && !to.ends_with(' ') {
        to.push(' ');
    }
}

/// A key that names share when they sound alike to an Indonesian ear, for finding duplicates; it mixes names that are
/// not the same.
///
/// On top of [`fold`]: `f`, `v`, `p` as one; `z`, `sy`, `sh` as `s`; `kh` as `h`; `q` as `k`, `x` as `ks`; `dh`, `dl`,
/// `th`, `ts` as `d`, `t`, `s`; `w` after a vowel as `u`, `y` after `i` dropped (*Zakariya*, *Zakaria*); `h` at the end
/// dropped (*Fatimah*, *Fatima*); double letters as one. `j`, the vowels and `ng` stay: *Jamal* and *Zamal*, *Nur* and
/// *Nor* are told apart.
pub fn sounds_like(text: &str) -> String {
    const SOUNDS: [(&str, &str); 14] = [
        ("sy", "s"),
        ("sh", "s"),
        ("ts", "s"),
        ("kh", "h"),
        ("dh", "d"),
        ("dl", "d"),
        ("th", "t"),
        ("iy", "i"),
        ("f", "p"),
        ("v", "p"),
        ("z", "s"),
        ("q", "k"),
        ("x", "ks"),
        ("ck", "k"),
    ];
    let mut key = String::new();
    for word in fold(text).split(' ') {
        let mut sound = word.to_owned();
        for (written, heard) in SOUNDS {
            if sound.contains(written) {
                sound = sound.replace(written, heard);
            }
        }
        if sound.contains('w') {
            for vowel in ["a", "e", "o"] {
                // "Fauzi" and "Fawzi", but not "Hawa".
                sound = replace_before_consonant(&sound, vowel);
            }
        }
        let mut letters: Vec<char> = sound.chars().collect();
        letters.dedup();
        if letters.len() > 2 && letters.last() == Some(&'h') {
            letters.pop();
        }
        if !letters.is_empty() && !key.is_empty() {
            key.push(' ');
        }
        key.extend(letters);
    }
    key
}

/// `w` after the vowel and before a consonant or the end, as `u`.
fn replace_before_consonant(word: &str, vowel: &str) -> String {
    let mut heard = String::with_capacity(word.len());
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next() {
        let closes = letters.peek().is_none_or(|next| !"aeiou".contains(*next));
        heard.push(if letter == 'w' && heard.ends_with(vowel) && closes { 'u' } else { letter });
    }
    heard
}

/// One word of plain text in its canonical spelling.
pub(crate) fn fold_word(word: &str) -> Cow<'_, str> {
    let mut folded = Cow::Borrowed(canonical_name(word));
    while has_old_spelling(&folded) {
        folded = Cow::Owned(canonical_name(&in_new_spelling(&folded)).to_owned());
    }
    folded
}

/// Whether [`in_new_spelling`] would change the word.
fn has_old_spelling(word: &str) -> bool {
    let pairs = word.as_bytes().windows(2);
    word.starts_with("sj") || pairs.into_iter().any(|pair| matches!(pair, b"oe" | b"dj" | b"tj" | b"ch"))
}

/// A word of old spelling in today's, once over. Each step that changes something makes the word shorter or takes a
/// `j` or a `ch` from it, so that repeating it comes to an end.
fn in_new_spelling(word: &str) -> String {
    /// Stands for the `j` of today while those of old are made `y`; it is no letter and cannot be in the word.
    const NEW_J: &str = "\u{1}";
    let is_old = ["oe", "dj", "tj"].iter().any(|sign| word.contains(sign));
    let mut newer = word.replace("oe", "u").replace("dj", NEW_J).replace("tj", "c").replace("ch", "kh");
    if is_old {
        newer = newer.replace('j', "y");
    } else if let Some(rest) = newer.strip_prefix("sj") {
        newer = format!("sy{rest}");
    }
    newer.replace(NEW_J, "j")
}

/// The one form of the names that are written in many.
fn canonical_name(word: &str) -> &str {
    match word {
        "abd" | "abdl" => "abdul",
        "yay" | "yys" => "yayasan",
        "akhmad" | "akhmat" | "ahmat" => "ahmad",
        "moh" | "muh" | "mokh" | "mukh" | "mohd" | "muhd" | "mhd" | "mohammad" | "mohamad" | "mohammed" | "mohamed"
        | "muhamad" | "muhammed" | "muhamed" | "mokhamad" | "mokhammad" | "mukhamad" | "mukhammad" => "muhammad",
        "mohammadiyah" | "mohamadiyah" | "muhamadiyah" | "muhammadiah" | "muhamadiah" | "mohammadiah"
        | "mohamadiah" | "muhammadijah" | "muhamadijah" | "mohammadijah" | "mohamadijah" | "mukhammadiyah"
        | "mukhamadiyah" | "mokhammadiyah" | "mokhamadiyah" => "muhammadiyah",
        "aisyiah" | "aisiyah" | "aisiah" | "aisyiyyah" | "aisiyyah" | "aisjijah" | "aisjiyah" | "aisyijah"
        | "aisjiah" | "asyiyah" | "aisyiyat" => "aisyiyah",
        other => other,
    }
}

/// Apostrophes, the signs by which ʿain and hamza are written, and what keyboards put in their place.
fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '`' | '´' | '‘' | '’' | '‛' | '′' | 'ʻ' | 'ʼ' | 'ʽ' | 'ʾ' | 'ʿ' | 'ˈ' | 'ˋ' | '＇' | 'ʹ')
}

/// Marks that stand over or under the letter before them.
fn is_combining(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}')
}

/// The letters under the diacritics that names in Indonesia come with, those of transliterated Arabic included.
fn without_diacritic(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'ạ' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ḍ' | 'ď' | 'đ' | 'ḏ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' | 'ġ' | 'ģ' => "g",
        'ḥ' | 'ḫ' | 'ħ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ḳ' => "k",
        'ł' | 'ļ' => "l",
        'ñ' | 'ń' | 'ň' | 'ņ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'ř' | 'ŕ' => "r",
        'ṣ' | 'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ṭ' | 'ť' | 'ţ' | 'ț' | 'ṯ' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ŭ' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ẓ' | 'ž' | 'ź' | 'ż' => "z",
        'æ' => "ae",
        'œ' => "oe",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn aisyiyah_is_one_however_it_is_written() {
        for form in
            ["'Aisyiyah", "’Aisyiyah", "‘Aisyiyah", "`AISYIYAH", "ʿAisyiyah", "Aisyiyah", "Aisyiah", "‘Aisjijah"]
        {
            assert_eq!(fold(form), "aisyiyah", "{form}");
        }
        assert_eq!(fold("Siti Aisyah"), "siti aisyah");
    }

    #[test]
    fn old_spelling_is_made_new() {
        for (old, new) in [
            ("Soerabaja", "surabaya"),
            ("Djokjakarta", "jokyakarta"),
            ("Moehammadijah", "muhammadiyah"),
            ("Banjoemas", "banyumas"),
            ("Tjilatjap", "cilacap"),
            ("Pandjang", "panjang"),
            ("Sjahrir", "syahrir"),
            ("Chairil", "khairil"),
            ("Djojo Soemarto", "joyo sumarto"),
            ("Soekarno-Hatta", "sukarno hatta"),
        ] {
            assert_eq!(fold(old), new);
        }
    }

    #[test]
    fn todays_spelling_stays() {
        for name in ["sinjai", "nganjuk", "banjar", "masjid jami", "jaya", "jombang", "al furqon", "aceh", "yogyakarta"]
        {
            assert_eq!(fold(name), name);
        }
    }

    #[test]
    fn short_and_variant_forms_are_one() {
        for form in ["Muhammad", "Mohammad", "Moh.", "Muh.", "Moch.", "Mochamad", "Mochammad", "Mohamad"] {
            assert_eq!(fold(form), "muhammad", "{form}");
        }
        assert_eq!(fold("Achmad"), fold("Ahmad"));
        assert_eq!(fold("Abd. Rahman"), fold("Abdoel Rahman"));
        assert_eq!(fold("Yay. Moehammadijah"), fold("Yayasan Muhammadiyah"));
        // Whole words only.
        assert_eq!(fold("Mohon Abdi"), "mohon abdi");
    }

    #[test]
    fn marks_and_cases_do_not_matter() {
        assert_eq!(fold("  PANTI—Asuhan (Al-Ma'ūn) "), "panti asuhan al maun");
        assert_eq!(fold("Qur’an"), fold("Quran"));
        assert_eq!(fold("e\u{301}lan"), fold("élan"));
        assert_eq!(fold("AUM-35-00042"), "aum 35 00042");
        assert_eq!(fold("…"), "");
    }

    #[test]
    fn names_that_sound_alike_share_a_key() {
        for (one, other) in [
            ("Fatimah", "Patima"),
            ("Aziz", "Asis"),
            ("Zakariya", "Zakaria"),
            ("Fauzi", "Fawzi"),
            ("Khadijah", "Hadijah"),
            ("Syarifuddin", "Sarifudin"),
            ("Qomaruddin", "Komarudin"),
            ("Ridho", "Rido"),
        ] {
            assert_eq!(sounds_like(one), sounds_like(other), "{one}, {other}");
        }
        for (one, other) in [("Jamal", "Zamal"), ("Nur", "Nor"), ("Hasan", "Husain"), ("Anang", "Anan")] {
            assert_ne!(sounds_like(one), sounds_like(other), "{one}, {other}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}|[ocdtjnshemauy' ]{0,24}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            prop_assert!(!once.contains("  ") && once.trim() == once);
            prop_assert_eq!(fold(&plain(&text)), once);
        }

        #[test]
        fn a_plain_beginning_is_the_beginning_of_the_plain(text in "\\PC{0,24}", cut in 0_usize..24) {
            let beginning: String = text.chars().take(cut).collect();
            prop_assert!(plain(&text).starts_with(&plain(&beginning)));
        }

        #[test]
        fn equal_keys_sound_alike(text in "\\PC{0,24}|[a-z ]{0,16}") {
            prop_assert_eq!(sounds_like(&fold(&text)), sounds_like(&text));
        }
    }
}
