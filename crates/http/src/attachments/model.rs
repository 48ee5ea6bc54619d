//! What goes in and out.

use aumsos_domain::{
    access::Audience,
    institutions::attachment::{Attachment, AttachmentPurpose, MediaType},
    text_value::Line,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{conditional::Tag, listing::ListFilters};

/// A photo or a document.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-000000000066", "version": 1,
    "institution_id": "0190a0a0-0000-7000-8000-000000000042", "purpose": "photo", "audience": "public",
    "title": "Halaman depan", "media_type": "image/jpeg", "size_bytes": 183_204,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "content_url": "/v1/institutions/0190a0a0-0000-7000-8000-000000000042/attachments/0190a0a0-0000-7000-8000-000000000066/content",
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
}))]
pub struct AttachmentOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the ETag.
    pub version: i64,
    /// Of which institution.
    pub institution_id: Uuid,
    /// What it is for.
    pub purpose: AttachmentPurpose,
    /// Who may open it.
    pub audience: Audience,
    /// What people call it.
    pub title: Line,
    /// What it is, told by its first bytes.
    pub media_type: MediaType,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256 of the file, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// Where the file itself is.
    pub content_url: String,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
    /// When what is said of it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<Attachment> for AttachmentOut {
    fn from(attachment: Attachment) -> Self {
        let Attachment { id, version, institution_id, profile, file, created_at, updated_at } = attachment;
        Self {
            id,
            version,
            institution_id,
            purpose: profile.purpose,
            audience: profile.audience,
            title: profile.title,
            media_type: file.media_type,
            size_bytes: file.size_bytes,
            sha256: file.sha256,
            content_url: format!("/v1/institutions/{institution_id}/attachments/{id}/content"),
            created_at,
            updated_at,
        }
    }
}

/// The parts of an upload.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"purpose": "photo", "audience": "public", "title": "Halaman depan", "file": "…"}))]
pub struct AttachmentUpload {
    /// The id of the record, where the client made one (UUIDv7).
    #[serde(default)]
    pub id: Option<Uuid>,
    /// What it is for.
    pub purpose: AttachmentPurpose,
    /// Who may open it.
    pub audience: Audience,
    /// What people call it.
    pub title: Line,
    /// A JPEG, PNG or WebP image, or a PDF document; told by its first bytes, whatever it says it is.
    #[schema(value_type = String, format = Binary)]
    pub file: String,
}

/// Which attachments.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct AttachmentQuery {
    /// What they are for.
    #[param(max_items = 10)]
    pub purpose: Vec<AttachmentPurpose>,
}

impl ListFilters for AttachmentQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("created_at", ())];
    const DEFAULT_SORT: &'static str = "-created_at";
}

pub(super) fn tag(attachment: &Attachment) -> Tag {
    Tag::of_version(attachment.version)
}
