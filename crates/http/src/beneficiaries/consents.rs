//! Consents: recorded, listed, withdrawn.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    beneficiaries::{Consent, ConsentProfile, consent::CONSENT_WITHDRAWN, life::BENEFICIARY_CLOSED},
};
use aumsos_persistence::{clock, page::Keyed};
use uuid::Uuid;

use super::{
    commands::{found, load},
    model::{ConsentOut, read},
};
use crate::{
    command::{Command, Nothing, Reply},
    conditional::{self, MaybeIfMatch},
    creation::New,
    listing::{ByTimeQuery, ListQuery},
    operation::{Operation, Tag},
    problem::{Problem, reasons},
    safeguarding_codes::Pledged,
};

const PATH: &str = "/v1/beneficiaries/{beneficiary_id}/consents";

/// The row of the operation that records one.
pub(super) fn record() -> Operation {
    Operation::post(PATH, "record_consent", handle_record)
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesWrite)
        .summary("Record a consent")
        .description("What for, by whom, since when, and what shows it (UU 27/2022 articles 20-25).")
        .body::<New<ConsentProfile>>()
        .repeatable()
        .answers::<ConsentOut>(StatusCode::CREATED, "The consent")
        .also(&[StatusCode::GONE])
        .refuses(&[&BENEFICIARY_CLOSED, &reasons::ID_TAKEN])
        .sensitive()
}

async fn handle_record(
    caller: Pledged,
    beneficiary: web::Path<Uuid>,
    command: Command<New<ConsentProfile>>,
) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    let profile = &command.body.record;
    Problem::unless_sound(profile.broken_rules(clock::today()))?;
    caller
        .run(command.repeat(), async |work| {
            let record = load(work, caller.actor(), *beneficiary, Permission::BeneficiariesWrite).await?.open()?;
            if work.is_consent_id_taken(id).await? {
                return Err(Problem::refused(&reasons::ID_TAKEN));
            }
            let consent = Consent::new(id, record.id, profile.clone(), work.at());
            work.save_consent(&record, None, &consent).await?;
            Reply::json(StatusCode::CREATED, &ConsentOut::from(consent))
        })
        .await
}

/// The row of the operation that lists them.
pub(super) fn list() -> Operation {
    Operation::get(PATH, "list_consents", handle)
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesRead)
        .summary("List the consents of a person")
        .description("Those that hold, ran out or were withdrawn; the latest first.")
        .lists::<ByTimeQuery, ConsentOut>()
        .also(&[StatusCode::GONE])
        .sensitive()
}

async fn handle(caller: Pledged, id: web::Path<Uuid>, query: ListQuery<ByTimeQuery>) -> Result<HttpResponse, Problem> {
    let store = caller.store();
    let record = found(store.beneficiary(*id, &caller.scope()).await?)?;
    let consents = store.consents(*id, query.direction(), &query.page_and_one()).await?;
    let count = if query.with_count { Some(store.count_consents(*id).await?) } else { None };
    if !consents.is_empty() {
        caller.note_reads(&[read(&record, vec!["consents"])]).await?;
    }
    let rows = consents.into_iter().map(|consent| {
        let key = consent.key();
        (ConsentOut::from(consent), key)
    });
    query.answer(&caller, rows.collect(), count)
}

/// The row of the operation that withdraws one.
pub(super) fn withdraw() -> Operation {
    Operation::post(
        "/v1/beneficiaries/{beneficiary_id}/consents/{consent_id}/withdraw",
        "withdraw_consent",
        handle_withdraw,
    )
    .tag(Tag::Beneficiaries)
    .needs(Permission::BeneficiariesWrite)
    .summary("Withdraw a consent")
    .description(
        "From now on it covers nothing (UU 27/2022 article 9). Also of a closed record: who withdraws is not made to wait.",
    )
    .optional_body::<Nothing>()
    .repeatable()
    .conditional()
    .answers_record::<ConsentOut>(StatusCode::OK, "The consent")
    .also(&[StatusCode::GONE])
    .refuses(&[&CONSENT_WITHDRAWN])
    .sensitive()
}

async fn handle_withdraw(
    caller: Pledged,
    ids: web::Path<(Uuid, Uuid)>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (beneficiary, id) = *ids;
    caller
        .run(command.repeat(), async |work| {
            let record = load(work, caller.actor(), beneficiary, Permission::BeneficiariesWrite).await?;
            let before = work.consent_for_update(&record, id).await?.ok_or_else(Problem::not_found)?;
            expected.check(before.version)?;
            let after = before.clone().withdraw(work.at())?;
            work.save_consent(&record, Some(&before), &after).await?;
            let tag = conditional::Tag::of_version(after.version);
            Reply::record(&tag, &ConsentOut::from(after))
        })
        .await
}
