//! Health notes: added and never changed, for those who may read them.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    beneficiaries::{HealthNote, HealthNoteProfile, life::BENEFICIARY_CLOSED},
};
use aumsos_persistence::{clock, page::Keyed};
use uuid::Uuid;

use super::{
    commands::{found, load},
    model::{HealthNoteOut, read},
};
use crate::{
    command::{Command, Reply},
    creation::New,
    listing::{ByTimeQuery, ListQuery},
    operation::{Operation, Tag},
    problem::{Problem, reasons},
    safeguarding_codes::Pledged,
};

const PATH: &str = "/v1/beneficiaries/{beneficiary_id}/health-notes";

/// The row of the operation that adds one.
pub(super) fn add() -> Operation {
    Operation::post(PATH, "add_health_note", handle_add)
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesWrite)
        .summary("Add a health note")
        .description("By those who may read health notes too. A note is not changed: another one puts it right.")
        .body::<New<HealthNoteProfile>>()
        .repeatable()
        .answers::<HealthNoteOut>(StatusCode::CREATED, "The note")
        .also(&[StatusCode::GONE])
        .refuses(&[&BENEFICIARY_CLOSED, &reasons::ID_TAKEN])
        .sensitive()
}

async fn handle_add(
    caller: Pledged,
    beneficiary: web::Path<Uuid>,
    command: Command<New<HealthNoteProfile>>,
) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    let profile = &command.body.record;
    Problem::unless_sound(profile.broken_rules(clock::today()))?;
    if !caller.actor().holds(Permission::BeneficiariesReadHealth) {
        return Err(Problem::new(StatusCode::FORBIDDEN, &reasons::PERMISSION_MISSING));
    }
    caller
        .run(command.repeat(), async |work| {
            let record = load(work, caller.actor(), *beneficiary, Permission::BeneficiariesWrite).await?.open()?;
            if work.is_health_note_id_taken(id).await? {
                return Err(Problem::refused(&reasons::ID_TAKEN));
            }
            let note = HealthNote {
                id,
                beneficiary_id: record.id,
                profile: profile.clone(),
                by: caller.id(),
                created_at: work.at(),
            };
            work.add_health_note(&record, &note).await?;
            Reply::json(StatusCode::CREATED, &HealthNoteOut::from(note))
        })
        .await
}

/// The row of the operation that lists them.
pub(super) fn list() -> Operation {
    Operation::get(PATH, "list_health_notes", handle)
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesReadHealth)
        .summary("List the health notes of a person")
        .description("The latest first. That they were read is on the trail.")
        .lists::<ByTimeQuery, HealthNoteOut>()
        .also(&[StatusCode::GONE])
        .sensitive()
}

async fn handle(caller: Pledged, id: web::Path<Uuid>, query: ListQuery<ByTimeQuery>) -> Result<HttpResponse, Problem> {
    let store = caller.store();
    let record = found(store.beneficiary(*id, &caller.scope()).await?)?;
    let notes = store.health_notes(*id, query.direction(), &query.page_and_one()).await?;
    let count = if query.with_count { Some(store.count_health_notes(*id).await?) } else { None };
    if !notes.is_empty() {
        caller.note_reads(&[read(&record, vec!["health_notes"])]).await?;
    }
    let rows = notes.into_iter().map(|note| {
        let key = note.key();
        (HealthNoteOut::from(note), key)
    });
    query.answer(&caller, rows.collect(), count)
}
