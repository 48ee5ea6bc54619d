//! Changing what a record says.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    institutions::life::{CHANGES_NEED_VERIFICATION, STATUS_DOES_NOT_ALLOW},
    organization_units::UNIT_CLOSED,
};
use uuid::Uuid;

use super::{commands, model::InstitutionOut, reading, write::InstitutionWrite};
use crate::{
    access::Caller,
    body::{Body, MergePatch},
    conditional::IfMatch,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

const PATH: &str = "/v1/institutions/{institution_id}";

/// The row of the operation that replaces what a record says.
pub(super) fn put() -> Operation {
    described(Operation::put(PATH, "replace_institution", replace).summary("Replace what an institution's record says"))
        .body::<InstitutionWrite>()
}

/// The row of the operation that changes some of it.
pub(super) fn patch() -> Operation {
    described(Operation::patch(PATH, "update_institution", update).summary("Change what an institution's record says"))
        .merge_patch::<InstitutionWrite>()
}

fn described(operation: Operation) -> Operation {
    operation
        .tag(Tag::Institutions)
        .needs(Permission::InstitutionsSubmit)
        .description(
            "Drafts are changed by whoever may submit, submitted and verified records by whoever may verify; everyone \
             else proposes. Contacts that the caller does not see stay as they are.",
        )
        .answers_record::<InstitutionOut>(StatusCode::OK, "The institution")
        .also(&[StatusCode::GONE])
        .refuses(&[&CHANGES_NEED_VERIFICATION, &STATUS_DOES_NOT_ALLOW, &UNIT_CLOSED, &reasons::ID_TAKEN])
        .sensitive()
}

async fn replace(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<InstitutionWrite>,
) -> Result<HttpResponse, Problem> {
    caller
        .run_once(async |work| {
            commands::edit(work, caller.actor(), *id, &expected, |_| Ok(body.0.clone())).await?;
            reading::reply(work, &caller, *id).await
        })
        .await
}

async fn update(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: IfMatch,
    patch: MergePatch,
) -> Result<HttpResponse, Problem> {
    let change = |current: InstitutionWrite| {
        let mut changed = patch.apply(&current)?;
        if current.contacts.is_some() {
            // To null is to none, not to as they were.
            changed.contacts.get_or_insert_default();
        }
        Ok(changed)
    };
    caller
        .run_once(async |work| {
            commands::edit(work, caller.actor(), *id, &expected, change).await?;
            reading::reply(work, &caller, *id).await
        })
        .await
}
