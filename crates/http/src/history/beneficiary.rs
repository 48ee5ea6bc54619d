//! The history of a person's record.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{RecordKind, access::Permission};
use aumsos_persistence::{
    StoreError,
    beneficiaries::{BeneficiaryFound, BeneficiaryStep, PastBeneficiary},
    sensitive_reads::SensitiveRead,
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    difference,
    model::{FieldChange, HistoryQuery, HistoryStepOut, direction, key_of},
};
use crate::{
    beneficiaries::model::{BeneficiaryOut, read},
    listing::ListQuery,
    operation::{Operation, Tag},
    problem::Problem,
    safeguarding_codes::Pledged,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/beneficiaries/{beneficiary_id}/history", "list_beneficiary_history", handle)
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesRead)
        .summary("List the history of a person's record")
        .description(
            "Every step: who, when, and which fields changed, with their values. Of a person who was erased the steps stay, \
             and of what they changed only what counts.",
        )
        .lists::<HistoryQuery, HistoryStepOut>()
        .also(&[StatusCode::GONE])
        .sensitive()
}

async fn handle(caller: Pledged, id: web::Path<Uuid>, query: ListQuery<HistoryQuery>) -> Result<HttpResponse, Problem> {
    let (store, id) = (caller.store(), *id);
    match store.beneficiary(id, &caller.scope()).await? {
        BeneficiaryFound::Record(record) => {
            let reads: [SensitiveRead; 1] = [read(&record, vec!["history"])];
            caller.note_reads(&reads).await?;
        }
        BeneficiaryFound::Erased(_) => {}
        BeneficiaryFound::Unknown => return Err(Problem::not_found()),
    }
    let steps = store.beneficiary_history(id, direction(&query), &query.page_and_one()).await?;
    let count = if query.with_count { Some(store.count_history(RecordKind::Beneficiary, id).await?) } else { None };
    let rows = steps.into_iter().map(|step| {
        let key = key_of(&step.entry);
        Ok((step_out(step)?, key))
    });
    query.answer(&caller, rows.collect::<Result<_, Problem>>()?, count)
}

/// A step as it is shown.
pub(crate) fn step_out(step: BeneficiaryStep) -> Result<HistoryStepOut, StoreError> {
    let is_erased = |side: &Option<PastBeneficiary>| matches!(side, Some(PastBeneficiary::Erased(_)));
    let is_sealed = is_erased(&step.before) || is_erased(&step.after);
    let (before, after) = (shown(step.before)?, shown(step.after)?);
    let mut changes = difference::between(before.as_ref(), after.as_ref());
    if is_sealed {
        changes.push(FieldChange { pointer: String::new(), old: None, new: None, is_sealed: true });
    }
    Ok(HistoryStepOut::of(step.entry, changes))
}

fn shown(side: Option<PastBeneficiary>) -> Result<Option<Value>, StoreError> {
    let value = match side {
        None => return Ok(None),
        Some(PastBeneficiary::Record(record)) => serde_json::to_value(BeneficiaryOut::from(*record)),
        Some(PastBeneficiary::Erased(facts)) => serde_json::to_value(facts),
    };
    value.map(Some).map_err(|_| StoreError::Unreadable("a record in the ledger"))
}
