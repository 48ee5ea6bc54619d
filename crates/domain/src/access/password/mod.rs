//! What a password must be (OWASP ASVS 5.0 §6.2, NIST SP 800-63B §3.1.1): long enough, known to nobody else, and
//! nothing beyond that. No composition rules, no expiry.

use std::{collections::HashSet, sync::LazyLock};

use crate::reason::Reason;

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&PASSWORD_TOO_SHORT, &PASSWORD_TOO_LONG, &PASSWORD_COMMON, &PASSWORD_PERSONAL];

/// The least length where the password is the only factor, in characters.
pub const SHORTEST_ALONE: usize = 15;
/// The least length where a second factor stands beside it.
pub const SHORTEST_WITH_SECOND_FACTOR: usize = 8;
/// The greatest length; beyond it hashing would be work for nothing.
pub const LONGEST: usize = 256;

/// Shorter than it must be.
pub const PASSWORD_TOO_SHORT: Reason = Reason {
    code: "password_too_short",
    id: "Kata sandi terlalu pendek: sedikitnya 15 karakter, atau 8 bila faktor kedua aktif. Rangkaian beberapa kata mudah diingat.",
    en: "The password is too short: at least 15 characters, or 8 where a second factor is on. Several words in a row are easy to remember.",
};
/// Longer than is read.
pub const PASSWORD_TOO_LONG: Reason = Reason {
    code: "password_too_long",
    id: "Kata sandi paling panjang 256 karakter.",
    en: "A password has at most 256 characters.",
};
/// One that attackers try first.
pub const PASSWORD_COMMON: Reason = Reason {
    code: "password_common",
    id: "Kata sandi ini mudah ditebak: banyak dipakai, berulang, atau berurutan. Pilih yang lain.",
    en: "This password is easy to guess: many use it, or it repeats or counts up. Choose another.",
};
/// Little more than the person's own name or address.
pub const PASSWORD_PERSONAL: Reason = Reason {
    code: "password_personal",
    id: "Kata sandi ini hampir hanya berisi nama, alamat surel, atau nama layanan. Pilih yang lain.",
    en: "This password is little more than a name, an email address or the name of the service. Choose another.",
};

/// Words that everybody here knows.
const SERVICE_WORDS: &[&str] =
    &["aumsos", "muhammadiyah", "aisyiyah", "lazismu", "bakesos", "persyarikatan", "panti", "asuhan", "password"];
/// What must be left when the known words are taken out, in letters and digits.
const LEFT_OVER: usize = 6;

/// Passwords that attackers try first, of eight characters and more: the list that Django ships (20,000 passwords by
/// Royce Williams, drawn from leaks), and Indonesian ones beside it.
static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());

/// Refuses a password that is too short, too long or easy to guess. `personal` is what an attacker knows of the
/// person: name and email address.
pub fn check(password: &str, personal: &[&str], has_second_factor: bool) -> Result<(), &'static Reason> {
    let shortest = if has_second_factor { SHORTEST_WITH_SECOND_FACTOR } else { SHORTEST_ALONE };
    let length = password.chars().count();
    if length > LONGEST {
        return Err(&PASSWORD_TOO_LONG);
    }
    if length < shortest {
        return Err(&PASSWORD_TOO_SHORT);
    }
    let folded = password.to_lowercase();
    if is_common(&folded) || is_common(unit_of(&folded)) || is_run(&folded) {
        return Err(&PASSWORD_COMMON);
    }
    let left = without_known_words(&folded, personal);
    if left != folded && left.chars().filter(|c| c.is_alphanumeric()).count() < LEFT_OVER {
        return Err(&PASSWORD_PERSONAL);
    }
    Ok(())
}

/// Whether a password is long enough to stand without a second factor.
pub fn stands_alone(password: &str) -> bool {
    password.chars().count() >= SHORTEST_ALONE
}

fn is_common(folded: &str) -> bool {
    let is_decoration = |c: char| c.is_ascii_digit() || c.is_ascii_punctuation() || c == ' ';
    COMMON.contains(folded)
        || COMMON.contains(folded.trim_end_matches(is_decoration))
        || COMMON.contains(folded.trim_matches(is_decoration))
        || folded.chars().count() < 4
}

/// The shortest text that the whole repeats: `abcabcabc` repeats `abc`; the last time may be cut off.
fn unit_of(text: &str) -> &str {
    let length = text.chars().count();
    let whole: Vec<char> = text.chars().collect();
    let period = (1..=length / 2).find(|&period| whole.iter().zip(whole.iter().skip(period)).all(|(a, b)| a == b));
    let Some(period) = period else { return text };
    let end = text.char_indices().nth(period).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

/// Whether nearly every character follows the one before it, up or down: `abcdefgh…`, `9876…`.
fn is_run(text: &str) -> bool {
    let steps: Vec<i64> = text
        .chars()
        .zip(text.chars().skip(1))
        .map(|(a, b)| i64::from(u32::from(b)) - i64::from(u32::from(a)))
        .collect();
    let of = |wanted: &[i64]| steps.iter().filter(|step| wanted.contains(step)).count();
    // A run over the digits comes back to 0 after 9.
    let most = of(&[1, -9]).max(of(&[-1, 9]));
    most + 2 >= steps.len()
}

/// What is left when the words that are known of the person and of the service are taken out.
fn without_known_words(folded: &str, personal: &[&str]) -> String {
    let mut words: Vec<String> = personal
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .map(str::to_lowercase)
        .chain(SERVICE_WORDS.iter().map(|word| (*word).to_owned()))
        .filter(|word| word.chars().count() >= 4)
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.iter().fold(folded.to_owned(), |text, word| text.replace(word.as_str(), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> Option<&'static str> {
        check(password, &["Siti Aminah", "siti.aminah@contoh.or.id"], false).err().map(|reason| reason.code)
    }

    #[test]
    fn length_is_counted_in_characters_and_depends_on_the_second_factor() {
        assert_eq!(refused("kuda baterai 12"), None);
        assert_eq!(refused("kuda baterai 1"), Some("password_too_short"));
        assert_eq!(check("kuda b7x", &[], true), Ok(()));
        assert_eq!(check("kuda b7", &[], true), Err(&PASSWORD_TOO_SHORT));
        assert_eq!(refused(&"pohon rindang ".repeat(20)), Some("password_too_long"));
        assert_eq!(refused("kuda staples benar baterai melompat tinggi sekali di pagi hari yang cerah"), None);
        assert_eq!(refused("ééééééééééééééé"), Some("password_common"));
    }

    #[test]
    fn what_attackers_try_first_is_refused_however_it_is_dressed_up() {
        for common in [
            "passwordpassword",
            "PasswordPassword",
            "Password123456789",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "1234567890123456",
            "abcdefghijklmnopq",
            "zyxwvutsrqponmlk",
            "bismillahirrahmanirrahim",
            "assalamualaikum2024!",
        ] {
            assert_eq!(refused(common), Some("password_common"), "{common}");
        }
        assert_eq!(check("rahasia123", &[], true), Err(&PASSWORD_COMMON));
    }

    #[test]
    fn a_name_and_an_address_are_no_password() {
        for personal in
            ["siti.aminah@contoh.or.id", "SitiAminahSiti1", "muhammadiyah aisyiyah", "aumsos-siti-aminah-26"]
        {
            assert_eq!(refused(personal), Some("password_personal"), "{personal}");
        }
        assert_eq!(refused("siti menanam padi"), None);
    }
}
