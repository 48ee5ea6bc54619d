//! A copy that is made while the database is written to is one consistent state.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use aumsos_persistence::{Author, Store, Work};
use uuid::Uuid;

use crate::harness::{System, TestDatabase, run_in};

/// Writes until it is told to stop; counts what was acknowledged.
async fn write_on(store: Store, stop: Arc<AtomicBool>, written: Arc<AtomicU64>) {
    while !stop.load(Ordering::Relaxed) {
        let id = Uuid::now_v7();
        let author = Author::system();
        let made = store.write(&author, async |work: &mut Work| {
            work.create_person(id, &format!("{id}@contoh.or.id"), "Siti", &[]).await
        });
        made.await.unwrap();
        written.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_while_writing_holds_everything_written_before() {
    let database = TestDatabase::migrated(System::Sqlite);
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let (store, runtime) = (database.store().await, tokio::runtime::Handle::current());
    let shared = (Arc::clone(&stop), Arc::clone(&written));
    let writer = thread::spawn(move || runtime.block_on(write_on(store, shared.0, shared.1)));
    while written.load(Ordering::Relaxed) < 20 {
        tokio::task::yield_now().await;
    }
    let before = written.load(Ordering::Relaxed);
    let ran = tokio::task::block_in_place(|| database.run(&["backup", "copy.db"])).succeeded();
    let after = written.load(Ordering::Relaxed);
    stop.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    assert!(ran.stdout.contains("checked"), "{}", ran.stdout);

    let copy = database.folder().join("copy.db");
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    // The copy is a database like any other.
    let variables: Vec<_> = database
        .variables()
        .into_iter()
        .map(|(name, value)| match name {
            "AUMSOS_DATABASE_URL" => (name, format!("sqlite://{}", copy.display())),
            _ => (name, value),
        })
        .collect();
    let listed = run_in(database.folder(), &variables, &["user", "list"]).succeeded().stdout;
    let people = listed.lines().filter(|line| line.contains("Siti")).count() as u64;
    // One write may have been committed and not counted yet.
    assert!((before..=after + 1).contains(&people), "{before} <= {people} <= {after}");
    run_in(database.folder(), &variables, &["audit", "verify"]).succeeded();
}

#[tokio::test]
async fn no_file_is_overwritten() {
    let database = TestDatabase::migrated(System::Sqlite);
    fs::write(database.folder().join("copy.db"), "mine").unwrap();
    let ran = database.run(&["backup", "copy.db"]).failed_with(1);
    assert!(ran.stderr.contains("copy.db stands already"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(database.folder().join("copy.db")).unwrap(), "mine");
}

#[tokio::test]
async fn a_copy_that_fails_leaves_nothing_behind() {
    let database = TestDatabase::migrated(System::Sqlite);
    database.run(&["backup", "missing/copy.db"]).failed_with(1);
    database.tamper("DROP TABLE change_seal").await;
    database.run(&["backup", "copy.db"]).failed_with(1);
    let left: Vec<_> = fs::read_dir(database.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["data"]);
}

#[tokio::test]
async fn for_postgres_the_tool_is_named() {
    let database = TestDatabase::migrated(System::Postgres);
    let ran = database.run(&["backup", "copy"]).failed_with(1);
    assert!(ran.stderr.contains("pg_dump") && ran.stderr.contains("pg_basebackup"), "{}", ran.stderr);
}
