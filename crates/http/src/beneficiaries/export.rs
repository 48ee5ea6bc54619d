//! Giving a person everything that is kept of them.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::{
    StoreError, clock,
    page::{Direction, KeyValue, Keyed, Page},
    sensitive_reads::KeptRead,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    commands::found,
    emergency_accesses::model::EmergencyAccessOut,
    model::{BeneficiaryOut, ConsentOut, HealthNoteOut, read},
};
use crate::{
    history::{beneficiary::step_out, model::HistoryStepOut},
    operation::{Operation, Tag},
    problem::Problem,
    safeguarding_codes::Pledged,
    sensitive_reads::SensitiveReadOut,
};

/// Records that are fetched at a time.
const BATCH: u64 = 500;

/// Everything that is kept of a person.
#[derive(Serialize, ToSchema)]
#[schema(as = BeneficiaryExport, example = json!({
    "exported_at": "2026-07-01T00:00:00Z",
    "record": {
        "id": "0190a0a0-0000-7000-8000-0000000000b1", "version": 1, "number": "PM-35-000123", "status": "in_care",
        "institution_id": "0190a0a0-0000-7000-8000-000000000042", "name": "Siti Aminah", "other_names": [],
        "sex": "female", "birth_date": "2012-05-05", "birth_place": null, "nik": null, "family_card_number": null,
        "care_place": "inside", "orphan_status": "yatim", "ppks_category": null, "address": null, "guardian": null,
        "retention": null, "departure": null, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
    },
    "health_notes": [], "consents": [], "history": [], "reads": [], "emergency_accesses": []
}))]
pub(super) struct BeneficiaryExportOut {
    /// When it was put together.
    pub exported_at: DateTime<Utc>,
    /// The record.
    pub record: BeneficiaryOut,
    /// Health notes, the oldest first.
    pub health_notes: Vec<HealthNoteOut>,
    /// Consents, the oldest first.
    pub consents: Vec<ConsentOut>,
    /// Every step of the record: who, when, what changed.
    pub history: Vec<HistoryStepOut>,
    /// Who looked at it, when and what for.
    pub reads: Vec<SensitiveReadOut>,
    /// Who opened it in an emergency.
    pub emergency_accesses: Vec<EmergencyAccessOut>,
}

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/beneficiaries/{beneficiary_id}/export", "export_beneficiary", handle)
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesExport)
        .summary("Export everything that is kept of a person")
        .description(
            "One JSON document to hand to the person or the guardian (UU 27/2022 articles 5-13: to be informed, a copy, \
             portability). That it was exported is on the trail.",
        )
        .reads()
        .answers::<BeneficiaryExportOut>(StatusCode::OK, "Everything")
        .also(&[StatusCode::GONE])
        .sensitive()
}

async fn handle(caller: Pledged, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let (store, id) = (caller.store(), *id);
    let record = found(store.beneficiary(id, &caller.scope()).await?)?;
    caller.note_reads(&[read(&record, vec!["export"])]).await?;
    let oldest_first = Direction::Ascending;
    let health_notes = whole(async |page| store.health_notes(id, oldest_first, &page).await, Keyed::key).await?;
    let consents = whole(async |page| store.consents(id, oldest_first, &page).await, Keyed::key).await?;
    let history = whole(
        async |page| store.beneficiary_history(id, oldest_first, &page).await,
        |step| vec![KeyValue::Whole(step.entry.version)],
    )
    .await?;
    let reads = whole(async |page| store.reads_of(id, oldest_first, &page).await, KeptRead::key).await?;
    let accesses = whole(async |page| store.emergency_accesses_to(id, &page).await, Keyed::key).await?;
    Ok(HttpResponse::Ok().json(BeneficiaryExportOut {
        exported_at: clock::now(),
        record: record.into(),
        health_notes: health_notes.into_iter().map(Into::into).collect(),
        consents: consents.into_iter().map(Into::into).collect(),
        history: history.into_iter().map(step_out).collect::<Result<_, _>>()?,
        reads: reads.into_iter().map(Into::into).collect(),
        emergency_accesses: accesses.into_iter().map(Into::into).collect(),
    }))
}

/// A list in whole, page by page.
async fn whole<T>(
    fetch: impl AsyncFn(Page) -> Result<Vec<T>, StoreError>,
    key: impl Fn(&T) -> Vec<KeyValue>,
) -> Result<Vec<T>, StoreError> {
    let mut all = Vec::new();
    loop {
        let after = all.last().map(&key);
        let some = fetch(Page { limit: BATCH, after }).await?;
        let is_last = (some.len() as u64) < BATCH;
        all.extend(some);
        if is_last {
            return Ok(all);
        }
    }
}
