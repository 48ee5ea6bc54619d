//! Listing and searching regions.

use actix_web::HttpResponse;
use aumsos_domain::regions::{Region, RegionCode, RegionLevel, Regions};
use aumsos_persistence::page::{Direction, KeyValue};

use super::model::{RegionOut, RegionQuery};
use crate::{
    access::Caller,
    listing::ListQuery,
    operation::{Access, Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/regions", "list_regions", handle)
        .tag(Tag::Regions)
        .access(Access::Anyone)
        .summary("List or search regions")
        .description(
            "All 38 provinces with their regencies and cities, districts and villages. Fast enough to type ahead on.",
        )
        .with_schema::<RegionLevel>()
        .lists::<RegionQuery, RegionOut>()
}

async fn handle(caller: Caller, query: ListQuery<RegionQuery>) -> Result<HttpResponse, Problem> {
    let regions = Regions::get();
    let asked = &query.filters;
    let limit = usize::try_from(query.page.limit).unwrap_or(usize::MAX);
    if let Some(words) = &asked.q {
        let within = asked.within.or(asked.parent);
        let found = regions.search(words, &asked.level, within, limit);
        let count = query.with_count.then_some(found.len() as u64);
        let rows = found.into_iter().map(|region| (RegionOut::from(region), Vec::new()));
        return query.answer(&caller, rows.collect(), count);
    }
    let count = query.with_count.then(|| chosen(asked).count() as u64);
    let descends = query.sort.first().is_some_and(|(_, direction)| *direction == Direction::Descending);
    let after = query.page.after.as_ref().and_then(|key| match key.first() {
        Some(KeyValue::Text(code)) => RegionCode::parse(code).ok(),
        _ => None,
    });
    let page: Vec<Region> = if descends {
        let mut all: Vec<Region> = chosen(asked).filter(|region| after.is_none_or(|last| region.code < last)).collect();
        all.reverse();
        all.truncate(limit + 1);
        all
    } else {
        chosen(asked).filter(|region| after.is_none_or(|last| region.code > last)).take(limit + 1).collect()
    };
    let rows = page.into_iter().map(|region| (RegionOut::from(region), vec![KeyValue::Text(region.code.to_string())]));
    query.answer(&caller, rows.collect(), count)
}

/// The regions that are asked for, in the order of codes.
fn chosen(asked: &RegionQuery) -> Box<dyn Iterator<Item = Region> + '_> {
    let regions = Regions::get();
    let fits = move |region: &Region| {
        (asked.level.is_empty() || asked.level.contains(&region.level()))
            && asked.within.is_none_or(|top| region.code.is_within(top))
    };
    match (asked.parent, asked.within) {
        (Some(parent), _) => Box::new(regions.children(Some(parent)).filter(fits)),
        (None, Some(top)) => Box::new(regions.within(Some(top)).filter(fits)),
        (None, None) if asked.level.is_empty() => Box::new(regions.children(None)),
        (None, None) => Box::new(regions.within(None).filter(fits)),
    }
}
