//! The record behind the glass.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    beneficiaries::{emergency_access::EMERGENCY_ACCESS_IS_OVER, life::BENEFICIARY_CLOSED},
};
use aumsos_persistence::{
    beneficiaries::EmergencyRecord,
    page::{Direction, Page},
    sensitive_reads::Purpose,
};
use uuid::Uuid;

use super::model::EmergencyRecordOut;
use crate::{
    beneficiaries::model::{erased, read_of},
    operation::{Operation, Tag},
    problem::Problem,
    safeguarding_codes::Pledged,
};

/// Health notes that are shown at most.
const MOST_NOTES: u64 = 200;

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/emergency-accesses/{emergency_access_id}/record", "get_emergency_record", handle)
        .tag(Tag::EmergencyAccesses)
        .needs(Permission::EmergencyAccessUse)
        .summary("Read the record that an emergency access opened")
        .description(
            "While the access of the caller's own holds, by the database's clock. Each read is on the trail, with the reason of \
             the access as its purpose.",
        )
        .answers::<EmergencyRecordOut>(StatusCode::OK, "The record")
        .also(&[StatusCode::GONE])
        .refuses(&[&EMERGENCY_ACCESS_IS_OVER, &BENEFICIARY_CLOSED])
        .sensitive()
}

async fn handle(caller: Pledged, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let store = caller.store();
    let record = match store.emergency_record(*id, caller.id()).await? {
        EmergencyRecord::Open(record) => record,
        EmergencyRecord::Over => return Err(Problem::refused(&EMERGENCY_ACCESS_IS_OVER)),
        EmergencyRecord::Closed => return Err(Problem::refused(&BENEFICIARY_CLOSED)),
        EmergencyRecord::Erased(erasure) => return Err(erased(erasure)),
        EmergencyRecord::Unknown => return Err(Problem::not_found()),
    };
    let health_notes = if caller.actor().holds(Permission::BeneficiariesReadHealth) {
        let page = Page { limit: MOST_NOTES, after: None };
        Some(store.health_notes(record.id, Direction::Descending, &page).await?)
    } else {
        None
    };
    let mut reads: Vec<_> = read_of(&record, |_| true).into_iter().collect();
    if health_notes.is_some() {
        for read in &mut reads {
            read.fields.push("health_notes".into());
        }
    }
    caller.note_reads_for(Purpose::Emergency(*id), &reads).await?;
    let health_notes = health_notes.map(|notes| notes.into_iter().map(Into::into).collect());
    Ok(HttpResponse::Ok().json(EmergencyRecordOut { record: (*record).into(), health_notes }))
}
