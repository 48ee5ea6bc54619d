//! What can be done to an institution, apart from how it is asked for: the endpoint of one step, a bulk request and a
//! batch that was made offline all come here.
//!
//! Each command takes the unit of work, the actor from whom the scopes come, and values; it loads within the scope, asks
//! the domain, and writes. Nothing is written before everything has been asked, so that a refusal changes nothing even
//! when the unit of work goes on.

use actix_web::http::StatusCode;
use aumsos_domain::{
    access::{Actor, Permission, Scope},
    institutions::{
        Contact, Institution, Profile,
        life::{AumsosCode, LifeStep},
        rules::{Broken, broken_by_contacts},
    },
    organization_units::{OrganizationUnit, UNIT_CLOSED, UnitStatus},
    regions::RegionLevel,
    text_value::Prose,
};
use aumsos_persistence::{
    Work, clock,
    institutions::{InstitutionSight, Reach},
};
use uuid::Uuid;

use super::write::InstitutionWrite;
use crate::{
    body::refuse_value,
    conditional::{IfMatch, MaybeIfMatch},
    problem::{Problem, reasons},
};

/// The institution of an id where the actor holds a permission, locked until the end of the unit of work. Elsewhere the
/// answer tells no more than the actor knows.
pub async fn load(work: &mut Work, actor: &Actor, id: Uuid, permission: Permission) -> Result<Institution, Problem> {
    let scope = actor.scope(permission);
    if let Some(found) = work.institution_for_update(id, &scope).await? {
        return Ok(found);
    }
    let reach = work.institution_reach(id, &scope, &InstitutionSight::of(actor)).await?;
    Err(check_reach(reach).err().unwrap_or_else(Problem::not_found))
}

/// What is said of an institution that a permission does not reach.
pub fn check_reach(reach: Reach) -> Result<(), Problem> {
    match reach {
        Reach::Within => Ok(()),
        Reach::Known => Err(not_allowed()),
        Reach::Gone => Err(Problem::gone()),
        Reach::Unknown => Err(Problem::not_found()),
    }
}

/// The actor knows of it and may not do this here.
pub(super) fn not_allowed() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, &reasons::PERMISSION_MISSING)
}

/// Makes a draft.
pub async fn create(work: &mut Work, actor: &Actor, id: Uuid, write: InstitutionWrite) -> Result<Institution, Problem> {
    let contacts = write.contacts.unwrap_or_default();
    let unit = work.unit_to_rely_on(write.profile.unit_id).await?;
    let mut broken = broken_rules(&write.profile, &contacts);
    broken.extend(unknown_unit(unit.as_ref()));
    Problem::unless_sound(broken)?;
    check_in_charge(work, unit, &actor.scope(Permission::InstitutionsSubmit)).await?;
    let draft = Institution::draft(id, write.profile, contacts, work.at());
    if !draft.contacts.is_empty() && !sees_contacts(work, actor, &draft).await? {
        return Err(not_allowed());
    }
    work.create_institution("created", &draft).await?;
    Ok(draft)
}

/// Changes what a record says: drafts by whoever may submit, verified records by whoever may verify. `change` makes of
/// what it says now, as far as the actor sees it, what it is to say.
pub async fn edit(
    work: &mut Work,
    actor: &Actor,
    id: Uuid,
    expected: &IfMatch,
    change: impl FnOnce(InstitutionWrite) -> Result<InstitutionWrite, Problem>,
) -> Result<Institution, Problem> {
    let before = load(work, actor, id, Permission::InstitutionsSubmit).await?;
    expected.check(before.version)?;
    let (profile, contacts) = changed(work, actor, &before, "", change).await?;
    let may_verify = work.is_within(&before, &actor.scope(Permission::InstitutionsVerify)).await?;
    let after = before.clone().edit(profile, contacts, may_verify, work.at())?;
    if after.profile.unit_id != before.profile.unit_id {
        check_unit(work, after.profile.unit_id, &actor.scope(Permission::InstitutionsSubmit)).await?;
    }
    work.save_institution("edited", &before, &after).await?;
    Ok(after)
}

/// What a record is to say after a change, held against the rules. Contacts that the actor does not see stay as they
/// are. `at` is where the record stands in the body, as a JSON pointer.
pub(super) async fn changed(
    work: &mut Work,
    actor: &Actor,
    before: &Institution,
    at: &str,
    change: impl FnOnce(InstitutionWrite) -> Result<InstitutionWrite, Problem>,
) -> Result<(Profile, Vec<Contact>), Problem> {
    let sees = sees_contacts(work, actor, before).await?;
    let after = change(InstitutionWrite::of(before, sees))?;
    let contacts = match after.contacts {
        None => before.contacts.clone(),
        Some(contacts) if sees => contacts,
        Some(_) => return Err(not_allowed()),
    };
    let mut broken = broken_rules(&after.profile, &contacts);
    if after.profile.unit_id != before.profile.unit_id {
        broken.extend(unknown_unit(work.unit_to_rely_on(after.profile.unit_id).await?.as_ref()));
    }
    for one in &mut broken {
        one.pointer.insert_str(0, at);
    }
    Problem::unless_sound(broken)?;
    Ok((after.profile, contacts))
}

/// Takes a step in the life of a record. A reason goes with the steps that need one.
pub async fn take(
    work: &mut Work,
    actor: &Actor,
    id: Uuid,
    expected: &MaybeIfMatch,
    step: LifeStep,
    reason: Option<&Prose>,
) -> Result<Institution, Problem> {
    let before = load(work, actor, id, step.permission()).await?;
    expected.check(before.version)?;
    let (by, at) = (actor.id, work.at());
    let required = || refuse_value("/reason", &reasons::REQUIRED);
    if reason.is_none() && before.needs_reason_to(step) {
        return Err(required());
    }
    let given = reason.cloned();
    let reason = || given.clone().ok_or_else(required);
    let record = before.clone();
    let after = match step {
        LifeStep::Submit => record.submit(by, at)?,
        LifeStep::Verify => {
            let by = work.with_hands_of_now(actor).await?;
            record.check_verifiable(&by)?;
            let code = code_for(work, &record).await?;
            record.verify(&by, code, at)?
        }
        LifeStep::Return => record.return_for_changes(reason()?, at)?,
        LifeStep::Confirm => record.confirm(by, at)?,
        LifeStep::Suspend => record.suspend(reason()?, at)?,
        LifeStep::Resume => record.resume(given, at)?,
        LifeStep::Close => record.close(reason()?, at)?,
    };
    work.save_institution(step.done(), &before, &after).await?;
    Ok(after)
}

/// The code that a record has, or the next of its province.
async fn code_for(work: &mut Work, record: &Institution) -> Result<AumsosCode, Problem> {
    if let Some(code) = &record.code {
        return Ok(code.clone());
    }
    let region = record.profile.address.region;
    let province = region.ancestor(RegionLevel::Province).unwrap_or(region);
    Ok(work.draw_aumsos_code(province.as_str()).await?)
}

/// Merges a duplicate into the record that stays; the permission is needed for both.
pub async fn merge(
    work: &mut Work,
    actor: &Actor,
    id: Uuid,
    into: Uuid,
    expected: &MaybeIfMatch,
) -> Result<Institution, Problem> {
    // Two merges of the same two lock them in the same order, and so never wait for each other.
    if into < id {
        // Whoever may not reach it hears so below, once it is known that the duplicate is theirs.
        work.institution_for_update(into, &actor.scope(Permission::InstitutionsMerge)).await?;
    }
    let before = load(work, actor, id, Permission::InstitutionsMerge).await?;
    expected.check(before.version)?;
    let target =
        load(work, actor, into, Permission::InstitutionsMerge).await.map_err(|problem| match problem.status() {
            StatusCode::NOT_FOUND | StatusCode::GONE => refuse_value("/into", &reasons::RECORD_UNKNOWN),
            _ => problem,
        })?;
    let after = before.clone().merge_into(&target, work.at())?;
    work.save_institution("merged", &before, &after).await?;
    Ok(after)
}

/// Deletes a draft.
pub async fn delete(work: &mut Work, actor: &Actor, id: Uuid, expected: &IfMatch) -> Result<(), Problem> {
    let before = load(work, actor, id, Permission::InstitutionsSubmit).await?;
    expected.check(before.version)?;
    before.check_deletable()?;
    Ok(work.delete_institution(&before).await?)
}

/// Erases a contact person for real: from the record, and with the key from everything that was ever kept.
pub async fn erase_contact(
    work: &mut Work,
    actor: &Actor,
    id: Uuid,
    contact: Uuid,
    expected: &IfMatch,
) -> Result<(), Problem> {
    let before = load(work, actor, id, Permission::InstitutionsVerify).await?;
    if !sees_contacts(work, actor, &before).await? {
        return Err(not_allowed());
    }
    expected.check(before.version)?;
    if before.contacts.iter().all(|known| known.id != contact) {
        return Err(Problem::not_found());
    }
    let after = before.clone().without_contact(contact, work.at());
    work.save_institution("contact_erased", &before, &after).await?;
    Ok(work.destroy_contact_key(id, contact).await?)
}

/// Whether the actor sees the contact persons of a record.
pub(super) async fn sees_contacts(work: &mut Work, actor: &Actor, record: &Institution) -> Result<bool, Problem> {
    Ok(work.is_within(record, &actor.scope(Permission::InstitutionsReadContacts)).await?)
}

/// The unit is there, at work, and within a scope. It stays so until the end of the unit of work.
pub(super) async fn check_unit(work: &mut Work, unit: Uuid, scope: &Scope) -> Result<(), Problem> {
    let found = work.unit_to_rely_on(unit).await?;
    check_in_charge(work, found, scope).await
}

async fn check_in_charge(work: &mut Work, found: Option<OrganizationUnit>, scope: &Scope) -> Result<(), Problem> {
    let found = found.ok_or_else(|| refuse_value("/unit_id", &reasons::RECORD_UNKNOWN))?;
    if !work.is_unit_within(found.id, scope).await? {
        return Err(not_allowed());
    }
    if found.status == UnitStatus::Closed {
        return Err(Problem::refused(&UNIT_CLOSED));
    }
    Ok(())
}

/// A unit that is not there, as one of the faults of the record that names it: all of them are told at once.
fn unknown_unit(found: Option<&OrganizationUnit>) -> Option<Broken> {
    found.is_none().then(|| Broken { pointer: "/unit_id".to_owned(), reason: &reasons::RECORD_UNKNOWN })
}

fn broken_rules(profile: &Profile, contacts: &[Contact]) -> Vec<Broken> {
    let mut broken = profile.broken_rules(clock::today());
    broken.extend(broken_by_contacts(contacts));
    broken
}
