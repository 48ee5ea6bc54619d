//! Erased stays erased: the key is gone, and with it every copy; what counts stays, and the chain stays whole.

use aumsos_domain::{
    access::{Actor, ActorId, Permission, Role, RoleAssignment, RolePlace},
    organization_units::OrganizationUnit,
};
use aumsos_persistence::{Store, StoreSettings, Vault, beneficiaries::BeneficiaryFound};
use sea_orm::{ConnectionTrait, Database};
use serde_json::json;

use super::{Care, NIK, at, id_of, said};
use crate::harness::{OnDatabase, System};

on_both! {
    async fn what_was_answered_and_said_of_a_person_goes_with_them(care: Care) {
        let record = || care.operator.post("/v1/beneficiaries", care.girl()).idempotency_key("catat-1");
        let id = id_of(&record().await.expect_status(201));
        let reads = async || care.operator.get(format!("{}/reads?count=true", at(id))).await.expect_status(200);
        let before = reads().await.at("/count").as_u64().unwrap();
        // An answer that is given again is one more read.
        assert_eq!(record().await.expect_status(201).at("/name"), "Siti Aminah Rahmawati");
        assert_eq!(reads().await.at("/count").as_u64().unwrap(), before + 1);
        care.operator.get(at(id)).header("x-purpose", "Rapat%20tentang%20Aminah%20%E2%80%93%20gizi").await.expect_status(200);
        assert_eq!(reads().await.at("/items/0/purpose"), "Rapat tentang Aminah – gizi");
        let refused = care.operator.get(at(id)).header("x-purpose", "%FF").await.is_problem(422, "invalid_values");
        assert_eq!(refused.errors(), [("/x-purpose".to_owned(), "purpose_unreadable".to_owned())]);
        assert_eq!(care.count("SELECT COUNT(*) FROM sensitive_read WHERE purpose LIKE '%Aminah%'").await, 0);

        care.steward.post(format!("{}/erase", at(id)), json!({ "reason": "requested" })).if_match("*").await.expect_status(204);
        record().await.is_problem(410, "gone");
        let after = reads().await;
        assert!(!after.text().contains("Aminah"), "{}", after.text());
    }

    async fn a_person_is_erased_for_good(care: Care) {
        let id = care.recorded(care.girl()).await;
        care.operator.post(format!("{}/health-notes", at(id)), json!({ "noted_on": "2026-06-01", "text": "Alergi." })).await.is_fine();
        care.operator.post(format!("{}/consents", at(id)), json!({ "purpose": "care", "given_by": "oneself", "given_on": "2026-01-02" })).await.is_fine();
        let reason = "Anak dibawa ke IGD malam ini juga.";
        let opened = care.stranger.post("/v1/emergency-accesses", json!({ "beneficiary_id": id, "reason": reason })).await.expect_status(201);
        let record = format!("/v1/emergency-accesses/{}/record", id_of(&opened));
        care.stranger.get(&record).await.expect_status(200);

        let erase = format!("{}/erase", at(id));
        let why = json!({ "reason": "requested" });
        care.operator.post(&erase, why.clone()).if_match("*").await.is_problem(403, "permission_missing");
        care.supervisor.post(&erase, why.clone()).if_match("*").await.is_problem(403, "permission_missing");
        care.steward.post(&erase, why.clone()).await.is_problem(428, "if_match_missing");
        care.steward.post(&erase, why.clone()).if_match("\"7\"").await.is_problem(412, "version_stale");
        care.steward.post(&erase, json!({})).if_match("*").await.is_problem(422, "invalid_values");
        assert_eq!(care.operator.get(at(id)).await.expect_status(200).at("/version"), 1);
        care.steward.post(&erase, why.clone()).if_match("\"1\"").idempotency_key("hapus-1").await.expect_status(204);
        care.steward.post(&erase, why.clone()).if_match("\"1\"").idempotency_key("hapus-1").await.expect_status(204);

        for path in ["", "/health-notes", "/consents"] {
            let gone = care.operator.get(format!("{}{path}", at(id))).await.is_problem(410, "gone");
            assert_eq!(gone.at("/details/reason"), "requested");
        }
        care.operator.patch(at(id), json!({ "name": "x" })).if_match("*").await.is_problem(410, "gone");
        care.steward.post(&erase, why).if_match("*").await.is_problem(410, "gone");
        care.supervisor.post(format!("{}/export", at(id)), json!({})).await.is_problem(410, "gone");
        care.stranger.get(&record).await.is_problem(410, "gone");
        // Who could not see it still knows nothing.
        let (one, other) = (care.neighbour_operator.get(at(id)).await, care.neighbour_operator.get(at(uuid::Uuid::now_v7())).await);
        assert_eq!((one.status(), said(&one)), (404, said(&other)));
        assert_eq!(care.operator.get("/v1/beneficiaries?count=true").await.at("/count"), 0);
        let looked = care.stranger.post("/v1/beneficiaries/lookup", json!({ "nik": NIK })).await.expect_status(200);
        assert_eq!(looked.at("/items"), json!([]));

        let history = care.operator.get(format!("{}/history", at(id))).await.expect_status(200);
        assert_eq!(history.at("/items/1/action"), "erased");
        for personal in ["Siti", NIK, "Kenanga", "Halimah", "2012"] {
            assert!(!history.text().contains(personal), "{}", history.text());
        }
        // Who looked stays to be seen; the words about the emergency went with the person.
        let reads = care.operator.get(format!("{}/reads", at(id))).await.expect_status(200);
        assert_eq!(reads.at("/items/1/emergency_access_id"), opened.at("/id"), "{}", reads.text());
        assert!(!reads.text().contains("IGD"), "{}", reads.text());
        assert_eq!(care.supervisor.get("/v1/emergency-accesses").await.at("/items/0/reason"), json!(null));

        // What counts stays, and nothing else does.
        assert_eq!(care.count("SELECT COUNT(*) FROM beneficiary WHERE sex = 'female' AND age_band = '12-17' AND status = 'in_care'").await, 1);
        for left in [
            "SELECT COUNT(*) FROM beneficiary WHERE sealed <> '' OR nik_blind IS NOT NULL OR card_blind IS NOT NULL",
            "SELECT COUNT(*) FROM beneficiary_token",
            "SELECT COUNT(*) FROM health_note WHERE sealed <> ''",
            "SELECT COUNT(*) FROM consent WHERE sealed <> ''",
            "SELECT COUNT(*) FROM emergency_access WHERE sealed_reason <> '' OR sealed_review IS NOT NULL",
        ] {
            assert_eq!(care.count(left).await, 0, "{left}");
        }
        // The NIK is free; nobody else gets the old id, or a key under it.
        care.operator.post("/v1/beneficiaries", care.girl_with(json!({ "id": id }))).await.is_problem(409, "id_taken");
        care.recorded(care.girl()).await;
        let database = care.register.server.stop().await;
        database.run(&["audit", "verify"]).succeeded();
    }
}

/// A backup that was made before. With the keys of today nothing of the person can be read in it; with the keys that were
/// backed up with it everything can, which is why the keys are backed up apart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_from_before_is_as_readable_as_the_keys_that_are_kept() {
    let care = Care::on(System::Sqlite).await;
    let id = care.recorded(care.girl()).await;
    let folder = care.register.server.database().folder().to_owned();
    let backup = |name: &str| folder.join(name);
    care.register.server.store().backup_to(&backup("before.db")).await.unwrap();
    care.steward
        .post(format!("{}/erase", at(id)), json!({ "reason": "requested" }))
        .if_match("*")
        .await
        .expect_status(204);
    care.register.server.store().backup_to(&backup("after.db")).await.unwrap();

    let read = async |name: &str| {
        let settings = StoreSettings::new(format!("sqlite://{}", backup(name).display()), 1);
        let store = Store::open(&settings, Vault::new(&[7; 32]).unwrap()).await.unwrap();
        let at = RoleAssignment { role: Role::CaseSupervisor, place: RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH) };
        let scope = Actor::new(ActorId::System, vec![at]).scope(Permission::BeneficiariesRead);
        let found = store.beneficiary(id, &scope).await;
        store.close().await.unwrap();
        found
    };
    assert!(matches!(read("after.db").await, Ok(BeneficiaryFound::Erased(_))));
    assert!(matches!(read("before.db").await, Ok(BeneficiaryFound::Record(_))));
    // The keys of today in the place of those of then.
    let connection = Database::connect(format!("sqlite://{}", backup("before.db").display())).await.unwrap();
    for statement in [
        format!("ATTACH DATABASE '{}' AS newest", backup("after.db").display()),
        "DELETE FROM data_key".to_owned(),
        "INSERT INTO data_key SELECT * FROM newest.data_key".to_owned(),
    ] {
        connection.execute_unprepared(&statement).await.unwrap();
    }
    connection.close().await.unwrap();
    assert!(matches!(read("before.db").await, Ok(BeneficiaryFound::Unknown)));
}
