//! Nothing personal, and nothing that lets somebody in, in logs, errors or metrics: accounts, contact persons, imports and
//! credentials. (People in care have a story of their own.)

use std::fs;

use aumsos_domain::access::{Role, RolePlace};
use aumsos_persistence::{Author, StoreError, Work, access::LinkPurpose};
use serde_json::json;

use crate::{
    harness::{BinaryServer, OnDatabase, System},
    identity::{Browser, PASSWORD, person},
    institutions::Register,
};

/// What tells of an account, of a contact person, and of somebody in a spreadsheet.
const PERSONAL: [&str; 6] = ["siti.rahma", "Siti Aminah", "Halimah", "halimah", "+6281399990000", "Sulaiman Pembina"];
const NEW: &str = "tiga gajah menari pelan";

/// Everything is done once, rightly and wrongly, with the log at its most talkative.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_personal_or_secret_leaves_no_trace() {
    for system in [System::Sqlite, System::Postgres] {
        let register = Register::on(system).await;
        let siti = person(&register.server, "siti.rahma@contoh.or.id", Role::CouncilOfficer).await;
        let council = register.server.council_officer().await;
        let administrator =
            register.server.client_with(Role::SystemAdministrator, RolePlace::Unit(register.unit)).await;
        let author = Author::system();
        let link = register.server.store().write::<_, StoreError>(&author, async |work: &mut Work| {
            work.make_link(LinkPurpose::PasswordReset, Some(siti)).await
        });
        let link = link.await.unwrap();
        let log = register.server.database().folder().join("log");
        let server =
            BinaryServer::spawn_logging(register.server.database(), &[], "trace", fs::File::create(&log).unwrap());
        let [officer, council] = [&register.verifier, &council].map(|actor| server.as_seen_by(actor));
        let mut answers = Vec::new();

        let browser = Browser::at(server.url());
        browser.sign_in("siti.rahma@contoh.or.id", "salah sama sekali").await.expect(422);
        browser.sign_in("siti.rahma@contoh.or.id", PASSWORD).await.expect(303);
        let page = Browser::at(server.url());
        let shown = page.get(&format!("/password-reset/choose?token={link}")).await.expect(200);
        page.submit(&shown, "/password-reset/choose", &[("password", NEW)]).await.expect(303);
        let invited = json!({ "email": "siti.rahma@contoh.or.id", "name": "Siti Aminah", "unit_id": register.unit });
        answers.push(council.post("/v1/people", invited).await);
        let client =
            json!({ "client_id": "jejak", "name": "Jejak", "kind": "service", "unit_id": register.unit, "roles": [] });
        let made = council.post("/v1/clients", client).await.expect_status(201);
        let secret = made.at("/client_secret").as_str().unwrap().to_owned();
        server.anonymous().token_for("jejak", &secret).await.expect_status(200);
        answers.push(server.anonymous().token_for("jejak", &format!("{secret}x")).await);

        let contact = json!([{ "id": "0190a0a0-0000-7000-8000-0000000000c1", "role": "head", "name": "Halimah", "phone": "+6281399990000", "email": "halimah@contoh.or.id" }]);
        let home = register.home_with("LKSA Jejak", json!({ "contacts": contact }));
        let made = officer.post("/v1/institutions", home).await.expect_status(201);
        let at = format!("/v1/institutions/{}", made.at("/id").as_str().unwrap());
        officer.get(&at).await.expect_status(200);
        officer.get(format!("{at}/history")).await.expect_status(200);
        let wrong = register.home_with(
            "LKSA Jejak",
            json!({ "contacts": [{ "id": "0190a0a0-0000-7000-8000-0000000000c1", "role": "head", "name": "Halimah", "phone": "Halimah" }] }),
        );
        answers.push(officer.post("/v1/institutions", wrong).await);
        let sheet = "Nama Lembaga;Kabupaten/Kota;Nama Pimpinan;No HP\nLKSA Berkas;Kota Surabaya;Sulaiman Pembina;0813 9999 0000\n";
        let part = reqwest::multipart::Part::text(sheet).file_name("jejak.csv").mime_str("text/csv").unwrap();
        let form = reqwest::multipart::Form::new().part("file", part);
        let upload = reqwest::Client::new().post(format!("{}/v1/imports", server.url())).bearer_auth(council.token());
        assert_eq!(upload.multipart(form).send().await.unwrap().status(), 201);

        for answer in &answers {
            assert!((400..500).contains(&answer.status()), "{}", answer.text());
            for personal in PERSONAL {
                assert!(!answer.text().contains(personal), "{}", answer.text());
            }
        }
        let metrics = server.as_seen_by(&administrator).get("/metrics").await.is_fine().text();
        let token = council.token().to_owned();
        drop(server);
        let log = fs::read_to_string(&log).unwrap();
        assert!(log.contains("create_import") && log.contains("a sign-in failed"), "the log says what was done");
        let secrets = [PASSWORD, NEW, link.as_str(), secret.as_str(), token.as_str(), "salah sama sekali"];
        for kept in PERSONAL.into_iter().chain(secrets) {
            assert!(!log.contains(kept), "{kept} is in the log: {}", around(&log, kept));
            assert!(!metrics.contains(kept), "{kept} is in the metrics");
        }
    }
}

/// The line of a log in which something stands.
fn around<'a>(log: &'a str, what: &str) -> &'a str {
    log.lines().find(|line| line.contains(what)).unwrap_or_default()
}
