//! Who did what to a record, when, and which values changed.

use aumsos_domain::{
    access::Audience,
    institutions::{Contact, Operator, profile::ContactRole},
    text_value::Name,
};
use aumsos_persistence::clock;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{create, draft, publish, save};
use crate::harness::TestServer;

on_both! {
    async fn the_history_of_a_unit_names_each_step_and_what_it_changed(server: TestServer) {
        let parent = server.unit_of(Operator::Muhammadiyah, "35").await;
        let officer = server.regional_officer("35").await;
        let (id, path) = { let id = Uuid::now_v7(); (id, format!("/v1/organization-units/{id}")) };
        let body = json!({"id": id, "parent_id": parent, "operator": "muhammadiyah", "level": "regency", "name": "PDM Sby", "region": "35.78"});
        let made = officer.post("/v1/organization-units", body).header("x-request-id", "first-step").await.expect_status(201);
        officer.patch(&path, json!({"name": "PDM Surabaya"})).if_match(made.etag()).await.expect_status(200);
        officer.post(format!("{path}/close"), json!({})).await.expect_status(200);

        let history = officer.get(format!("{path}/history?count=true")).await.expect_status(200);
        assert_eq!(history.at("/count"), 3);
        let steps = history.at("/items");
        let names = |name: &str| steps.as_array().unwrap().iter().map(|step| step[name].clone()).collect::<Vec<_>>();
        assert_eq!(names("version"), [1, 2, 3]);
        assert_eq!(names("action"), ["created", "changed", "closed"]);
        assert_eq!(steps[0]["request_id"], "first-step");
        assert_eq!(steps[0]["actor"]["kind"], "client");
        let made_with = |pointer: &str| steps[0]["changes"].as_array().unwrap().iter().find(|one| one["pointer"] == pointer).unwrap().clone();
        assert_eq!(made_with("/name")["new"], "PDM Sby");
        assert_eq!(steps[1]["changes"], json!([{"pointer": "/name", "old": "PDM Sby", "new": "PDM Surabaya", "is_sealed": false}]));
        assert_eq!(steps[2]["changes"], json!([{"pointer": "/status", "old": "active", "new": "closed", "is_sealed": false}]));

        let page = officer.get(format!("{path}/history?sort=-version&limit=2")).await.expect_status(200);
        assert_eq!((page.at("/items/0/version"), page.at("/items/1/version")), (json!(3), json!(2)));
        let cursor = page.at("/next_cursor");
        let rest = officer.get(format!("{path}/history?sort=-version&limit=2&cursor={}", cursor.as_str().unwrap())).await.expect_status(200);
        assert_eq!(rest.at("/items/0/version"), 1);
        assert_eq!(rest.at("/next_cursor"), Value::Null);

        server.anonymous().get(format!("{path}/history")).await.is_problem(401, "token_missing");
        server.regional_officer("34").await.get(format!("{path}/history")).await.is_problem(403, "permission_missing");
        officer.get(format!("/v1/organization-units/{}/history", Uuid::now_v7())).await.is_not_found();
    }

    async fn a_record_is_shown_as_it_was_at_any_time_to_those_who_may_read_its_history(server: TestServer) {
        let unit = server.unit_of(Operator::Muhammadiyah, "35").await;
        let (insider, stranger) = (server.regional_officer("35").await, server.regional_officer("34").await);
        let before_all = clock::now();
        let record = draft(unit, "35.78.01.1001");
        create(&server, &record).await;
        let while_draft = clock::now();
        let record = publish(&server, &record).await;
        let while_open = clock::now();
        let record = save(&server, "changed", &record, |one| one.profile.name = Name::parse("Panti Asuhan Fajar").unwrap()).await;
        let at = |time: DateTime<Utc>| format!("/v1/institutions/{}?as_of={}", record.id, time.to_rfc3339_opts(SecondsFormat::Micros, true));
        insider.get(at(before_all)).await.is_not_found();
        for (time, name, status) in [
            (while_draft, "Panti Asuhan Cahaya", "draft"),
            (while_open, "Panti Asuhan Cahaya", "active"),
            (clock::now(), "Panti Asuhan Fajar", "active"),
        ] {
            let then = insider.get(at(time)).await.expect_status(200);
            assert_eq!((then.at("/name"), then.at("/status")), (json!(name), json!(status)));
            assert_eq!(then.at("/freshness"), "overdue");
        }
        assert_eq!(insider.get(format!("{}&fields=name", at(while_draft))).await.expect_status(200).json(),
            json!({"id": record.id, "name": "Panti Asuhan Cahaya"}));
        let stale = insider.get(at(while_draft)).await.etag();
        insider.patch(format!("/v1/institutions/{}", record.id), json!({"name": "X"})).if_match(stale).await.is_problem(412, "version_stale");
        stranger.get(at(while_open)).await.is_problem(403, "permission_missing");
        server.anonymous().get(at(while_open)).await.is_problem(401, "token_missing");
        insider.get(format!("/v1/institutions/{}?as_of=yesterday", record.id)).await.is_problem(422, "invalid_values");
        insider.get(format!("/v1/institutions/{}?as_of=2026-01-01T00:00:00Z", Uuid::now_v7())).await.is_not_found();
    }

    async fn the_history_of_an_institution_tells_that_contacts_changed_and_not_what_they_are(server: TestServer) {
        let unit = server.unit_of(Operator::Muhammadiyah, "35").await;
        let (insider, stranger) = (server.regional_officer("35").await, server.regional_officer("34").await);
        let record = draft(unit, "35.78.01.1001");
        create(&server, &record).await;
        let path = format!("/v1/institutions/{}/history", record.id);
        stranger.get(&path).await.is_not_found();
        let record = publish(&server, &record).await;
        let with_head = save(&server, "changed", &record, |one| one.contacts = vec![Contact {
            id: Uuid::now_v7(), role: ContactRole::Head, name: Name::parse("Siti Aminah").unwrap(), phone: None, email: None,
        }]).await;
        save(&server, "changed", &with_head, |one| one.profile.location_audience = Audience::Council).await;

        let history = insider.get(&path).await.expect_status(200);
        assert!(!history.text().contains("Siti"), "{}", history.text());
        assert!(!history.text().contains("sealed_contacts"), "{}", history.text());
        assert_eq!(history.at("/items/2/changes"), json!([{"pointer": "/contacts", "old": null, "new": null, "is_sealed": true}]));
        assert_eq!(history.at("/items/1/changes/0/old"), "draft");
        assert_eq!(history.at("/items/1/changes/0/new"), "active");
        // Public now, so that it is known: but its history is not.
        stranger.get(&path).await.is_problem(403, "permission_missing");
        server.anonymous().get(&path).await.is_problem(401, "token_missing");
        server.operator_of(record.id).await.get(&path).await.expect_status(200);
        insider.get(format!("/v1/institutions/{}/history", Uuid::now_v7())).await.is_not_found();
    }
}
