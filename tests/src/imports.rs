//! Imports: the directory of a council goes in once and for all, whatever breaks off in between.

use std::collections::BTreeMap;

use aumsos_domain::{
    access::{Actor, ActorId, Permission, Role, RoleAssignment, RolePlace},
    imports::{Decision, ImportStatus, ImportSummary, Mapping, RowOutcome, Twin},
    institutions::Operator,
    organization_units::{OrganizationUnit, UnitLevel, UnitProfile},
    regions::RegionCode,
    text_value::Name,
};
use aumsos_persistence::{
    Author, Store, StoreError, Work,
    imports::{Applied, DryRun, ImportError, ImportSight, ImportWish, JudgedRow, ReadingLimits, read_file},
    institutions::{CensusSpan, InstitutionFilters, InstitutionSight, Lookup},
    jobs::LeasedJob,
    page::{Direction, Page},
};
use aumsos_server::mail::Carrier;
use chrono::NaiveDate;
use uuid::Uuid;

use serde_json::json;

use crate::harness::{Actor as Caller, Answer, Ask, System, TestDatabase, TestServer, run_in};

const CSV: &[u8] = include_bytes!("../data/direktori-aumsos.csv");
const XLSX: &[u8] = include_bytes!("../data/direktori-aumsos.xlsx");

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
    use sea_orm::ConnectionTrait;
    let connection = database.connection().await;
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
        let statement = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
        let row = connection.query_one_raw(statement).await.unwrap().unwrap();
        figures.push(row.try_get_by_index(0).unwrap());
    }
    connection.close().await.unwrap();
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

/// Sends a file as a form, with a boundary of its own each time.
fn upload(caller: &Caller, name: &str, file: &[u8], fields: &[(&str, &str)]) -> Ask {
    let boundary = format!("part-{}", Uuid::now_v7());
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend(
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    body.extend(
        format!("--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").bytes(),
    );
    body.extend(file);
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    caller.ask(reqwest::Method::POST, "/v1/imports").body(&format!("multipart/form-data; boundary={boundary}"), body)
}

async fn wait_for_applied(caller: &Caller, path: &str) -> Answer {
    let begun = std::time::Instant::now();
    loop {
        let import = caller.get(path).await.is_fine();
        if import.at("/status") != "applying" {
            assert_eq!(import.at("/status"), "applied");
            return import;
        }
        assert!(begun.elapsed().as_secs() < 60, "{}", import.text());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[test]
fn a_dry_run_needs_no_database() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("direktori.xlsx"), XLSX).unwrap();
    let ran = run_in(folder.path(), &[], &["import", "direktori.xlsx", "--dry-run", "--json"]).succeeded();
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["summary"], directory());
    assert!(!folder.path().join("data").exists(), "nothing is made");
    // An empty database is as good as none.
    let database = TestDatabase::empty(System::Sqlite);
    std::fs::write(database.folder().join("direktori.xlsx"), XLSX).unwrap();
    std::fs::write(database.file(), b"").unwrap();
    let ran = database.run(&["import", "direktori.xlsx", "--dry-run", "--json"]).succeeded();
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["summary"], directory());
}

on_both! {
    async fn the_directory_goes_in_and_its_twin_changes_nothing(database: TestDatabase) {
        let store = database.store().await;
        let dry_run = evaluate(&store, &council(), CSV).await;
        assert_eq!(dry_run.import.summary, DIRECTORY);
        assert_eq!(count(&store).await, 0, "a dry run writes nothing");
        begin(&store, &council(), &dry_run, &BTreeMap::new()).await.unwrap();
        finish(&store, dry_run.import.id).await;
        assert_eq!(state(&database).await, TRUE_STATE);
        let kept = store.import(dry_run.import.id, &ImportSight::of(&council())).await.unwrap().unwrap();
        assert_eq!((kept.status, kept.summary), (ImportStatus::Applied, DIRECTORY));
        // The same rows in the other form, and the same file again: all of it is known.
        let known = ImportSummary { created: 0, unchanged: 550, ..DIRECTORY };
        for file in [XLSX, CSV] {
            assert_eq!(import_whole(&store, &council(), file).await, known);
            assert_eq!(state(&database).await, TRUE_STATE);
        }
        // Applying what was applied does nothing either.
        apply(&store, &council(), dry_run.import.id, &BTreeMap::new()).await.unwrap();
        finish(&store, dry_run.import.id).await;
        assert_eq!(state(&database).await, TRUE_STATE);
        store.seal_all(Uuid::now_v7()).await.unwrap();
    }

    async fn what_goes_in_is_active_and_verified_by_whoever_imports(database: TestDatabase) {
        let store = database.store().await;
        import_whole(&store, &council(), XLSX).await;
        let sight = InstitutionSight::of(&council());
        let first = Page { limit: 1, after: None };
        let filters = InstitutionFilters { q: Some("Putra Harapan Lampung Timur".to_owned()), ..Default::default() };
        let found = store.institutions(&filters, &[], &first, &sight).await.unwrap();
        let Lookup::Found(seen) = store.institution(found[0].institution.id, &sight).await.unwrap() else { panic!() };
        let record = &seen.institution;
        assert_eq!(record.code.as_ref().unwrap().as_str()[..7], *"AUM-18-");
        assert_eq!((record.version, record.verified_by), (1, Some(council().id)));
        assert_eq!(record.profile.phones[0].as_str(), "+6281342933464");
        assert_eq!(record.profile.founded.as_ref().unwrap().as_str(), "2003-11-12");
        assert_eq!(record.profile.address.region.as_str()[..5], *"18.07");
        assert_eq!(record.contacts[0].name.as_str(), "Dra. Hj. Sri Wahyuni, M.Si");
        assert_eq!(record.contacts[0].phone.as_ref().unwrap().as_str(), "+6281342933777");
        let census = store.census_reports(record.id, CensusSpan::default(), Direction::Descending, &first, &sight).await.unwrap();
        assert_eq!(census[0].census.counted_on, day("2026-06-30"));
        assert_eq!((census[0].census.carers, census[0].census.social_workers_uncertified), (19, 2));
    }

    async fn what_breaks_off_goes_on_where_it_was(database: TestDatabase) {
        let store = database.store().await;
        let dry_run = evaluate(&store, &council(), CSV).await;
        let import = dry_run.import.id;
        begin(&store, &council(), &dry_run, &BTreeMap::new()).await.unwrap();
        // One process writes two batches and is gone.
        let late = claim(&store, import).await.unwrap();
        for _ in 0..2 {
            assert_eq!(store.apply_import_batch(&late).await.unwrap(), Applied::Rows(200));
        }
        assert!(claim(&store, import).await.is_none(), "its lease has not ended");
        assert_eq!(store.import_progress(import).await.unwrap(), (400, 150));
        database.tamper("UPDATE job SET lease_until = 1").await;
        // Others are cut off in the middle of a unit of work.
        for patience in [1, 4, 9, 20] {
            let job = claim(&store, import).await.unwrap();
            let batch = tokio::spawn({
                let store = store.clone();
                async move { store.apply_import_batch(&job).await }
            });
            tokio::time::sleep(std::time::Duration::from_millis(patience)).await;
            batch.abort();
            let _ = batch.await;
            database.tamper("UPDATE job SET lease_until = 1 WHERE status = 'running'").await;
        }
        if let Some(job) = claim(&store, import).await {
            // The first one is back, and late: it can write no more.
            assert_eq!(store.apply_import_batch(&late).await.unwrap(), Applied::NotOurs);
            while let Applied::Rows(_) = store.apply_import_batch(&job).await.unwrap() {}
        }
        assert_eq!(state(&database).await, TRUE_STATE);
        assert_eq!(store.import_progress(import).await.unwrap(), (550, 0));
    }

    async fn a_person_decides_of_possible_duplicates_once(database: TestDatabase) {
        let store = database.store().await;
        let dry_run = evaluate(&store, &council(), CSV).await;
        let import = dry_run.import.id;
        begin(&store, &council(), &dry_run, &BTreeMap::new()).await.unwrap();
        finish(&store, import).await;
        let asked = rows(&store, import, &[RowOutcome::PossibleDuplicate]).await;
        let twin_of = |row: &JudgedRow| match row.twins() {
            [Twin::Row(number)] => *number,
            twins => panic!("{twins:?}"),
        };
        let written = rows(&store, import, &[RowOutcome::Created]).await;
        let first = written.iter().find(|row| row.number == twin_of(&asked[1])).unwrap().institution.unwrap();
        let decisions = BTreeMap::from([
            (asked[0].number, Decision::Create),
            (asked[1].number, Decision::SameAs(first)),
            (asked[2].number, Decision::Skip),
        ]);
        apply(&store, &council(), import, &decisions).await.unwrap();
        finish(&store, import).await;
        assert_eq!(count(&store).await, 551);
        let sight = InstitutionSight::of(&council());
        let Lookup::Found(seen) = store.institution(first, &sight).await.unwrap() else { panic!() };
        assert_eq!(seen.institution.version, 2, "it has the papers of the later row");
        // Decided is decided: also when the file comes again.
        let again = import_whole(&store, &council(), XLSX).await;
        assert_eq!(again, ImportSummary { created: 0, unchanged: 553, possible_duplicates: 22, ..DIRECTORY });
        assert_eq!(count(&store).await, 551);
        let refused = apply(&store, &council(), import, &decisions).await.unwrap_err();
        let ImportError::Refused(refusal) = refused else { panic!("{refused}") };
        assert_eq!(refusal.reason.code, "import_row_waits_for_none");
        let strange = BTreeMap::from([(asked[4].number, Decision::SameAs(Uuid::now_v7()))]);
        let ImportError::Refused(refusal) = apply(&store, &council(), import, &strange).await.unwrap_err() else { panic!() };
        assert_eq!(refusal.reason.code, "import_same_as_not_live");
    }

    async fn what_is_newer_is_written_over_what_was_and_nothing_else_is(database: TestDatabase) {
        let store = database.store().await;
        import_whole(&store, &council(), CSV).await;
        let text = String::from_utf8(CSV.to_vec()).unwrap();
        // Another file of one region and the same year later: one home has grown, one has a new head.
        let newer: String = text
            .lines()
            .filter(|line| ["No;", "1;", "5;", "9;"].iter().any(|begin| line.starts_with(begin)))
            .map(|line| line.replace("; 84 ;16;", ";90;16;").replace(";141;56;60;", ";141;57;60;") + "\n")
            .collect();
        let dry_run = evaluate(&store, &council(), newer.as_bytes()).await;
        let summary = ImportSummary { rows: 3, updated: 2, unchanged: 1, ..ImportSummary::default() };
        assert_eq!(dry_run.import.summary, summary);
        let updated: Vec<Uuid> = dry_run
            .rows
            .iter()
            .filter(|row| row.outcome == RowOutcome::Updated)
            .map(|row| row.institution.unwrap())
            .collect();
        begin(&store, &council(), &dry_run, &BTreeMap::new()).await.unwrap();
        finish(&store, dry_run.import.id).await;
        let [institutions, codes, capacity, inside, reports, changes, ..] = state(&database).await[..] else { panic!() };
        assert_eq!((institutions, codes, capacity, inside), (550, 550, 44_628 + 6, 21_956 + 1));
        // The figures of the same day are corrected, in place.
        assert_eq!((reports, changes), (550, 551));
        let sight = InstitutionSight::of(&council());
        let Lookup::Found(grown) = store.institution(updated[0], &sight).await.unwrap() else { panic!() };
        assert_eq!(grown.institution.profile.capacity.unwrap().total, 90);
        assert_eq!(grown.institution.contacts.len(), 1);
        assert_eq!(import_whole(&store, &council(), newer.as_bytes()).await, ImportSummary { rows: 3, unchanged: 3, ..Default::default() });
    }

    async fn whoever_imports_for_a_province_imports_nothing_elsewhere(database: TestDatabase) {
        let store = database.store().await;
        let (unit, profile) = (Uuid::now_v7(), UnitProfile {
            parent_id: OrganizationUnit::MUHAMMADIYAH,
            operator: Operator::Muhammadiyah,
            level: UnitLevel::Provincial,
            name: Name::parse("PWM Jawa Timur").unwrap(),
            region: Some(RegionCode::parse("35").unwrap()),
        });
        store
            .write(&Author::system(), async |work: &mut Work| {
                let parent = work.unit_for_update(OrganizationUnit::MUHAMMADIYAH).await?.unwrap();
                let new = OrganizationUnit::new(unit, profile.clone(), &parent, work.at()).unwrap();
                work.create_unit(&new).await?;
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
        let roles = vec![RoleAssignment { role: Role::DataSteward, place: RolePlace::Unit(unit) }];
        let officer = Actor::new(ActorId::Person(Uuid::from_u128(2)), roles);
        let dry_run = evaluate(&store, &officer, CSV).await;
        let here = |row: &&JudgedRow| {
            row.entry().is_some_and(|entry| entry.region.as_str().starts_with("35") && entry.operator == Operator::Muhammadiyah)
        };
        let written: Vec<_> = dry_run.rows.iter().filter(|row| row.outcome != RowOutcome::Refused).collect();
        assert!(!written.is_empty() && written.iter().all(here));
        let elsewhere = dry_run.rows.iter().filter(|row| {
            row.problems().iter().any(|problem| problem.reason.code == "import_row_outside_scope")
        });
        assert_eq!(elsewhere.count() + written.len() + 20, 595);
        begin(&store, &officer, &dry_run, &BTreeMap::new()).await.unwrap();
        finish(&store, dry_run.import.id).await;
        let in_unit = InstitutionFilters { unit: vec![unit], ..InstitutionFilters::default() };
        let sight = InstitutionSight::of(&council());
        assert_eq!(store.count_institutions(&in_unit, &sight).await.unwrap(), dry_run.import.summary.created);
        // Others than its maker and the councils of both trees do not know of it.
        let other = Actor { id: ActorId::Person(Uuid::from_u128(3)), ..officer.clone() };
        let id = dry_run.import.id;
        assert!(store.import(id, &ImportSight::of(&officer)).await.unwrap().is_some());
        assert!(store.import(id, &ImportSight::of(&council())).await.unwrap().is_some());
        assert!(store.import(id, &ImportSight::of(&other)).await.unwrap().is_none());
        let page = Page { limit: 10, after: None };
        assert!(store.imports(Direction::Descending, &page, &ImportSight::of(&other)).await.unwrap().is_empty());
        // The councils' record is not the province's to change, and what it would say is refused.
        let summary = evaluate(&store, &other, CSV).await.import.summary;
        assert_eq!(summary.unchanged, dry_run.import.summary.created);
    }

    async fn the_register_may_move_on_between_dry_run_and_apply(database: TestDatabase) {
        let store = database.store().await;
        let first = evaluate(&store, &council(), CSV).await;
        let second = evaluate(&store, &council(), XLSX).await;
        assert_eq!(second.import.summary, DIRECTORY);
        begin(&store, &council(), &first, &BTreeMap::new()).await.unwrap();
        finish(&store, first.import.id).await;
        begin(&store, &council(), &second, &BTreeMap::new()).await.unwrap();
        finish(&store, second.import.id).await;
        assert_eq!(state(&database).await, TRUE_STATE);
        let kept = store.import(second.import.id, &ImportSight::of(&council())).await.unwrap().unwrap();
        assert_eq!(kept.summary, ImportSummary { created: 0, unchanged: 550, ..DIRECTORY });
    }

    async fn a_discarded_dry_run_leaves_nothing_of_anybody(database: TestDatabase) {
        let store = database.store().await;
        let dry_run = evaluate(&store, &council(), CSV).await;
        let (id, sight) = (dry_run.import.id, ImportSight::of(&council()));
        store.write(&author(&council()), async |work: &mut Work| work.keep_dry_run(&dry_run).await).await.unwrap();
        let kept = rows(&store, id, &[]).await;
        assert_eq!(kept, dry_run.rows, "rows are kept as they were read");
        let discarded = store
            .write(&author(&council()), async |work: &mut Work| {
                let import = work.import_for_update(id, &sight).await?.unwrap();
                work.discard_import(import).await
            })
            .await
            .unwrap();
        assert_eq!(discarded.status, ImportStatus::Discarded);
        assert!(rows(&store, id, &[]).await.is_empty());
        let refused = apply(&store, &council(), id, &BTreeMap::new()).await.unwrap_err();
        assert!(matches!(refused, ImportError::Refused(_)));
        assert_eq!(count(&store).await, 0);
    }

    async fn jobs_are_taken_once_tried_again_and_put_aside(database: TestDatabase) {
        let store = database.store().await;
        // Imports that are not there: whoever takes the job fails.
        let subjects: Vec<Uuid> = (0..12).map(|_| Uuid::now_v7()).collect();
        store
            .write(&Author::system(), async |work: &mut Work| {
                for &subject in &subjects {
                    work.enqueue(aumsos_persistence::jobs::JobKind::ImportApply, subject).await?;
                }
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
        let claims = (0..20).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.claim_job(Uuid::now_v7()).await.unwrap() })
        });
        let mut taken = Vec::new();
        for claim in claims.collect::<Vec<_>>() {
            taken.extend(claim.await.unwrap().map(|job| job.subject));
        }
        // On PostgreSQL one that is passed over comes with the next look.
        while let Some(job) = store.claim_job(Uuid::now_v7()).await.unwrap() {
            taken.push(job.subject);
        }
        taken.sort();
        assert_eq!(taken, subjects, "each is taken once");
        let due = "UPDATE job SET due_at = 1, lease_until = 1";
        for attempt in 2..=8 {
            database.tamper(due).await;
            let job = store.claim_job(Uuid::now_v7()).await.unwrap().unwrap();
            assert!(job.attempt <= attempt);
            database.tamper("DELETE FROM job WHERE status = 'running' AND lease_until = 1").await;
            store.do_job(&job, &Carrier::Nobody).await;
        }
        let dead = store.dead_jobs().await.unwrap();
        assert_eq!(dead.len(), 1);
        assert!(dead[0].last_error.as_ref().unwrap().contains("an import"));
        database.tamper(due).await;
        assert!(store.claim_job(Uuid::now_v7()).await.unwrap().is_none(), "it waits for somebody");
        assert!(store.replay_job(dead[0].id).await.unwrap());
        let holder = Uuid::now_v7();
        assert_eq!(store.claim_job(holder).await.unwrap().unwrap().subject, dead[0].subject);
        assert_eq!(store.release_jobs(holder).await.unwrap(), 1);
        assert!(store.claim_job(Uuid::now_v7()).await.unwrap().is_some(), "it was given back");
    }

    async fn an_officer_imports_the_directory_over_http(server: TestServer) {
        let officer = server.council_officer().await;
        let made = upload(&officer, "direktori.xlsx", XLSX, &[("as_of", "2026-06-30")]).await.expect_status(201);
        assert_eq!(made.at("/summary"), directory());
        assert_eq!(made.at("/status"), "dry_run");
        assert_eq!(made.at("/file_name"), "direktori.xlsx");
        assert_eq!(made.at("/columns/1/field"), "name");
        assert_eq!(made.at("/waiting_rows"), 550);
        let path = made.header("location").to_owned();
        let refused = officer.get(format!("{path}/rows?outcome=refused&limit=200&count=true")).header("accept-language", "en").await.is_fine();
        assert_eq!(refused.at("/count"), 20);
        let problem = refused.at("/items/0/problems/0");
        assert!(problem["cell"].is_string() && problem["message"].as_str().unwrap().is_ascii(), "{problem}");
        let asked = officer.get(format!("{path}/rows?outcome=possible_duplicate&limit=1")).await.is_fine();
        assert!(asked.at("/items/0/possible_duplicate_of/0/row").is_u64());
        assert!(asked.header("link").contains("cursor="));
        let applied = officer.post(format!("{path}/apply"), json!({})).if_match(made.etag()).await.expect_status(202);
        assert_eq!(applied.at("/status"), "applying");
        let done = wait_for_applied(&officer, &path).await;
        assert_eq!((done.at("/applied_rows"), done.at("/waiting_rows")), (json!(550), json!(0)));
        assert_eq!(state(server.database()).await, TRUE_STATE);
        let csv = officer.get(format!("{path}/rows")).header("accept", "text/csv").await.is_fine();
        assert_eq!(csv.text().lines().count(), 1 + 595);
        assert!(csv.text().starts_with("row,outcome,name,institution_id"));
        // Decisions, and what is wrong with some.
        let row = asked.at("/items/0/row");
        let decisions = |decision: serde_json::Value| json!({ "decisions": [decision] });
        let wrong = officer.post(format!("{path}/apply"), decisions(json!({"row": row, "decision": "same_as"}))).await;
        assert_eq!(wrong.is_problem(422, "invalid_values").errors(), [("/decisions/0/institution_id".to_owned(), "required".to_owned())]);
        officer.post(format!("{path}/apply"), decisions(json!({"row": 5, "decision": "skip"}))).await.is_problem(409, "import_row_waits_for_none");
        officer.post(format!("{path}/apply"), decisions(json!({"row": row, "decision": "skip"}))).await.expect_status(202);
        wait_for_applied(&officer, &path).await;
        // The CSV as the body itself: nothing is new.
        let again = officer.ask(reqwest::Method::POST, "/v1/imports").body("text/csv", CSV).await.expect_status(201);
        assert_eq!(again.at("/summary/created"), 0);
        assert_eq!(again.at("/summary/unchanged"), 551);
        let path = again.header("location").to_owned();
        let discarded = officer.post(format!("{path}/discard"), json!({})).await.is_fine();
        assert_eq!(discarded.at("/status"), "discarded");
        officer.post(format!("{path}/apply"), json!({})).await.is_problem(409, "import_status_does_not_allow");
        let listed = officer.get("/v1/imports?count=true").await.is_fine();
        assert_eq!(listed.at("/count"), 2);
        assert_eq!(listed.at("/items/0/status"), "discarded", "the latest first");
    }

    async fn uploads_are_safe_to_repeat_and_refused_with_their_place(server: TestServer) {
        let officer = server.council_officer().await;
        let first = upload(&officer, "a.csv", CSV, &[]).idempotency_key("once").await.expect_status(201);
        let again = upload(&officer, "a.csv", CSV, &[]).idempotency_key("once").await.expect_status(201);
        assert_eq!(first.at("/id"), again.at("/id"), "another boundary is no other request");
        upload(&officer, "a.csv", XLSX, &[]).idempotency_key("once").await.is_problem(422, "idempotency_key_reused");
        let id = first.at("/id").as_str().unwrap().to_owned();
        upload(&officer, "a.csv", CSV, &[("id", &id)]).await.is_problem(409, "id_taken");
        let own = uuid::Uuid::now_v7().to_string();
        let first = upload(&officer, "a.csv", CSV, &[("id", &own)]).await.expect_status(201);
        let again = upload(&officer, "a.csv", CSV, &[("id", &own)]).await.expect_status(201);
        assert_eq!((again.text(), again.at("/id")), (first.text(), json!(own)));
        upload(&officer, "a.csv", XLSX, &[("id", &own)]).await.is_problem(409, "id_taken");
        let errors = |answer: crate::harness::Answer| answer.is_problem(422, "invalid_values").errors();
        let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
        assert_eq!(errors(upload(&officer, "a.csv", b"a,b\n1,2\n", &[]).await), one("/file", "import_header_not_found"));
        assert_eq!(errors(upload(&officer, "a.csv", CSV, &[("mapping", "{\"Z/1\":\"name\"}")]).await), one("/mapping/Z~11", "import_mapping_column_unknown"));
        assert_eq!(errors(upload(&officer, "a.csv", CSV, &[("mapping", "{\"A\":\"colour\"}")]).await), one("/mapping/A", "import_mapping_field_unknown"));
        assert_eq!(errors(upload(&officer, "a.csv", CSV, &[("as_of", "2999-01-01")]).await), one("/as_of", "date_in_future"));
        assert_eq!(errors(upload(&officer, "a.csv", CSV, &[("colour", "red")]).await), one("/colour", "unknown_field"));
        assert_eq!(errors(upload(&officer, "a.csv", CSV, &[("id", "7"), ("as_of", "soon")]).await).len(), 2);
        upload(&officer, "a.pdf", b"%PDF-1.7", &[]).await.is_problem(415, "import_format_not_supported");
        officer.post("/v1/imports", json!({})).await.is_problem(415, "media_type_unsupported");
        let huge = vec![b'x'; 40 << 20];
        let answer = upload(&officer, "a.csv", &huge, &[]).await;
        assert_eq!(answer.status(), 413);
        let wide = format!("Nama,Jenis,Kota{}", ",x".repeat(1_000_000));
        upload(&officer, "a.csv", wide.as_bytes(), &[]).await.is_problem(413, "import_too_many_columns");
        let count = officer.get("/v1/imports?count=true").await.at("/count");
        assert_eq!(count, 2, "a refusal leaves nothing");
    }

    async fn only_whoever_may_import_imports(server: TestServer) {
        let officer = server.council_officer().await;
        let made = upload(&officer, "a.csv", CSV, &[]).await.expect_status(201);
        let path = made.header("location").to_owned();
        let regional = server.regional_officer("35").await;
        upload(&regional, "a.csv", CSV, &[]).await.is_problem(403, "permission_missing");
        upload(&server.anonymous(), "a.csv", CSV, &[]).await.is_problem(401, "token_missing");
        let unit = server.unit_of(Operator::Muhammadiyah, "35").await;
        let steward = server.client_with(Role::DataSteward, RolePlace::Unit(unit)).await;
        for path in [path.clone(), format!("{path}/rows")] {
            steward.get(path).await.is_not_found();
        }
        steward.post(format!("{path}/apply"), json!({})).await.is_not_found();
        steward.post(format!("{path}/discard"), json!({})).await.is_not_found();
        assert_eq!(steward.get("/v1/imports?count=true").await.is_fine().at("/count"), 0);
        let own = upload(&steward, "a.csv", CSV, &[]).await.expect_status(201);
        assert!(own.at("/summary/created").as_u64().unwrap() > 20);
        assert!(own.at("/summary/refused").as_u64().unwrap() > 400);
        officer.get(own.header("location")).await.is_fine();
        assert_eq!(officer.get(path).await.is_fine().at("/status"), "dry_run");
    }

    async fn the_command_line_imports_too(database: TestDatabase) {
        let file = database.folder().join("direktori.csv");
        std::fs::write(&file, CSV).unwrap();
        let dry = database.run(&["import", "direktori.csv", "--dry-run", "--json"]).succeeded();
        let told: serde_json::Value = serde_json::from_str(&dry.stdout).unwrap();
        assert_eq!(told["summary"], directory());
        assert_eq!(told["status"], "dry_run");
        let done = database.run(&["import", "direktori.csv", "--as-of", "2026-06-30", "--outcomes", "hasil.csv"]).succeeded();
        assert!(done.stdout.ends_with("595 rows: 550 were created, 0 updated, 0 unchanged, 25 possible duplicates, 20 refused.\n"), "{}", done.stdout);
        assert!(done.stdout.contains("refused, Q"));
        assert_eq!(std::fs::read_to_string(database.folder().join("hasil.csv")).unwrap().lines().count(), 596);
        assert_eq!(state(&database).await, TRUE_STATE);
        let again = database.run(&["import", "direktori.csv", "--json"]).succeeded();
        let told: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
        assert_eq!((&told["summary"]["unchanged"], &told["status"]), (&json!(550), &json!("applied")));
        assert_eq!(state(&database).await, TRUE_STATE);
        database.run(&["import", "direktori.csv", "--map", "B=colour"]).failed_with(2);
        let wrong = database.run(&["import", "direktori.csv", "--map", "ZZ=name"]).failed_with(1);
        assert!(wrong.stderr.contains("--map ZZ"), "{}", wrong.stderr);
        database.run(&["import", "nowhere.csv"]).failed_with(1);
    }

    async fn the_worker_applies_what_is_queued(database: TestDatabase) {
        let store = database.store().await;
        let worker = tokio::spawn({
            let store = store.clone();
            async move { store.run_jobs(Uuid::now_v7(), std::time::Duration::from_millis(100), &Carrier::Nobody).await }
        });
        let dry_run = evaluate(&store, &council(), CSV).await;
        begin(&store, &council(), &dry_run, &BTreeMap::new()).await.unwrap();
        let sight = ImportSight::of(&council());
        let patience = std::time::Instant::now();
        while store.import(dry_run.import.id, &sight).await.unwrap().unwrap().status != ImportStatus::Applied {
            assert!(patience.elapsed().as_secs() < 60);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        worker.abort();
        assert_eq!(state(&database).await, TRUE_STATE);
    }
}
