//! Who may give which role, and decide over whose account: what the areas of people, clients and roles ask before they
//! write.

use actix_web::http::StatusCode;
use aumsos_domain::{
    access::{Actor, ActorId, Appointment, Permission, RolePlace, granting},
    institutions::rules::Broken,
    organization_units::{OrganizationUnit, UNIT_CLOSED, UnitStatus},
    role_assignments::GivenRole,
};
use aumsos_persistence::{Work, institutions::InstitutionSight};
use uuid::Uuid;

use crate::{
    body::refuse_value,
    problem::{Problem, reasons},
};

/// Every rule of form that appointments break; they stand at `/roles`.
pub(crate) fn broken_by(asked: &[Appointment], at: chrono::DateTime<chrono::Utc>) -> Vec<Broken> {
    let each = asked.iter().enumerate();
    each.flat_map(|(place, one)| one.broken_rules(&format!("/roles/{place}"), at)).collect()
}

/// The role that an appointment comes to, if the actor may give it. `others` are the roles of the holder; `pointer` is
/// where the appointment stands. Nothing is written.
pub(crate) async fn appoint(
    work: &mut Work,
    actor: &Actor,
    (id, holder): (Uuid, ActorId),
    asked: &Appointment,
    others: &[GivenRole],
    pointer: &str,
) -> Result<GivenRole, Problem> {
    let field = if asked.institution_id.is_some() { "institution_id" } else { "unit_id" };
    let unknown = || refuse_value(&format!("{pointer}/{field}"), &reasons::RECORD_UNKNOWN);
    let place = asked.place().ok_or_else(unknown)?;
    if let RolePlace::Unit(unit) = place {
        check_at_work(&work.unit_to_rely_on(unit).await?.ok_or_else(unknown)?)?;
    }
    let at = work.place_in_tree(place, &InstitutionSight::of(actor)).await?.ok_or_else(unknown)?;
    granting::check_grant(actor, holder, asked.role, &at)?;
    let given = GivenRole {
        id,
        version: 1,
        holder,
        role: asked.role,
        place,
        term: asked.term(work.at()),
        granted_by: actor.id,
        revoked_at: None,
        created_at: work.at(),
    };
    Ok(GivenRole::give(given, others)?)
}

/// The roles of somebody new, if the actor may give all of them. They stand at `/roles`.
pub(crate) async fn appoint_all(
    work: &mut Work,
    actor: &Actor,
    holder: ActorId,
    asked: &[Appointment],
) -> Result<Vec<GivenRole>, Problem> {
    let mut given: Vec<GivenRole> = Vec::with_capacity(asked.len());
    for (place, one) in asked.iter().enumerate() {
        let pointer = format!("/roles/{place}");
        given.push(appoint(work, actor, (Uuid::now_v7(), holder), one, &given, &pointer).await?);
    }
    Ok(given)
}

/// Refuses a step that would put the account of somebody into the hands of one who could not give the roles that it
/// holds.
pub(crate) async fn check_power_over(work: &mut Work, actor: &Actor, holder: ActorId) -> Result<(), Problem> {
    let mut held = work.given_roles_of(holder).await?;
    held.retain(|given| given.is_live(work.at()));
    let held = work.in_tree(&held).await?;
    Ok(granting::check_power_over(actor, holder, &held)?)
}

/// Refuses to put an account into the care of a unit that is not there, is closed, or is not the actor's.
pub(crate) async fn check_keeper(
    work: &mut Work,
    actor: &Actor,
    permission: Permission,
    unit: Option<Uuid>,
) -> Result<(), Problem> {
    let keeper = unit.unwrap_or(OrganizationUnit::MUHAMMADIYAH);
    let found = work.unit_to_rely_on(keeper).await?;
    check_at_work(&found.ok_or_else(|| refuse_value("/unit_id", &reasons::RECORD_UNKNOWN))?)?;
    let line = work.line_above(keeper).await?;
    if actor.own_scope(permission).covers(&line, None) { Ok(()) } else { Err(not_allowed()) }
}

/// The record is known to the caller, and is not theirs to change.
pub(crate) const fn not_allowed() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, &reasons::PERMISSION_MISSING)
}

fn check_at_work(unit: &OrganizationUnit) -> Result<(), Problem> {
    if unit.status == UnitStatus::Active { Ok(()) } else { Err(Problem::refused(&UNIT_CLOSED)) }
}
