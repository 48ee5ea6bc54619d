//! Listing people, and showing one.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::people::{PeopleSight, person_key};
use uuid::Uuid;

use super::model::{PersonOut, PersonQuery, tag};
use crate::{
    access::{Caller, appointing::not_allowed},
    listing::ListQuery,
    operation::{Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of the operation that lists.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/people", "list_people", handle)
        .tag(Tag::People)
        .needs(Permission::PeopleRead)
        .summary("List people")
        .description(
            "The accounts that a unit in the caller's scope keeps, and those of people who hold a role at a place in it. \
             The filter `role` needs `roles.read`, and finds only the roles that it shows.",
        )
        .lists::<PersonQuery, PersonOut>()
}

async fn handle(caller: Caller, query: ListQuery<PersonQuery>) -> Result<HttpResponse, Problem> {
    let filters = query.filters.filters();
    if !filters.role.is_empty() && !caller.actor().holds(Permission::RolesRead) {
        return Err(not_allowed());
    }
    let sight = PeopleSight::of(caller.actor());
    let people = caller.store().people_seen(&filters, &query.sort, &query.page_and_one(), &sight).await?;
    let count = if query.with_count { Some(caller.store().count_people(&filters, &sight).await?) } else { None };
    let rows = people.into_iter().map(|seen| {
        let key = person_key(&seen, &query.sort);
        (PersonOut::from(seen), key)
    });
    query.answer(&caller, rows.collect(), count)
}

/// The row of the operation that shows one.
pub(super) fn one() -> Operation {
    Operation::get("/v1/people/{person_id}", "get_person", show_one)
        .tag(Tag::People)
        .needs(Permission::PeopleRead)
        .summary("Get a person")
        .description("One account that the caller may know of. Roles are at `/v1/role-assignments?holder_id=`.")
        .query::<RecordQuery>()
        .answers_record::<PersonOut>(StatusCode::OK, "The account")
}

async fn show_one(caller: Caller, id: web::Path<Uuid>, show: Show) -> Result<HttpResponse, Problem> {
    let sight = PeopleSight::of(caller.actor());
    let seen = caller.store().person_seen(*id, &sight).await?.ok_or_else(Problem::not_found)?;
    show.answer(&tag(&seen), &PersonOut::from(seen))
}
