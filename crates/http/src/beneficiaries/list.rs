//! Listing people in care, and searching them.

use actix_web::HttpResponse;
use aumsos_domain::access::Permission;
use aumsos_persistence::beneficiaries::{BeneficiariesFound, BeneficiaryFilters, BeneficiarySort, beneficiary_key};

use super::{
    model::{BeneficiaryListed, read},
    query::{BeneficiaryQuery, BeneficiarySearchQuery},
};
use crate::{
    listing::{ListFilters, ListQuery, Search},
    operation::{Operation, Tag},
    problem::{Problem, reasons},
    safeguarding_codes::Pledged,
};

/// The personal fields of a person in a list.
const PERSONAL: [&str; 2] = ["name", "birth_date"];

/// The row of the operation that lists.
pub(super) fn operation() -> Operation {
    described(Operation::get("/v1/beneficiaries", "list_beneficiaries", handle))
        .summary("List people in care")
        .description(
            "Within the caller's scope. No filter tells of a person: those are in the search by POST, for what people are and \
             are called belongs in no URL. Who was listed is on the trail, person by person, unless `fields` leaves name and \
             birth date out.",
        )
        .lists::<BeneficiaryQuery, BeneficiaryListed>()
}

/// The row of its POST twin.
pub(super) fn search() -> Operation {
    described(Operation::post("/v1/beneficiaries/search", "search_beneficiaries", handle_search))
        .summary("Search people in care")
        .description(
            "Within the caller's scope, also by words of names, sex and category of need. Names are found by whole words or \
             by beginnings of three to eight letters. Health notes are never searched.",
        )
        .searches::<BeneficiarySearchQuery, BeneficiaryListed>()
}

fn described(operation: Operation) -> Operation {
    operation.tag(Tag::Beneficiaries).needs(Permission::BeneficiariesRead).tells_feed_cursor().sensitive()
}

async fn handle_search(caller: Pledged, search: Search<BeneficiarySearchQuery>) -> Result<HttpResponse, Problem> {
    answer(&caller, &search.0).await
}

async fn handle(caller: Pledged, query: ListQuery<BeneficiaryQuery>) -> Result<HttpResponse, Problem> {
    answer(&caller, &query).await
}

async fn answer<F>(caller: &Pledged, query: &ListQuery<F>) -> Result<HttpResponse, Problem>
where
    F: ListFilters<Sort = BeneficiarySort>,
    BeneficiaryFilters: for<'a> From<&'a F>,
{
    let filters = BeneficiaryFilters::from(&query.filters);
    let (scope, cursor) = (caller.scope(), caller.feed_cursor());
    let people =
        within(query, caller.store().beneficiaries(&filters, &query.sort, &query.page_and_one(), &scope).await?)?;
    let count = if query.with_count {
        Some(within(query, caller.store().count_beneficiaries(&filters, &scope).await?)?)
    } else {
        None
    };
    let fields: Vec<&str> = PERSONAL.into_iter().filter(|field| query.shows(field)).collect();
    if !fields.is_empty() {
        let shown = usize::try_from(query.page.limit).unwrap_or(usize::MAX);
        let reads: Vec<_> = people.iter().take(shown).map(|person| read(person, fields.clone())).collect();
        caller.note_reads(&reads).await?;
    }
    let rows = people.into_iter().map(|person| {
        let key = beneficiary_key(&person, &query.sort);
        (BeneficiaryListed::from(person), key)
    });
    Ok(cursor.told_with(query.answer(caller, rows.collect(), count)?))
}

fn within<F: ListFilters, T>(query: &ListQuery<F>, found: BeneficiariesFound<T>) -> Result<T, Problem> {
    match found {
        BeneficiariesFound::Found(found) => Ok(found),
        BeneficiariesFound::TooWide => {
            Err(Problem::invalid_value(query.wrong("institution_id", &reasons::SEARCH_TOO_WIDE)))
        }
    }
}
