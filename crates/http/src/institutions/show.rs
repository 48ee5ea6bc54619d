//! Showing one institution.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web,
};
use aumsos_persistence::institutions::Lookup;
use uuid::Uuid;

use super::model::{InstitutionOut, sensitive_read, tag};
use crate::{
    access::Caller,
    operation::{Access, Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/institutions/{institution_id}", "get_institution", handle)
        .tag(Tag::Institutions)
        .access(Access::Anyone)
        .summary("Get an institution")
        .description(
            "One record as the caller may see it. The id of a record that was merged leads on to the one that stays.",
        )
        .query::<RecordQuery>()
        .answers_record::<InstitutionOut>(StatusCode::OK, "The institution")
        .answers_moved("It was merged into the record at `Location`.")
        .also(&[StatusCode::GONE])
        .sensitive()
}

async fn handle(caller: Caller, id: web::Path<Uuid>, show: Show) -> Result<HttpResponse, Problem> {
    let sight = caller.institution_sight();
    let sight = if show.shows("contacts") { sight } else { sight.without_contacts() };
    match caller.store().institution(*id, &sight).await? {
        Lookup::Found(seen) => {
            let tag = tag(&seen);
            if let Some(read) = sensitive_read(&seen).filter(|_| !show.is_known(&tag)) {
                caller.note_reads(&[read]).await?;
            }
            show.answer(&tag, &InstitutionOut::from(*seen))
        }
        Lookup::Merged(into) => {
            let location = format!("/v1/institutions/{into}");
            Ok(HttpResponse::MovedPermanently().insert_header((header::LOCATION, location)).finish())
        }
        Lookup::Gone => Err(Problem::gone()),
        Lookup::Unknown => Err(Problem::not_found()),
    }
}
