//! Registering a client.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{
    access::{Actor, ActorId, Permission, granting::GRANT_BEYOND_ONES_OWN},
    clients::{
        Bounds, CLIENT_EXPIRY_PAST, CLIENT_ID_TAKEN, CREDENTIAL_WIDER_THAN_OWN, Client, ClientProfile, check_not_wider,
    },
    organization_units::UNIT_CLOSED,
    role_assignments::{CLIENT_ACTS_FOR_PEOPLE, ROLE_HELD_ALREADY},
};
use aumsos_persistence::{StoreError, Vault, Work, clients::Secret};
use uuid::Uuid;

use super::{
    model::{ClientOut, ClientWithSecret, tag},
    write::ClientRegistration,
};
use crate::{
    access::{Caller, appointing},
    command::{Command, Reply},
    creation::New,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/clients", "register_client", handle)
        .tag(Tag::Clients)
        .needs(Permission::ClientsManage)
        .summary("Register a client")
        .description(
            "A `service` acts for itself and may hold roles, each of which the caller could give; `web` and `public` apps act \
             for the people who sign in through them, and need the exact addresses that these are sent back to. A `service` \
             or `web` client without keys gets a secret: it is in this answer, and shown nowhere again.",
        )
        .body::<New<ClientRegistration>>()
        .repeatable()
        .answers_record::<ClientWithSecret>(StatusCode::CREATED, "The client, with its secret")
        .refuses(&[
            &CLIENT_ID_TAKEN,
            &CLIENT_ACTS_FOR_PEOPLE,
            &CLIENT_EXPIRY_PAST,
            &CREDENTIAL_WIDER_THAN_OWN,
            &GRANT_BEYOND_ONES_OWN,
            &ROLE_HELD_ALREADY,
            &UNIT_CLOSED,
            &reasons::ID_TAKEN,
        ])
}

async fn handle(caller: Caller, command: Command<New<ClientRegistration>>) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    caller
        .run(command.repeat(), async |work| {
            let (client, client_secret) = register(work, caller.actor(), id, &command.body.record).await?;
            let tag = tag(&client, work.at());
            let client = ClientOut::of(client, work.at());
            Reply::created(format!("/v1/clients/{id}"), &tag, &ClientWithSecret { client, client_secret })
        })
        .await
}

/// Registers a client; gives its secret, where it has one.
async fn register(
    work: &mut Work,
    actor: &Actor,
    id: Uuid,
    asked: &ClientRegistration,
) -> Result<(Client, Option<String>), Problem> {
    let profile = asked.profile();
    let mut broken = profile.broken_rules(asked.kind);
    broken.extend(appointing::broken_by(&asked.roles, work.at()));
    Problem::unless_sound(broken)?;
    if asked.kind.acts_for_people() && !asked.roles.is_empty() {
        return Err(Problem::refused(&CLIENT_ACTS_FOR_PEOPLE));
    }
    appointing::check_keeper(work, actor, Permission::ClientsManage, asked.unit_id).await?;
    check_within_own(work, actor, &profile).await?;
    let client = Client::register(id, asked.client_id.clone(), asked.kind, profile, work.at())?;
    if work.is_client_taken(id).await? {
        return Err(Problem::refused(&reasons::ID_TAKEN));
    }
    let roles = appointing::appoint_all(work, actor, ActorId::Client(id), &asked.roles).await?;
    if work.is_client_id_taken(&asked.client_id).await? {
        return Err(Problem::refused(&CLIENT_ID_TAKEN));
    }
    let secret = if client.has_secret { Some(Vault::fresh_secret()?) } else { None };
    let kept = secret.as_deref().map_or(Secret::Kept, Secret::Fresh);
    work.save_client("created", None, &client, kept).await.map_err(client_id_taken)?;
    for given in &roles {
        work.save_role_assignment("granted", None, given).await?;
    }
    Ok((client, secret))
}

/// Refuses a credential that is wider than the one with which it is given.
pub(super) async fn check_within_own(work: &mut Work, actor: &Actor, given: &ClientProfile) -> Result<(), Problem> {
    let own = match actor.id {
        ActorId::Client(id) => work.bounds_of_client(id).await?,
        ActorId::Person(_) | ActorId::System | ActorId::Anonymous => Bounds::default(),
    };
    Ok(check_not_wider(actor, &own, given)?)
}

/// Of two who take a name at once the second is told what any other would be.
fn client_id_taken(error: StoreError) -> Problem {
    match error {
        StoreError::Taken => Problem::refused(&CLIENT_ID_TAKEN),
        error => error.into(),
    }
}
