//! Inviting somebody, and inviting them again.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::{
        ActorId, Permission,
        granting::{GRANT_BEYOND_ONES_OWN, GRANT_TO_ONESELF},
    },
    organization_units::UNIT_CLOSED,
    people::{EMAIL_TAKEN, MAIL_NOT_CONFIGURED, PERSON_HAS_SIGNED_IN, PERSON_IS_DISABLED, PERSON_IS_ERASED, Person},
    role_assignments::ROLE_HELD_ALREADY,
};
use aumsos_persistence::{StoreError, Work, access::LinkPurpose, people::PeopleSight};
use uuid::Uuid;

use super::{
    letter,
    life::load,
    model::{Invitation, PersonOut, tag},
};
use crate::{
    access::{Caller, appointing},
    command::{Command, Nothing, Reply},
    conditional::MaybeIfMatch,
    creation::New,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

/// The row of the operation that invites.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/people", "invite_person", handle)
        .tag(Tag::People)
        .needs(Permission::PeopleManage)
        .summary("Invite a person")
        .description(
            "Makes an account and mails the person a link to choose a password. The caller keeps accounts at the unit, and \
             may give each of the roles. An address that is in use is refused without a word of whose it is.",
        )
        .body::<New<Invitation>>()
        .repeatable()
        .answers_record::<PersonOut>(StatusCode::CREATED, "The account")
        .refuses(&[
            &MAIL_NOT_CONFIGURED,
            &EMAIL_TAKEN,
            &GRANT_BEYOND_ONES_OWN,
            &ROLE_HELD_ALREADY,
            &UNIT_CLOSED,
            &reasons::ID_TAKEN,
        ])
}

async fn handle(caller: Caller, command: Command<New<Invitation>>) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    check_mail(&caller)?;
    caller
        .run(command.repeat(), async |work| {
            let person = invite(work, &caller, id, &command.body.record).await?;
            let seen = work.own_account_for_update(person.id).await?.ok_or_else(Problem::not_found)?;
            Reply::created(format!("/v1/people/{id}"), &tag(&seen), &PersonOut::from(seen))
        })
        .await
}

async fn invite(work: &mut Work, caller: &Caller, id: Uuid, asked: &Invitation) -> Result<Person, Problem> {
    let actor = caller.actor();
    Problem::unless_sound(appointing::broken_by(&asked.roles, work.at()))?;
    appointing::check_keeper(work, actor, Permission::PeopleManage, asked.unit_id).await?;
    if work.is_person_id_taken(id).await? {
        return Err(Problem::refused(&reasons::ID_TAKEN));
    }
    let roles = appointing::appoint_all(work, actor, ActorId::Person(id), &asked.roles).await?;
    let person = Person::invite(id, asked.profile(), work.at());
    // After everything else: whoever tries an address that is free has made an account, which stands in the ledger.
    if work.is_email_taken(&asked.email, id).await? {
        return Err(Problem::refused(&EMAIL_TAKEN));
    }
    work.save_person("invited", None, &person).await.map_err(email_taken)?;
    for given in &roles {
        work.save_role_assignment("granted", None, given).await?;
    }
    send(work, caller, &person).await?;
    Ok(person)
}

/// The row of the operation that invites again.
pub(super) fn again() -> Operation {
    Operation::post("/v1/people/{person_id}/invite-again", "invite_person_again", handle_again)
        .tag(Tag::People)
        .needs(Permission::PeopleManage)
        .summary("Invite a person again")
        .description(
            "Mails another link to somebody who has not signed in yet; the one before opens nothing any more. Whoever does \
             it could give every role that the person holds.",
        )
        .optional_body::<Nothing>()
        .repeatable()
        .conditional()
        .answers_record::<PersonOut>(StatusCode::OK, "The account")
        .refuses(&[
            &MAIL_NOT_CONFIGURED,
            &PERSON_HAS_SIGNED_IN,
            &PERSON_IS_DISABLED,
            &PERSON_IS_ERASED,
            &GRANT_BEYOND_ONES_OWN,
            &GRANT_TO_ONESELF,
        ])
}

async fn handle_again(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    let sight = PeopleSight::for_steps(caller.actor());
    caller
        .run(command.repeat(), async |work| {
            let seen = load(work, caller.actor(), *id, &sight).await?;
            expected.check(seen.person.version)?;
            appointing::check_power_over(work, caller.actor(), ActorId::Person(*id)).await?;
            seen.person.check_waits_for_invitation(seen.has_signed_in)?;
            check_mail(&caller)?;
            let after = seen.person.clone().moved_on(work.at());
            work.save_person("invited", Some(&seen.person), &after).await?;
            send(work, &caller, &after).await?;
            let seen = work.own_account_for_update(*id).await?.ok_or_else(Problem::not_found)?;
            Reply::record(&tag(&seen), &PersonOut::from(seen))
        })
        .await
}

async fn send(work: &mut Work, caller: &Caller, person: &Person) -> Result<(), Problem> {
    let token = work.make_link(LinkPurpose::Invitation, Some(person.id)).await?;
    let mail = letter::invitation(&caller.service().settings.public_url, person.known()?, &token);
    Ok(work.send_mail(&mail).await?)
}

fn check_mail(caller: &Caller) -> Result<(), Problem> {
    if caller.service().settings.can_send_mail { Ok(()) } else { Err(Problem::refused(&MAIL_NOT_CONFIGURED)) }
}

/// Of two who take an address at once the second is told what any other would be.
pub(super) fn email_taken(error: StoreError) -> Problem {
    match error {
        StoreError::Taken => Problem::refused(&EMAIL_TAKEN),
        error => error.into(),
    }
}
