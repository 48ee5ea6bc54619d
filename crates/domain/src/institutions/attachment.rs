//! Photographs and documents of an institution: what is known of a file, and who may open it to whom.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Institution, InstitutionStatus, life::STATUS_DOES_NOT_ALLOW, rules::Broken};
use crate::{
    access::Audience,
    pictures::{self, UnreadablePicture},
    reason::{Reason, Refusal},
    text_value::Line,
};

crate::code_list! {
    /// What a file is to the institution.
    AttachmentPurpose = "attachment_purpose" ("Kegunaan lampiran", "Purpose of an attachment") {
        Photo = "photo" ("Foto", "Photograph"),
        Deed = "deed" ("Akta notaris", "Notarial deed"),
        Decree = "decree" ("Surat keputusan", "Decree"),
        Registration = "registration" ("Tanda daftar", "Registration"),
        Permit = "permit" ("Izin operasional", "Operating permit"),
        Other = "other" ("Lainnya", "Other"),
    }
}

crate::code_list! {
    /// The types of file that are taken, told by their first bytes and by nothing that the sender says. None of them
    /// is a type that a browser would run.
    MediaType = "media_type" ("Jenis berkas", "Type of file") {
        Jpeg = "image/jpeg" ("Foto JPEG", "JPEG image"),
        Png = "image/png" ("Gambar PNG", "PNG image"),
        Webp = "image/webp" ("Gambar WebP", "WebP image"),
        Pdf = "application/pdf" ("Dokumen PDF", "PDF document"),
    }
}

impl MediaType {
    /// How many bytes [`Self::sniff`] needs to see.
    pub const SNIFFED_BYTES: usize = 12;

    /// The type of a file that begins with these bytes, if it is one that is taken.
    ///
    /// JPEG: ITU-T T.81 (start of image, then a marker); PNG: ISO/IEC 15948 §5.2; WebP: RFC 9649 §2.4;
    /// PDF: ISO 32000-2 §7.5.2.
    pub fn sniff(head: &[u8]) -> Option<Self> {
        match head {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => None,
        }
    }

    /// Whether it is a picture.
    pub const fn is_image(self) -> bool {
        !matches!(self, Self::Pdf)
    }

    /// The file as it may be kept: of a picture, nothing beside what it shows (see [`pictures`]).
    pub fn bare(self, file: Vec<u8>) -> Result<Vec<u8>, UnreadablePicture> {
        match self {
            Self::Jpeg => pictures::bare_jpeg(&file),
            Self::Png => pictures::bare_png(&file),
            Self::Webp => pictures::bare_webp(&file),
            Self::Pdf => Ok(file),
        }
    }

    /// The ending of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
        }
    }
}

/// A photograph is a picture.
pub const PHOTO_IS_NO_IMAGE: Reason = Reason {
    code: "photo_is_no_image",
    id: "Foto harus berupa berkas JPEG, PNG, atau WebP.",
    en: "A photograph must be a JPEG, PNG or WebP file.",
};
/// What everyone or partners see of a verified record is decided by those who may verify.
pub const ATTACHMENT_NEEDS_VERIFICATION: Reason = Reason {
    code: "attachment_needs_verification",
    id: "Lampiran lembaga yang sudah diverifikasi diunggah untuk majelis (audience council); unit penanggung jawab yang \
         membukanya.",
    en: "Files of a verified institution are uploaded for the council (audience council); the responsible unit opens \
         them to others.",
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&PHOTO_IS_NO_IMAGE, &ATTACHMENT_NEEDS_VERIFICATION];

/// What people say of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "purpose": "photo", "audience": "public", "title": "Halaman depan" }))]
pub struct AttachmentProfile {
    /// What it is to the institution.
    pub purpose: AttachmentPurpose,
    /// Who may see it.
    pub audience: Audience,
    /// What it shows.
    pub title: Line,
}

/// A file as it is kept: a picture without the metadata that it came with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileFacts {
    /// Its type, told by its first bytes.
    pub media_type: MediaType,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// SHA-256 over its content, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
}

/// A photograph or document of an institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// UUIDv7; may come from the client.
    pub id: Uuid,
    /// Counts the changes of the record, from 1; it is the `ETag`.
    pub version: i64,
    /// Of which institution.
    pub institution_id: Uuid,
    /// What people say of it.
    #[serde(flatten)]
    pub profile: AttachmentProfile,
    /// The file itself; it never changes.
    #[serde(flatten)]
    pub file: FileFacts,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Attachment {
    /// Attaches a file. `may_verify` says whether the actor may verify the institution.
    pub fn new(
        id: Uuid,
        institution: &Institution,
        profile: AttachmentProfile,
        file: FileFacts,
        may_verify: bool,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        may_stand(institution, &profile, may_verify)?;
        let institution_id = institution.id;
        Ok(Self { id, version: 1, institution_id, profile, file, created_at: at, updated_at: at })
    }

    /// Changes what is said of the file, or to whom it is open.
    pub fn change(
        self,
        institution: &Institution,
        profile: AttachmentProfile,
        may_verify: bool,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        may_stand(institution, &self.profile, may_verify)?;
        may_stand(institution, &profile, may_verify)?;
        if profile == self.profile {
            return Ok(self);
        }
        Ok(Self { profile, version: self.version + 1, updated_at: at, ..self })
    }

    /// Whether the file may be taken away: what is open to others, only by those who may open it.
    pub fn check_deletable(&self, institution: &Institution, may_verify: bool) -> Result<(), Refusal> {
        may_stand(institution, &self.profile, may_verify)
    }

    /// Every rule that what is said of the file breaks.
    pub fn broken_rules(profile: &AttachmentProfile, file: &FileFacts) -> Vec<Broken> {
        if profile.purpose == AttachmentPurpose::Photo && !file.media_type.is_image() {
            vec![Broken { pointer: "/purpose".to_owned(), reason: &PHOTO_IS_NO_IMAGE }]
        } else {
            Vec::new()
        }
    }
}

fn may_stand(institution: &Institution, profile: &AttachmentProfile, may_verify: bool) -> Result<(), Refusal> {
    use InstitutionStatus::{Active, Closed, Draft, Merged, Submitted, Suspended};
    match institution.status {
        Draft | Submitted => Ok(()),
        Active | Suspended if may_verify || profile.audience == Audience::Council => Ok(()),
        Active | Suspended => Err(Refusal::from(&ATTACHMENT_NEEDS_VERIFICATION)),
        Closed | Merged => {
            Err(Refusal::with(&STATUS_DOES_NOT_ALLOW, serde_json::json!({ "status": institution.status })))
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::CodeList;

    fn institution(status: InstitutionStatus) -> Institution {
        let profile = serde_json::json!({
            "name": "LKSA Sang Surya", "kind": "lksa", "operator": "muhammadiyah", "unit_id": Uuid::nil(),
            "address": { "region": "35.78" },
        });
        let profile = serde_json::from_value(profile).unwrap();
        Institution { status, ..Institution::draft(Uuid::nil(), profile, Vec::new(), DateTime::UNIX_EPOCH) }
    }

    #[test]
    fn files_are_told_by_their_first_bytes() {
        let heads: [(&[u8], Option<MediaType>); 10] = [
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01", Some(MediaType::Jpeg)),
            (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", Some(MediaType::Png)),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Some(MediaType::Webp)),
            (b"%PDF-1.7\n", Some(MediaType::Pdf)),
            (b"RIFF\x24\0\0\0WAVEfmt ", None),
            (b"<html><script>", None),
            (b"<svg xmlns=", None),
            (b"PK\x03\x04", None),
            (b"\xFF\xD8", None),
            (b"", None),
        ];
        for (head, expected) in heads {
            assert_eq!(MediaType::sniff(head), expected, "{head:?}");
        }
        assert!(MediaType::ALL.iter().all(|kind| !kind.code().contains("html") && !kind.code().contains("svg")));
    }

    #[test]
    fn a_photograph_is_a_picture() {
        let profile = |purpose| AttachmentProfile {
            purpose,
            audience: Audience::Public,
            title: Line::parse("Halaman depan").unwrap(),
        };
        let pdf = FileFacts { media_type: MediaType::Pdf, size_bytes: 1, sha256: String::new() };
        let broken = Attachment::broken_rules(&profile(AttachmentPurpose::Photo), &pdf);
        assert_eq!(broken.iter().map(|one| one.reason.code).collect::<Vec<_>>(), ["photo_is_no_image"]);
        assert!(Attachment::broken_rules(&profile(AttachmentPurpose::Deed), &pdf).is_empty());
    }

    #[test]
    fn only_those_who_verify_open_files_of_a_verified_institution() {
        use InstitutionStatus::{Active, Closed, Draft, Merged};
        let allowed = |status, audience, may_verify| {
            let institution = institution(status);
            let profile = AttachmentProfile {
                purpose: AttachmentPurpose::Deed,
                audience,
                title: Line::parse("Akta pendirian").unwrap(),
            };
            let file = FileFacts { media_type: MediaType::Pdf, size_bytes: 1, sha256: String::new() };
            let at = institution.created_at;
            match Attachment::new(Uuid::nil(), &institution, profile, file, may_verify, at) {
                Ok(made) => Ok(made.check_deletable(&institution, may_verify).is_ok()),
                Err(refusal) => Err(refusal.reason.code),
            }
        };
        assert_eq!(allowed(Draft, Audience::Public, false), Ok(true));
        assert_eq!(allowed(Active, Audience::Council, false), Ok(true));
        assert_eq!(allowed(Active, Audience::Partner, false), Err("attachment_needs_verification"));
        assert_eq!(allowed(Active, Audience::Public, false), Err("attachment_needs_verification"));
        assert_eq!(allowed(Active, Audience::Public, true), Ok(true));
        assert_eq!(allowed(Closed, Audience::Council, true), Err("status_does_not_allow"));
        assert_eq!(allowed(Merged, Audience::Council, true), Err("status_does_not_allow"));
    }
}
