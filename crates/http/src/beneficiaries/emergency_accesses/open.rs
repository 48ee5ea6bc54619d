//! Breaking the glass.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header::RETRY_AFTER},
};
use aumsos_domain::{
    access::{Permission, Role},
    beneficiaries::{
        EmergencyAccess,
        emergency_access::{EMERGENCY_ACCESS_IS_OPEN, MOST_AN_HOUR, TOO_MANY_EMERGENCIES},
        life::BENEFICIARY_CLOSED,
    },
};
use aumsos_persistence::{Work, beneficiaries::BeneficiaryFound, mail::Mail};
use serde_json::json;
use uuid::Uuid;

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
/// Who is told where there is no case supervisor: those who answer for the whole, and those who watch over it.
const TOLD_INSTEAD: [Role; 4] = [Role::RegionalOfficer, Role::CouncilOfficer, Role::DataSteward, Role::Auditor];
/// An hour, in seconds.
const AGAIN_AFTER: u32 = 3600;

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/emergency-accesses", "open_emergency_access", handle)
        .tag(Tag::EmergencyAccesses)
        .needs(Permission::EmergencyAccessUse)
        .summary("Open a record in an emergency")
        .description(
            "One record, anywhere, for reading, for three hours; at most ten records an hour. The institution's operators and \
             the case supervisors over it are told by mail (where there is no supervisor, the regional and council officers, \
             data stewards and auditors), and somebody else reviews it. Always there: no setting turns it off. Never for \
             records that are closed.",
        )
        .body::<EmergencyWrite>()
        .repeatable()
        .answers_record::<EmergencyAccessOut>(StatusCode::CREATED, "The access")
        .also(&[StatusCode::NOT_FOUND, StatusCode::TOO_MANY_REQUESTS])
        .refuses(&[&BENEFICIARY_CLOSED, &EMERGENCY_ACCESS_IS_OPEN])
}

async fn handle(caller: Pledged, command: Command<EmergencyWrite>) -> Result<HttpResponse, Problem> {
    let asked = &command.body;
    caller
        .run(command.repeat(), async |work| {
            let found = work.beneficiary_for_emergency(asked.beneficiary_id).await?;
            let Ok(record) = found.ok_or_else(Problem::not_found)?.open() else {
                return Err(closed(&caller, asked.beneficiary_id).await?);
            };
            if let Some(open) = work.open_emergency_access(caller.id(), record.id).await? {
                let problem = Problem::refused(&EMERGENCY_ACCESS_IS_OPEN);
                return Err(problem.with_details(json!({ "emergency_access_id": open })));
            }
            if work.emergency_accesses_within_an_hour(caller.id()).await? >= MOST_AN_HOUR {
                tracing::warn!(caller = caller.name(), "too many emergency accesses within an hour");
                let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, &TOO_MANY_EMERGENCIES);
                return Err(problem.with_header(RETRY_AFTER, AGAIN_AFTER.into()));
            }
            let access = work.create_emergency_access(Uuid::now_v7(), &record, &asked.reason).await?;
            tell(work, &caller, &access).await?;
            let location = format!("/v1/emergency-accesses/{}", access.id);
            Reply::created(location, &tag(&access), &EmergencyAccessOut::from(access))
        })
        .await
}

/// That a record is closed, to those who may read it; to others it is not there.
async fn closed(caller: &Caller, id: Uuid) -> Result<Problem, Problem> {
    let scope = caller.actor().scope(Permission::BeneficiariesRead);
    Ok(match caller.store().beneficiary(id, &scope).await? {
        BeneficiaryFound::Record(_) => Problem::refused(&BENEFICIARY_CLOSED),
        _ => Problem::not_found(),
    })
}

/// Tells those in charge, but for the one who opened it. An emergency does not wait for them: where nobody can be told, an
/// alarm is raised, and the access stands open to review like any other.
async fn tell(work: &mut Work, caller: &Caller, access: &EmergencyAccess) -> Result<(), Problem> {
    let settings = &caller.service().settings;
    let public_url = &settings.public_url;
    let mut told = work.people_told_of_emergency(access, &TOLD).await?;
    if work.people_told_of_emergency(access, &[Role::CaseSupervisor]).await?.is_empty() {
        told.extend(work.people_told_of_emergency(access, &TOLD_INSTEAD).await?);
    }
    if told.is_empty() || !settings.can_send_mail {
        metrics::counter!("emergency_accesses_untold_total").increment(1);
        tracing::warn!(emergency_access = %access.id, "an emergency access that nobody can be told of by mail");
    }
    for person in told {
        let (subject, text) = access.notice(person.language, public_url);
        work.send_mail(&Mail { to: person.email, subject, text }).await?;
    }
    metrics::counter!("emergency_accesses_total").increment(1);
    Ok(())
}
