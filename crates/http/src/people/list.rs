//! Listing people, searching them, and showing one.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::people::{PeopleFilters, PeopleSight, PersonSort, person_key};
use uuid::Uuid;

use super::model::{PersonOut, PersonQuery, PersonSearchQuery, tag};
use crate::{
    access::{Caller, appointing::not_allowed},
    listing::{ListFilters, ListQuery, Search},
    operation::{Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of the operation that lists.
pub(super) fn operation() -> Operation {
    described(Operation::get("/v1/people", "list_people", handle))
        .summary("List people")
        .description(
            "The accounts that a unit in the caller's scope keeps, and those of people who hold a role at a place in it. \
             The filter `role` needs `roles.read`, and finds only the roles that it shows. By name people are found, and put \
             in order, in the search by POST: what people are called belongs in no URL.",
        )
        .lists::<PersonQuery, PersonOut>()
}

/// The row of its POST twin.
pub(super) fn search() -> Operation {
    described(Operation::post("/v1/people/search", "search_people", handle_search))
        .summary("Search people")
        .description(
            "Those of the list, also by words of names and in the order of names. The filter `role` needs `roles.read`, and \
             finds only the roles that it shows.",
        )
        .searches::<PersonSearchQuery, PersonOut>()
}

fn described(operation: Operation) -> Operation {
    operation.tag(Tag::People).needs(Permission::PeopleRead)
}

async fn handle_search(caller: Caller, search: Search<PersonSearchQuery>) -> Result<HttpResponse, Problem> {
    answer(&caller, &search.0).await
}

async fn handle(caller: Caller, query: ListQuery<PersonQuery>) -> Result<HttpResponse, Problem> {
    answer(&caller, &query).await
}

async fn answer<F>(caller: &Caller, query: &ListQuery<F>) -> Result<HttpResponse, Problem>
where
    F: ListFilters<Sort = PersonSort>,
    PeopleFilters: for<'a> From<&'a F>,
{
    let filters = PeopleFilters::from(&query.filters);
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
    query.answer(caller, rows.collect(), count)
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
