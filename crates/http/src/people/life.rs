//! The steps in the life of an account: disabled, enabled, its second factor reset, and in the end erased.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    Reason,
    access::{
        Actor, ActorId, Permission,
        granting::{self, GRANT_BEYOND_ONES_OWN, GRANT_TO_ONESELF, LAST_ADMINISTRATOR},
    },
    people::{NO_SECOND_FACTOR, PERSON_IS_DISABLED, PERSON_IS_ERASED, PERSON_IS_NOT_DISABLED},
};
use aumsos_persistence::{
    Work,
    access::EndReason,
    people::{PeopleSight, SeenPerson},
    role_assignments::Administrators,
};
use uuid::Uuid;

use super::model::{Disabling, PersonOut, tag};
use crate::{
    access::{
        Caller,
        appointing::{check_power_over, not_allowed},
    },
    command::{Command, Nothing, Reply},
    conditional::MaybeIfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

/// The account of an id that the actor keeps, locked until the end of the unit of work. Of an account that the actor
/// only sees the answer is 403, of any other 404.
pub(super) async fn load(work: &mut Work, actor: &Actor, id: Uuid, sight: &PeopleSight) -> Result<SeenPerson, Problem> {
    let seen = work.person_for_update(id, sight).await?.ok_or_else(Problem::not_found)?;
    let kept = actor.own_scope(Permission::PeopleManage);
    if work.is_person_kept_within(id, &kept).await? { Ok(seen) } else { Err(not_allowed()) }
}

fn described(operation: Operation, refusals: &[&'static Reason]) -> Operation {
    operation
        .tag(Tag::People)
        .needs(Permission::PeopleManage)
        .repeatable()
        .conditional()
        .answers_record::<PersonOut>(StatusCode::OK, "The account")
        .refuses(&[&GRANT_BEYOND_ONES_OWN, &GRANT_TO_ONESELF, &PERSON_IS_ERASED])
        .refuses(refusals)
}

/// The row of the operation that disables.
pub(super) fn disable() -> Operation {
    let operation = Operation::post("/v1/people/{person_id}/disable", "disable_person", handle_disable)
        .body::<Disabling>()
        .summary("Disable an account")
        .description(
            "The person is signed out everywhere and cannot sign in. Nobody does that to themselves, nor to the last system \
             administrator at a central unit; whoever does it could give every role that the person holds.",
        );
    described(operation, &[&PERSON_IS_DISABLED, &LAST_ADMINISTRATOR])
}

async fn handle_disable(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Disabling>,
) -> Result<HttpResponse, Problem> {
    let actor = caller.actor();
    step(&caller, *id, &expected, &command, async |work, seen, administrators| {
        let after = seen.person.clone().disable(actor, command.body.reason.clone(), work.at())?;
        granting::check_administrators_remain(&administrators.left_without(*id))?;
        work.save_person("disabled", Some(&seen.person), &after).await?;
        work.end_links_of(*id).await?;
        Ok(work.end_access_of(*id, EndReason::Disabled).await?)
    })
    .await
}

/// The row of the operation that enables.
pub(super) fn enable() -> Operation {
    let operation = Operation::post("/v1/people/{person_id}/enable", "enable_person", handle_enable)
        .optional_body::<Nothing>()
        .summary("Enable an account")
        .description("The person may sign in again, as before; what was ended stays ended.");
    described(operation, &[&PERSON_IS_NOT_DISABLED])
}

async fn handle_enable(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    let actor = caller.actor();
    step(&caller, *id, &expected, &command, async |work, seen, _| {
        let after = seen.person.clone().enable(actor, work.at())?;
        Ok(work.save_person("enabled", Some(&seen.person), &after).await?)
    })
    .await
}

/// The row of the operation that resets a second factor.
pub(super) fn reset_second_factor() -> Operation {
    let path = "/v1/people/{person_id}/reset-second-factor";
    let operation = Operation::post(path, "reset_second_factor", handle_reset)
        .optional_body::<Nothing>()
        .summary("Reset a second factor")
        .description(
            "For somebody who lost theirs, and is known to the one who does it. The person is signed out everywhere and \
             sets another up with the next sign-in, where their roles ask for one.",
        );
    described(operation, &[&NO_SECOND_FACTOR, &PERSON_IS_DISABLED])
}

async fn handle_reset(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    step(&caller, *id, &expected, &command, async |work, seen, _| {
        seen.person.check_at_work()?;
        if !seen.has_second_factor {
            return Err(Problem::refused(&NO_SECOND_FACTOR));
        }
        Ok(work.remove_second_factor(*id).await?)
    })
    .await
}

/// The row of the operation that erases.
pub(super) fn erase() -> Operation {
    let operation = Operation::post("/v1/people/{person_id}/erase", "erase_person", handle_erase)
        .optional_body::<Nothing>()
        .summary("Erase a person")
        .description(
            "For good (UU 27/2022 articles 8 and 43-45): name and address go, and with the person's key every copy of them \
             in the ledger becomes unreadable. The id stays, so that what was done stays somebody's; roles are taken away, and \
             with all that the person signed in with go the sessions and the apps that were allowed. Only of an account that is \
             disabled.",
        );
    described(operation, &[&PERSON_IS_NOT_DISABLED, &LAST_ADMINISTRATOR])
}

async fn handle_erase(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    let actor = caller.actor();
    step(&caller, *id, &expected, &command, async |work, seen, administrators| {
        let after = seen.person.clone().erase(actor, work.at())?;
        granting::check_administrators_remain(&administrators.left_without(*id))?;
        for before in work.given_roles_of(ActorId::Person(*id)).await? {
            if before.is_live(work.at()) {
                let revoked = before.clone().revoke(work.at())?;
                work.save_role_assignment("revoked", Some(&before), &revoked).await?;
            }
        }
        Ok(work.erase_person(&seen.person, &after).await?)
    })
    .await
}

/// One step: the account is the actor's to keep, nobody greater's, and at the version that was named; then what the step
/// itself does, and the account as it is after that.
async fn step<T>(
    caller: &Caller,
    id: Uuid,
    expected: &MaybeIfMatch,
    command: &Command<T>,
    then: impl AsyncFn(&mut Work, &SeenPerson, &Administrators) -> Result<(), Problem>,
) -> Result<HttpResponse, Problem> {
    let actor = caller.actor();
    let sight = PeopleSight::for_steps(actor);
    caller
        .run(command.repeat(), async |work| {
            // Before anything else is locked: who waits for them holds nothing that others wait for.
            let administrators = work.lock_administrators().await?;
            let seen = load(work, actor, id, &sight).await?;
            expected.check(seen.person.version)?;
            check_power_over(work, actor, ActorId::Person(id)).await?;
            then(work, &seen, &administrators).await?;
            let seen = work.own_account_for_update(id).await?.ok_or_else(Problem::not_found)?;
            Reply::record(&tag(&seen), &PersonOut::from(seen))
        })
        .await
}
