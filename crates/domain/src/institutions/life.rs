//! The life of an institution's record: draft → submitted → active → suspended / closed / merged.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Contact, Profile};
use crate::{
    access::{Actor, ActorId, Permission},
    reason::{Reason, Refusal},
    text_value::Prose,
};

crate::code_list! {
    /// Where a record is in its life.
    InstitutionStatus = "institution_status" ("Status lembaga", "Status of an institution") {
        Draft = "draft" ("Konsep", "Draft"),
        Submitted = "submitted" ("Diajukan", "Submitted"),
        Active = "active" ("Aktif (terverifikasi)", "Active (verified)"),
        Suspended = "suspended" ("Dibekukan", "Suspended"),
        Closed = "closed" ("Ditutup", "Closed"),
        Merged = "merged" ("Digabung", "Merged"),
    }
}

crate::code_list! {
    /// A step in the life of a record.
    LifeStep = "institution_step" ("Langkah lembaga", "Step in the life of an institution") {
        Submit = "submit" ("Ajukan", "Submit"),
        Verify = "verify" ("Verifikasi", "Verify"),
        Return = "return" ("Kembalikan", "Return"),
        Confirm = "confirm" ("Konfirmasi", "Confirm"),
        Suspend = "suspend" ("Bekukan", "Suspend"),
        Resume = "resume" ("Aktifkan kembali", "Resume"),
        Close = "close" ("Tutup", "Close"),
    }
}

impl LifeStep {
    /// Whether it is taken only with a reason, whatever the record is like.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Return | Self::Suspend | Self::Close)
    }

    /// Whether a reason may go with it.
    pub const fn takes_reason(self) -> bool {
        self.needs_reason() || matches!(self, Self::Resume)
    }

    /// Who may take it.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Submit => Permission::InstitutionsSubmit,
            _ => Permission::InstitutionsVerify,
        }
    }

    /// What the ledger calls it once it is taken.
    pub const fn done(self) -> &'static str {
        match self {
            Self::Submit => "submitted",
            Self::Verify => "verified",
            Self::Return => "returned",
            Self::Confirm => "confirmed",
            Self::Suspend => "suspended",
            Self::Resume => "resumed",
            Self::Close => "closed",
        }
    }
}

impl InstitutionStatus {
    /// Whether everyone may know of the record: it was verified once and still stands for itself.
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Active | Self::Suspended | Self::Closed)
    }
}

/// The step is not possible in the status the record is in.
pub const STATUS_DOES_NOT_ALLOW: Reason = Reason {
    code: "status_does_not_allow",
    id: "Langkah ini tidak dapat dilakukan pada status lembaga saat ini.",
    en: "This step cannot be taken in the status the institution is in.",
};
/// Four eyes: nobody approves their own submission.
pub const OWN_SUBMISSION: Reason = Reason {
    code: "own_submission",
    id: "Pengajuan harus diperiksa oleh orang lain, bukan oleh pengajunya, juga tidak melalui klien yang dipegangnya.",
    en: "A submission must be decided by somebody other than the one who made it, and not with a client that they hold.",
};
/// A verified record changes through a proposal, unless the actor may verify.
pub const CHANGES_NEED_VERIFICATION: Reason = Reason {
    code: "changes_need_verification",
    id: "Data yang sudah diverifikasi diubah melalui usulan: POST /v1/institutions/{id}/proposals.",
    en: "A verified record is changed through a proposal: POST /v1/institutions/{id}/proposals.",
};
/// A record cannot be merged into itself or into one that is not live.
pub const MERGE_TARGET_NOT_LIVE: Reason = Reason {
    code: "merge_target_not_live",
    id: "Lembaga tujuan penggabungan harus lembaga lain yang aktif atau dibekukan.",
    en: "The institution to merge into must be another one that is active or suspended.",
};
/// Verified records have a history that others refer to.
pub const ONLY_DRAFTS_ARE_DELETED: Reason = Reason {
    code: "only_drafts_are_deleted",
    id: "Hanya konsep yang belum pernah diverifikasi yang dapat dihapus; tutup lembaga yang sudah diverifikasi.",
    en: "Only drafts that were never verified can be deleted; close an institution that was verified.",
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[
    &STATUS_DOES_NOT_ALLOW,
    &OWN_SUBMISSION,
    &CHANGES_NEED_VERIFICATION,
    &MERGE_TARGET_NOT_LIVE,
    &ONLY_DRAFTS_ARE_DELETED,
];

/// The code of an institution in the council's register, given when it is first verified and never reused:
/// `AUM-35-00042`, province and serial number within it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, example = "AUM-35-00042", pattern = "^AUM-[0-9]{2}-[0-9]{5,}$")]
pub struct AumsosCode(String);

impl AumsosCode {
    /// The code of the `serial`th institution verified in a province (two digits).
    pub fn new(province: &str, serial: u64) -> Self {
        Self(format!("AUM-{province}-{serial:05}"))
    }

    /// Reads a code, in whatever case.
    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.trim().to_uppercase();
        let (province, serial) = upper.strip_prefix("AUM-")?.split_once('-')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        (province.len() == 2 && digits(province) && serial.len() >= 5 && digits(serial)).then_some(Self(upper))
    }

    /// The code as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a submission went back to its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Returned {
    /// What must be put right.
    pub reasons: Prose,
    /// When.
    pub at: DateTime<Utc>,
}

/// A record of the registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Institution {
    /// UUIDv7; may come from the client.
    pub id: Uuid,
    /// Counts the changes of the record, from 1; it is the ETag.
    pub version: i64,
    /// Where the record is in its life.
    pub status: InstitutionStatus,
    /// Given at verification.
    pub code: Option<AumsosCode>,
    /// What people wrote of it.
    pub profile: Profile,
    /// Head and contact persons.
    pub contacts: Vec<Contact>,
    /// Who submitted it.
    pub submitted_by: Option<ActorId>,
    /// Why it last went back to its author.
    pub returned: Option<Returned>,
    /// Why it was suspended or closed, or made active again.
    pub status_reason: Option<Prose>,
    /// The record it was merged into.
    pub merged_into: Option<Uuid>,
    /// When somebody last checked the record against the facts; staleness counts from here.
    pub verified_at: Option<DateTime<Utc>>,
    /// Who checked.
    pub verified_by: Option<ActorId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed; edited is not checked.
    pub updated_at: DateTime<Utc>,
}

impl Institution {
    /// A new draft.
    pub const fn draft(id: Uuid, profile: Profile, contacts: Vec<Contact>, at: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            status: InstitutionStatus::Draft,
            code: None,
            profile,
            contacts,
            submitted_by: None,
            returned: None,
            status_reason: None,
            merged_into: None,
            verified_at: None,
            verified_by: None,
            created_at: at,
            updated_at: at,
        }
    }

    /// A record that comes into the register at once, checked by the one who brings it: a row of a sheet of the
    /// council, whose import is an act of verification.
    pub fn registered(
        id: Uuid,
        profile: Profile,
        contacts: Vec<Contact>,
        by: ActorId,
        code: AumsosCode,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            status: InstitutionStatus::Active,
            code: Some(code),
            submitted_by: Some(by),
            verified_at: Some(at),
            verified_by: Some(by),
            ..Self::draft(id, profile, contacts, at)
        }
    }

    /// Changes a live record by what a sheet of the council says of it; it is checked by that.
    pub fn brought_up_to_date(
        self,
        profile: Profile,
        contacts: Vec<Contact>,
        by: ActorId,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        self.from(&[InstitutionStatus::Active, InstitutionStatus::Suspended])?;
        Ok(Self { profile, contacts, verified_at: Some(at), verified_by: Some(by), ..self.touched(at) })
    }

    /// Changes what people wrote. Drafts are changed by whoever may submit; a verified record only by whoever may
    /// verify, everyone else proposes. What says the same as before is no change.
    pub fn edit(
        self,
        profile: Profile,
        contacts: Vec<Contact>,
        may_verify: bool,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        use InstitutionStatus::{Active, Closed, Draft, Merged, Submitted, Suspended};
        match self.status {
            Draft => {}
            Submitted | Active | Suspended if may_verify => {}
            Active | Suspended => return Err(Refusal::from(&CHANGES_NEED_VERIFICATION)),
            Submitted | Closed | Merged => return Err(Refusal::from(&STATUS_DOES_NOT_ALLOW)),
        }
        if self.profile == profile && self.contacts == contacts {
            return Ok(self);
        }
        Ok(Self { profile, contacts, ..self.touched(at) })
    }

    /// Hands a draft to the responsible unit.
    pub fn submit(self, by: ActorId, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.from(&[InstitutionStatus::Draft])?;
        Ok(Self { status: InstitutionStatus::Submitted, submitted_by: Some(by), returned: None, ..self.touched(at) })
    }

    /// Whether somebody may take the submission into the register: asked before a code is drawn.
    pub fn check_verifiable(&self, by: &Actor) -> Result<(), Refusal> {
        self.from(&[InstitutionStatus::Submitted])?;
        if self.submitted_by.is_some_and(|author| by.is_hand_of(author)) {
            return Err(Refusal::from(&OWN_SUBMISSION));
        }
        Ok(())
    }

    /// Takes a submission into the register. `code` is drawn for the first verification and kept ever after.
    pub fn verify(self, by: &Actor, code: AumsosCode, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.check_verifiable(by)?;
        Ok(Self {
            status: InstitutionStatus::Active,
            code: Some(self.code.clone().unwrap_or(code)),
            verified_at: Some(at),
            verified_by: Some(by.id),
            ..self.touched(at)
        })
    }

    /// Gives a submission back to its author.
    pub fn return_for_changes(self, reasons: Prose, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.from(&[InstitutionStatus::Submitted])?;
        Ok(Self { status: InstitutionStatus::Draft, returned: Some(Returned { reasons, at }), ..self.touched(at) })
    }

    /// States that the record was checked against the facts and is right.
    pub fn confirm(self, by: ActorId, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.from(&[InstitutionStatus::Active, InstitutionStatus::Suspended])?;
        Ok(Self { verified_at: Some(at), verified_by: Some(by), ..self.touched(at) })
    }

    /// Suspends an active institution.
    pub fn suspend(self, reason: Prose, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.from(&[InstitutionStatus::Active])?;
        Ok(Self { status: InstitutionStatus::Suspended, status_reason: Some(reason), ..self.touched(at) })
    }

    /// Whether a step is taken only with a reason. To close is for good: whoever undoes it says why.
    pub fn needs_reason_to(&self, step: LifeStep) -> bool {
        step.needs_reason() || (step == LifeStep::Resume && self.status == InstitutionStatus::Closed)
    }

    /// Makes a suspended or closed institution active again.
    pub fn resume(self, reason: Option<Prose>, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.from(&[InstitutionStatus::Suspended, InstitutionStatus::Closed])?;
        Ok(Self { status: InstitutionStatus::Active, status_reason: reason, ..self.touched(at) })
    }

    /// Closes an institution for good.
    pub fn close(self, reason: Prose, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.from(&[InstitutionStatus::Active, InstitutionStatus::Suspended])?;
        Ok(Self { status: InstitutionStatus::Closed, status_reason: Some(reason), ..self.touched(at) })
    }

    /// Merges this record, a duplicate, into the one that stays. Both keep their history.
    pub fn merge_into(self, target: &Self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        use InstitutionStatus::{Active, Draft, Submitted, Suspended};
        self.from(&[Draft, Submitted, Active, Suspended])?;
        if target.id == self.id || !matches!(target.status, Active | Suspended) {
            return Err(Refusal::from(&MERGE_TARGET_NOT_LIVE));
        }
        Ok(Self { status: InstitutionStatus::Merged, merged_into: Some(target.id), ..self.touched(at) })
    }

    /// Takes a contact person out of the record, whatever became of it: a person's right does not end with a status.
    #[must_use]
    pub fn without_contact(mut self, contact: Uuid, at: DateTime<Utc>) -> Self {
        self.contacts.retain(|known| known.id != contact);
        self.touched(at)
    }

    /// Whether it reports its census: while it is in the register and at work.
    pub fn check_reports(&self) -> Result<(), Refusal> {
        self.from(&[InstitutionStatus::Active, InstitutionStatus::Suspended])
    }

    /// Whether the record may be deleted: only a draft that was never verified.
    pub fn check_deletable(&self) -> Result<(), Refusal> {
        if self.status == InstitutionStatus::Draft && self.code.is_none() {
            Ok(())
        } else {
            Err(Refusal::from(&ONLY_DRAFTS_ARE_DELETED))
        }
    }

    pub(super) fn from(&self, allowed: &[InstitutionStatus]) -> Result<(), Refusal> {
        if allowed.contains(&self.status) {
            Ok(())
        } else {
            Err(Refusal::with(&STATUS_DOES_NOT_ALLOW, serde_json::json!({ "status": self.status })))
        }
    }

    fn touched(self, at: DateTime<Utc>) -> Self {
        Self { version: self.version + 1, updated_at: at, ..self }
    }
}
