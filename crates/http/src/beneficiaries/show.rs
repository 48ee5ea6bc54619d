//! Showing one person's record.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::Permission;
use uuid::Uuid;

use super::{
    commands::found,
    model::{BeneficiaryOut, read_of, tag},
};
use crate::{
    operation::{Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
    safeguarding_codes::Pledged,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/beneficiaries/{beneficiary_id}", "get_beneficiary", handle)
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesRead)
        .summary("Get the record of a person in care")
        .description(
            "Without what concerns their health. Which fields were shown is on the trail. Of a person who was erased, 410 \
             says when and why to those who could see the record.",
        )
        .query::<RecordQuery>()
        .answers_record::<BeneficiaryOut>(StatusCode::OK, "The record")
        .also(&[StatusCode::GONE])
        .sensitive()
}

async fn handle(caller: Pledged, id: web::Path<Uuid>, show: Show) -> Result<HttpResponse, Problem> {
    let record = found(caller.store().beneficiary(*id, &caller.scope()).await?)?;
    let tag = tag(&record);
    if let Some(read) = read_of(&record, |field| show.shows(field)).filter(|_| !show.is_known(&tag)) {
        caller.note_reads(&[read]).await?;
    }
    show.answer(&tag, &BeneficiaryOut::from(record))
}
