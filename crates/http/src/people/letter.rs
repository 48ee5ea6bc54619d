//! The mail that invites somebody.

use aumsos_domain::{Language, people::PersonProfile};
use aumsos_persistence::mail::Mail;

/// An invitation with the link that lets its reader in, once.
pub(super) fn invitation(public_url: &str, person: &PersonProfile, token: &str) -> Mail {
    let name = &person.name;
    let link = format!("{public_url}/invitation?token={token}");
    let (subject, text) = match person.language {
        Language::Indonesian => (
            "Undangan ke AUMSOS",
            format!(
                "Assalamu'alaikum, {name},\n\n\
                 Anda diundang memakai AUMSOS, pangkalan data amal usaha bidang sosial Muhammadiyah dan 'Aisyiyah.\n\
                 Buka tautan ini dan pilih kata sandi Anda:\n\n\
                 {link}\n\n\
                 Tautan hanya dapat dipakai satu kali, dalam tujuh hari. Jangan teruskan surat ini kepada siapa pun.\n\
                 Bila Anda tidak mengenal AUMSOS, abaikan surat ini.\n"
            ),
        ),
        Language::English => (
            "Invitation to AUMSOS",
            format!(
                "Dear {name},\n\n\
                 You are invited to AUMSOS, the register of the social services of Muhammadiyah and 'Aisyiyah.\n\
                 Open this link and choose your password:\n\n\
                 {link}\n\n\
                 The link works once, within seven days. Do not pass this mail on to anyone.\n\
                 If AUMSOS means nothing to you, ignore this mail.\n"
            ),
        ),
    };
    Mail { to: person.email.to_string(), subject: subject.to_owned(), text }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn an_invitation_speaks_the_language_of_its_reader_and_holds_the_link() {
        let person = |language: &str| {
            let person = serde_json::json!({ "email": "siti@contoh.or.id", "name": "Siti", "language": language });
            serde_json::from_value::<PersonProfile>(person).unwrap()
        };
        let indonesian = invitation("https://aumsos.example", &person("id"), "abc");
        assert_eq!((indonesian.to.as_str(), indonesian.subject.as_str()), ("siti@contoh.or.id", "Undangan ke AUMSOS"));
        let english = invitation("https://aumsos.example", &person("en"), "abc");
        for mail in [&indonesian, &english] {
            assert!(mail.text.contains("\n\nhttps://aumsos.example/invitation?token=abc\n\n"));
            assert!(mail.text.contains("Siti"));
        }
        assert!(english.text.starts_with("Dear Siti"));
    }
}
