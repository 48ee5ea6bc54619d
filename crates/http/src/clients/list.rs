//! Listing clients, and showing one.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::{clients::client_key, clock};
use uuid::Uuid;

use super::model::{ClientOut, ClientQuery, tag};
use crate::{
    access::Caller,
    listing::ListQuery,
    operation::{Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of the operation that lists.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/clients", "list_clients", handle)
        .tag(Tag::Clients)
        .needs(Permission::ClientsManage)
        .summary("List clients")
        .description("Those that a unit in the caller's scope keeps, the latest first. Secrets are never shown again.")
        .lists::<ClientQuery, ClientOut>()
}

async fn handle(caller: Caller, query: ListQuery<ClientQuery>) -> Result<HttpResponse, Problem> {
    let filters = query.filters.filters();
    let direction = query.direction();
    let scope = caller.scope();
    let clients = caller.store().clients_kept(&filters, direction, &query.page_and_one(), &scope).await?;
    let count = if query.with_count { Some(caller.store().count_clients(&filters, &scope).await?) } else { None };
    let at = clock::now();
    let rows = clients.into_iter().map(|client| {
        let key = client_key(&client);
        (ClientOut::of(client, at), key)
    });
    query.answer(&caller, rows.collect(), count)
}

/// The row of the operation that shows one.
pub(super) fn one() -> Operation {
    Operation::get("/v1/clients/{client_id}", "get_client", show_one)
        .tag(Tag::Clients)
        .needs(Permission::ClientsManage)
        .summary("Get a client")
        .description("One client that a unit in the caller's scope keeps.")
        .query::<RecordQuery>()
        .answers_record::<ClientOut>(StatusCode::OK, "The client")
}

async fn show_one(caller: Caller, id: web::Path<Uuid>, show: Show) -> Result<HttpResponse, Problem> {
    let client = caller.store().client_kept(*id, &caller.scope()).await?.ok_or_else(Problem::not_found)?;
    let at = clock::now();
    show.answer(&tag(&client, at), &ClientOut::of(client, at))
}
