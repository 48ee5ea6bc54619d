//! Text with a rule: newtypes that cannot hold a wrong value.
//!
//! One macro gives each its parser, its JSON form, its JSON schema and the name of its format. The formats are
//! registered with the validator of requests ([`FORMATS`]), so that what the OpenAPI document says is what is enforced.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use validator::{ValidateEmail, ValidateUrl};

use crate::reason::{Invalid, Reason};

/// A format of text: its name in JSON schemas and the check behind it.
pub type Format = (&'static str, fn(&str) -> Result<(), Invalid>);

/// All formats of this module.
pub const FORMATS: &[Format] = &[
    (Name::FORMAT, |text| Name::parse(text).map(drop)),
    (Line::FORMAT, |text| Line::parse(text).map(drop)),
    (Prose::FORMAT, |text| Prose::parse(text).map(drop)),
    (Message::FORMAT, |text| Message::parse(text).map(drop)),
    (Pointer::FORMAT, |text| Pointer::parse(text).map(drop)),
    (Phone::FORMAT, |text| Phone::parse(text).map(drop)),
    (Email::FORMAT, |text| Email::parse(text).map(drop)),
    (WebAddress::FORMAT, |text| WebAddress::parse(text).map(drop)),
    (PostalCode::FORMAT, |text| PostalCode::parse(text).map(drop)),
    (PartialDate::FORMAT, |text| PartialDate::parse(text).map(drop)),
];

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[
    &TEXT_EMPTY,
    &TEXT_TOO_LONG,
    &TEXT_CONTROL_CHARACTERS,
    &POINTER_MALFORMED,
    &PHONE_MALFORMED,
    &EMAIL_MALFORMED,
    &WEB_ADDRESS_MALFORMED,
    &POSTAL_CODE_MALFORMED,
    &PARTIAL_DATE_MALFORMED,
];

/// Nothing but spaces.
pub const TEXT_EMPTY: Reason =
    Reason { code: "text_empty", id: "Isi tidak boleh kosong.", en: "The text must not be empty." };
/// Longer than the format allows.
pub const TEXT_TOO_LONG: Reason =
    Reason { code: "text_too_long", id: "Teks terlalu panjang.", en: "The text is too long." };
/// Characters that are no text.
pub const TEXT_CONTROL_CHARACTERS: Reason = Reason {
    code: "text_control_characters",
    id: "Teks memuat karakter kendali; hapus karakter itu.",
    en: "The text holds control characters; remove them.",
};
/// Not a JSON pointer.
pub const POINTER_MALFORMED: Reason = Reason {
    code: "pointer_malformed",
    id: "Tulis penunjuk JSON (RFC 6901), misalnya /address/street.",
    en: "Write a JSON pointer (RFC 6901), for example /address/street.",
};
/// Not E.164.
pub const PHONE_MALFORMED: Reason = Reason {
    code: "phone_malformed",
    id: "Tulis nomor telepon dalam bentuk E.164, misalnya +6281234567890.",
    en: "Write the phone number in E.164, for example +6281234567890.",
};
/// Not an email address.
pub const EMAIL_MALFORMED: Reason =
    Reason { code: "email_malformed", id: "Alamat email tidak terbaca.", en: "This is not an email address." };
/// Not an http or https address.
pub const WEB_ADDRESS_MALFORMED: Reason = Reason {
    code: "web_address_malformed",
    id: "Tulis alamat web lengkap dengan https://.",
    en: "Write the web address in full, with https://.",
};
/// Not five digits.
pub const POSTAL_CODE_MALFORMED: Reason = Reason {
    code: "postal_code_malformed",
    id: "Kode pos terdiri dari lima angka.",
    en: "A postal code has five digits.",
};
/// Not a date, a month or a year.
pub const PARTIAL_DATE_MALFORMED: Reason = Reason {
    code: "partial_date_malformed",
    id: "Tulis tanggal sebagai 1928-05-17, 1928-05 atau 1928.",
    en: "Write the date as 1928-05-17, 1928-05 or 1928.",
};

/// Declares a newtype over text whose only way in is its `check`, which gives the canonical form.
#[macro_export]
macro_rules! text_value {
    ($(#[$meta:meta])* $name:ident, $format:literal, $max:literal, $example:literal, $check:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The name of the format in JSON schemas.
            pub const FORMAT: &'static str = $format;

            /// Reads a value in its canonical form, or says why it is none.
            pub fn parse(text: &str) -> Result<Self, $crate::reason::Invalid> {
                let check: fn(&str) -> Result<String, $crate::reason::Invalid> = $check;
                check(text).map(Self)
            }

            /// The canonical text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
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
                    .min_length(Some(1))
                    .max_length(Some($max))
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

/// Text of one line: trimmed, runs of spaces made one, no control characters, none that turn the direction of writing.
fn one_line(text: &str, max: usize) -> Result<String, Invalid> {
    if is_one_line(text, max) { Ok(text.to_owned()) } else { made_one_line(text, max) }
}

fn made_one_line(text: &str, max: usize) -> Result<String, Invalid> {
    if text.chars().any(|character| character.is_control() || turns_direction(character)) {
        return Err(Invalid(&TEXT_CONTROL_CHARACTERS));
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.chars().count() {
        0 => Err(Invalid(&TEXT_EMPTY)),
        length if length > max => Err(Invalid(&TEXT_TOO_LONG)),
        _ => Ok(line),
    }
}

/// Embeddings, overrides and isolates of the bidirectional algorithm (UAX #9): with them a line is read in another order
/// than it is written in, and passes for another.
const fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether plain text is in that form already, as all that was kept once is: told in one look over its bytes.
fn is_one_line(text: &str, max: usize) -> bool {
    let bytes = text.as_bytes();
    let is_plain = bytes.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let begins_and_ends = bytes.first().is_some_and(|first| *first != b' ') && bytes.last() != Some(&b' ');
    is_plain && begins_and_ends && bytes.len() <= max && !bytes.windows(2).any(|pair| pair == b"  ")
}

/// Text of several lines: trimmed, line breaks made one kind, no other control characters but tabs.
fn several_lines(text: &str, max: usize) -> Result<String, Invalid> {
    let kept = text.replace("\r\n", "\n");
    if kept.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(Invalid(&TEXT_CONTROL_CHARACTERS));
    }
    match kept.trim() {
        "" => Err(Invalid(&TEXT_EMPTY)),
        trimmed if trimmed.chars().count() > max => Err(Invalid(&TEXT_TOO_LONG)),
        trimmed => Ok(trimmed.to_owned()),
    }
}

text_value! {
    /// The name of an institution, a unit or a person: one line of at most 200 characters.
    Name, "name", 200, "LKSA Muhammadiyah Sang Surya", |text| one_line(text, 200)
}

text_value! {
    /// One line of at most 300 characters: a street, a number of a paper, an issuer.
    Line, "line", 300, "Jl. KH Ahmad Dahlan No. 43", |text| one_line(text, 300)
}

text_value! {
    /// Free text of at most 4,000 characters; line breaks are kept, it is stored and answered as text only.
    Prose, "prose", 4000, "Alamat pada surat izin berbeda dengan alamat yang dicatat.", |text| several_lines(text, 4000)
}

text_value! {
    /// Free text of at most 2,000 characters, from somebody who may not be known.
    Message, "message", 2000, "Nomor telepon ini sudah tidak aktif.", |text| several_lines(text, 2000)
}

text_value! {
    /// A JSON pointer to a field (RFC 6901), of at most 200 characters.
    Pointer, "pointer", 200, "/address/street", |text| {
        let escapes = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        if !text.starts_with('/') || !escapes || text.chars().any(char::is_control) {
            return Err(Invalid(&POINTER_MALFORMED));
        }
        if text.chars().count() > 200 { Err(Invalid(&TEXT_TOO_LONG)) } else { Ok(text.to_owned()) }
    }
}

text_value! {
    /// A phone number in E.164 (ITU-T): `+`, country code, at most 15 digits.
    Phone, "phone", 16, "+6281234567890", |text| {
        let digits = text.strip_prefix('+').ok_or(Invalid(&PHONE_MALFORMED))?;
        let right = digits.len() >= 8
            && digits.len() <= 15
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit());
        if right { Ok(text.to_owned()) } else { Err(Invalid(&PHONE_MALFORMED)) }
    }
}

text_value! {
    /// An email address, in lower case.
    Email, "email-address", 254, "panti@contoh.or.id", |text| {
        let lower = text.trim().to_lowercase();
        // A name without a dot is a machine of somebody's own network, where no mail of ours arrives.
        let is_domain = lower.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.'));
        let right = lower.len() <= 254 && is_domain && lower.validate_email();
        if right { Ok(lower) } else { Err(Invalid(&EMAIL_MALFORMED)) }
    }
}

text_value! {
    /// A web address with its scheme, `http` or `https`.
    WebAddress, "web-address", 500, "https://contoh.or.id", |text| {
        let trimmed = text.trim();
        let scheme = trimmed.starts_with("https://") || trimmed.starts_with("http://");
        if scheme && trimmed.len() <= 500 && trimmed.validate_url() {
            Ok(trimmed.to_owned())
        } else {
            Err(Invalid(&WEB_ADDRESS_MALFORMED))
        }
    }
}

text_value! {
    /// An Indonesian postal code: five digits, the first not zero.
    PostalCode, "postal-code", 5, "60111", |text| {
        let right = text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
        if right { Ok(text.to_owned()) } else { Err(Invalid(&POSTAL_CODE_MALFORMED)) }
    }
}

text_value! {
    /// A date of which the day, or day and month, may be unknown: `1928-05-17`, `1928-05` or `1928` (ISO 8601).
    PartialDate, "partial-date", 10, "1928", |text| {
        let full = match text.len() {
            4 => Cow::Owned(format!("{text}-01-01")),
            7 => Cow::Owned(format!("{text}-01")),
            10 => Cow::Borrowed(text),
            _ => return Err(Invalid(&PARTIAL_DATE_MALFORMED)),
        };
        let shaped = text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        match full.parse::<NaiveDate>() {
            Ok(date) if shaped && (1000..=9999).contains(&date.year()) => Ok(text.to_owned()),
            _ => Err(Invalid(&PARTIAL_DATE_MALFORMED)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_one_clean_line_stays_as_it_is() {
        let parts = ["a", " ", "  ", "~", "\u{e9}", "\t", "\u{7f}", "Jl. 1"];
        for first in parts {
            for second in parts {
                for third in parts {
                    let text = [first, second, third].concat();
                    for max in [1, 2, 3, 20] {
                        assert_eq!(one_line(&text, max), made_one_line(&text, max), "{text:?} {max}");
                    }
                }
            }
        }
    }

    #[test]
    fn names_are_one_clean_line() {
        assert_eq!(Name::parse("  LKSA   Harapan ").map(|n| n.to_string()), Ok("LKSA Harapan".to_owned()));
        assert_eq!(Name::parse("   "), Err(Invalid(&TEXT_EMPTY)));
        assert_eq!(Name::parse("a\u{0}b"), Err(Invalid(&TEXT_CONTROL_CHARACTERS)));
        assert_eq!(Name::parse(&"x".repeat(201)), Err(Invalid(&TEXT_TOO_LONG)));
    }

    #[test]
    fn no_line_turns_the_direction_of_writing() {
        for turning in ['\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'] {
            let text = format!("LKSA {turning}ABC");
            assert_eq!(Name::parse(&text), Err(Invalid(&TEXT_CONTROL_CHARACTERS)), "{turning:?}");
            assert_eq!(Line::parse(&text), Err(Invalid(&TEXT_CONTROL_CHARACTERS)), "{turning:?}");
        }
        // Arabic is written from right to left by itself.
        assert!(Name::parse("LKSA \u{627}\u{644}\u{646}\u{648}\u{631}").is_ok());
    }

    #[test]
    fn email_goes_to_a_domain() {
        let read = Email::parse(" Panti@Contoh.or.id ").map(|email| email.to_string());
        assert_eq!(read, Ok("panti@contoh.or.id".to_owned()));
        for wrong in ["panti@localhost", "panti@", "panti", "a.b@c", "@contoh.or.id"] {
            assert_eq!(Email::parse(wrong), Err(Invalid(&EMAIL_MALFORMED)), "{wrong}");
        }
    }

    #[test]
    fn phones_are_e164() {
        assert!(Phone::parse("+6281234567890").is_ok());
        for wrong in ["081234567890", "+0812345678", "+62 812", "+62812345678901234", "+62-81234567", ""] {
            assert_eq!(Phone::parse(wrong), Err(Invalid(&PHONE_MALFORMED)), "{wrong}");
        }
    }

    #[test]
    fn pointers_are_rfc_6901() {
        for right in ["/a", "/", "/a/0/b", "/a~1b", "/~0"] {
            assert!(Pointer::parse(right).is_ok(), "{right}");
        }
        for wrong in ["", "a", "#/a", "/a~", "/a~2", "/a\n"] {
            assert_eq!(Pointer::parse(wrong), Err(Invalid(&POINTER_MALFORMED)), "{wrong}");
        }
    }

    #[test]
    fn partial_dates_know_the_calendar() {
        for right in ["1928", "1928-05", "1928-05-17", "2024-02-29"] {
            assert!(PartialDate::parse(right).is_ok(), "{right}");
        }
        for wrong in ["", "28", "1928-13", "2023-02-29", "1928/05", "0000", "19280517", "１９２８"] {
            assert!(PartialDate::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_format_has_its_own_name() {
        let names: std::collections::BTreeSet<_> = FORMATS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), FORMATS.len());
    }
}
