//! Imports: the directory of a council goes in once and for all, whatever breaks off in between.

mod applying;
mod command_line;
mod deciding;
mod over_http;
mod queue;

use std::collections::BTreeMap;

use aumsos_domain::{
    access::{Actor, ActorId, Permission, Role, RoleAssignment, RolePlace},
    imports::{Decision, ImportSummary, Mapping, RowOutcome},
    organization_units::OrganizationUnit,
};
use aumsos_persistence::{
    Author, Store, Work,
    imports::{Applied, DryRun, ImportError, ImportSight, ImportWish, JudgedRow, ReadingLimits, read_file},
    institutions::{InstitutionFilters, InstitutionSight},
    jobs::LeasedJob,
    page::{Direction, Page},
};
use chrono::NaiveDate;
use uuid::Uuid;

use crate::harness::TestDatabase;

const CSV: &[u8] = include_bytes!("../../data/direktori-aumsos.csv");
const XLSX: &[u8] = include_bytes!("../../data/direktori-aumsos.xlsx");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An officer of both central councils.
fn council() -> Actor {
    let at = |unit| RoleAssignment { role: Role::CouncilOfficer, place: RolePlace::Unit(unit) };
    Actor::new(ActorId::Person(Uuid::from_u128(1)), OrganizationUnit::ROOTS.map(at).to_vec())
}

fn author(actor: &Actor) -> Author {
    Author { actor: actor.id, request_id: None }
}

async fn evaluate(store: &Store, actor: &Actor, file: &[u8]) -> DryRun {
    let sheet = read_file(file, &Mapping::default(), day("2026-11-24"), &ReadingLimits::default()).unwrap();
    let wish = ImportWish {
        id: Uuid::now_v7(),
        file_name: None,
        as_of: day("2026-06-30"),
        by: actor.id,
        scope: actor.scope(Permission::ImportsRun),
    };
    store.evaluate_sheet(sheet, wish).await.unwrap()
}

/// Keeps a dry run and begins to apply it.
async fn begin(
    store: &Store,
    actor: &Actor,
    dry_run: &DryRun,
    decisions: &BTreeMap<u64, Decision>,
) -> Result<(), ImportError> {
    store.write(&author(actor), async |work: &mut Work| work.keep_dry_run(dry_run).await).await?;
    apply(store, actor, dry_run.import.id, decisions).await
}

async fn apply(
    store: &Store,
    actor: &Actor,
    import: Uuid,
    decisions: &BTreeMap<u64, Decision>,
) -> Result<(), ImportError> {
    let scope = actor.scope(Permission::ImportsRun);
    let plan = store.plan_import(import, &ImportSight::of(actor), &scope).await?.unwrap();
    store
        .write(&author(actor), async |work: &mut Work| work.begin_import(&plan, decisions, &scope).await)
        .await
        .map(drop)
}

async fn claim(store: &Store, import: Uuid) -> Option<LeasedJob> {
    store.claim_job_on(import, Uuid::now_v7()).await.unwrap()
}

async fn finish(store: &Store, import: Uuid) {
    let job = claim(store, import).await.unwrap();
    while let Applied::Rows(_) = store.apply_import_batch(&job).await.unwrap() {}
}

async fn import_whole(store: &Store, actor: &Actor, file: &[u8]) -> ImportSummary {
    let dry_run = evaluate(store, actor, file).await;
    begin(store, actor, &dry_run, &BTreeMap::new()).await.unwrap();
    finish(store, dry_run.import.id).await;
    dry_run.import.summary
}

async fn count(store: &Store) -> u64 {
    let sight = InstitutionSight::of(&council());
    store.count_institutions(&InstitutionFilters::default(), &sight).await.unwrap()
}

/// Everything that was ever changed, and the figures of all institutions.
async fn state(database: &TestDatabase) -> Vec<i64> {
    let mut figures = Vec::new();
    for sql in [
        "SELECT COUNT(*) FROM institution",
        "SELECT COUNT(DISTINCT code) FROM institution",
        "SELECT CAST(SUM(capacity) AS bigint) FROM institution",
        "SELECT CAST(SUM(residents_in) AS bigint) FROM institution",
        "SELECT COUNT(*) FROM census_report",
        "SELECT COUNT(*) FROM change WHERE record_kind = 'institution'",
        "SELECT COUNT(*) FROM change WHERE record_kind = 'census_report'",
        "SELECT COUNT(*) FROM data_key",
        "SELECT COUNT(DISTINCT record_id) FROM search_word WHERE record_kind = 'institution'",
    ] {
        figures.push(database.count(sql).await);
    }
    figures
}

/// What the truth says of the directory: 550 institutions, their places and their people inside (10,631 and 11,325), a
/// census, a key for its head and a row in the ledger for each.
const TRUE_STATE: [i64; 9] = [550, 550, 44_628, 21_956, 550, 550, 550, 550, 550];

const DIRECTORY: ImportSummary =
    ImportSummary { rows: 595, created: 550, updated: 0, unchanged: 0, possible_duplicates: 25, refused: 20 };

async fn rows(store: &Store, import: Uuid, outcomes: &[RowOutcome]) -> Vec<JudgedRow> {
    store.import_rows(import, outcomes, Direction::Ascending, &Page { limit: 1_000, after: None }).await.unwrap()
}

/// What the directory comes to, as the interface says it.
fn directory() -> serde_json::Value {
    serde_json::to_value(DIRECTORY).unwrap()
}
