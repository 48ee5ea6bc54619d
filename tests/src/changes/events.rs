//! Live events.

use std::time::{Duration, Instant};

use aumsos_domain::{
    access::{Role, RoleAssignment, RolePlace},
    institutions::Operator,
    organization_units::OrganizationUnit,
};
use aumsos_persistence::{Author, StoreError, Work, access::NewClient};
use futures_util::future::join_all;
use uuid::Uuid;

use super::{
    followers::Follower,
    world::{branch, create, draft, publish, read_feed, sealed},
};
use crate::harness::{Actor, TestServer};

/// A council officer's client with the secret `secret`.
fn officer_named(client_id: &str) -> NewClient {
    let role = RoleAssignment { role: Role::CouncilOfficer, place: RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH) };
    NewClient::service(Uuid::now_v7(), client_id, client_id, "secret", vec![role])
}

/// Makes a unit; gives its id.
async fn make(actor: &Actor) -> String {
    let id = Uuid::now_v7();
    actor.post("/v1/organization-units", branch(id, OrganizationUnit::MUHAMMADIYAH, "PCM")).await.expect_status(201);
    id.to_string()
}

on_both! {
    async fn an_event_is_the_change_as_the_feed_shows_it(server: TestServer) {
        let officer = server.council_officer().await;
        sealed(server.store()).await;
        let (_, cursor) = read_feed(&officer, "0", "").await;
        let mut follower = Follower::of(&officer, "").await;
        let id = make(&officer).await;
        let event = follower.next().await;
        assert_eq!((event.record_id(), event.name.as_str()), (id.as_str(), "changed"));
        let (items, end) = read_feed(&officer, &cursor, "").await;
        assert_eq!(items, [event.data]);
        assert_eq!(event.id, end);
    }

    async fn whoever_comes_again_misses_nothing_and_gets_nothing_twice(server: TestServer) {
        let officer = server.council_officer().await;
        sealed(server.store()).await;
        let mut first = Follower::of(&officer, "?kinds=organization_unit").await;
        let mut made = Vec::new();
        for _ in 0..3 {
            made.push(make(&officer).await);
        }
        let mut got = Vec::new();
        let mut last = String::new();
        for _ in 0..2 {
            let event = first.next().await;
            got.push(event.record_id().to_owned());
            last = event.id;
        }
        drop(first);
        for _ in 0..150 {
            made.push(make(&officer).await);
        }
        let mut second = Follower::after(&officer, "?kinds=organization_unit", &last).await;
        made.push(make(&officer).await);
        while got.len() < made.len() {
            got.push(second.next().await.record_id().to_owned());
        }
        assert_eq!(got, made);
        assert!(second.within(Duration::from_millis(300)).await.is_none());
    }

    async fn a_commit_of_many_changes_is_told_piece_by_piece_and_whole(server: TestServer) {
        let officer = server.council_officer().await;
        let unit = server.unit_of(Operator::Muhammadiyah, "35").await;
        sealed(server.store()).await;
        let mut follower = Follower::of(&officer, "?kinds=institution").await;
        let mut slow = Follower::of(&officer, "?kinds=institution").await;
        let many: Vec<_> = (0..250).map(|_| draft(unit, "35.78")).collect();
        let author = Author::system();
        let made = server.store().write(&author, async |work: &mut Work| {
            for new in &many {
                work.create_institution("created", new).await?;
            }
            Ok::<_, StoreError>(())
        });
        made.await.unwrap();
        for reader in [&mut follower, &mut slow] {
            for new in &many {
                assert_eq!(reader.next().await.record_id(), new.id.to_string());
            }
            assert!(reader.within(Duration::from_millis(300)).await.is_none());
        }
    }

    async fn each_reader_gets_what_is_theirs(server: TestServer) {
        let unit = server.unit_of(Operator::Muhammadiyah, "35").await;
        let (insider, stranger) = (server.regional_officer("35").await, server.regional_officer("34").await);
        sealed(server.store()).await;
        let mut inside = Follower::of(&insider, "").await;
        let mut outside = Follower::of(&stranger, "").await;
        let mut public = Follower::of(&server.anonymous(), "").await;
        let record = draft(unit, "35.78");
        create(&server, &record).await;
        publish(&server, &record).await;
        assert_eq!(inside.next().await.data["action"], "created");
        for (follower, view) in [(&mut inside, "council"), (&mut outside, "public"), (&mut public, "public")] {
            let event = follower.next().await;
            assert_eq!((event.data["action"].as_str(), event.data["seen_as"].as_str()), (Some("verified"), Some(view)));
        }
    }

    async fn a_stream_ends_with_the_rights_of_its_reader(server: TestServer) {
        let leaver = server.make_client(&officer_named("leaver")).await;
        let officer = server.council_officer().await;
        sealed(server.store()).await;
        let mut follower = Follower::of(&leaver, "").await;
        let mut stays = Follower::of(&officer, "").await;
        let author = Author::system();
        let revoked = server.store().write(&author, async |work: &mut Work| work.revoke_client("leaver").await);
        assert!(revoked.await.unwrap());
        let begun = Instant::now();
        let secret = draft(OrganizationUnit::MUHAMMADIYAH, "35");
        create(&server, &secret).await;
        assert!(follower.rest().await.is_empty());
        // Rights are looked up each second; the rest is for machines that do much else.
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        assert_eq!(stays.next().await.record_id(), secret.id.to_string());
        leaver.get("/v1/events").await.is_problem(401, "token_invalid");
    }

    async fn a_write_on_one_server_is_seen_by_the_streams_of_another(server: TestServer) {
        let officer = server.make_client(&officer_named("officer")).await;
        let other = server.spawn_binary();
        let there = other.anonymous().token_for("officer", "secret").await.expect_status(200);
        let there = other.anonymous().with_token(there.at("/access_token").as_str().unwrap());
        sealed(server.store()).await;
        let mut here = Follower::of(&server.anonymous(), "").await;
        let mut elsewhere = Follower::of(&other.anonymous(), "").await;
        for writer in [&officer, &there] {
            let id = make(writer).await;
            let begun = Instant::now();
            for follower in [&mut here, &mut elsewhere] {
                assert_eq!(follower.next().await.record_id(), id);
            }
            // Woken, or at the next look of a process that was not.
            assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        }
    }

    async fn streams_end_at_once_when_the_service_stops(server: TestServer) {
        let mut other = server.spawn_binary();
        sealed(server.store()).await;
        let mut followers = join_all((0..20).map(|_| async { Follower::of(&other.anonymous(), "").await })).await;
        other.ask_to_stop();
        let begun = Instant::now();
        for follower in &mut followers {
            assert!(follower.rest().await.is_empty());
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        assert_eq!(other.wait().0, Some(0));
        eprintln!("stopped after {:?}", begun.elapsed());
    }

    async fn a_write_reaches_a_thousand_streams_quickly(server: TestServer) {
        let officer = server.council_officer().await;
        sealed(server.store()).await;
        let public = server.anonymous();
        let mut followers = Vec::new();
        for _ in 0..20 {
            followers.extend(join_all((0..50).map(|_| Follower::of(&public, ""))).await);
        }
        // The first goes through everything once.
        make(&officer).await;
        join_all(followers.iter_mut().map(Follower::next)).await;
        let id = make(&officer).await;
        let begun = Instant::now();
        let events = join_all(followers.iter_mut().map(Follower::next)).await;
        let took = begun.elapsed();
        assert!(events.iter().all(|event| event.record_id() == id));
        // Generous: reader and service share the cores of the machine with other tests.
        assert!(took < Duration::from_secs(3), "{took:?}");
        eprintln!("a write was visible to 1,000 streams after {took:?}");
    }
}
