//! The history of an organisational unit.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{RecordKind, access::Permission};
use aumsos_persistence::{StoreError, ledger::history::HistoryEntry};
use serde_json::Value;
use uuid::Uuid;

use super::{
    difference,
    model::{FieldChange, HistoryQuery, HistoryStepOut, direction, key_of},
};
use crate::{
    access::Caller,
    listing::ListQuery,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/organization-units/{organization_unit_id}/history", "list_organization_unit_history", handle)
        .tag(Tag::OrganizationUnits)
        .needs(Permission::InstitutionsHistory)
        .summary("List the history of an organisational unit")
        .description("Every step: who, when, and which fields changed. For those who are responsible for the unit.")
        .lists::<HistoryQuery, HistoryStepOut>()
        .may_follow()
}

async fn handle(caller: Caller, id: web::Path<Uuid>, query: ListQuery<HistoryQuery>) -> Result<HttpResponse, Problem> {
    let chain = caller.store().unit_chain(*id).await?;
    let line: Vec<Uuid> = chain.iter().map(|unit| unit.id).collect();
    if line.is_empty() {
        return Err(Problem::not_found());
    }
    if !caller.scope().covers(&line, None) {
        return Err(Problem::new(StatusCode::FORBIDDEN, &reasons::PERMISSION_MISSING));
    }
    let (kind, store) = (RecordKind::OrganizationUnit, caller.store());
    let steps = store.history_page(kind, *id, direction(&query), &query.page_and_one()).await?;
    let count = if query.with_count { Some(store.count_history(kind, *id).await?) } else { None };
    let rows = steps.into_iter().map(|entry| {
        let (key, changes) = (key_of(&entry), changes_of(&entry)?);
        Ok((HistoryStepOut::of(entry, changes), key))
    });
    query.answer(&caller, rows.collect::<Result<_, Problem>>()?, count)
}

/// A unit stands in the ledger as it is shown.
fn changes_of(entry: &HistoryEntry) -> Result<Vec<FieldChange>, StoreError> {
    let side = |document: &Option<String>| -> Result<Option<Value>, StoreError> {
        let read = document.as_deref().map(serde_json::from_str).transpose();
        read.map_err(|_| StoreError::Unreadable("a unit in the ledger"))
    };
    Ok(difference::between(side(&entry.before)?.as_ref(), side(&entry.after)?.as_ref()))
}
