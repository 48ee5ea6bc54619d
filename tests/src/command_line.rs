//! What a person types, and what a script relies on: output, exit codes, and that nothing half happens.

use std::fs;

use crate::harness::{BinaryServer, System, TestDatabase, run_in};

#[test]
fn every_problem_of_the_configuration_is_named_and_nothing_starts() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("aumsos.toml"), "[http]\nworkers = 5000\nlisten_on = 1").unwrap();
    let variables = [("AUMSOS_HTTP__LISTEN", "nowhere".to_owned())];
    for command in ["serve", "config"] {
        let ran = run_in(folder.path(), &variables, &[command]).failed_with(2);
        for named in ["http.workers", "http.listen_on", "did you mean http.listen?", "AUMSOS_HTTP__LISTEN"] {
            assert!(ran.stderr.contains(named), "{named}: {}", ran.stderr);
        }
        assert_eq!(ran.stdout, "");
    }
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["aumsos.toml"], "no folder and no database were made");
}

#[test]
fn wrong_arguments_end_with_2() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &[], &["serv"]).failed_with(2);
    run_in(folder.path(), &[], &["migrate", "down", "--steps", "0"]).failed_with(2);
    run_in(folder.path(), &[], &["client", "create", "--id", "x", "--name", "x", "--role", "king@PP"]).failed_with(2);
}

#[test]
fn config_shows_where_each_value_came_from_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("AUMSOS_DATABASE_URL", "postgres://aumsos:sesame@db/aumsos".to_owned()),
        ("AUMSOS_SECRETS__MASTER_KEY", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".to_owned()),
    ];
    let shown = run_in(folder.path(), &variables, &["config", "--data-dir", "/srv/aumsos"]).succeeded().stdout;
    let line = |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap();
    assert!(line("data_dir").contains("\"/srv/aumsos\"") && line("data_dir").ends_with("# --data-dir"));
    assert!(line("database_url").ends_with("# AUMSOS_DATABASE_URL"));
    assert!(line("http.listen").ends_with("# default"));
    assert!(!shown.contains("sesame") && !shown.contains("BwcH"), "{shown}");
}

#[test]
fn commands_on_a_database_that_is_not_there_make_none() {
    let folder = tempfile::tempdir().unwrap();
    for command in [&["migrate", "status"][..], &["audit", "verify"], &["client", "list"], &["backup", "copy.db"]] {
        let ran = run_in(folder.path(), &[], command).failed_with(1);
        assert!(ran.stderr.contains("there is no database at data/aumsos.db"), "{}", ran.stderr);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_database_whose_key_was_lost_is_not_given_another() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &[], &["migrate", "up"]).succeeded();
    fs::remove_file(folder.path().join("data/master.key")).unwrap();
    let ran = run_in(folder.path(), &[], &["migrate", "up"]).failed_with(1);
    assert!(ran.stderr.contains("master.key is missing"), "{}", ran.stderr);
    assert!(!folder.path().join("data/master.key").exists());
}

#[tokio::test]
async fn serve_on_postgres_stops_when_the_schema_is_behind() {
    let database = TestDatabase::empty(System::Postgres);
    let ran = database.run(&["serve"]).failed_with(1);
    assert!(ran.stderr.contains("aumsos migrate up"), "{}", ran.stderr);
    drop(BinaryServer::spawn(&database, &["--migrate"]));
    drop(BinaryServer::spawn(&database, &[]));
}

#[tokio::test]
async fn a_password_is_in_no_message() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("AUMSOS_DATABASE_URL", "postgres://aumsos:sesame@127.0.0.1:1/aumsos".to_owned()),
        ("AUMSOS_SECRETS__MASTER_KEY", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".to_owned()),
    ];
    let ran = run_in(folder.path(), &variables, &["serve"]).failed_with(1);
    assert!(ran.stderr.contains("the database cannot be reached"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("sesame"), "{}", ran.stderr);
}

#[tokio::test]
async fn serve_stops_in_order_when_it_is_asked_to() {
    let database = TestDatabase::empty(System::Sqlite);
    let mut server = BinaryServer::spawn(&database, &[]);
    server.ask_to_stop();
    let (code, took) = server.wait();
    assert_eq!(code, Some(0));
    assert!(took.as_secs() < 5, "with nothing in flight there is nothing to wait for: {took:?}");
    assert!(!database.file().with_extension("db-wal").exists(), "the write-ahead log is folded into the file");
    // Everything that was committed has its position.
    let verdict = database.run(&["audit", "verify", "--json"]).succeeded();
    let verdict: serde_json::Value = serde_json::from_str(&verdict.stdout).unwrap();
    assert_eq!((&verdict["waiting"], &verdict["rows"]), (&0.into(), &2.into()));
}
