//! `aumsos audit verify` finds every edited, removed or reordered row, and says where.

use std::{fs, path::PathBuf};

use aumsos_persistence::{Author, Store, Work};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{OnDatabase, System, TestDatabase};

/// A sealed ledger of twelve rows, whose guards somebody with the database in their hands has taken away.
struct Unguarded {
    database: TestDatabase,
    store: Store,
}

impl OnDatabase for Unguarded {
    async fn on(system: System) -> Self {
        let database = TestDatabase::migrated(system);
        let store = database.store().await;
        people(&store, 10).await;
        let guards: &[&str] = match system {
            System::Sqlite => &[
                "DROP TRIGGER change_is_not_updated",
                "DROP TRIGGER change_is_not_deleted",
                "DROP TRIGGER change_seal_is_not_updated",
                "DROP TRIGGER change_seal_is_not_deleted",
            ],
            System::Postgres => &[
                "DROP TRIGGER change_is_append_only ON change",
                "DROP TRIGGER change_seal_is_append_only ON change_seal",
            ],
        };
        for guard in guards {
            database.tamper(guard).await;
        }
        Self { database, store }
    }
}

/// So many rows more, sealed.
async fn people(store: &Store, count: usize) {
    for _ in 0..count {
        let id = Uuid::now_v7();
        let author = Author::system();
        let made = store.write(&author, async |work: &mut Work| {
            work.create_person(id, &format!("{id}@contoh.or.id"), "Siti", &[]).await
        });
        made.await.unwrap();
    }
    store.seal_all(Uuid::now_v7()).await.unwrap();
}

impl Unguarded {
    /// The faults that are found now.
    fn faults(&self) -> Value {
        let ran = self.database.run(&["audit", "verify", "--json"]).failed_with(1);
        serde_json::from_str::<Value>(&ran.stdout).unwrap()["faults"].clone()
    }
}

on_both! {
    async fn a_whole_ledger_is_called_whole(ledger: Unguarded) {
        let ran = ledger.database.run(&["audit", "verify"]).succeeded();
        assert!(ran.stdout.starts_with("12 rows walked, to position 12 "), "{}", ran.stdout);
    }

    async fn an_edited_row_is_found(ledger: Unguarded) {
        ledger.database.tamper("UPDATE change SET action = 'nothing' WHERE id = 5").await;
        assert_eq!(ledger.faults(), json!([{"fault": "edited", "position": 5, "change_id": 5}]));
        let said = ledger.database.run(&["audit", "verify"]).failed_with(1).stdout;
        assert!(said.contains("FAULT at position 5: row 5"), "{said}");
    }

    async fn every_column_of_a_row_is_under_the_seal(ledger: Unguarded) {
        let connection = ledger.database.connection().await;
        for column in [
            "record_kind = 'x'", "record_id = actor_id", "version = 9", "action = 'x'", "actor_kind = 'x'",
            "at = 1", "request_id = 'x'", "public_before = NOT public_before", "public_after = NOT public_after",
            "before = 'x'", "after = 'x'", "institution_id = record_id", "unit_before = record_id",
            "unit_after = record_id", "actor_id = record_id",
        ] {
            // A row that has no actor cannot give its id; any other id will do.
            let column = column.replace("record_id = actor_id", "record_id = (SELECT record_id FROM change WHERE id = 1)");
            let kept = "CREATE TABLE kept AS SELECT * FROM change WHERE id = 7";
            sea_orm::ConnectionTrait::execute_unprepared(&connection, kept).await.unwrap();
            for sql in [
                format!("UPDATE change SET {column} WHERE id = 7"),
            ] {
                sea_orm::ConnectionTrait::execute_unprepared(&connection, &sql).await.unwrap();
            }
            assert_eq!(ledger.faults(), json!([{"fault": "edited", "position": 7, "change_id": 7}]), "{column}");
            for sql in ["DELETE FROM change WHERE id = 7", "INSERT INTO change SELECT * FROM kept", "DROP TABLE kept"] {
                sea_orm::ConnectionTrait::execute_unprepared(&connection, sql).await.unwrap();
            }
        }
        ledger.database.run(&["audit", "verify"]).succeeded();
        connection.close().await.unwrap();
    }

    async fn an_edited_seal_is_found(ledger: Unguarded) {
        let hash = "0".repeat(64);
        ledger.database.tamper(&format!("UPDATE change_seal SET hash = '{hash}' WHERE position = 5")).await;
        // The row behind it was chained to the hash that is gone.
        assert_eq!(ledger.faults(), json!([
            {"fault": "edited", "position": 5, "change_id": 5}, {"fault": "edited", "position": 6, "change_id": 6},
        ]));
    }

    async fn a_removed_row_is_found(ledger: Unguarded) {
        ledger.database.tamper("DELETE FROM change WHERE id = 5").await;
        assert_eq!(ledger.faults(), json!([{"fault": "row_missing", "position": 5, "change_id": 5}]));
    }

    async fn a_row_removed_with_its_seal_is_found(ledger: Unguarded) {
        ledger.database.tamper("DELETE FROM change WHERE id = 5").await;
        ledger.database.tamper("DELETE FROM change_seal WHERE position = 5").await;
        assert_eq!(ledger.faults(), json!([{"fault": "position_missing", "position": 5}]));
    }

    async fn reordered_rows_are_found(ledger: Unguarded) {
        for (from, to) in [(5, -1), (8, 5), (-1, 8)] {
            let swap = format!("UPDATE change_seal SET change_id = {to} WHERE change_id = {from}");
            ledger.database.tamper(&swap).await;
        }
        assert_eq!(ledger.faults(), json!([
            {"fault": "edited", "position": 5, "change_id": 8}, {"fault": "edited", "position": 8, "change_id": 5},
        ]));
    }

    async fn a_row_put_in_by_hand_is_found(ledger: Unguarded) {
        ledger.database.tamper(
            "INSERT INTO change (id, record_kind, record_id, version, action, actor_kind, at, public_before, public_after) \
             SELECT 99, record_kind, record_id, 2, action, actor_kind, at, public_before, public_after \
             FROM change WHERE id = 12",
        ).await;
        assert_eq!(ledger.faults(), json!([{"fault": "never_sealed", "change_id": 99}]));
    }

    async fn a_tail_that_was_cut_is_found_by_a_checkpoint_alone(ledger: Unguarded) {
        let file = checkpoint(&ledger).await;
        let file = file.to_str().unwrap();
        let whole = ledger.database.run(&["audit", "verify", "--checkpoints", file]).succeeded();
        assert!(whole.stdout.contains("1 signed checkpoints agree"), "{}", whole.stdout);

        ledger.database.tamper("DELETE FROM change_seal WHERE position > 10").await;
        ledger.database.tamper("DELETE FROM change WHERE id > 10").await;
        ledger.database.run(&["audit", "verify"]).succeeded();
        let cut = ledger.database.run(&["audit", "verify", "--json", "--checkpoints", file]).failed_with(1);
        let cut: Value = serde_json::from_str(&cut.stdout).unwrap();
        assert_eq!(cut["faults"], json!([{"fault": "checkpoint_broken", "position": 12}]));
    }

    async fn a_forged_checkpoint_is_found(ledger: Unguarded) {
        let file = checkpoint(&ledger).await;
        let line = fs::read_to_string(&file).unwrap().replace("\"position\":12", "\"position\":11");
        fs::write(&file, format!("\n{line}")).unwrap();
        let ran = ledger.database.run(&["audit", "verify", "--json", "--checkpoints", file.to_str().unwrap()]);
        let verdict: Value = serde_json::from_str(&ran.failed_with(1).stdout).unwrap();
        assert_eq!(verdict["faults"], json!([{"fault": "checkpoint_forged", "line": 2}]));
    }
}

/// A file with one checkpoint of the chain's end.
async fn checkpoint(ledger: &Unguarded) -> PathBuf {
    let checkpoint = ledger.store.checkpoint().await.unwrap().unwrap();
    let file = ledger.database.folder().join("checkpoints");
    fs::write(&file, serde_json::to_string(&checkpoint).unwrap()).unwrap();
    file
}

/// Guards that are left alone refuse even the owner of the tables.
struct Guarded(TestDatabase);

impl OnDatabase for Guarded {
    async fn on(system: System) -> Self {
        Self(TestDatabase::migrated(system))
    }
}

on_both! {
    async fn the_ledger_refuses_to_be_changed(guarded: Guarded) {
        let store = guarded.0.store().await;
        people(&store, 1).await;
        let connection = guarded.0.connection().await;
        for forbidden in [
            "UPDATE change SET action = 'x'", "DELETE FROM change",
            "UPDATE change_seal SET hash = 'x'", "DELETE FROM change_seal",
        ] {
            let refused = sea_orm::ConnectionTrait::execute_unprepared(&connection, forbidden).await.unwrap_err();
            assert!(refused.to_string().contains("the ledger is append-only"), "{forbidden}: {refused}");
        }
        connection.close().await.unwrap();
    }
}
