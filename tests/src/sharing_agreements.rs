//! Units that let each other see: what is seen by it, what is not, and when it ends.

#![allow(clippy::needless_pass_by_value, reason = "stories write `json!` in place; a `&` before each would be noise")]

use std::time::Duration;

use aumsos_domain::{
    access::{Role, RolePlace},
    institutions::Operator,
    organization_units::OrganizationUnit,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Account, Actor, OnDatabase, System, TestServer};

const SHARING: &str = "/v1/sharing-agreements";

/// Two provinces: East Java with a home whose draft only its own officers see, and Yogyakarta beside it.
struct Provinces {
    server: TestServer,
    java: Uuid,
    surabaya: Uuid,
    yogyakarta: Uuid,
    sleman: Uuid,
    officer: Account,
    guest: Account,
    home: Value,
}

impl OnDatabase for Provinces {
    async fn on(system: System) -> Self {
        let server = TestServer::on(system).await;
        let unit = async |region: &str| server.unit_of(Operator::Muhammadiyah, region).await;
        let (java, surabaya) = (unit("35").await, unit("35.78").await);
        let (yogyakarta, sleman) = (unit("34").await, unit("34.04").await);
        let officer = server.person_with(Role::RegionalOfficer, java).await;
        let guest = server.person_with(Role::RegionalOfficer, yogyakarta).await;
        let home = json!({
            "name": "LKSA Contoh", "kind": "lksa", "operator": "muhammadiyah", "unit_id": surabaya,
            "address": { "region": "35.78.01.1001", "street": "Jl. Contoh No. 1" }
        });
        let home = officer.actor.post("/v1/institutions", home).await.expect_status(201).at("/id");
        Self { server, java, surabaya, yogyakarta, sleman, officer, guest, home }
    }
}

impl Provinces {
    /// What East Java offers Yogyakarta.
    fn offer(&self, more: Value) -> Value {
        let mut body = json!({
            "from_unit_id": self.java, "to_unit_id": self.yogyakarta, "permissions": ["institutions.read", "census.read"],
            "programme": "Senior Care Jawa Timur dan DIY", "valid_until": chrono::Utc::now() + chrono::Duration::days(30)
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    }

    fn home(&self) -> String {
        format!("/v1/institutions/{}", self.home.as_str().unwrap())
    }

    /// Whether somebody sees the draft: as a record, in the list, in its count, by search, in statistics and in the
    /// feed, which all agree.
    async fn sees_home(&self, actor: &Actor) -> bool {
        let record = actor.get(self.home()).await.status() == 200;
        let list = actor.get("/v1/institutions?status=draft&province=35&count=true").await.is_fine();
        let found =
            actor.post("/v1/institutions/search", json!({ "q": "contoh", "status": ["draft"] })).await.is_fine();
        let feed = actor.get("/v1/changes").await.is_fine();
        let statistics = actor.get("/v1/statistics/institutions?status=draft&province=35").await.is_fine();
        let in_feed = feed
            .at("/items")
            .as_array()
            .unwrap()
            .iter()
            .any(|change| change["id"] == self.home && change["effect"] == "changed");
        let answers = [
            record,
            list.at("/items") != json!([]),
            list.at("/count") == 1,
            found.at("/items") != json!([]),
            in_feed,
            statistics.json()["groups"][0]["count"] == 1,
        ];
        assert!(answers.iter().all(|one| *one == record), "{answers:?} {}", statistics.text());
        record
    }
}

async fn a_second() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

on_both! {
    async fn what_is_shared_is_read_as_at_home_until_it_ends(provinces: Provinces) {
        let guest = &provinces.guest.actor;
        let below = provinces.server.person_with(Role::RegionalOfficer, provinces.sleman).await.actor;
        let worker = provinces.server.person_with(Role::CaseWorker, provinces.yogyakarta).await.actor;
        assert!(!provinces.sees_home(guest).await);
        let offer = provinces.offer(json!({}));
        let made = provinces.officer.actor.post(SHARING, offer.clone()).idempotency_key("k").await.expect_status(201);
        let again = provinces.officer.actor.post(SHARING, offer).idempotency_key("k").await.expect_status(201);
        assert_eq!(made.json(), again.json());
        assert_eq!((made.at("/is_active"), made.at("/made_by_id")), (json!(true), json!(provinces.officer.id)));
        a_second().await;
        assert!(provinces.sees_home(guest).await);
        // Whoever holds the permission at the unit or above it, by a role: not below it, nor with another role.
        assert!(!provinces.sees_home(&below).await && !provinces.sees_home(&worker).await);
        let me = guest.get("/v1/me").await.is_fine();
        let reads = json!({ "permission": "institutions.read", "units": sorted([provinces.java, provinces.yogyakarta]), "institutions": [] });
        assert!(me.at("/permissions").as_array().unwrap().contains(&reads), "{}", me.text());

        // To read; not to write, to see more of, to take out, to share on, or to appoint to.
        let seen = guest.get(provinces.home()).await.is_fine();
        assert!(seen.json().get("contacts").is_none());
        let renamed = guest.patch(provinces.home(), json!({ "name": "X" })).if_match(seen.etag()).await;
        assert!([403, 404].contains(&renamed.status()), "{}", renamed.text());
        let submitted = guest.post(format!("{}/submit", provinces.home()), json!({})).await;
        assert!([403, 404].contains(&submitted.status()), "{}", submitted.text());
        assert!(!guest.get("/v1/institutions?format=csv").await.is_fine().text().contains("LKSA Contoh"));
        let on = provinces.offer(json!({ "to_unit_id": provinces.server.unit_of(Operator::Muhammadiyah, "31").await }));
        guest.post(SHARING, on).await.is_problem(409, "grant_beyond_ones_own");
        let siti = provinces.server.person_with(Role::Donor, provinces.yogyakarta).await.id;
        let role = json!({ "holder_kind": "person", "holder_id": siti, "role": "regional_officer", "unit_id": provinces.java });
        guest.post("/v1/role-assignments", role).await.is_problem(409, "grant_beyond_ones_own");
        guest.get(format!("/v1/people/{}", provinces.officer.id)).await.is_not_found();
        assert_eq!(provinces.officer.actor.get(provinces.home()).await.json()["name"], "LKSA Contoh");

        let one = format!("{SHARING}/{}", made.at("/id").as_str().unwrap());
        guest.post(format!("{one}/end"), json!({})).await.is_problem(403, "permission_missing");
        let ended = provinces.officer.actor.post(format!("{one}/end"), json!({})).if_match(made.etag()).await.is_fine();
        assert_eq!(ended.at("/is_active"), false);
        a_second().await;
        assert!(!provinces.sees_home(guest).await);
        provinces.officer.actor.post(format!("{one}/end"), json!({})).await.is_problem(409, "sharing_is_over");
    }

    async fn an_agreement_ends_by_itself(provinces: Provinces) {
        let soon = json!({ "valid_until": chrono::Utc::now() + chrono::Duration::seconds(4) });
        provinces.officer.actor.post(SHARING, provinces.offer(soon)).await.expect_status(201);
        let later = json!({ "valid_from": chrono::Utc::now() + chrono::Duration::days(1) });
        provinces.officer.actor.post(SHARING, provinces.offer(later)).await.expect_status(201);
        a_second().await;
        provinces.guest.actor.get(provinces.home()).await.is_fine();
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert!(!provinces.sees_home(&provinces.guest.actor).await);
        let guest = &provinces.guest.actor;
        let found = |query: &'static str| async move { guest.get(format!("{SHARING}?count=true{query}")).await.at("/count") };
        assert_eq!((found("").await, found("&active=true").await, found("&active=false").await), (json!(2), json!(0), json!(2)));
    }

    async fn only_reading_of_ones_own_is_shared_and_not_for_long(provinces: Provinces) {
        let by = &provinces.officer.actor;
        let errors = |answer: crate::harness::Answer| answer.is_problem(422, "invalid_values").errors();
        let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
        for (more, pointer, code) in [
            (json!({ "permissions": ["institutions.verify"] }), "/permissions/0", "permission_not_shareable"),
            (json!({ "permissions": ["people.read"] }), "/permissions/0", "permission_not_shareable"),
            (json!({ "permissions": ["beneficiaries.read"] }), "/permissions/0", "permission_not_shareable"),
            (json!({ "permissions": [] }), "/permissions", "too_few"),
            (json!({ "valid_until": "2020-01-01T00:00:00Z" }), "/valid_until", "term_over"),
            (json!({ "valid_until": chrono::Utc::now() + chrono::Duration::days(3 * 366) }), "/valid_until", "sharing_too_long"),
            (json!({ "to_unit_id": Uuid::now_v7() }), "/to_unit_id", "record_unknown"),
            (json!({ "from_unit_id": Uuid::now_v7() }), "/from_unit_id", "record_unknown"),
            (json!({ "ended_at": null }), "/ended_at", "unknown_field"),
            (json!({ "made_by_id": Uuid::now_v7() }), "/made_by_id", "unknown_field"),
            (json!({ "version": 3 }), "/version", "unknown_field"),
        ] {
            assert_eq!(errors(by.post(SHARING, provinces.offer(more)).await), one(pointer, code));
        }
        let mut endless = provinces.offer(json!({}));
        endless.as_object_mut().unwrap().remove("valid_until");
        assert_eq!(errors(by.post(SHARING, endless).await), one("/valid_until", "required"));
        for needless in [provinces.java, OrganizationUnit::MUHAMMADIYAH] {
            by.post(SHARING, provinces.offer(json!({ "to_unit_id": needless }))).await.is_problem(409, "sharing_needless");
        }
        // Sight of another's: of a unit above, beside, and by a permission that the role does not hold.
        for more in [
            json!({ "from_unit_id": OrganizationUnit::MUHAMMADIYAH }),
            json!({ "from_unit_id": provinces.yogyakarta, "to_unit_id": provinces.java }),
            json!({ "permissions": ["institutions.read_as_partner"] }),
        ] {
            by.post(SHARING, provinces.offer(more)).await.is_problem(409, "grant_beyond_ones_own");
        }
        for role in [Role::Auditor, Role::DataSteward, Role::SystemAdministrator] {
            let other = provinces.server.client_with(role, RolePlace::Unit(provinces.java)).await;
            other.post(SHARING, provinces.offer(json!({}))).await.is_problem(403, "permission_missing");
        }
        assert_eq!(by.get(SHARING).await.at("/items"), json!([]));
    }

    async fn agreements_are_seen_from_both_sides_and_by_nobody_else(provinces: Provinces) {
        let made = provinces.officer.actor.post(SHARING, provinces.offer(json!({}))).await.expect_status(201);
        let one = format!("{SHARING}/{}", made.at("/id").as_str().unwrap());
        let stranger = provinces.server.regional_officer("73").await;
        let centre = provinces.server.council_officer().await;
        let auditor = provinces.server.client_with(Role::Auditor, RolePlace::Unit(provinces.yogyakarta)).await;
        for by in [&provinces.officer.actor, &provinces.guest.actor, &centre, &auditor] {
            by.get(&one).await.is_fine();
            assert_eq!(by.get(SHARING).await.at("/items/0/id"), made.at("/id"));
        }
        stranger.get(&one).await.is_not_found();
        stranger.post(format!("{one}/end"), json!({})).await.is_not_found();
        assert_eq!(stranger.get(format!("{SHARING}?count=true")).await.at("/count"), 0);
        let (java, yogyakarta) = (provinces.java, provinces.yogyakarta);
        for (query, count) in [
            (format!("from_unit={java}"), 1), (format!("to_unit={yogyakarta}"), 1), (format!("from_unit={yogyakarta}"), 0),
            (format!("to_unit={}", OrganizationUnit::MUHAMMADIYAH), 1), (format!("from_unit={}", provinces.surabaya), 0),
        ] {
            assert_eq!(centre.get(format!("{SHARING}?count=true&{query}")).await.at("/count"), count, "{query}");
        }
        for by in [&provinces.guest.actor, &centre] {
            assert!(!by.get("/v1/changes").await.is_fine().text().contains("sharing_agreement"));
        }
        // The centre is above the one that shares, and ends it.
        centre.post(format!("{one}/end"), json!({})).await.is_fine();
    }

    async fn nobody_gains_sight_of_anything_when_a_unit_moves(provinces: Provinces) {
        let council = provinces.server.council_officer().await;
        let jakarta = provinces.server.unit_of(Operator::Muhammadiyah, "31").await;
        let newcomer = provinces.server.person_with(Role::RegionalOfficer, jakarta).await.actor;
        let agree = |from: Uuid, to: Uuid| provinces.offer(json!({ "from_unit_id": from, "to_unit_id": to, "permissions": ["institutions.read"] }));
        // East Java lets Sleman see, which then moves below Jakarta: its new superiors were agreed on with nobody.
        let to_sleman = council.post(SHARING, agree(provinces.java, provinces.sleman)).await.expect_status(201);
        // Jakarta lets Yogyakarta see, and then Surabaya moves below Jakarta: that was not Jakarta's to share.
        let from_jakarta = council.post(SHARING, agree(jakarta, provinces.yogyakarta)).await.expect_status(201);
        // One that no move touches.
        let other = council.post(SHARING, agree(provinces.yogyakarta, provinces.java)).await.expect_status(201);
        a_second().await;
        assert!(provinces.sees_home(&provinces.guest.actor).await, "Yogyakarta is above Sleman");
        assert!(!provinces.sees_home(&newcomer).await);
        let move_below = async |unit: Uuid, parent: Uuid| {
            let at = format!("/v1/organization-units/{unit}");
            let etag = council.get(&at).await.etag();
            // In another province it works in no region that the unit above it has.
            council.patch(&at, json!({ "parent_id": parent, "region": null })).if_match(etag).await.is_fine();
        };
        move_below(provinces.sleman, jakarta).await;
        a_second().await;
        assert!(!provinces.sees_home(&newcomer).await);
        assert!(!provinces.sees_home(&provinces.guest.actor).await);
        move_below(provinces.surabaya, jakarta).await;
        a_second().await;
        assert!(!provinces.sees_home(&provinces.guest.actor).await);
        // By their roles they see what is theirs now: the new superiors, and the old ones no more.
        assert!(provinces.sees_home(&newcomer).await);
        assert!(!provinces.sees_home(&provinces.officer.actor).await);
        let active = async |made: &crate::harness::Answer| council.get(format!("{SHARING}/{}", made.at("/id").as_str().unwrap())).await.at("/is_active");
        assert_eq!((active(&to_sleman).await, active(&from_jakarta).await, active(&other).await), (json!(false), json!(false), json!(true)));
    }

    async fn who_ran_a_home_that_was_merged_does_not_see_into_the_other(provinces: Provinces) {
        let council = provinces.server.council_officer().await;
        let plant = async |name: &str, contact: &str| {
            let body = json!({
                "name": name, "kind": "lksa", "operator": "muhammadiyah", "unit_id": provinces.surabaya,
                "address": { "region": "35.78.01.1001", "street": "Jl. Contoh No. 1" },
                "contacts": [{ "id": Uuid::now_v7(), "role": "head", "name": contact }]
            });
            let made = provinces.officer.actor.post("/v1/institutions", body).await.expect_status(201).at("/id");
            let at = format!("/v1/institutions/{}", made.as_str().unwrap());
            provinces.officer.actor.post(format!("{at}/submit"), json!({})).await.is_fine();
            council.post(format!("{at}/verify"), json!({})).await.is_fine();
            (serde_json::from_value::<Uuid>(made).unwrap(), at)
        };
        let (_, stays) = plant("LKSA Tetap", "Ibu Tetap").await;
        let (goes, gone) = plant("LKSA Lebur", "Ibu Lebur").await;
        let operator = provinces.server.operator_of(goes).await;
        assert!(operator.get(&gone).await.is_fine().json().get("contacts").is_some());
        assert!(operator.get(&stays).await.is_fine().json().get("contacts").is_none());
        let survivor = stays.rsplit('/').next().unwrap();
        council.post(format!("{gone}/merge"), json!({ "into": survivor })).await.is_fine();
        let seen = operator.get(&stays).await.is_fine();
        assert!(seen.json().get("contacts").is_none(), "{}", seen.text());
        let history = operator.get(format!("{stays}/history")).await;
        assert!([403, 404].contains(&history.status()), "{}", history.text());
    }
}

fn sorted(mut ids: [Uuid; 2]) -> [Uuid; 2] {
    ids.sort_unstable();
    ids
}
