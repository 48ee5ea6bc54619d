//! `aumsos import`.

use serde_json::json;

use super::{CSV, TRUE_STATE, XLSX, directory, state};
use crate::harness::{System, TestDatabase, run_in};

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
        let outcomes = std::fs::read_to_string(database.folder().join("hasil.csv")).unwrap();
        assert_eq!(outcomes.lines().count(), 596);
        // What was written is told as written, and nothing else is.
        let told = |line: &&str| (line.contains(",created,"), line.contains(",true,"));
        assert_eq!(outcomes.lines().filter(|line| told(line) == (true, true)).count(), 550);
        assert_eq!(outcomes.lines().filter(|line| told(line) == (false, false)).count(), 46);
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
}
