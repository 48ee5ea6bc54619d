//! The master key is changed while everything that was sealed, hashed and handed out stays good.

use std::os::unix::fs::PermissionsExt;

use aumsos_domain::access::{Role, RolePlace};
use data_encoding::BASE64;
use serde_json::json;

use crate::{
    beneficiaries::{Care, NIK, at},
    harness::{Ran, TestDatabase, TestServer, run_in},
};

/// The key of every test, and the one after it.
fn key(byte: u8) -> String {
    BASE64.encode(&[byte; 32])
}

fn run(database: &TestDatabase, newest: &str, previous: Option<&str>, arguments: &[&str]) -> Ran {
    let mut variables = database.variables();
    variables.retain(|(name, _)| *name != "AUMSOS_SECRETS__MASTER_KEY");
    variables.push(("AUMSOS_SECRETS__MASTER_KEY", newest.to_owned()));
    if let Some(previous) = previous {
        variables.push(("AUMSOS_SECRETS__PREVIOUS_MASTER_KEYS", previous.to_owned()));
    }
    run_in(database.folder(), &variables, arguments)
}

on_both! {
    async fn everything_goes_on_under_a_new_master_key(care: Care) {
        let id = care.recorded(care.girl()).await;
        let (operator, worker) = (care.operator.token().to_owned(), care.worker.token().to_owned());
        let home = care.home;
        let database = care.register.server.stop().await;
        let (old, new) = (key(7), key(8));

        // Without the old key nothing starts that could not read what is there.
        let refused = run(&database, &new, None, &["keys", "status"]);
        assert!(!refused.stdout.contains("0 keys lie"), "{}", refused.stdout);

        let before = run(&database, &new, Some(&old), &["keys", "status"]).succeeded();
        assert!(!before.stdout.contains("; 0 keys lie under older ones"), "{}", before.stdout);
        // The service runs under both while it is done.
        let both = [("AUMSOS_SECRETS__MASTER_KEY", new.as_str()), ("AUMSOS_SECRETS__PREVIOUS_MASTER_KEYS", old.as_str())];
        let server = TestServer::start(database, &both).await;
        let operator_then = server.anonymous().with_token(&operator);
        assert_eq!(operator_then.get(at(id)).await.expect_status(200).at("/nik"), NIK);
        let rotated = run(server.database(), &new, Some(&old), &["keys", "rotate"]).succeeded();
        assert!(rotated.stdout.contains(", 0 left under older ones."), "{}", rotated.stdout);
        let again = run(server.database(), &new, Some(&old), &["keys", "rotate"]).succeeded();
        assert!(again.stdout.starts_with("0 sealed anew"), "{}", again.stdout);
        let database = server.stop().await;

        // The old key is gone.
        let server = TestServer::start(database, &[("AUMSOS_SECRETS__MASTER_KEY", new.as_str())]).await;
        let operator = server.anonymous().with_token(&operator);
        let shown = operator.get(at(id)).await.expect_status(200);
        assert_eq!((shown.at("/nik"), shown.at("/name")), (json!(NIK), json!("Siti Aminah Rahmawati")));
        // Hashes are what they were: of a NIK, of a client's secret, of a cursor.
        let worker = server.anonymous().with_token(&worker);
        let hits = worker.post("/v1/beneficiaries/lookup", json!({ "nik": NIK })).await.expect_status(200);
        assert_eq!(hits.at("/items/0/id"), json!(id));
        let twin = json!({ "institution_id": home, "name": "Siti", "sex": "female", "nik": NIK, "care_place": "inside" });
        assert_eq!(operator.post("/v1/beneficiaries", twin).await.status() / 100, 4);
        server.client_with(Role::Auditor, RolePlace::Institution(home)).await.get("/v1/me").await.expect_status(200);
        let verified = run(server.database(), &new, None, &["audit", "verify"]).succeeded();
        assert!(!verified.stdout.is_empty());
        // And under the old key alone nothing opens any more.
        let database = server.stop().await;
        let refused = run(&database, &old, None, &["keys", "status"]);
        assert_ne!(refused.code, Some(0), "{}", refused.stdout);
    }

    async fn a_key_management_service_is_asked_for_the_master_key(database: TestDatabase) {
        let script = database.folder().join("ask-for-the-key");
        std::fs::write(&script, format!("#!/bin/sh\n[ \"$1\" = decrypt ] && echo {}\n", key(7))).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
        let ask = async |command: String| {
            let mut variables = database.variables();
            variables.retain(|(name, _)| *name != "AUMSOS_SECRETS__MASTER_KEY");
            variables.push(("AUMSOS_SECRETS__MASTER_KEY_COMMAND", command));
            run_in(database.folder(), &variables, &["keys", "status"])
        };
        let script = script.display().to_string();
        ask(format!("{script} decrypt")).await.succeeded();
        for wrong in [format!("{script} encrypt"), "/no/such/program".to_owned(), "echo AAAA".to_owned(), " ".to_owned()] {
            let refused = ask(wrong.clone()).await.failed_with(2);
            assert!(refused.stderr.contains("master_key_command"), "{wrong}: {}", refused.stderr);
            assert!(!refused.stderr.contains(&key(7)));
        }
        // Two sources are one too many.
        let mut variables = database.variables();
        variables.push(("AUMSOS_SECRETS__MASTER_KEY_COMMAND", format!("{script} decrypt")));
        let refused = run_in(database.folder(), &variables, &["keys", "status"]).failed_with(2);
        assert!(refused.stderr.contains("given twice"), "{}", refused.stderr);
    }
}
