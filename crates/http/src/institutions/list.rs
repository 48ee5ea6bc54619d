//! Listing and searching institutions.

use std::collections::HashMap;

use actix_web::HttpResponse;
use aumsos_domain::map::{BoundingBox, Point};
use aumsos_persistence::institutions::{InstitutionSight, ListedInstitution, SeenInstitution, institution_table};
use uuid::Uuid;

use super::{
    model::{BesideRecord, InstitutionOut, sensitive_read},
    query::{InstitutionQuery, filters_of},
};
use crate::{
    access::Caller,
    listing::{ListQuery, Search, Written},
    operation::{Access, Operation, Tag},
    problem::Problem,
    remembered::may_be_kept,
    rendered::Rendering,
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
             filter finds it by more. Contacts are shown, to those who may see them, only where `fields` names them. Whoever \
             may not take out what they read (`institutions.export`) is given, as a whole list, what everyone sees.",
        )
        .with_schema::<BoundingBox>()
        .with_schema::<Point>()
        .tells_feed_cursor()
        .may_follow()
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
    let count = if query.with_count { Some(caller.store().count_institutions(&filters, &sight).await?) } else { None };
    if query.shows_all() {
        let page = query.page_and_one();
        let mut listed = caller.store().listed_institutions(&filters, &query.sort, &page, &sight).await?;
        let next = query.cut(&caller, &mut listed, |row| &row.key);
        let items = written(&caller, &listed, &sight).await?;
        return Ok(may_be_kept(cursor.told_with(query.answer_written(&items, next.as_deref(), count)?)));
    }
    let found = caller.store().institutions(&filters, &query.sort, &query.page_and_one(), &sight).await?;
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

/// The records of a list written out: those that were before from memory, the others read together.
async fn written(
    caller: &Caller,
    listed: &[ListedInstitution],
    sight: &InstitutionSight,
) -> Result<Vec<Written>, Problem> {
    let rendered = &caller.service().rendered;
    let kept: Vec<Option<Written>> = listed.iter().map(|row| rendered.find(&Rendering::from(row))).collect();
    let missing: Vec<Uuid> =
        listed.iter().zip(&kept).filter(|(_, kept)| kept.is_none()).map(|(row, _)| row.id).collect();
    let mut read = HashMap::new();
    if !missing.is_empty() {
        let found = caller.store().institutions_of(&missing, sight).await?;
        read.extend(found.into_iter().map(|seen| (seen.institution.id, seen)));
    }
    let mut all = Vec::with_capacity(listed.len());
    for (row, kept) in listed.iter().zip(kept) {
        let record = match (kept, read.remove(&row.id)) {
            (Some(kept), _) => kept,
            // It may have changed since it was listed, and is kept as what it is now.
            (None, Some(seen)) => rendered.write(Rendering::from(&seen), &InstitutionOut::from(seen.institution))?,
            // It went out of sight since it was listed.
            (None, None) => continue,
        };
        all.push(record.with(&BesideRecord::from(row))?);
    }
    Ok(all)
}

impl From<&ListedInstitution> for Rendering {
    fn from(row: &ListedInstitution) -> Self {
        Self { id: row.id, version: row.version, updated_at: row.updated_at, view: row.view }
    }
}

impl From<&SeenInstitution> for Rendering {
    fn from(seen: &SeenInstitution) -> Self {
        let record = &seen.institution;
        let updated_at = record.updated_at.timestamp_micros();
        Self { id: record.id, version: record.version, updated_at, view: seen.view }
    }
}
