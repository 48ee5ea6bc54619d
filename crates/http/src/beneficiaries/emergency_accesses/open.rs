//! Breaking the glass.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{
    access::{Permission, Role},
    beneficiaries::{EmergencyAccess, emergency_access::EMERGENCY_ACCESS_IS_OPEN, life::BENEFICIARY_CLOSED},
};
use aumsos_persistence::{Work, mail::Mail};
use serde_json::json;

use super::model::{EmergencyAccessOut, EmergencyWrite, tag};
use crate::{
    access::Caller,
    command::{Command, Reply},
    operation::{Operation, Tag},
    problem::Problem,
    safeguarding_codes::Pledged,
};

/// Who is told: those who answer for the record, and those who answer for them.
const TOLD: [Role; 2] = [Role::CaseSupervisor, Role::InstitutionOperator];

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/emergency-accesses", "open_emergency_access", handle)
        .tag(Tag::EmergencyAccesses)
        .needs(Permission::EmergencyAccessUse)
        .summary("Open a record in an emergency")
        .description(
            "One record, anywhere, for reading, for three hours. The institution's operators and the case supervisors over it \
             are told by mail, and somebody else reviews it. Always there: no setting turns it off. Never for records that \
             are closed.",
        )
        .body::<EmergencyWrite>()
        .repeatable()
        .answers_record::<EmergencyAccessOut>(StatusCode::CREATED, "The access")
        .also(&[StatusCode::NOT_FOUND])
        .refuses(&[&BENEFICIARY_CLOSED, &EMERGENCY_ACCESS_IS_OPEN])
}

async fn handle(caller: Pledged, command: Command<EmergencyWrite>) -> Result<HttpResponse, Problem> {
    let asked = &command.body;
    caller
        .run(command.repeat(), async |work| {
            let found = work.beneficiary_for_emergency(asked.beneficiary_id).await?;
            let record = found.ok_or_else(Problem::not_found)?.open()?;
            if let Some(open) = work.open_emergency_access(caller.id(), record.id).await? {
                let problem = Problem::refused(&EMERGENCY_ACCESS_IS_OPEN);
                return Err(problem.with_details(json!({ "emergency_access_id": open })));
            }
            let access = work.create_emergency_access(uuid::Uuid::now_v7(), &record, &asked.reason).await?;
            tell(work, &caller, &access).await?;
            let location = format!("/v1/emergency-accesses/{}", access.id);
            Reply::created(location, &tag(&access), &EmergencyAccessOut::from(access))
        })
        .await
}

/// Tells those in charge, but for the one who opened it.
async fn tell(work: &mut Work, caller: &Caller, access: &EmergencyAccess) -> Result<(), Problem> {
    let public_url = &caller.service().settings.public_url;
    for person in work.people_told_of_emergency(access, &TOLD).await? {
        let (subject, text) = access.notice(person.language, public_url);
        work.send_mail(&Mail { to: person.email, subject, text }).await?;
    }
    metrics::counter!("emergency_accesses_total").increment(1);
    Ok(())
}
