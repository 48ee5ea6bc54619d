//! The feed by pages: what it tells whom.

use aumsos_domain::{
    access::{Audience, Role, RolePlace},
    institutions::{InstitutionStatus, Operator},
    organization_units::OrganizationUnit,
};
use aumsos_persistence::{Author, Work};
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{branch, create, draft, publish, read_feed, save, sealed, told_of};
use crate::harness::{Actor, TestServer};

on_both! {
    async fn each_change_is_told_once_in_order_whatever_the_pages(server: TestServer) {
        let officer = server.council_officer().await;
        let mut made = Vec::new();
        for number in 0..20 {
            let id = Uuid::now_v7();
            let body = branch(id, OrganizationUnit::MUHAMMADIYAH, &format!("PCM {number}"));
            officer.post("/v1/organization-units", body).await.expect_status(201);
            made.push(id.to_string());
        }
        sealed(server.store()).await;
        let (items, cursor) = read_feed(&server.anonymous(), "0", "").await;
        let told: Vec<&str> = items.iter().filter(|item| item["action"] == "created").map(|item| item["id"].as_str().unwrap()).collect();
        assert_eq!(told[told.len() - 20..], made);
        let positions: Vec<i64> = items.iter().map(|item| item["position"].as_i64().unwrap()).collect();
        assert!(positions.is_sorted_by(|one, next| one < next));
        // The record is as its own address shows it.
        let last = items.last().unwrap();
        assert_eq!(last["record"], officer.get(format!("/v1/organization-units/{}", made[19])).await.json());
        // At its end the feed is empty, and goes on from there.
        assert_eq!(read_feed(&officer, &cursor, "").await.0, Vec::<Value>::new());
        let one_more = Uuid::now_v7();
        officer.post("/v1/organization-units", branch(one_more, OrganizationUnit::MUHAMMADIYAH, "PCM baru")).await.expect_status(201);
        sealed(server.store()).await;
        let (items, _) = read_feed(&officer, &cursor, "").await;
        assert_eq!(told_of(&items, one_more), ["changed by created as council"]);
        assert_eq!(items.len(), 1);
        // A number works as well as a cursor.
        let position = items[0]["position"].as_i64().unwrap();
        assert_eq!(read_feed(&officer, &(position - 1).to_string(), "").await.0, items);
    }

    async fn a_cursor_of_another_database_or_from_behind_the_end_shows_the_way_on(server: TestServer) {
        let nobody = server.anonymous();
        let foreign = data_encoding::BASE64URL_NOPAD.encode(&[[9; 16].as_slice(), &1_i64.to_be_bytes()].concat());
        for wrong in [foreign.as_str(), "999999999"] {
            for path in ["changes", "events"] {
                let answer = nobody.get(format!("/v1/{path}?after={wrong}")).await.is_problem(410, "feed_cursor_too_old");
                assert_eq!(answer.at("/details/snapshot"), "/v1/institutions");
            }
            nobody.get("/v1/events").header("last-event-id", wrong).await.is_problem(410, "feed_cursor_too_old");
        }
        for wrong in ["-1", "1.5", "x", "99999999999999999999"] {
            let answer = nobody.get(format!("/v1/changes?after={wrong}")).await.is_problem(422, "invalid_values");
            assert_eq!(answer.errors(), [("/after".to_owned(), "cursor_invalid".to_owned())]);
        }
        for wrong in ["kinds=person", "kinds=nothing", "limit=0", "limit=201", "since=2020-01-01"] {
            nobody.get(format!("/v1/changes?{wrong}")).await.is_problem(422, "invalid_values");
        }
    }

    async fn drafts_are_for_insiders_and_what_was_never_public_stays_so(server: TestServer) {
        let unit = server.unit_of(Operator::Muhammadiyah, "35.78").await;
        let (insider, stranger) = (server.regional_officer("35").await, server.regional_officer("34").await);
        let record = draft(unit, "35.78.01.1001");
        create(&server, &record).await;
        sealed(server.store()).await;
        let told = async |reader| told_of(&read_feed(&reader, "0", "").await.0, record.id);
        assert_eq!(told(insider.clone()).await, ["changed by created as council"]);
        for outsider in [stranger.clone(), server.anonymous()] {
            assert_eq!(told(outsider).await, Vec::<String>::new());
        }
        let record = publish(&server, &record).await;
        sealed(server.store()).await;
        // The record is as its own address shows it, but for its census, which is not a part of it.
        let (items, _) = read_feed(&stranger, "0", "&kinds=institution").await;
        let mut shown = stranger.get(format!("/v1/institutions/{}", record.id)).await.json();
        shown.as_object_mut().unwrap().remove("freshness");
        assert_eq!(items.last().unwrap()["record"], shown);
        assert_eq!(told(insider.clone()).await, ["changed by created as council", "changed by verified as council"]);
        for outsider in [stranger.clone(), server.anonymous()] {
            assert_eq!(told(outsider).await, ["changed by verified as public"], "the draft is not told after the fact");
        }
        let operator = server.operator_of(record.id).await;
        assert_eq!(told(operator).await.len(), 2);
        // A merged record leaves the sight of the public, its past with it, and says where it went.
        let other = draft(unit, "35.78");
        create(&server, &other).await;
        let target = publish(&server, &other).await.id;
        let merged = save(&server, "merged", &record, |one| {
            one.status = InstitutionStatus::Merged;
            one.merged_into = Some(target);
        }).await;
        sealed(server.store()).await;
        let (items, _) = read_feed(&server.anonymous(), "0", "").await;
        assert_eq!(told_of(&items, merged.id), ["left_sight by verified", "left_sight by merged"]);
        let last = items.iter().rfind(|item| item["id"] == merged.id.to_string()).unwrap();
        assert_eq!(last["merged_into"], target.to_string());
        assert_eq!(last.get("record"), None);
        assert_eq!(told(insider).await.last().unwrap(), "changed by merged as council");
    }

    async fn a_deleted_draft_is_told_to_those_who_saw_it(server: TestServer) {
        let unit = server.unit_of(Operator::Muhammadiyah, "35").await;
        let (insider, stranger) = (server.regional_officer("35").await, server.regional_officer("34").await);
        let record = draft(unit, "35.78");
        create(&server, &record).await;
        let author = Author::system();
        let deleted = server.store().write(&author, async |work: &mut Work| work.delete_institution(&record).await);
        deleted.await.unwrap();
        sealed(server.store()).await;
        let (items, _) = read_feed(&insider, "0", "&kinds=institution").await;
        assert_eq!(told_of(&items, record.id), ["deleted by created", "deleted by deleted"]);
        assert!(items.iter().all(|item| item.get("record").is_none()));
        assert_eq!(read_feed(&stranger, "0", "&kinds=institution").await.0, Vec::<Value>::new());
        let check = json!({"kind": "institution", "ids": [record.id, Uuid::now_v7()]});
        for (reader, presence) in [(insider, "gone"), (stranger, "unknown"), (server.anonymous(), "unknown")] {
            let answer = reader.post("/v1/changes/check", check.clone()).await.expect_status(200);
            assert_eq!(answer.at("/items/0/presence"), presence);
            assert_eq!(answer.at("/items/1/presence"), "unknown");
        }
    }

    async fn a_home_that_went_into_hiding_is_hidden_in_its_past_too(server: TestServer) {
        let unit = server.unit_of(Operator::Muhammadiyah, "35").await;
        let insider = server.regional_officer("35").await;
        let partner = server.client_with(Role::Donor, RolePlace::Unit(unit)).await;
        let record = draft(unit, "35.78.01.1001");
        create(&server, &record).await;
        let record = publish(&server, &record).await;
        sealed(server.store()).await;
        let streets = async |reader| {
            let (items, _) = read_feed(&reader, "0", "&kinds=institution").await;
            let text = serde_json::to_string(&items).unwrap();
            (text.matches("Jalan Rahasia").count(), text.matches("+62315551234").count(), text.matches("112.75").count())
        };
        assert_eq!(streets(server.anonymous()).await, (1, 1, 1));
        let record = save(&server, "changed", &record, |one| one.profile.location_audience = Audience::Partner).await;
        sealed(server.store()).await;
        assert_eq!(streets(server.anonymous()).await, (0, 2, 0));
        assert_eq!(streets(partner.clone()).await, (2, 2, 2));
        save(&server, "changed", &record, |one| {
            one.profile.location_audience = Audience::Council;
            one.profile.contact_audience = Audience::Council;
        }).await;
        sealed(server.store()).await;
        assert_eq!(streets(server.anonymous()).await, (0, 0, 0));
        assert_eq!(streets(partner).await, (0, 0, 0));
        assert_eq!(streets(insider).await.0, 4);
    }

    async fn a_unit_that_moves_takes_sight_with_it_and_nobody_else_gains_any(server: TestServer) {
        let jogja = server.unit_of(Operator::Muhammadiyah, "34").await;
        let unit = server.unit_of(Operator::Muhammadiyah, "35.78").await;
        let council = server.council_officer().await;
        let (old, new, third) = (server.regional_officer("35").await, server.regional_officer("34").await, server.regional_officer("33").await);
        let draft_record = draft(unit, "35.78");
        create(&server, &draft_record).await;
        let public_record = draft(unit, "35.78");
        create(&server, &public_record).await;
        publish(&server, &public_record).await;
        let mut hidden_record = draft(unit, "35.78");
        hidden_record.profile.location_audience = Audience::Council;
        create(&server, &hidden_record).await;
        publish(&server, &hidden_record).await;
        sealed(server.store()).await;
        let (_, cursor) = read_feed(&council, "0", "").await;

        let shown = council.get(format!("/v1/organization-units/{unit}")).await.expect_status(200);
        let moved = json!({"parent_id": jogja, "region": null});
        council.patch(format!("/v1/organization-units/{unit}"), moved).if_match(shown.etag()).await.expect_status(200);
        sealed(server.store()).await;

        let told = async |reader, id, after| told_of(&read_feed(&reader, after, "").await.0, id);
        assert_eq!(told(old.clone(), draft_record.id, &cursor).await, ["left_sight by unit_moved"]);
        assert_eq!(told(old.clone(), public_record.id, &cursor).await, ["changed by unit_moved as public"]);
        for id in [draft_record.id, public_record.id] {
            assert_eq!(told(new.clone(), id, &cursor).await, ["changed by unit_moved as council"]);
            assert_eq!(told(council.clone(), id, &cursor).await, ["changed by unit_moved as council"]);
        }
        for outsider in [third, server.anonymous()] {
            assert_eq!(told(outsider.clone(), draft_record.id, "0").await, Vec::<String>::new());
            assert_eq!(told(outsider, public_record.id, &cursor).await, ["changed by unit_moved as public"]);
        }
        // That a hidden home moved with a unit would tell where it is: only those hear of it who knew, or know now.
        assert_eq!(told(old.clone(), hidden_record.id, &cursor).await, ["changed by unit_moved as public"]);
        assert_eq!(told(new.clone(), hidden_record.id, &cursor).await, ["changed by unit_moved as council"]);
        assert_eq!(told(server.anonymous(), hidden_record.id, &cursor).await, Vec::<String>::new());
        assert_eq!(told(server.regional_officer("32").await, hidden_record.id, &cursor).await, Vec::<String>::new());
        // From the beginning the old officer is not shown the draft as it was.
        let (items, _) = read_feed(&old, "0", "&kinds=institution").await;
        assert!(items.iter().filter(|item| item["id"] == draft_record.id.to_string()).all(|item| item.get("record").is_none()));
        assert!(items.iter().all(|item| item["seen_as"] != "council"));
        let check = json!({"kind": "institution", "ids": [draft_record.id, public_record.id]});
        let presences = async |reader: Actor| {
            let answer = reader.post("/v1/changes/check", check.clone()).await.expect_status(200);
            (answer.at("/items/0/presence"), answer.at("/items/1/presence"))
        };
        assert_eq!(presences(old).await, (json!("unknown"), json!("present")));
        assert_eq!(presences(new).await, (json!("present"), json!("present")));
    }

    async fn a_record_that_is_handed_over_leaves_the_sight_of_the_old_unit_its_past_with_it(server: TestServer) {
        let east = server.unit_of(Operator::Muhammadiyah, "35").await;
        let jogja = server.unit_of(Operator::Muhammadiyah, "34").await;
        let (old, new) = (server.regional_officer("35").await, server.regional_officer("34").await);
        let record = draft(east, "35.78");
        create(&server, &record).await;
        save(&server, "changed", &record, |one| one.profile.unit_id = jogja).await;
        sealed(server.store()).await;
        let (items, _) = read_feed(&old, "0", "&kinds=institution").await;
        assert_eq!(told_of(&items, record.id), ["left_sight by created", "left_sight by changed"]);
        assert!(items.iter().all(|item| item.get("record").is_none()));
        let (items, _) = read_feed(&new, "0", "&kinds=institution").await;
        assert_eq!(told_of(&items, record.id), ["changed by changed as council"], "what was before is not theirs");
    }

    async fn what_is_no_business_of_readers_is_in_no_feed(server: TestServer) {
        // Clients and roles were made for these very readers, and stand in the ledger.
        let readers = [server.council_officer().await, server.client_with(Role::SystemAdministrator, RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH)).await];
        sealed(server.store()).await;
        for reader in readers {
            let (items, _) = read_feed(&reader, "0", "").await;
            let kinds: std::collections::BTreeSet<&str> = items.iter().map(|item| item["kind"].as_str().unwrap()).collect();
            assert_eq!(kinds, ["organization_unit"].into());
            let check = json!({"kind": "client", "ids": [Uuid::now_v7()]});
            assert_eq!(reader.post("/v1/changes/check", check).await.expect_status(200).at("/items/0/presence"), "unknown");
        }
    }

    async fn a_list_tells_where_to_follow_from(server: TestServer) {
        let unit = server.unit_of(Operator::Muhammadiyah, "35").await;
        let insider = server.regional_officer("35").await;
        let before = draft(unit, "35.78");
        create(&server, &before).await;
        sealed(server.store()).await;
        for list in ["institutions", "institutions?format=ndjson", "organization-units"] {
            let listed = insider.get(format!("/v1/{list}")).await.expect_status(200);
            let after = draft(unit, "35.78");
            create(&server, &after).await;
            sealed(server.store()).await;
            let (items, _) = read_feed(&insider, listed.header("feed-cursor"), "&kinds=institution").await;
            let told: Vec<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
            assert_eq!(told, [after.id.to_string()], "{list}");
        }
    }

    async fn the_mark_of_sight_changes_with_the_roles_and_with_nothing_else(server: TestServer) {
        let mark = async |reader: Actor| reader.get("/v1/changes").await.expect_status(200).at("/sight");
        let east = server.regional_officer("35").await;
        assert_eq!(mark(east.clone()).await, mark(east.clone()).await);
        assert_eq!(mark(east.clone()).await, mark(server.regional_officer("35").await).await);
        assert_ne!(mark(east.clone()).await, mark(server.regional_officer("34").await).await);
        assert_ne!(mark(east).await, mark(server.anonymous()).await);
    }
}
