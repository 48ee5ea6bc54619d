//! What can be done to the record of a person, apart from how it is asked for.
//!
//! Each command takes the unit of work, the actor from whom the scopes come, and values; it loads within the scope, asks the
//! domain, and writes. Nothing is written before everything has been asked.

use actix_web::{HttpResponse, http::StatusCode, http::header::RETRY_AFTER};
use aumsos_domain::{
    Refusal,
    access::{Actor, Permission, Scope},
    beneficiaries::{
        Beneficiary, Nik, Profile,
        life::{INSTITUTION_OUT_OF_REACH, INSTITUTION_TAKES_NOBODY, POSSIBLE_DUPLICATE},
        lookup::TOO_MANY_LOOKUPS,
    },
};
use aumsos_persistence::{
    StoreError, Work,
    beneficiaries::{BeneficiaryFound, CaringInstitution, LookupCount},
    clock,
};
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::model::{BeneficiaryOut, erased, read_of, tag};
use crate::{
    access::Caller,
    body::refuse_value,
    command::Reply,
    conditional::{IfMatch, MaybeIfMatch},
    problem::{Problem, reasons},
};

/// The record of a person within a scope.
pub(crate) fn found(found: BeneficiaryFound) -> Result<Beneficiary, Problem> {
    match found {
        BeneficiaryFound::Record(record) => Ok(*record),
        BeneficiaryFound::Erased(erasure) => Err(erased(erasure)),
        BeneficiaryFound::Unknown => Err(Problem::not_found()),
    }
}

/// The record of a person where the actor holds a permission, locked until the end of the unit of work.
pub async fn load(work: &mut Work, actor: &Actor, id: Uuid, permission: Permission) -> Result<Beneficiary, Problem> {
    found(work.beneficiary_for_update(id, &actor.scope(permission)).await?)
}

/// Records somebody new.
pub async fn register(work: &mut Work, actor: &Actor, id: Uuid, profile: Profile) -> Result<Beneficiary, Problem> {
    Problem::unless_sound(profile.broken_rules(clock::today()))?;
    let scope = actor.scope(Permission::BeneficiariesWrite);
    let institution = caring_institution(work, profile.institution_id, &scope).await?;
    if work.is_beneficiary_id_taken(id).await? {
        return Err(Problem::refused(&reasons::ID_TAKEN));
    }
    refuse_duplicate(work, profile.nik.as_ref(), id).await?;
    let number = work.draw_beneficiary_number(&institution.province).await?;
    let record = Beneficiary::register(id, number, profile, work.at());
    work.create_beneficiary(&record).await.map_err(taken)?;
    Ok(record)
}

/// Changes what a record says: `change` makes of what it says now what it is to say.
pub async fn edit(
    work: &mut Work,
    actor: &Actor,
    id: Uuid,
    expected: &IfMatch,
    change: impl Fn(&Profile) -> Result<Profile, Problem>,
) -> Result<Beneficiary, Problem> {
    let scope = actor.scope(Permission::BeneficiariesWrite);
    let before = found(work.beneficiary_for_update(id, &scope).await?)?;
    expected.check(before.version)?;
    let before = before.open()?;
    let profile = change(&before.profile)?;
    Problem::unless_sound(profile.broken_rules(clock::today()))?;
    if profile.institution_id != before.profile.institution_id {
        caring_institution(work, profile.institution_id, &scope).await?;
    }
    if profile.nik != before.profile.nik {
        refuse_duplicate(work, profile.nik.as_ref(), id).await?;
    }
    let after = before.clone().change(profile, work.at())?;
    work.save_beneficiary("changed", &before, &after).await.map_err(taken)?;
    Ok(after)
}

/// Takes one of the steps in the life of a record.
pub async fn step(
    work: &mut Work,
    actor: &Actor,
    id: Uuid,
    expected: &MaybeIfMatch,
    action: &'static str,
    step: impl Fn(Beneficiary, DateTime<Utc>) -> Result<Beneficiary, Refusal>,
) -> Result<Beneficiary, Problem> {
    let before = load(work, actor, id, Permission::BeneficiariesWrite).await?;
    expected.check(before.version)?;
    let after = step(before.clone(), work.at())?;
    work.save_beneficiary(action, &before, &after).await?;
    Ok(after)
}

async fn caring_institution(work: &mut Work, id: Uuid, scope: &Scope) -> Result<CaringInstitution, Problem> {
    let found = work.caring_institution(id, scope).await?;
    let institution = found.ok_or_else(|| refuse_value("/institution_id", &INSTITUTION_OUT_OF_REACH))?;
    if institution.takes_people { Ok(institution) } else { Err(Problem::refused(&INSTITUTION_TAKES_NOBODY)) }
}

/// Refuses a NIK that somebody else is recorded with. Whom, [`Caller::tell_duplicate`] tells or keeps to itself.
async fn refuse_duplicate(work: &mut Work, nik: Option<&Nik>, id: Uuid) -> Result<(), Problem> {
    let Some(nik) = nik else { return Ok(()) };
    match work.beneficiary_with_nik(nik).await? {
        Some(other) if other != id => {
            Err(Problem::refused(&POSSIBLE_DUPLICATE).with_details(json!({ "beneficiary_id": other })))
        }
        _ => Ok(()),
    }
}

/// Two who record the same NIK at once: the second finds it taken.
fn taken(error: StoreError) -> Problem {
    match error {
        StoreError::Taken => Problem::refused(&POSSIBLE_DUPLICATE),
        other => other.into(),
    }
}

impl Caller {
    /// Shows the record that a command leaves, and writes that down.
    pub(super) async fn reply_record(&self, work: &mut Work, record: Beneficiary) -> Result<Reply, Problem> {
        self.note_whole(work, &record).await?;
        Reply::record(&tag(&record), &BeneficiaryOut::from(record))
    }

    /// As [`Self::reply_record`], for a record that was made.
    pub(super) async fn reply_registered(&self, work: &mut Work, record: Beneficiary) -> Result<Reply, Problem> {
        self.note_whole(work, &record).await?;
        let location = format!("/v1/beneficiaries/{}", record.id);
        Reply::created(location, &tag(&record), &BeneficiaryOut::from(record))
    }

    async fn note_whole(&self, work: &mut Work, record: &Beneficiary) -> Result<(), Problem> {
        let reads: Vec<_> = read_of(record, |_| true).into_iter().collect();
        self.note_reads_in(work, &reads).await
    }

    /// Tells of a duplicate no more than the caller may know: which record it is, where they may read it. Where they may
    /// not, they have learnt that the NIK is known, which is a look-up, and counts as one.
    pub(super) async fn tell_duplicate(&self, outcome: Result<HttpResponse, Problem>) -> Result<HttpResponse, Problem> {
        let Err(problem) = outcome else { return outcome };
        if problem.code() != POSSIBLE_DUPLICATE.code {
            return Err(problem);
        }
        let id = problem.details().and_then(|details| details["beneficiary_id"].as_str()?.parse::<Uuid>().ok());
        if let Some(id) = id {
            let scope = self.actor().scope(Permission::BeneficiariesRead);
            if let BeneficiaryFound::Record(_) = self.store().beneficiary(id, &scope).await? {
                return Err(problem);
            }
        }
        self.count_lookup().await?;
        Err(Problem::refused(&POSSIBLE_DUPLICATE))
    }

    /// Counts a look-up of a person beyond the caller's scope; 429 when there were too many within the hour.
    pub(super) async fn count_lookup(&self) -> Result<(), Problem> {
        let right = self.right();
        match self.store().note_lookup(&self.author(), self.purpose(&right)).await? {
            LookupCount::Within => Ok(()),
            LookupCount::Beyond(again) => {
                metrics::counter!("beneficiary_lookups_refused_total").increment(1);
                tracing::warn!(caller = self.name(), "too many look-ups of people within an hour");
                let seconds = (again - clock::now()).num_seconds().max(1);
                let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, &TOO_MANY_LOOKUPS);
                Err(problem.with_header(RETRY_AFTER, seconds.into()))
            }
        }
    }
}
