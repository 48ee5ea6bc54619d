//! What goes in and out.

use aumsos_domain::{
    RecordKind,
    institutions::{Proposal, ProposalStatus},
    text_value::Prose,
};
use aumsos_persistence::{institutions::SeenProposal, page::KeyValue, sensitive_reads::SensitiveRead};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::{model::ActorOut, write::InstitutionWrite};
use crate::{conditional::Tag, listing::ListFilters};

/// What a verified record is to say.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProposalWrite, example = json!({
    "institution": {
        "name": "LKSA Muhammadiyah Sang Surya", "kind": "lksa", "operator": "muhammadiyah",
        "unit_id": "01900000-0000-7000-8000-000000000001", "address": {"region": "35.78.01"},
        "phones": ["+6281234567891"]
    },
    "note": "Nomor telepon berganti."
}))]
pub struct ProposalIn {
    /// The whole record as it is to be.
    pub institution: InstitutionWrite,
    /// Why, for the one who decides.
    #[serde(default)]
    pub note: Option<Prose>,
}

/// A proposal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000b1", "version": 1,
    "institution_id": "0190a0a0-0000-7000-8000-000000000042", "base_version": 3, "status": "submitted",
    "institution": {
        "name": "LKSA Muhammadiyah Sang Surya", "kind": "lksa", "operator": "muhammadiyah",
        "unit_id": "01900000-0000-7000-8000-000000000001", "address": {"region": "35.78.01"},
        "phones": ["+6281234567891"]
    },
    "note": "Nomor telepon berganti.", "reasons": null,
    "proposed_by": {"kind": "client", "id": "0190a0a0-0000-7000-8000-00000000000a"}, "decided_by": null,
    "created_at": "2026-01-02T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z"
}))]
pub struct ProposalOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts the changes of the proposal, from 1.
    pub version: i64,
    /// Of which institution.
    pub institution_id: Uuid,
    /// The version of the institution that it was made on.
    pub base_version: i64,
    /// Where it stands.
    pub status: ProposalStatus,
    /// What the record is to say; its contacts only in the answer for one proposal, for those who may see them.
    pub institution: InstitutionWrite,
    /// Why, for the one who decides.
    pub note: Option<Prose>,
    /// Why it was returned.
    pub reasons: Option<Prose>,
    /// Who proposes.
    pub proposed_by: ActorOut,
    /// Who decided.
    pub decided_by: Option<ActorOut>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<SeenProposal> for ProposalOut {
    fn from(seen: SeenProposal) -> Self {
        let proposal = seen.proposal;
        Self {
            id: proposal.id,
            version: proposal.version,
            institution_id: proposal.institution_id,
            base_version: proposal.base_version,
            status: proposal.status,
            institution: InstitutionWrite {
                profile: proposal.profile,
                contacts: seen.with_contacts.then_some(proposal.contacts),
            },
            note: proposal.note,
            reasons: proposal.reasons,
            proposed_by: proposal.proposed_by.into(),
            decided_by: proposal.decided_by.map(ActorOut::from),
            created_at: proposal.created_at,
            updated_at: proposal.updated_at,
        }
    }
}

/// Which proposals.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct ProposalQuery {
    /// Where they stand.
    #[param(max_items = 10)]
    pub status: Vec<ProposalStatus>,
}

impl ListFilters for ProposalQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("created_at", ())];
    const DEFAULT_SORT: &'static str = "-created_at";
}

pub(super) fn key(proposal: &Proposal) -> Vec<KeyValue> {
    vec![KeyValue::Whole(proposal.created_at.timestamp_micros()), KeyValue::Id(proposal.id)]
}

pub(super) fn tag(seen: &SeenProposal) -> Tag {
    Tag::of_view(seen.proposal.version, if seen.with_contacts { "cc" } else { "c" })
}

/// What the trail of reads says of a proposal that is shown.
pub(super) fn sensitive_read(seen: &SeenProposal) -> Option<SensitiveRead> {
    let people = seen.proposal.contacts.len();
    (seen.with_contacts && people > 0).then_some(SensitiveRead {
        kind: RecordKind::Proposal,
        record: seen.proposal.id,
        institution: seen.proposal.institution_id,
        fields: vec!["contacts".into()],
        people,
    })
}
