//! Taking a role away.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::{
        ActorId, Permission,
        granting::{self, GRANT_BEYOND_ONES_OWN, GRANT_TO_ONESELF, LAST_ADMINISTRATOR},
    },
    role_assignments::ROLE_IS_OVER,
};
use aumsos_persistence::access::EndReason;
use uuid::Uuid;

use super::{
    change::{check_grant, load},
    model::{RoleAssignmentOut, tag},
};
use crate::{
    access::Caller,
    command::{Command, Nothing, Reply},
    conditional::MaybeIfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/role-assignments/{role_assignment_id}/revoke", "revoke_role", handle)
        .tag(Tag::RoleAssignments)
        .needs(Permission::RolesGrant)
        .summary("Take a role away")
        .description(
            "By whoever could give it, and never one's own. It is gone within a second on every process, and a person is \
             signed out everywhere. The last system administrator at a central unit stays.",
        )
        .optional_body::<Nothing>()
        .repeatable()
        .conditional()
        .answers_record::<RoleAssignmentOut>(StatusCode::OK, "The assignment")
        .refuses(&[&GRANT_TO_ONESELF, &GRANT_BEYOND_ONES_OWN, &ROLE_IS_OVER, &LAST_ADMINISTRATOR])
}

async fn handle(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    caller
        .run(command.repeat(), async |work| {
            let administrators = work.lock_administrators().await?;
            let before = load(work, caller.actor(), *id).await?;
            expected.check(before.version)?;
            check_grant(work, caller.actor(), &before).await?;
            let after = before.clone().revoke(work.at())?;
            granting::check_administrators_remain(&administrators.left_without_role(before.id))?;
            work.save_role_assignment("revoked", Some(&before), &after).await?;
            if let ActorId::Person(person) = before.holder {
                work.end_access_of(person, EndReason::RoleRemoved).await?;
            }
            Reply::record(&tag(&after, work.at()), &RoleAssignmentOut::of(&after, work.at()))
        })
        .await
}
