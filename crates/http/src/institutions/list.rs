//! Listing and searching institutions.

use actix_web::HttpResponse;
use aumsos_domain::map::{BoundingBox, Point};
use aumsos_persistence::institutions::{InstitutionSight, SeenInstitution, institution_table};

use super::{
    model::{InstitutionOut, sensitive_read},
    query::{InstitutionQuery, filters_of},
};
use crate::{
    access::Caller,
    listing::{ListQuery, Search},
    operation::{Access, Operation, Tag},
    problem::Problem,
    remembered::may_be_kept,
};

/// The row of the operation that lists.
pub(super) fn operation() -> Operation {
    described(Operation::get("/v1/institutions", "list_institutions", handle).summary("List institutions"))
        .lists::<InstitutionQuery, InstitutionOut>()
}

/// The row of its POST twin.
pub(super) fn search() -> Operation {
    let operation = Operation::post("/v1/institutions/search", "search_institutions", handle_search);
    described(operation.summary("Search institutions")).searches::<InstitutionQuery, InstitutionOut>()
}

fn described(operation: Operation) -> Operation {
    operation
        .tag(Tag::Institutions)
        .access(Access::Anyone)
        .description(
            "The register as far as the caller may see it: everyone sees verified institutions, officers also drafts and \
             submissions of their units. A place that is hidden from the caller shows its regency and nothing finer, and no \
             filter finds it by more. Contacts are shown, to those who may see them, only where `fields` names them.",
        )
        .with_schema::<BoundingBox>()
        .with_schema::<Point>()
        .tells_feed_cursor()
        .sensitive()
}

async fn handle_search(caller: Caller, search: Search<InstitutionQuery>) -> Result<HttpResponse, Problem> {
    handle(caller, search.0).await
}

async fn handle(caller: Caller, query: ListQuery<InstitutionQuery>) -> Result<HttpResponse, Problem> {
    let filters = filters_of(&query)?;
    let cursor = caller.feed_cursor();
    let sight = caller.institution_sight();
    if let Some(format) = query.file() {
        let sight = InstitutionSight::for_export(caller.actor());
        let batches = caller.store().stream_institutions(filters, query.sort.clone(), &sight);
        let shown = |seen: &SeenInstitution| InstitutionOut::from(seen.clone());
        let file = query.answer_whole(format, "institutions", institution_table(), shown, batches).await?;
        return Ok(cursor.told_with(file));
    }
    // People are shown in a list only to those who ask for them.
    let sight = if query.names("contacts") { sight } else { sight.without_contacts() };
    let found = caller.store().institutions(&filters, &query.sort, &query.page_and_one(), &sight).await?;
    let count = if query.with_count { Some(caller.store().count_institutions(&filters, &sight).await?) } else { None };
    let shown = usize::try_from(query.page.limit).unwrap_or(usize::MAX);
    let reads: Vec<_> = found.iter().take(shown).filter_map(sensitive_read).collect();
    caller.note_reads(&reads).await?;
    let rows = found.into_iter().map(|mut seen| {
        let key = std::mem::take(&mut seen.key);
        (InstitutionOut::from(seen), key)
    });
    let answer = cursor.told_with(query.answer(&caller, rows.collect(), count)?);
    Ok(if reads.is_empty() { may_be_kept(answer) } else { answer })
}
