//! Errors that people report in public entries. Reports are anonymous: of who reports, nothing is asked or kept.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::rules::Broken;
use crate::{
    reason::{Reason, Refusal},
    text_value::{Message, Pointer, Prose},
};

crate::code_list! {
    /// Where a report stands.
    ErrorReportStatus = "error_report_status" ("Status laporan kesalahan", "Status of an error report") {
        Open = "open" ("Terbuka", "Open"),
        Accepted = "accepted" ("Diterima", "Accepted"),
        Rejected = "rejected" ("Ditolak", "Rejected"),
    }
}

/// A decided report stays as it is.
pub const REPORT_IS_DECIDED: Reason =
    Reason { code: "report_is_decided", id: "Laporan ini sudah diputuskan.", en: "This report was decided already." };
/// The pointer names nothing that a public entry shows.
pub const FIELD_NOT_FOUND: Reason = Reason {
    code: "field_not_found",
    id: "Data publik lembaga tidak memiliki bagian ini; tunjuk bagian yang salah, misalnya /address/street.",
    en: "A public entry has no such field; point at the wrong one, for example /address/street.",
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&REPORT_IS_DECIDED, &FIELD_NOT_FOUND];

/// The fields of a public entry, by the first part of a pointer.
const FIELDS: &[&str] = &[
    "name",
    "other_names",
    "code",
    "kind",
    "operator",
    "status",
    "unit_id",
    "address",
    "position",
    "phones",
    "email",
    "website",
    "founded",
    "papers",
    "capacity",
    "accreditation",
    "places",
    "services",
    "attachments",
];

/// What somebody reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "field": "/phones/0", "message": "Nomor ini sudah tidak aktif sejak 2025." }))]
pub struct ErrorReportProfile {
    /// Which field is wrong; none for the entry as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Pointer>,
    /// What is wrong with it.
    pub message: Message,
}

impl ErrorReportProfile {
    /// Every rule the report breaks.
    pub fn broken_rules(&self) -> Vec<Broken> {
        let Some(field) = &self.field else { return Vec::new() };
        let first = field.as_str().split('/').nth(1).unwrap_or_default();
        if FIELDS.contains(&first) {
            Vec::new()
        } else {
            vec![Broken { pointer: "/field".to_owned(), reason: &FIELD_NOT_FOUND }]
        }
    }
}

/// A report as it is kept; it is a task of the unit that is responsible for the institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorReport {
    /// UUIDv7; may come from the client.
    pub id: Uuid,
    /// Counts the changes of the record, from 1; it is the `ETag`.
    pub version: i64,
    /// Of which institution.
    pub institution_id: Uuid,
    /// What is reported.
    #[serde(flatten)]
    pub profile: ErrorReportProfile,
    /// Where it stands.
    pub status: ErrorReportStatus,
    /// What came of it.
    pub resolution: Option<Prose>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ErrorReport {
    /// A new report.
    pub const fn new(id: Uuid, institution_id: Uuid, profile: ErrorReportProfile, at: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            institution_id,
            profile,
            status: ErrorReportStatus::Open,
            resolution: None,
            created_at: at,
            updated_at: at,
        }
    }

    /// States that the report is right and what is done about it.
    pub fn accept(self, resolution: Prose, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.decided(ErrorReportStatus::Accepted, resolution, at)
    }

    /// States that the report is not right, and why.
    pub fn reject(self, resolution: Prose, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.decided(ErrorReportStatus::Rejected, resolution, at)
    }

    fn decided(self, status: ErrorReportStatus, resolution: Prose, at: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.status != ErrorReportStatus::Open {
            return Err(Refusal::with(&REPORT_IS_DECIDED, serde_json::json!({ "status": self.status })));
        }
        Ok(Self { status, resolution: Some(resolution), version: self.version + 1, updated_at: at, ..self })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn profile(field: Option<&str>) -> ErrorReportProfile {
        ErrorReportProfile {
            field: field.map(|field| Pointer::parse(field).unwrap()),
            message: Message::parse("Nomor ini sudah tidak aktif.").unwrap(),
        }
    }

    fn report() -> ErrorReport {
        ErrorReport::new(Uuid::nil(), Uuid::nil(), profile(None), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_report_is_decided_once() {
        let prose = |text| Prose::parse(text).unwrap();
        let accepted = report().accept(prose("Sudah diperbaiki."), DateTime::UNIX_EPOCH).unwrap();
        assert_eq!((accepted.status, accepted.version), (ErrorReportStatus::Accepted, 2));
        assert_eq!(accepted.resolution, Some(prose("Sudah diperbaiki.")));
        let refusal = accepted.reject(prose("Tidak jadi."), DateTime::UNIX_EPOCH).unwrap_err();
        assert_eq!(refusal.reason.code, "report_is_decided");
        let rejected = report().reject(prose("Nomor masih aktif."), DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(rejected.status, ErrorReportStatus::Rejected);
    }

    #[test]
    fn a_report_points_at_what_a_public_entry_shows() {
        for right in [None, Some("/phones/0"), Some("/address/street"), Some("/name")] {
            assert!(profile(right).broken_rules().is_empty(), "{right:?}");
        }
        for wrong in ["/contacts/0/name", "/", "/nothing"] {
            let broken = profile(Some(wrong)).broken_rules();
            assert_eq!(broken.iter().map(|one| one.reason.code).collect::<Vec<_>>(), ["field_not_found"], "{wrong}");
        }
    }
}
