//! Who gives which role to whom.

use aumsos_domain::{
    access::{Permission, Role},
    organization_units::OrganizationUnit,
};
use chrono::{Duration, SubsecRound, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{ROLES, at, held_by, revoke, to_person};
use crate::people::Office;

on_both! {
    async fn a_role_is_given_for_a_time_changed_and_taken_away(office: Office) {
        let siti = office.server.know_person("siti@contoh.or.id", &[]).await;
        let by = &office.administrator.actor;
        let end = (Utc::now() + Duration::days(30)).trunc_subsecs(6);
        let mut body = to_person(siti, Role::RegionalOfficer, office.surabaya);
        body["valid_until"] = json!(end);
        body["valid_from"] = json!("2020-01-01T00:00:00Z");
        let made = by.post(ROLES, body.clone()).idempotency_key("k").await.expect_status(201);
        let again = by.post(ROLES, body.clone()).idempotency_key("k").await.expect_status(201);
        assert_eq!(made.json(), again.json());
        assert_eq!((made.at("/is_active"), made.at("/granted_by_id")), (json!(true), json!(office.administrator.id)));
        // Nothing held before it was given.
        assert_eq!(made.at("/valid_from"), made.at("/created_at"));
        let by_officer = by.post(ROLES, body.clone()).await.is_problem(409, "role_held_already");
        assert_eq!(by_officer.at("/details/role_assignment_id"), made.at("/id"));
        let mut later = body.clone();
        later["valid_from"] = json!(end);
        later.as_object_mut().unwrap().remove("valid_until");
        let later = by.post(ROLES, later).await.expect_status(201);
        assert_eq!(later.at("/is_active"), false);

        let one = at(&made.at("/id"));
        by.patch(&one, json!({ "valid_until": null })).await.is_problem(428, "if_match_missing");
        by.patch(&one, json!({ "valid_until": null })).if_match("\"9\"").await.is_problem(412, "version_stale");
        // Without an end it would run into the one that follows.
        by.patch(&one, json!({ "valid_until": null })).if_match(made.etag()).await.is_problem(409, "role_held_already");
        let past = by.patch(&one, json!({ "valid_until": "2020-01-01T00:00:00Z" })).if_match(made.etag()).await;
        assert_eq!(past.is_problem(422, "invalid_values").errors(), [("/valid_until".to_owned(), "term_over".to_owned())]);
        for field in ["role", "holder_id", "unit_id", "valid_from", "granted_by_id", "revoked_at", "version"] {
            let wrong = by.patch(&one, json!({ field: "x" })).if_match(made.etag()).await;
            assert_eq!(wrong.is_problem(422, "invalid_values").errors(), [(format!("/{field}"), "unknown_field".to_owned())]);
        }
        let sooner = json!({ "valid_until": end - Duration::days(1) });
        let changed = by.patch(&one, sooner.clone()).if_match(made.etag()).await.is_fine();
        assert_eq!((changed.at("/version"), changed.at("/valid_until")), (json!(2), json!(end - Duration::days(1))));
        let revoked = revoke(by, &made.at("/id")).await.is_fine();
        assert_eq!((revoked.at("/is_active"), revoked.at("/version")), (json!(false), json!(3)));
        assert!(revoked.at("/revoked_at").is_string());
        revoke(by, &made.at("/id")).await.is_problem(409, "role_is_over");
        by.patch(&one, sooner).if_match(revoked.etag()).await.is_problem(409, "role_is_over");
        by.post(ROLES, body).await.expect_status(201);
    }

    async fn nobody_gives_what_they_do_not_hold_or_beyond_where_they_hold_it(office: Office) {
        let siti = office.server.know_person("siti@contoh.or.id", &[]).await;
        let given = to_person(siti, Role::RegionalOfficer, office.surabaya);
        let pp = OrganizationUnit::MUHAMMADIYAH;
        // Kept by the centre, and so not known to the province at all.
        let unknown = office.officer.actor.post(ROLES, given.clone()).await.is_problem(422, "invalid_values");
        assert_eq!(unknown.errors(), [("/holder_id".to_owned(), "record_unknown".to_owned())]);
        office.administrator.actor.post(ROLES, given).await.expect_status(201);
        let by = &office.officer.actor;
        for (role, unit) in [
            (Role::RegionalOfficer, pp), (Role::RegionalOfficer, office.sulawesi), (Role::CouncilOfficer, office.java),
            (Role::SystemAdministrator, office.java), (Role::CaseWorker, office.surabaya), (Role::Auditor, office.surabaya),
        ] {
            by.post(ROLES, to_person(siti, role, unit)).await.is_problem(409, "grant_beyond_ones_own");
        }
        by.post(ROLES, to_person(siti, Role::RegionalOfficer, office.java)).await.expect_status(201);
        // A system administrator appoints to every role, uses none of it, and appoints nobody to themselves.
        for role in [Role::CaseWorker, Role::Auditor, Role::CouncilOfficer] {
            office.administrator.actor.post(ROLES, to_person(siti, role, office.sulawesi)).await.expect_status(201);
        }
        for own in [&office.administrator, &office.officer] {
            own.actor.post(ROLES, to_person(own.id, Role::CaseWorker, office.java)).await.is_problem(409, "grant_to_oneself");
            let held = held_by(&office.council, own.id).await;
            revoke(&own.actor, &held).await.is_problem(409, "grant_to_oneself");
        }
        office.administrator.actor.get("/v1/imports").await.is_problem(403, "permission_missing");
    }

    async fn who_could_not_give_a_role_does_not_decide_over_it(office: Office) {
        let council = office.server.person_with(Role::CouncilOfficer, OrganizationUnit::MUHAMMADIYAH).await;
        let at_java = office.server.person_with(Role::CouncilOfficer, office.java).await;
        let greater = held_by(&office.administrator.actor, council.id).await;
        let beside = held_by(&office.administrator.actor, at_java.id).await;
        let by = &office.officer.actor;
        // Of the centre the province knows nothing; of its own it knows, and may not.
        revoke(by, &greater).await.is_not_found();
        by.get(at(&greater)).await.is_not_found();
        let seen = by.get(at(&beside)).await.is_fine();
        revoke(by, &beside).await.is_problem(409, "grant_beyond_ones_own");
        let end = json!({ "valid_until": Utc::now() + Duration::hours(1) });
        by.patch(at(&beside), end).if_match(seen.etag()).await.is_problem(409, "grant_beyond_ones_own");
        assert_eq!(by.get(at(&beside)).await.json(), seen.json());
        let stranger = revoke(&office.stranger.actor, &beside).await;
        let unknown = revoke(&office.stranger.actor, &json!(Uuid::now_v7())).await;
        assert_eq!(stranger.json()["detail"], unknown.json()["detail"]);
        stranger.is_not_found();
        for role in [Role::Auditor, Role::DataSteward] {
            let reader = office.server.person_with(role, office.java).await.actor;
            reader.get(at(&beside)).await.is_fine();
            revoke(&reader, &beside).await.is_problem(403, "permission_missing");
        }
        // A narrow credential gives nothing that it does not let through.
        let scope = [Permission::RolesGrant, Permission::RolesRead, Permission::PeopleRead].into_iter().collect();
        let narrow = office.server.sign_in(office.administrator.id, scope).await;
        let siti = office.server.know_person("siti@contoh.or.id", &[]).await;
        narrow.post(ROLES, to_person(siti, Role::Auditor, office.java)).await.is_problem(409, "grant_beyond_ones_own");
        revoke(&narrow, &beside).await.is_problem(409, "grant_beyond_ones_own");
    }

    async fn a_role_is_held_by_whoever_can_hold_one_where_something_is(office: Office) {
        let by = &office.administrator.actor;
        let siti = office.server.know_person("siti@contoh.or.id", &[]).await;
        let errors = |answer: crate::harness::Answer| answer.is_problem(422, "invalid_values").errors();
        let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
        let body = to_person(siti, Role::Auditor, Uuid::now_v7());
        assert_eq!(errors(by.post(ROLES, body.clone()).await), one("/unit_id", "record_unknown"));
        let mut home = body.clone();
        home["institution_id"] = home.as_object_mut().unwrap().remove("unit_id").unwrap();
        assert_eq!(errors(by.post(ROLES, home.clone()).await), one("/institution_id", "record_unknown"));
        home["unit_id"] = json!(office.java);
        assert_eq!(errors(by.post(ROLES, home).await), one("/unit_id", "role_place_unclear"));
        assert_eq!(errors(by.post(ROLES, to_person(Uuid::now_v7(), Role::Auditor, office.java)).await), one("/holder_id", "record_unknown"));
        for field in ["granted_by", "granted_by_id", "version", "revoked_at", "is_active", "created_at"] {
            let mut more = to_person(siti, Role::Auditor, office.java);
            more[field] = json!(siti);
            assert_eq!(errors(by.post(ROLES, more).await), one(&format!("/{field}"), "unknown_field"));
        }
        // A draft that only its own unit sees is unknown to the officers of another.
        let draft = json!({
            "name": "LKSA Rahasia", "kind": "lksa", "operator": "muhammadiyah", "unit_id": office.surabaya,
            "address": { "region": "35.78.01.1001" }
        });
        let draft = office.officer.actor.post("/v1/institutions", draft).await.expect_status(201).at("/id");
        let operator = |holder: Uuid| json!({ "holder_kind": "person", "holder_id": holder, "role": "institution_operator", "institution_id": draft });
        let neighbour = office.server.person_with(Role::RegionalOfficer, office.sulawesi).await.id;
        let hidden = office.stranger.actor.post(ROLES, operator(neighbour)).await;
        assert_eq!(errors(hidden), one("/institution_id", "record_unknown"));
        // The operator of a home may see its people: an officer, who may not, does not appoint one.
        office.officer.actor.post(ROLES, operator(office.officer.id)).await.is_problem(409, "grant_to_oneself");
        let colleague = office.server.person_with(Role::RegionalOfficer, office.surabaya).await.id;
        office.officer.actor.post(ROLES, operator(colleague)).await.is_problem(409, "grant_beyond_ones_own");
        by.post(ROLES, operator(siti)).await.expect_status(201);
        let disabled = office.officer.actor.post(format!("/v1/people/{colleague}/disable"), json!({ "reason": "x" }));
        disabled.await.is_fine();
        by.post(ROLES, to_person(colleague, Role::Auditor, office.java)).await.is_problem(409, "person_is_disabled");
        let app = json!({ "client_id": "app", "kind": "public", "name": "A", "redirect_uris": ["https://contoh.or.id/masuk"] });
        let app = by.post("/v1/clients", app).await.expect_status(201).at("/client/id");
        let for_app = json!({ "holder_kind": "client", "holder_id": app, "role": "auditor", "unit_id": office.java });
        by.post(ROLES, for_app).await.is_problem(409, "client_acts_for_people");
    }
}
