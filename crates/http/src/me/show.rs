//! Who am I?

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{access::ActorId, role_assignments::HolderKind};

use super::model::MeOut;
use crate::{
    access::Caller,
    operation::{Access, Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/me", "get_me", handle)
        .tag(Tag::Access)
        .access(Access::SignedIn)
        .summary("Who am I, and what may I do where")
        .description(
            "The caller's name and roles, every permission with the units and institutions where it holds, and the \
             operations that may be called: what an app needs to show the right buttons.",
        )
        .query::<RecordQuery>()
        .answers_record::<MeOut>(StatusCode::OK, "The caller")
}

async fn handle(caller: Caller, show: Show) -> Result<HttpResponse, Problem> {
    let store = caller.store();
    let (kind, account) = match caller.id() {
        ActorId::Person(id) => {
            (HolderKind::Person, store.own_account_of_person(id).await?.map(|account| (id, account)))
        }
        ActorId::Client(id) => {
            (HolderKind::Client, store.own_account_of_client(id).await?.map(|account| (id, account)))
        }
        ActorId::Anonymous | ActorId::System => return Err(Problem::not_found()),
    };
    let (id, account) = account.ok_or_else(Problem::not_found)?;
    let roles = store.held_roles(caller.id()).await?;
    let me = MeOut::of(&caller, kind, id, account, roles);
    show.answer(&me.tag()?, &me)
}
