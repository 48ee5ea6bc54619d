//! The history of an institution.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    RecordKind,
    access::{ActorId, Permission},
};
use aumsos_persistence::{
    StoreError,
    institutions::{HistoryAccess, HistoryReader, InstitutionSight, InstitutionStep, PastInstitution},
};
use uuid::Uuid;

use super::{
    difference,
    model::{FieldChange, HistoryQuery, HistoryStepOut, direction, key_of},
};
use crate::{
    access::{Caller, caller::unauthorized},
    listing::ListQuery,
    operation::{Operation, Tag},
    past,
    problem::{Problem, reasons},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/institutions/{institution_id}/history", "list_institution_history", handle)
        .tag(Tag::Institutions)
        .needs(Permission::InstitutionsHistory)
        .summary("List the history of an institution")
        .description(
            "Every step: who, when, and which fields changed. That contact persons changed is told, not what they are. What \
             is hidden today is hidden in the past too.",
        )
        .lists::<HistoryQuery, HistoryStepOut>()
        .may_follow()
}

async fn handle(caller: Caller, id: web::Path<Uuid>, query: ListQuery<HistoryQuery>) -> Result<HttpResponse, Problem> {
    let reader = reader(&caller, *id).await?;
    let steps = caller.store().institution_history(&reader, direction(&query), &query.page_and_one()).await?;
    let count =
        if query.with_count { Some(caller.store().count_history(RecordKind::Institution, *id).await?) } else { None };
    let rows = steps.into_iter().map(|step| {
        let (key, changes) = (key_of(&step.entry), changes_of(&step)?);
        Ok((HistoryStepOut::of(step.entry, changes), key))
    });
    query.answer(&caller, rows.collect::<Result<_, Problem>>()?, count)
}

/// With what eyes the caller reads the history of an institution; 403 where they see it and not its history.
pub(crate) async fn reader(caller: &Caller, id: Uuid) -> Result<HistoryReader, Problem> {
    if caller.id() == ActorId::Anonymous {
        return Err(unauthorized(&reasons::TOKEN_MISSING, "Bearer realm=\"aumsos\""));
    }
    match caller.store().institution_history_access(id, &InstitutionSight::of(caller.actor())).await? {
        HistoryAccess::Open(reader) => Ok(reader),
        HistoryAccess::Closed => Err(Problem::new(StatusCode::FORBIDDEN, &reasons::PERMISSION_MISSING)),
        HistoryAccess::Unknown => Err(Problem::not_found()),
    }
}

fn changes_of(step: &InstitutionStep) -> Result<Vec<FieldChange>, StoreError> {
    let shown = |side: &Option<PastInstitution>| {
        side.as_ref().map(|side| past::institution(side.institution.clone())).transpose()
    };
    let mut changes = difference::between(shown(&step.before)?.as_ref(), shown(&step.after)?.as_ref());
    let has_other_contacts = match (&step.before, &step.after) {
        (Some(before), Some(after)) => before.has_other_contacts(after),
        (Some(only), None) | (None, Some(only)) => only.has_contacts(),
        (None, None) => false,
    };
    if has_other_contacts {
        changes.push(FieldChange { pointer: "/contacts".to_owned(), old: None, new: None, is_sealed: true });
    }
    Ok(changes)
}
