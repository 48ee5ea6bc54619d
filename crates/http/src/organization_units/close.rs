//! Closing a unit that has nothing left below it.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    organization_units::{OrganizationUnit, UNIT_IS_ROOT, UNIT_NOT_EMPTY},
};
use uuid::Uuid;

use super::model::tag;
use crate::{
    access::Caller,
    command::{Command, Nothing, Reply},
    conditional::MaybeIfMatch,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/organization-units/{organization_unit_id}/close", "close_organization_unit", handle)
        .tag(Tag::OrganizationUnits)
        .needs(Permission::UnitsManage)
        .summary("Close an organisational unit")
        .description("Once no unit and no institution is left below it. Its history stays.")
        .optional_body::<Nothing>()
        .repeatable()
        .conditional()
        .answers_record::<OrganizationUnit>(StatusCode::OK, "The closed unit")
        .refuses(&[&UNIT_IS_ROOT, &UNIT_NOT_EMPTY])
}

async fn handle(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    let scope = caller.scope();
    caller
        .run(command.repeat(), async |work| {
            let before = work.unit_for_update(*id).await?.ok_or_else(Problem::not_found)?;
            if !work.is_unit_within(*id, &scope).await? {
                return Err(Problem::new(StatusCode::FORBIDDEN, &reasons::PERMISSION_MISSING));
            }
            expected.check(before.version)?;
            let is_empty = work.is_unit_empty(*id).await?;
            let after = before.clone().close(is_empty, work.at())?;
            work.save_unit("closed", &before, &after).await?;
            Reply::record(&tag(&after), &after)
        })
        .await
}
