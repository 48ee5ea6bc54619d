//! The demonstration: a database of invented institutions that together are the council's published figures.
//!
//! The same every time (but for dates, which follow today's), made in one unit of work by the same steps as the API
//! takes: it is there as a whole, or not at all. Only a database that nothing stands in becomes one.

mod accounts;
mod chance;
mod figures;
mod names;
mod people;
mod profiles;
mod reports;
mod services;
mod towns;
mod units;

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use aumsos_domain::{
    CodeList, Language,
    access::{Actor, ActorId, Role},
    census::CensusReport,
    institutions::{Contact, Grade, Institution, InstitutionKind, InstitutionStatus, Profile},
    text_value::Prose,
};
use aumsos_persistence::{Author, IsContended, Store, StoreError, Work};
use chrono::{DateTime, NaiveDate, Utc};

use self::{
    chance::Chance,
    figures::{Outline, Standing},
    profiles::Setting,
    units::Tree,
};
use crate::{failure::Failure, progress::Progress};

/// The day of the announcement.
const SEED: u64 = 20_200_916;

/// Drafts, submissions and a duplicate beside the institutions that are counted. None of them is public.
const DRAFTS: usize = 6;
const SUBMITTED: usize = 9;
const RETURNED: usize = 2;
const MERGED: usize = 3;

/// A log-in of the demonstration.
#[derive(Debug, Clone)]
pub(crate) struct LogIn {
    /// The id of the client.
    pub(crate) client_id: String,
    /// What the person of the same role signs in with.
    pub(crate) email: String,
    /// What its role is called.
    pub(crate) role: &'static str,
}

/// The log-ins of the demonstration, all with the same secret.
pub(crate) fn log_ins() -> impl Iterator<Item = LogIn> {
    Role::ALL.iter().map(|&role| LogIn {
        client_id: accounts::client_id(role),
        email: accounts::email(role),
        role: role.label(Language::English),
    })
}

/// The secret of all log-ins.
pub(crate) const SECRET: &str = accounts::SECRET;

/// How long a process waits for another one that makes the demonstration, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(200);

/// Makes the demonstration in an unused database, and leaves one that is there already as it is. Refused for every
/// other database. Of several processes that start at once, one makes it, and the others wait and go on with it.
pub(crate) async fn ensure(store: &Store) -> Result<(), Failure> {
    let end = Instant::now() + PATIENCE;
    while !is_made(store).await? {
        let made = store.write(&Author::system(), async |work: &mut Work| fill(work).await).await;
        let Err(failure) = made else { return Ok(()) };
        // The mark that this one could not set is there for everyone to see as soon as the other one has finished.
        if is_made(store).await? {
            return Ok(());
        }
        let is_being_made = matches!(failure, Failure::Store(StoreError::Taken)) || failure.is_contended();
        if !is_being_made || Instant::now() > end {
            return Err(failure);
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Whether the demonstration is there. Refused for a database that is something else.
async fn is_made(store: &Store) -> Result<bool, Failure> {
    match store.known_installation().await? {
        Some(installation) if installation.is_demo => Ok(true),
        Some(_) => Err(not_ours()),
        None => Ok(false),
    }
}

/// Refuses to serve the demonstration as if it were a real registry: everyone knows its secrets.
pub(crate) async fn refuse(store: &Store) -> Result<(), Failure> {
    if store.installation().await?.is_demo {
        return Err(Failure::Refused(
            "this database was made by --demo, and everyone knows its secrets: serve it with --demo, on this machine, \
             or name another database"
                .to_owned(),
        ));
    }
    Ok(())
}

fn not_ours() -> Failure {
    Failure::Refused(
        "this database was not made by --demo, which would mix invented data with what is in it: name another one with \
         --data-dir or --database-url"
            .to_owned(),
    )
}

async fn fill(work: &mut Work) -> Result<(), Failure> {
    if !work.mark_demo().await? {
        return Err(not_ours());
    }
    let mut chance = Chance::new(SEED);
    let mut tree = units::make(work, &mut chance).await?;
    let records = records(&tree, work.at(), &mut chance)?;
    let progress = Progress::of(records.len() as u64, "institutions");
    let mut made = Vec::with_capacity(records.len());
    for record in &records {
        let institution = record.make(work, &made).await?;
        made.push(institution);
        progress.advance(1);
    }
    progress.finish();
    let home = made.iter().max_by_key(|institution| fits_the_operator(institution)).map(|home| home.id);
    let home = home.unwrap_or_default();
    let accounts = accounts::make(work, &tree, home, &mut chance).await?;
    people::make(work, &accounts, &made, home, &mut chance).await?;
    units::make_branches(work, &mut tree, &mut chance).await
}

/// The operator of the demonstration runs a home for children in Surabaya or Sidoarjo, of the best grade there is.
fn fits_the_operator(institution: &Institution) -> (bool, bool, Reverse<Option<Grade>>) {
    let Profile { kind, accreditation, address, .. } = &institution.profile;
    let is_there = address.region.as_str().starts_with("35.78") || address.region.as_str().starts_with("35.15");
    let is_a_home = *kind == InstitutionKind::Lksa && institution.status == InstitutionStatus::Active;
    // No grade at all sorts before A.
    (is_there && is_a_home, accreditation.grade.is_some(), Reverse(accreditation.grade))
}

/// How far a record has come in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Active,
    Draft,
    Submitted,
    Returned,
    /// A duplicate, merged into another.
    Merged,
}

/// One institution, with what is to happen to it.
struct Record {
    stage: Stage,
    draft: Institution,
    reports: Vec<CensusReport>,
    /// Which of the records before it a duplicate is merged into.
    original: usize,
}

/// Everything that is to be made, institutions in the figures first.
fn records(tree: &Tree, now: DateTime<Utc>, chance: &mut Chance) -> Result<Vec<Record>, Failure> {
    let today = today(now);
    let mut writer = Writer { tree, now, today, taken: HashSet::new(), turns: HashMap::new() };
    let mut records = Vec::new();
    for outline in figures::outlines(chance) {
        let (profile, contacts) = writer.write(&outline, chance)?;
        let draft = Institution::draft(chance.id(), profile, contacts, now);
        let reports = reports::of(&draft, today, now, chance);
        records.push(Record { stage: Stage::Active, draft, reports, original: 0 });
    }
    let beside = [(Stage::Draft, DRAFTS), (Stage::Submitted, SUBMITTED), (Stage::Returned, RETURNED)];
    for (stage, count) in beside {
        for outline in figures::outlines(chance).into_iter().take(count) {
            let outline = Outline { standing: Standing::None, ..outline };
            let (profile, contacts) = writer.write(&outline, chance)?;
            let draft = Institution::draft(chance.id(), profile, contacts, now);
            records.push(Record { stage, draft, reports: Vec::new(), original: 0 });
        }
    }
    for at in 0..MERGED {
        let original = at * 7;
        let Some(profile) = records.get(original).map(|record| record.draft.profile.clone()) else { continue };
        let draft = Institution::draft(chance.id(), profile, profiles::contacts(chance)?, now);
        records.push(Record { stage: Stage::Merged, draft, reports: Vec::new(), original });
    }
    Ok(records)
}

/// Today in the time zone of the capital (WIB, UTC+7), by which the council's days are told.
fn today(now: DateTime<Utc>) -> NaiveDate {
    (now + chrono::Duration::hours(7)).date_naive()
}

/// Writes profiles: no name twice in a town, and every town of a province in turn.
struct Writer<'a> {
    tree: &'a Tree,
    now: DateTime<Utc>,
    today: NaiveDate,
    taken: HashSet<(String, &'static str)>,
    turns: HashMap<&'static str, usize>,
}

impl Writer<'_> {
    fn write(&mut self, outline: &Outline, chance: &mut Chance) -> Result<(Profile, Vec<Contact>), Failure> {
        let nowhere = || Failure::Refused(format!("no town is known in province {}", outline.province));
        let towns = towns::of(outline.province);
        let turn = self.turns.entry(outline.province).or_default();
        let town = *towns.iter().cycle().nth(*turn).ok_or_else(nowhere)?;
        *turn += 1;
        let unit = self.tree.unit(outline.operator, town.code()).ok_or_else(nowhere)?;
        let mut name = names::institution(outline.kind, outline.operator, chance);
        while !self.taken.insert((name.clone(), town.code())) {
            name = names::institution(outline.kind, outline.operator, chance);
        }
        let setting = Setting { today: self.today, now: self.now, town, unit };
        Ok((profiles::profile(outline, &name, &setting, chance)?, profiles::contacts(chance)?))
    }
}

impl Record {
    /// Makes the record by the steps of its life, each with its row in the ledger.
    async fn make(&self, work: &mut Work, before: &[Institution]) -> Result<Institution, Failure> {
        let (by, at) = (ActorId::System, work.at());
        let draft = self.draft.clone();
        work.create_institution("created", &draft).await?;
        if self.stage == Stage::Draft {
            return Ok(draft);
        }
        let submitted = draft.clone().submit(by, at)?;
        work.save_institution("submitted", &draft, &submitted).await?;
        let after = match self.stage {
            Stage::Active => return self.verify(work, submitted).await,
            Stage::Draft | Stage::Submitted => return Ok(submitted),
            Stage::Returned => {
                let reasons = "Surat tanda daftar belum dilampirkan; kapasitas tidak sesuai dengan denah.";
                submitted.clone().return_for_changes(Prose::parse(reasons)?, at)?
            }
            Stage::Merged => match before.get(self.original) {
                Some(original) => submitted.clone().merge_into(original, at)?,
                None => return Ok(submitted),
            },
        };
        let action = if self.stage == Stage::Returned { "returned" } else { "merged" };
        work.save_institution(action, &submitted, &after).await?;
        Ok(after)
    }

    async fn verify(&self, work: &mut Work, submitted: Institution) -> Result<Institution, Failure> {
        let province = submitted.profile.address.region.lineage().next().map_or(String::new(), |code| code.to_string());
        let code = work.draw_aumsos_code(&province).await?;
        let verified = submitted.clone().verify(&Actor::system(&[]), code, work.at())?;
        work.save_institution("verified", &submitted, &verified).await?;
        for report in &self.reports {
            work.save_census_report(&verified, None, report).await?;
        }
        Ok(verified)
    }
}
