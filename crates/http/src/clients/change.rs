//! Changing a client.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::{
        ActorId, Permission,
        granting::{GRANT_BEYOND_ONES_OWN, GRANT_TO_ONESELF},
    },
    clients::{CLIENT_EXPIRY_PAST, CLIENT_IS_REVOKED, CLIENT_NEEDS_SECRET, CREDENTIAL_WIDER_THAN_OWN, ClientProfile},
    organization_units::UNIT_CLOSED,
};
use aumsos_persistence::clients::Secret;
use uuid::Uuid;

use super::{
    model::{ClientOut, tag},
    register::check_within_own,
};
use crate::{
    access::{Caller, appointing},
    body::MergePatch,
    command::Reply,
    conditional::IfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::patch("/v1/clients/{client_id}", "update_client", handle)
        .tag(Tag::Clients)
        .needs(Permission::ClientsManage)
        .summary("Change a client")
        .description(
            "Its name and the unit that keeps it; and how it comes in: addresses, scopes, keys, networks, its end. For the \
             latter the caller could give every role that the client holds. Keys that come take the place of its secret.",
        )
        .merge_patch::<ClientProfile>()
        .answers_record::<ClientOut>(StatusCode::OK, "The client")
        .refuses(&[
            &CLIENT_IS_REVOKED,
            &CLIENT_NEEDS_SECRET,
            &CLIENT_EXPIRY_PAST,
            &CREDENTIAL_WIDER_THAN_OWN,
            &GRANT_BEYOND_ONES_OWN,
            &GRANT_TO_ONESELF,
            &UNIT_CLOSED,
        ])
}

async fn handle(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: IfMatch,
    patch: MergePatch,
) -> Result<HttpResponse, Problem> {
    let actor = caller.actor();
    let scope = caller.scope();
    caller
        .run_once(async |work| {
            let before = work.client_for_update(*id, &scope).await?.ok_or_else(Problem::not_found)?;
            expected.check(before.version)?;
            let profile: ClientProfile = patch.apply(&before.profile)?;
            Problem::unless_sound(profile.broken_rules(before.kind))?;
            if profile.unit_id != before.profile.unit_id {
                appointing::check_keeper(work, actor, Permission::ClientsManage, profile.unit_id).await?;
            }
            if !profile.comes_in_like(&before.profile) {
                appointing::check_power_over(work, actor, ActorId::Client(*id)).await?;
                check_within_own(work, actor, &profile).await?;
            }
            let after = before.clone().change(profile, work.at())?;
            work.save_client("changed", Some(&before), &after, Secret::Kept).await?;
            Reply::record(&tag(&after, work.at()), &ClientOut::of(after, work.at()))
        })
        .await
}
