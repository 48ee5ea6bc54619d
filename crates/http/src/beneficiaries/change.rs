//! Changing what a record says.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    beneficiaries::{
        Profile,
        life::{BENEFICIARY_CLOSED, INSTITUTION_TAKES_NOBODY, POSSIBLE_DUPLICATE},
    },
};
use uuid::Uuid;

use super::{commands, model::BeneficiaryOut};
use crate::{
    body::{Body, MergePatch},
    conditional::IfMatch,
    operation::{Operation, Tag},
    problem::Problem,
    safeguarding_codes::Pledged,
};

const PATH: &str = "/v1/beneficiaries/{beneficiary_id}";

/// The row of the operation that replaces what a record says.
pub(super) fn put() -> Operation {
    described(Operation::put(PATH, "replace_beneficiary", replace))
        .summary("Replace what the record of a person says")
        .body::<Profile>()
}

/// The row of the operation that changes some of it.
pub(super) fn patch() -> Operation {
    described(Operation::patch(PATH, "update_beneficiary", update))
        .summary("Change what the record of a person says")
        .merge_patch::<Profile>()
}

fn described(operation: Operation) -> Operation {
    operation
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesWrite)
        .description(
            "Another `institution_id` hands the person over to an institution where the caller records people too: the \
             record leaves the sight of the former one.",
        )
        .answers_record::<BeneficiaryOut>(StatusCode::OK, "The record")
        .also(&[StatusCode::GONE])
        .refuses(&[&BENEFICIARY_CLOSED, &POSSIBLE_DUPLICATE, &INSTITUTION_TAKES_NOBODY])
        .sensitive()
}

async fn replace(
    caller: Pledged,
    id: web::Path<Uuid>,
    expected: IfMatch,
    Body(profile): Body<Profile>,
) -> Result<HttpResponse, Problem> {
    edit(&caller, *id, &expected, |_| Ok(profile.clone())).await
}

async fn update(
    caller: Pledged,
    id: web::Path<Uuid>,
    expected: IfMatch,
    patch: MergePatch,
) -> Result<HttpResponse, Problem> {
    edit(&caller, *id, &expected, |current| patch.apply(current)).await
}

async fn edit(
    caller: &Pledged,
    id: Uuid,
    expected: &IfMatch,
    change: impl Fn(&Profile) -> Result<Profile, Problem>,
) -> Result<HttpResponse, Problem> {
    let outcome = caller
        .run_once(async |work| {
            let record = commands::edit(work, caller.actor(), id, expected, &change).await?;
            caller.reply_record(work, record).await
        })
        .await;
    caller.tell_duplicate(outcome).await
}
