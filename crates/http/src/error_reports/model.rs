//! What goes in and out.

use aumsos_domain::{
    institutions::error_report::{ErrorReport, ErrorReportStatus},
    text_value::{Message, Pointer, Prose},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{conditional::Tag, listing::ListFilters};

/// A report.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-000000000077", "version": 1,
    "institution_id": "0190a0a0-0000-7000-8000-000000000042", "field": "/phones/0",
    "message": "Nomor ini sudah tidak aktif sejak 2025.", "status": "open",
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
}))]
pub struct ErrorReportOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the ETag.
    pub version: i64,
    /// In which entry.
    pub institution_id: Uuid,
    /// Which field of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Pointer>,
    /// What is wrong.
    pub message: Message,
    /// Where it stands.
    pub status: ErrorReportStatus,
    /// What was done about it, or why nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Prose>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<ErrorReport> for ErrorReportOut {
    fn from(report: ErrorReport) -> Self {
        Self {
            id: report.id,
            version: report.version,
            institution_id: report.institution_id,
            field: report.profile.field,
            message: report.profile.message,
            status: report.status,
            resolution: report.resolution,
            created_at: report.created_at,
            updated_at: report.updated_at,
        }
    }
}

/// How a report is settled.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"resolution": "Nomor sudah diperbaiki."}))]
pub struct Resolution {
    /// What was done about it, or why nothing.
    pub resolution: Prose,
}

/// Which reports.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct ErrorReportQuery {
    /// Where they stand.
    #[param(max_items = 5)]
    pub status: Vec<ErrorReportStatus>,
    /// In these entries.
    #[param(max_items = 50)]
    pub institution_id: Vec<Uuid>,
}

impl ListFilters for ErrorReportQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("created_at", ())];
    const DEFAULT_SORT: &'static str = "-created_at";
}

pub(super) fn tag(report: &ErrorReport) -> Tag {
    Tag::of_version(report.version)
}
