//! Listing units.

use actix_web::HttpResponse;
use aumsos_domain::organization_units::{OrganizationUnit, UnitLevel};
use aumsos_persistence::{organization_units::unit_table, page::KeyValue};

use super::model::OrganizationUnitQuery;
use crate::{
    access::Caller,
    listing::ListQuery,
    operation::{Access, Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/organization-units", "list_organization_units", handle)
        .tag(Tag::OrganizationUnits)
        .access(Access::Anyone)
        .summary("List organisational units")
        .description("Units by parent, subtree, level, organisation, region or name; as a file in whole.")
        .with_schema::<UnitLevel>()
        .tells_feed_cursor()
        .may_follow()
        .lists::<OrganizationUnitQuery, OrganizationUnit>()
}

async fn handle(caller: Caller, query: ListQuery<OrganizationUnitQuery>) -> Result<HttpResponse, Problem> {
    let filters = query.filters.filters();
    let cursor = caller.feed_cursor();
    if let Some(format) = query.file() {
        let batches = caller.store().stream_units(filters);
        return query.answer_whole(format, "organization-units", unit_table(), OrganizationUnit::clone, batches).await;
    }
    let units = caller.store().units(&filters, &query.page_and_one()).await?;
    let count = if query.with_count { Some(caller.store().count_units(&filters).await?) } else { None };
    let rows = units.into_iter().map(|unit| {
        let key = vec![KeyValue::Text(unit.name.to_string()), KeyValue::Id(unit.id)];
        (unit, key)
    });
    Ok(cursor.told_with(query.answer(&caller, rows.collect(), count)?))
}
