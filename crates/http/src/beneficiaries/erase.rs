//! Erasing a person, for good.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{access::Permission, beneficiaries::life::ErasureReason};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::commands::load;
use crate::{
    command::{Command, Reply},
    conditional::IfMatch,
    operation::{Operation, Tag},
    problem::Problem,
    safeguarding_codes::Pledged,
};

/// Why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "requested"}))]
pub(super) struct Erase {
    /// The ground.
    pub reason: ErasureReason,
}

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/beneficiaries/{beneficiary_id}/erase", "erase_beneficiary", handle)
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesErase)
        .summary("Erase a person")
        .description(
            "For good (UU 27/2022 articles 8, 43 and 44): the key under which everything about the person was sealed is \
             destroyed, and with it every copy in the record, its notes, consents and history; what they were found by is \
             blanked. What counts stays: institution, status, sex and age band. `If-Match` names the version of the record.",
        )
        .body::<Erase>()
        .needs_version()
        .repeatable()
        .answers_nothing(StatusCode::NO_CONTENT, "The person is erased")
        .also(&[StatusCode::GONE])
}

async fn handle(
    caller: Pledged,
    id: web::Path<Uuid>,
    expected: IfMatch,
    command: Command<Erase>,
) -> Result<HttpResponse, Problem> {
    caller
        .run(command.repeat(), async |work| {
            let record = load(work, caller.actor(), *id, Permission::BeneficiariesErase).await?;
            expected.check(record.version)?;
            work.erase_beneficiary(&record, command.body.reason).await?;
            Ok(Reply::nothing())
        })
        .await
}
