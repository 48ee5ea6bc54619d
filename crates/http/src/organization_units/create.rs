//! Making a unit below another.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::organization_units::{
    OrganizationUnit, UNIT_CLOSED, UNIT_LEVEL_NOT_BELOW_PARENT, UNIT_OTHER_OPERATOR, UnitProfile,
};

use super::model::tag;
use crate::{
    access::Caller,
    body::refuse_value,
    command::{Command, Reply},
    creation::New,
    operation::{Operation, Tag},
    problem::{Problem, reasons},
};
use aumsos_domain::access::Permission;

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/organization-units", "create_organization_unit", handle)
        .tag(Tag::OrganizationUnits)
        .needs(Permission::UnitsManage)
        .summary("Create an organisational unit")
        .description("Below a unit that the caller is responsible for.")
        .body::<New<UnitProfile>>()
        .repeatable()
        .answers_record::<OrganizationUnit>(StatusCode::CREATED, "The unit")
        .refuses(&[&UNIT_LEVEL_NOT_BELOW_PARENT, &UNIT_OTHER_OPERATOR, &UNIT_CLOSED, &reasons::ID_TAKEN])
}

async fn handle(caller: Caller, command: Command<New<UnitProfile>>) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    let scope = caller.scope();
    caller
        .run(command.repeat(), async |work| {
            let profile = command.body.record.clone();
            let parent = work.unit_for_update(profile.parent_id).await?;
            let parent = parent.ok_or_else(|| refuse_value("/parent_id", &reasons::RECORD_UNKNOWN))?;
            if !work.is_unit_within(parent.id, &scope).await? {
                return Err(Problem::new(StatusCode::FORBIDDEN, &reasons::PERMISSION_MISSING));
            }
            Problem::unless_sound(profile.broken_rules(&parent))?;
            let unit = OrganizationUnit::new(id, profile, &parent, work.at())?;
            work.create_unit(&unit).await?;
            Reply::created(format!("/v1/organization-units/{id}"), &tag(&unit), &unit)
        })
        .await
}
