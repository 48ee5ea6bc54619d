//! Changing what is known of a person.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::{
        ActorId, Permission,
        granting::{GRANT_BEYOND_ONES_OWN, GRANT_TO_ONESELF},
    },
    organization_units::UNIT_CLOSED,
    people::{EMAIL_TAKEN, PERSON_IS_ERASED, PersonProfile},
};
use aumsos_persistence::people::PeopleSight;
use uuid::Uuid;

use super::{
    invite::email_taken,
    life::load,
    model::{PersonOut, tag},
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
    Operation::patch("/v1/people/{person_id}", "update_person", handle)
        .tag(Tag::People)
        .needs(Permission::PeopleManage)
        .summary("Change a person")
        .description(
            "Name, language, the unit that keeps the account, and the address. Whoever changes the address could give every \
             role that the person holds, for mail with a link that lets its reader in goes there; links that are on their \
             way to the old one open nothing any more.",
        )
        .merge_patch::<PersonProfile>()
        .answers_record::<PersonOut>(StatusCode::OK, "The account")
        .refuses(&[&EMAIL_TAKEN, &PERSON_IS_ERASED, &GRANT_BEYOND_ONES_OWN, &GRANT_TO_ONESELF, &UNIT_CLOSED])
}

async fn handle(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: IfMatch,
    patch: MergePatch,
) -> Result<HttpResponse, Problem> {
    let actor = caller.actor();
    let sight = PeopleSight::for_steps(actor);
    caller
        .run_once(async |work| {
            let before = load(work, actor, *id, &sight).await?.person;
            expected.check(before.version)?;
            let known = before.known()?;
            let profile: PersonProfile = patch.apply(known)?;
            if profile.unit_id != known.unit_id {
                appointing::check_keeper(work, actor, Permission::PeopleManage, profile.unit_id).await?;
            }
            if profile.email != known.email {
                appointing::check_power_over(work, actor, ActorId::Person(*id)).await?;
                if work.is_email_taken(&profile.email, *id).await? {
                    return Err(Problem::refused(&EMAIL_TAKEN));
                }
                work.end_links_of(*id).await?;
            }
            let after = before.clone().change(profile, work.at())?;
            work.save_person("changed", Some(&before), &after).await.map_err(email_taken)?;
            let seen = work.own_account_for_update(*id).await?.ok_or_else(Problem::not_found)?;
            Reply::record(&tag(&seen), &PersonOut::from(seen))
        })
        .await
}
