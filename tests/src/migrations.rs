//! The schema goes up, down and up again, with several processes at once; the server's role cannot touch the ledger.

use std::thread;

use aumsos_domain::{access::Actor, institutions::statistics::Measure, organization_units::OrganizationUnit};
use aumsos_persistence::{
    StoreError, StoreSettings,
    institutions::{InstitutionSight, StatisticsQuery},
};
use sea_orm::{ConnectionTrait, Database};

use crate::harness::{System, TestDatabase, run_in};

/// A database that no step was taken on.
struct Empty(TestDatabase);

impl crate::harness::OnDatabase for Empty {
    async fn on(system: System) -> Self {
        Self(TestDatabase::empty(system))
    }
}

/// The steps with whether they were taken.
fn status(database: &TestDatabase) -> Vec<bool> {
    let shown = database.run(&["migrate", "status"]).succeeded().stdout;
    shown.lines().map(|line| line.starts_with("taken")).collect()
}

on_both! {
    async fn the_schema_goes_up_down_and_up(empty: Empty) {
        let database = empty.0;
        database.run(&["migrate", "up"]).succeeded();
        let steps = status(&database).len();
        assert!(steps >= 6 && status(&database).iter().all(|&is_taken| is_taken));

        database.run(&["migrate", "down"]).succeeded();
        assert_eq!(status(&database).iter().filter(|&&is_taken| is_taken).count(), steps - 1);
        assert!(!status(&database)[steps - 1], "the last step is the one that was taken back");

        database.run(&["migrate", "down", "--steps", &steps.to_string()]).succeeded();
        assert!(status(&database).iter().all(|&is_taken| !is_taken));

        database.run(&["migrate", "up"]).succeeded();
        let store = database.store().await;
        store.plant_roots().await.unwrap();
        assert_eq!(store.history(aumsos_domain::RecordKind::OrganizationUnit,
            aumsos_domain::organization_units::OrganizationUnit::MUHAMMADIYAH, 0, 10).await.unwrap().len(), 1);
        let again = database.run(&["migrate", "up"]).succeeded().stdout;
        assert!(again.contains("nothing was to be done"), "{again}");
    }

    async fn what_is_told_from_records_is_found_anew_after_a_step(database: TestDatabase) {
        let sheet = |capacity: &str| {
            let rows = [("Nurul Huda", "081234500001", "40"), ("Al Hikmah", "081234500002", capacity)].map(|(name, phone, places)| {
                format!("LKSA {name},LKSA,Muhammadiyah,Kab. Sleman,DIY,{phone},{places}\n")
            });
            std::fs::write(
                database.folder().join("lembaga.csv"),
                "Nama Lembaga,Jenis,Pengelola,Kabupaten/Kota,Provinsi,No. Telp,Kapasitas\n".to_owned() + &rows.concat(),
            )
            .unwrap();
            let done = database.run(&["import", "lembaga.csv", "--json"]).succeeded();
            let told: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
            ["created", "updated", "unchanged"].map(|outcome| told["summary"][outcome].as_u64().unwrap())
        };
        let figures = async || {
            let sight = InstitutionSight::of(&Actor::system(&OrganizationUnit::ROOTS));
            let store = database.store().await;
            let places = StatisticsQuery { measures: vec![Measure::Capacity], ..StatisticsQuery::default() };
            let all = store.institution_statistics(&places, &sight).await.unwrap();
            store.close().await.unwrap();
            (all[0].count, all[0].capacity)
        };
        assert_eq!(sheet("25"), [2, 0, 0]);
        assert_eq!(figures().await, (2, 65));
        database.run(&["migrate", "down", "--steps", "7"]).succeeded();
        database.run(&["migrate", "up"]).succeeded();
        assert_eq!(figures().await, (2, 65));
        assert_eq!(sheet("30"), [0, 1, 1], "by its name and phone");
        assert_eq!(figures().await, (2, 70));
    }

    async fn several_processes_may_migrate_at_once(empty: Empty) {
        let database = empty.0;
        let (folder, variables) = (database.folder(), database.variables());
        thread::scope(|scope| {
            let each = || scope.spawn(|| run_in(folder, &variables, &["migrate", "up"]));
            for process in [each(), each(), each(), each()] {
                process.join().unwrap().succeeded();
            }
        });
        assert!(status(&database).iter().all(|&is_taken| is_taken));
    }
}

#[tokio::test]
async fn the_role_of_the_server_appends_to_the_ledger_and_cannot_change_it() {
    let database = TestDatabase::migrated(System::Postgres);
    let role = format!("server_of_{}", uuid::Uuid::now_v7().simple());
    database.tamper(&format!("CREATE ROLE {role} LOGIN PASSWORD 'sesame'")).await;
    database.run(&["migrate", "up", "--server-role", &role]).succeeded();
    // A second time changes nothing.
    database.run(&["migrate", "up", "--server-role", &role]).succeeded();

    let (_, rest) = database.url().split_once("://").unwrap();
    let (_, host) = rest.split_once('@').unwrap();
    let url = format!("postgres://{role}:sesame@{host}");
    let vault = aumsos_persistence::Vault::new(&[7; 32]).unwrap();
    let settings = StoreSettings::new(&url, 2);
    let store = aumsos_persistence::Store::open(&settings, vault).await.unwrap();
    assert!(store.migration_status().await.unwrap().iter().all(|(_, is_taken)| *is_taken));
    let made = store
        .write(&aumsos_persistence::Author::system(), async |work: &mut aumsos_persistence::Work| {
            work.create_person(uuid::Uuid::now_v7(), "siti@contoh.or.id", "Siti", &[]).await
        })
        .await;
    made.unwrap();
    // Two central units and a person.
    assert_eq!(store.seal_all(uuid::Uuid::now_v7()).await.unwrap(), 3);
    assert!(matches!(store.migrate_down(1).await, Err(StoreError::Database(_))));
    store.close().await.unwrap();

    let connection = Database::connect(&url).await.unwrap();
    for forbidden in [
        "UPDATE change SET action = 'x'",
        "DELETE FROM change",
        "TRUNCATE change",
        "UPDATE change_seal SET hash = 'x'",
        "DELETE FROM change_seal",
        "ALTER TABLE change DISABLE TRIGGER ALL",
        "DROP TABLE change",
        "DELETE FROM seaql_migrations",
        "CREATE TABLE own (id integer)",
    ] {
        let refused = connection.execute_unprepared(forbidden).await.unwrap_err().to_string();
        assert!(refused.contains("permission denied") || refused.contains("must be owner"), "{forbidden}: {refused}");
    }
    connection.close().await.unwrap();
    database.tamper(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

#[tokio::test]
async fn a_role_that_no_grant_binds_is_refused() {
    let database = TestDatabase::migrated(System::Postgres);
    for (role, why) in [
        ("postgres", "is a superuser"),
        ("nobody-here", "there is no role"),
        ("\"; DROP TABLE change; --", "there is no role"),
    ] {
        let ran = database.run(&["migrate", "up", "--server-role", role]).failed_with(1);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
    let embedded = TestDatabase::migrated(System::Sqlite);
    embedded.run(&["migrate", "up", "--server-role", "server"]).failed_with(1);
}
