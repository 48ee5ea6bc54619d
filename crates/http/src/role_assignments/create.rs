//! Giving a role.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{
    access::{
        Actor, Permission,
        granting::{GRANT_BEYOND_ONES_OWN, GRANT_TO_ONESELF},
    },
    clients::CLIENT_IS_REVOKED,
    organization_units::UNIT_CLOSED,
    people::{PERSON_IS_DISABLED, PERSON_IS_ERASED},
    role_assignments::{CLIENT_ACTS_FOR_PEOPLE, GivenRole, HolderKind, ROLE_HELD_ALREADY, RoleRequest},
};
use aumsos_persistence::{Work, people::PeopleSight};
use uuid::Uuid;

use super::model::{RoleAssignmentOut, tag};
use crate::{
    access::{Caller, appointing},
    body::refuse_value,
    command::{Command, Reply},
    creation::New,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/role-assignments", "grant_role", handle)
        .tag(Tag::RoleAssignments)
        .needs(Permission::RolesGrant)
        .summary("Give a role")
        .description(
            "To a person or a client whom the caller may know of, at a place where the caller holds all that the role allows; \
             a system administrator may appoint to every role, and to none themselves. It holds within a second on every \
             process.",
        )
        .body::<New<RoleRequest>>()
        .repeatable()
        .answers_record::<RoleAssignmentOut>(StatusCode::CREATED, "The assignment")
        .refuses(&[
            &GRANT_TO_ONESELF,
            &GRANT_BEYOND_ONES_OWN,
            &ROLE_HELD_ALREADY,
            &PERSON_IS_DISABLED,
            &PERSON_IS_ERASED,
            &CLIENT_IS_REVOKED,
            &CLIENT_ACTS_FOR_PEOPLE,
            &UNIT_CLOSED,
            &reasons::ID_TAKEN,
        ])
}

async fn handle(caller: Caller, command: Command<New<RoleRequest>>) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    caller
        .run(command.repeat(), async |work| {
            let given = grant(work, caller.actor(), id, &command.body.record).await?;
            let location = format!("/v1/role-assignments/{id}");
            Reply::created(location, &tag(&given, work.at()), &RoleAssignmentOut::of(&given, work.at()))
        })
        .await
}

async fn grant(work: &mut Work, actor: &Actor, id: Uuid, asked: &RoleRequest) -> Result<GivenRole, Problem> {
    let appointment = asked.appointment();
    Problem::unless_sound(appointment.broken_rules("", work.at()))?;
    check_holder(work, actor, asked).await?;
    if work.is_role_assignment_id_taken(id).await? {
        return Err(Problem::refused(&reasons::ID_TAKEN));
    }
    let holder = asked.holder();
    let others = work.given_roles_of(holder).await?;
    let given = appointing::appoint(work, actor, (id, holder), &appointment, &others, "").await?;
    work.save_role_assignment("granted", None, &given).await?;
    Ok(given)
}

/// Refuses a holder whom the actor may not know of, or who can hold no role.
async fn check_holder(work: &mut Work, actor: &Actor, asked: &RoleRequest) -> Result<(), Problem> {
    let unknown = || refuse_value("/holder_id", &reasons::RECORD_UNKNOWN);
    match asked.holder_kind {
        HolderKind::Person => {
            let found = work.person_for_update(asked.holder_id, &PeopleSight::for_steps(actor)).await?;
            Ok(found.ok_or_else(unknown)?.person.check_at_work()?)
        }
        HolderKind::Client => {
            let found = work.client_for_update(asked.holder_id, &actor.scope(Permission::ClientsManage)).await?;
            let client = found.ok_or_else(unknown)?;
            client.check_not_revoked()?;
            if client.kind.acts_for_people() { Err(Problem::refused(&CLIENT_ACTS_FOR_PEOPLE)) } else { Ok(()) }
        }
    }
}
