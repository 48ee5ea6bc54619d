//! Nothing personal in URLs, logs, errors or metrics, nor to be read in the database.

use std::fs;

use aumsos_domain::access::{Role, RolePlace};
use aumsos_http::operations;
use aumsos_persistence::{Author, Work};
use serde_json::json;

use super::{CARD, Care, NIK, at};
use crate::harness::{BinaryServer, OnDatabase, System};

/// What tells of the girl, her guardian, her health, and the emergency.
const PERSONAL: [&str; 9] =
    ["Aminah", "aminah", NIK, CARD, "Kenanga", "Halimah", "+6281234567890", "penisilin", "sesak napas"];

#[test]
fn no_parameter_of_a_url_tells_of_a_person() {
    let own = operations::all().iter().filter(|operation| operation.path().starts_with("/v1/beneficiaries"));
    for operation in own {
        let in_path = operation.path().split('/').filter(|part| part.starts_with('{'));
        for parameter in in_path {
            assert!(parameter.ends_with("_id}"), "{operation:?}");
        }
    }
}

/// Everything is done once, rightly and wrongly, with the log at its most talkative.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_personal_leaves_no_trace() {
    for system in [System::Sqlite, System::Postgres] {
        let care = Care::on(system).await;
        let log = care.register.server.database().folder().join("log");
        let server =
            BinaryServer::spawn_logging(care.register.server.database(), &[], "trace", fs::File::create(&log).unwrap());
        let [operator, stranger, supervisor, steward] =
            [&care.operator, &care.stranger, &care.supervisor, &care.steward].map(|actor| server.as_seen_by(actor));
        let author = Author::system();
        let person = care.register.server.store().write(&author, async |work: &mut Work| {
            let roles = [aumsos_domain::access::RoleAssignment {
                role: Role::CaseSupervisor,
                place: RolePlace::Unit(care.register.unit),
            }];
            work.create_person(uuid::Uuid::now_v7(), "supervisor@contoh.or.id", "Supervisor", &roles).await
        });
        person.await.unwrap();
        let id = super::id_of(
            &operator.post("/v1/beneficiaries", care.girl()).idempotency_key("a").await.expect_status(201),
        );
        operator.post("/v1/beneficiaries/search", json!({ "q": "aminah" })).await.expect_status(200);
        let note = json!({ "noted_on": "2026-06-01", "text": "Alergi penisilin." });
        operator.post(format!("{}/health-notes", at(id)), note).await.expect_status(201);
        stranger.post("/v1/beneficiaries/lookup", json!({ "nik": NIK })).await.expect_status(200);
        let reason = "Anak dibawa ke IGD dengan sesak napas.";
        stranger
            .post("/v1/emergency-accesses", json!({ "beneficiary_id": id, "reason": reason }))
            .await
            .expect_status(201);
        supervisor.post(format!("{}/export", at(id)), json!({})).await.expect_status(200);
        supervisor.get(format!("{}/history", at(id))).await.expect_status(200);
        let mut problems = Vec::new();
        for wrong in [
            care.girl(),
            care.girl_with(json!({ "sex": "male" })),
            care.girl_with(json!({ "nik": format!("{NIK}9") })),
            care.girl_with(json!({ "nik": 3_578_014_505_120_001_u64 })),
            care.girl_with(json!({ "Aminah": NIK })),
            json!([NIK]),
        ] {
            problems.push(operator.post("/v1/beneficiaries", wrong).await);
        }
        problems.push(operator.post("/v1/beneficiaries/lookup", json!({ "nik": NIK, "name": "Aminah" })).await);
        problems.push(
            operator
                .ask("POST".parse().unwrap(), "/v1/beneficiaries")
                .body("application/json", format!("{{\"nik\": {NIK}"))
                .await,
        );
        for problem in &problems {
            assert!((400..500).contains(&problem.status()), "{}", problem.text());
            // The name of a field that does not exist is told, as its place; its value is not.
            for personal in PERSONAL.into_iter().filter(|personal| *personal != "Aminah") {
                assert!(!problem.text().contains(personal), "{}", problem.text());
            }
        }
        let administrator =
            care.register.server.client_with(Role::SystemAdministrator, RolePlace::Unit(care.register.unit)).await;
        let metrics = server.as_seen_by(&administrator).get("/metrics").await.is_fine().text();
        steward
            .post(format!("{}/erase", at(id)), json!({ "reason": "requested" }))
            .if_match("*")
            .await
            .expect_status(204);
        drop(server);
        let log = fs::read_to_string(&log).unwrap();
        assert!(log.contains("create_beneficiary"), "the log says what was called: {log}");
        for personal in PERSONAL {
            assert!(!log.contains(personal), "{personal} is in the log");
            assert!(!metrics.contains(personal), "{personal} is in the metrics");
        }
    }
}

/// Whoever has the file, and not the key, reads nothing of anybody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_of_the_database_tells_of_nobody() {
    let care = Care::on(System::Sqlite).await;
    let id = care.recorded(care.girl()).await;
    let note = json!({ "noted_on": "2026-06-01", "text": "Alergi penisilin." });
    care.operator.post(format!("{}/health-notes", at(id)), note).await.expect_status(201);
    let consent = json!({ "purpose": "care", "given_by": "guardian", "relation": "mother", "given_on": "2026-01-02", "evidence": "Surat Halimah." });
    care.operator.post(format!("{}/consents", at(id)), consent).await.expect_status(201);
    let reason = "Anak dibawa ke IGD dengan sesak napas.";
    let emergency = json!({ "beneficiary_id": id, "reason": reason });
    care.stranger.post("/v1/emergency-accesses", emergency).await.expect_status(201);
    let database = care.register.server.stop().await;
    let bytes = fs::read(database.file()).unwrap();
    for personal in PERSONAL {
        let found = bytes.windows(personal.len()).any(|window| window == personal.as_bytes());
        assert!(!found, "{personal} can be read in the file");
    }
}
