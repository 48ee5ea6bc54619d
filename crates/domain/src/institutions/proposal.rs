//! Proposals: how a verified record is changed by those who may not verify.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Contact, Institution, InstitutionStatus, Profile, life::OWN_SUBMISSION};
use crate::{
    access::{Actor, ActorId},
    reason::{Reason, Refusal},
    text_value::Prose,
};

crate::code_list! {
    /// Where a proposal stands.
    ProposalStatus = "proposal_status" ("Status usulan", "Status of a proposal") {
        Submitted = "submitted" ("Diajukan", "Submitted"),
        Accepted = "accepted" ("Diterima", "Accepted"),
        Returned = "returned" ("Dikembalikan", "Returned"),
        Withdrawn = "withdrawn" ("Ditarik", "Withdrawn"),
    }
}

/// A decided proposal stays as it is.
pub const PROPOSAL_IS_DECIDED: Reason = Reason {
    code: "proposal_is_decided",
    id: "Usulan ini sudah diputuskan; ajukan usulan baru.",
    en: "This proposal was decided already; make a new one.",
};
/// The record moved on since the proposal was made.
pub const PROPOSAL_IS_STALE: Reason = Reason {
    code: "proposal_is_stale",
    id: "Data lembaga berubah sejak usulan dibuat; kembalikan agar disusun ulang.",
    en: "The record changed since the proposal was made; return it to be made anew.",
};
/// Only its author withdraws a proposal.
pub const NOT_YOUR_PROPOSAL: Reason = Reason {
    code: "not_your_proposal",
    id: "Hanya pengusul yang dapat menarik usulannya.",
    en: "Only its author can withdraw a proposal.",
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&PROPOSAL_IS_DECIDED, &PROPOSAL_IS_STALE, &NOT_YOUR_PROPOSAL];

/// A change that waits for the responsible unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// UUIDv7; may come from the client.
    pub id: Uuid,
    /// Counts the changes of the proposal, from 1; it is the ETag.
    pub version: i64,
    /// Of which institution.
    pub institution_id: Uuid,
    /// The version of the institution it was made on.
    pub base_version: i64,
    /// Where it stands.
    pub status: ProposalStatus,
    /// What the record is to say.
    pub profile: Profile,
    /// Who its contacts are to be.
    pub contacts: Vec<Contact>,
    /// Why, for the one who decides.
    pub note: Option<Prose>,
    /// Who proposes.
    pub proposed_by: ActorId,
    /// Who decided.
    pub decided_by: Option<ActorId>,
    /// Why it was returned.
    pub reasons: Option<Prose>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Proposal {
    /// Proposes what a verified record is to say. Drafts are changed directly.
    pub fn new(
        id: Uuid,
        institution: &Institution,
        (profile, contacts): (Profile, Vec<Contact>),
        note: Option<Prose>,
        by: ActorId,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        institution.from(&[InstitutionStatus::Active, InstitutionStatus::Suspended])?;
        Ok(Self {
            id,
            version: 1,
            institution_id: institution.id,
            base_version: institution.version,
            status: ProposalStatus::Submitted,
            profile,
            contacts,
            note,
            proposed_by: by,
            decided_by: None,
            reasons: None,
            created_at: at,
            updated_at: at,
        })
    }

    /// Takes a proposal over into the record. `current` is the version the record has now.
    pub fn accept(self, by: &Actor, current: i64, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.check_open()?;
        if by.is_hand_of(self.proposed_by) {
            return Err(Refusal::from(&OWN_SUBMISSION));
        }
        if self.base_version != current {
            return Err(Refusal::with(
                &PROPOSAL_IS_STALE,
                serde_json::json!({ "base_version": self.base_version, "current_version": current }),
            ));
        }
        Ok(self.decided(ProposalStatus::Accepted, by.id, None, at))
    }

    /// Gives a proposal back with reasons.
    pub fn return_for_changes(self, by: ActorId, reasons: Prose, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.check_open()?;
        Ok(self.decided(ProposalStatus::Returned, by, Some(reasons), at))
    }

    /// Takes one's own proposal back.
    pub fn withdraw(self, by: ActorId, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.check_open()?;
        if self.proposed_by != by {
            return Err(Refusal::from(&NOT_YOUR_PROPOSAL));
        }
        Ok(self.decided(ProposalStatus::Withdrawn, by, None, at))
    }

    fn check_open(&self) -> Result<(), Refusal> {
        if self.status == ProposalStatus::Submitted { Ok(()) } else { Err(Refusal::from(&PROPOSAL_IS_DECIDED)) }
    }

    fn decided(self, status: ProposalStatus, by: ActorId, reasons: Option<Prose>, at: DateTime<Utc>) -> Self {
        Self { status, decided_by: Some(by), reasons, version: self.version + 1, updated_at: at, ..self }
    }
}
