//! Showing what a command leaves, and writing down who was shown personal data.

use aumsos_domain::access::{Permission, Scope};
use aumsos_persistence::{
    Work,
    institutions::{InstitutionSight, Lookup, Reach, SeenInstitution},
};
use uuid::Uuid;

use super::{
    commands::check_reach,
    model::{InstitutionOut, sensitive_read, tag},
};
use crate::{access::Caller, command::Reply, problem::Problem};

impl Caller {
    /// What the caller sees of institutions.
    pub(crate) fn institution_sight(&self) -> InstitutionSight {
        InstitutionSight::of(self.actor())
    }

    /// Refuses unless the caller may know of an institution.
    pub(crate) async fn knows_institution(&self, id: Uuid) -> Result<(), Problem> {
        match self.store().institution_reach(id, &Scope::nowhere(), &self.institution_sight()).await? {
            Reach::Within | Reach::Known => Ok(()),
            Reach::Gone => Err(Problem::gone()),
            Reach::Unknown => Err(Problem::not_found()),
        }
    }

    /// Refuses unless a permission of the caller reaches to an institution; what is said tells no more than the caller
    /// knows.
    pub(crate) async fn reach_institution(&self, id: Uuid, permission: Permission) -> Result<(), Problem> {
        let scope = self.actor().scope(permission);
        check_reach(self.store().institution_reach(id, &scope, &self.institution_sight()).await?)
    }
}

/// The institution as this unit of work leaves it, to the caller who made it so.
pub(super) async fn reply(work: &mut Work, caller: &Caller, id: Uuid) -> Result<Reply, Problem> {
    match shown(work, caller, id).await? {
        Some(seen) => Reply::record(&tag(&seen), &InstitutionOut::from(seen)),
        None => Ok(Reply::nothing()),
    }
}

/// As [`reply`], for a record that was made.
pub(super) async fn reply_created(work: &mut Work, caller: &Caller, id: Uuid) -> Result<Reply, Problem> {
    let seen = shown(work, caller, id).await?.ok_or_else(Problem::not_found)?;
    Reply::created(format!("/v1/institutions/{id}"), &tag(&seen), &InstitutionOut::from(seen))
}

async fn shown(work: &mut Work, caller: &Caller, id: Uuid) -> Result<Option<SeenInstitution>, Problem> {
    let Lookup::Found(seen) = work.institution(id, &caller.institution_sight()).await? else { return Ok(None) };
    if let Some(read) = sensitive_read(&seen) {
        caller.note_reads_in(work, &[read]).await?;
    }
    Ok(Some(*seen))
}
