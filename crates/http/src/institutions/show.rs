//! Showing one institution.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use aumsos_persistence::institutions::{InstitutionThen, Lookup};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::{InstitutionOut, sensitive_read, tag};
use crate::{
    access::Caller,
    history,
    listing::Query,
    operation::{Access, Operation, Tag},
    problem::Problem,
    record::Show,
    remembered::may_be_kept,
};

/// How one institution is to be shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct InstitutionRecordQuery {
    /// Only these fields, with commas between them; `id` always comes.
    #[serde(default)]
    #[param(min_length = 1, max_length = 2000)]
    fields: Option<String>,
    /// The record as it was at this time, for those who may read its history; without contact persons and residents.
    #[serde(default)]
    as_of: Option<DateTime<Utc>>,
}

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/institutions/{institution_id}", "get_institution", handle)
        .tag(Tag::Institutions)
        .access(Access::Anyone)
        .summary("Get an institution")
        .description(
            "One record as the caller may see it. The id of a record that was merged leads on to the one that stays. With \
             `as_of` the record as it was, which needs the permission `institutions.history`; what is hidden today is \
             hidden in the past too.",
        )
        .query::<InstitutionRecordQuery>()
        .answers_record::<InstitutionOut>(StatusCode::OK, "The institution")
        .answers_moved("It was merged into the record at `Location`.")
        .also(&[StatusCode::FORBIDDEN, StatusCode::GONE])
        .may_follow()
        .sensitive()
}

async fn handle(
    caller: Caller,
    id: web::Path<Uuid>,
    Query(query): Query<InstitutionRecordQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let show = Show::of(&request, &caller, query.fields.as_deref())?;
    if let Some(at) = query.as_of {
        return show_then(&caller, *id, at, &show).await;
    }
    let sight = caller.institution_sight();
    let sight = if show.shows("contacts") { sight } else { sight.without_contacts() };
    match caller.store().institution(*id, &sight).await? {
        Lookup::Found(seen) => {
            let tag = tag(&seen);
            let read = sensitive_read(&seen);
            let is_about_people = read.is_some();
            if let Some(read) = read.filter(|_| !show.is_known(&tag)) {
                caller.note_reads(&[read]).await?;
            }
            let answer = show.answer(&tag, &InstitutionOut::from(*seen))?;
            Ok(if is_about_people { answer } else { may_be_kept(answer) })
        }
        Lookup::Merged(into) => {
            let asked = request.query_string();
            let separator = if asked.is_empty() { "" } else { "?" };
            let location = format!("/v1/institutions/{into}{separator}{asked}");
            Ok(HttpResponse::MovedPermanently().insert_header((header::LOCATION, location)).finish())
        }
        Lookup::Gone => Err(Problem::gone()),
        Lookup::Unknown => Err(Problem::not_found()),
    }
}

async fn show_then(caller: &Caller, id: Uuid, at: DateTime<Utc>, show: &Show) -> Result<HttpResponse, Problem> {
    let reader = history::institution::reader(caller, id).await?;
    match caller.store().institution_as_of(&reader, at).await? {
        InstitutionThen::Record(seen) => show.answer(&tag(&seen), &InstitutionOut::from(*seen)),
        InstitutionThen::Gone => Err(Problem::gone()),
        InstitutionThen::NotYet => Err(Problem::not_found()),
    }
}
