//! How somebody comes to have an account.

use aumsos_domain::organization_units::OrganizationUnit;
use serde_json::json;

use super::{Office, PEOPLE, at, invitation};
use crate::harness::TestServer;

/// The link in a mail, from its path on.
fn link_in(mail: &str) -> String {
    let from = mail.find("/invitation?token=").unwrap_or_else(|| panic!("no link in {mail}"));
    mail[from..].split_whitespace().next().unwrap().to_owned()
}

on_both! {
    async fn an_invitation_is_mailed_and_opens_the_door_once(office: Office) {
        let mut body = invitation("Budi@Contoh.or.id", office.surabaya);
        body["roles"] = json!([{ "role": "regional_officer", "unit_id": office.surabaya }]);
        let made = office.officer.actor.post(PEOPLE, body).await.expect_status(201);
        assert_eq!((made.at("/status"), made.at("/email")), (json!("invited"), json!("budi@contoh.or.id")));
        assert_eq!((made.at("/language"), made.at("/has_second_factor")), (json!("id"), json!(false)));
        let id = made.at("/id");
        assert_eq!(made.header("location"), format!("{PEOPLE}/{}", id.as_str().unwrap()));
        let mail = office.postbox.mail(1).await;
        assert!(mail.contains("To: budi@contoh.or.id") && mail.contains("Anda diundang"), "{mail}");
        let nobody = office.server.anonymous();
        let link = link_in(&mail);
        assert!(mail.contains(&format!("http://aumsos.test{link}")), "{mail}");
        nobody.get(&link).await.expect_status(200);
        let held = office.officer.actor.get(format!("/v1/role-assignments?holder_id={}", id.as_str().unwrap()));
        let held = held.await.is_fine();
        assert_eq!(held.at("/items/0/role"), "regional_officer");
        assert_eq!(held.at("/items/0/granted_by_id"), json!(office.officer.id));

        // Another link takes the place of the first.
        let again = format!("{PEOPLE}/{}/invite-again", id.as_str().unwrap());
        office.officer.actor.post(&again, json!({})).await.is_fine();
        let second = link_in(&office.postbox.mail(2).await);
        assert_ne!(link, second);
        nobody.get(&link).await.expect_status(404);
        nobody.get(&second).await.expect_status(200);
        office.server.choose_password(serde_json::from_value(id.clone()).unwrap()).await;
        let there = office.officer.actor.get(format!("{PEOPLE}/{}", id.as_str().unwrap())).await.is_fine();
        assert_eq!(there.at("/status"), "active");
        office.officer.actor.post(&again, json!({})).await.is_problem(409, "person_has_signed_in");
    }

    async fn an_invitation_speaks_english_to_whoever_does(office: Office) {
        let mut body = invitation("budi@contoh.or.id", office.java);
        body["language"] = json!("en");
        office.invited(&office.officer.actor, body).await;
        let mail = office.postbox.mail(1).await;
        assert!(mail.contains("Dear Budi Santoso") && mail.contains("Subject: Invitation to AUMSOS"), "{mail}");
    }

    async fn an_invitation_goes_out_once_however_often_it_is_sent(office: Office) {
        let body = invitation("budi@contoh.or.id", office.java);
        let by = &office.officer.actor;
        let first = by.post(PEOPLE, body.clone()).idempotency_key("k").await.expect_status(201);
        let again = by.post(PEOPLE, body.clone()).idempotency_key("k").await.expect_status(201);
        assert_eq!((first.json(), first.etag()), (again.json(), again.etag()));
        by.post(PEOPLE, invitation("lain@contoh.or.id", office.java)).idempotency_key("k").await
            .is_problem(422, "idempotency_key_reused");
        office.postbox.mail(1).await;
        assert_eq!(office.postbox.all().len(), 1);
        let mut own_id = invitation("lain@contoh.or.id", office.java);
        own_id["id"] = first.at("/id");
        by.post(PEOPLE, own_id).await.is_problem(409, "id_taken");
    }

    async fn an_address_is_one_accounts_and_of_whose_nothing_is_told(office: Office) {
        office.invited(&office.council, invitation("budi@contoh.or.id", office.sulawesi)).await;
        let mut told = Vec::new();
        for (by, unit) in [
            (&office.officer.actor, office.java), (&office.stranger.actor, office.sulawesi), (&office.council, office.java),
        ] {
            let refused = by.post(PEOPLE, invitation(" BUDI@contoh.or.id", unit)).await;
            let refused = refused.is_problem(409, "email_taken").json();
            assert!(refused.get("details").is_none(), "{refused}");
            told.push(refused["detail"].clone());
        }
        assert!(told.iter().all(|text| *text == told[0]));
        let other = office.invited(&office.officer.actor, invitation("lain@contoh.or.id", office.java)).await;
        let patch = office.officer.actor.patch(at(other), json!({ "email": "Budi@contoh.or.id" }));
        patch.if_match(office.etag(other).await).await.is_problem(409, "email_taken");
    }

    async fn nobody_invites_beyond_what_is_theirs(office: Office) {
        let count = || async { office.administrator.actor.get(format!("{PEOPLE}?count=true")).await.at("/count") };
        let before = count().await;
        let by = &office.officer.actor;
        let elsewhere = invitation("a@contoh.or.id", office.sulawesi);
        by.post(PEOPLE, elsewhere).await.is_problem(403, "permission_missing");
        let centre = json!({ "email": "a@contoh.or.id", "name": "A" });
        by.post(PEOPLE, centre).await.is_problem(403, "permission_missing");
        let nowhere = invitation("a@contoh.or.id", uuid::Uuid::now_v7());
        let wrong = by.post(PEOPLE, nowhere).await.is_problem(422, "invalid_values");
        assert_eq!(wrong.errors(), [("/unit_id".to_owned(), "record_unknown".to_owned())]);
        for (role, unit) in [
            ("council_officer", office.java),
            ("regional_officer", office.sulawesi),
            ("regional_officer", OrganizationUnit::MUHAMMADIYAH),
            ("system_administrator", office.java),
            ("case_worker", office.java),
        ] {
            let mut body = invitation("a@contoh.or.id", office.java);
            body["roles"] = json!([{ "role": role, "unit_id": unit }]);
            by.post(PEOPLE, body).await.is_problem(409, "grant_beyond_ones_own");
        }
        let mut twice = invitation("a@contoh.or.id", office.java);
        let role = json!({ "role": "regional_officer", "unit_id": office.java });
        twice["roles"] = json!([role, role]);
        by.post(PEOPLE, twice).await.is_problem(409, "role_held_already");
        let mut unclear = invitation("a@contoh.or.id", office.java);
        unclear["roles"] = json!([
            { "role": "auditor" },
            { "role": "auditor", "unit_id": office.java, "valid_until": "2020-01-01T00:00:00Z" },
        ]);
        let wrong = by.post(PEOPLE, unclear).await.is_problem(422, "invalid_values");
        let expected = [("/roles/0/unit_id", "role_place_unclear"), ("/roles/1/valid_until", "term_over")];
        assert_eq!(wrong.errors(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
        for field in ["status", "is_active", "version", "disabled_reason", "erased_at", "has_second_factor", "granted_by"] {
            let mut body = invitation("a@contoh.or.id", office.java);
            body[field] = json!("active");
            let wrong = by.post(PEOPLE, body).await.is_problem(422, "invalid_values");
            assert_eq!(wrong.errors(), [(format!("/{field}"), "unknown_field".to_owned())]);
        }
        let mut given = invitation("a@contoh.or.id", office.java);
        given["roles"] = json!([{ "role": "auditor", "unit_id": office.java, "granted_by_id": office.officer.id }]);
        let wrong = by.post(PEOPLE, given).await.is_problem(422, "invalid_values");
        assert_eq!(wrong.errors(), [("/roles/0/granted_by_id".to_owned(), "unknown_field".to_owned())]);
        assert_eq!(count().await, before);
        assert!(office.postbox.all().is_empty());
    }

    async fn without_mail_nobody_is_invited(server: TestServer) {
        let council = server.council_officer().await;
        let body = json!({ "email": "a@contoh.or.id", "name": "A" });
        council.post(PEOPLE, body).await.is_problem(409, "mail_not_configured");
        assert_eq!(council.get(format!("{PEOPLE}?count=true")).await.at("/count"), 0);
        let waiting = server.know_person("b@contoh.or.id", &[]).await;
        let again = council.post(format!("{}/invite-again", at(waiting)), json!({}));
        again.await.is_problem(409, "mail_not_configured");
    }
}
