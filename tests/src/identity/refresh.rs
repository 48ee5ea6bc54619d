//! Refresh tokens: good once; what comes a second time ends the family.

use aumsos_domain::access::Role;

use super::world::{App, app_to_be, disable, lets_in, signed_in};
use crate::harness::{System, TestDatabase, TestServer};

on_both! {
    async fn each_refresh_gives_the_next_and_reuse_ends_the_family(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (_, first) = app.tokens(&browser).await;
        let (_, second) = app.actor(&app.refresh(&first).await);
        let (actor, third) = app.actor(&app.refresh(&second).await);
        assert!(first != second && second != third);
        // Another grant of the same person to the same app is another family.
        let (elsewhere, _) = app.tokens(&browser).await;
        assert!(lets_in(&actor).await);
        assert_eq!(app.refresh(&first).await.expect_status(400).at("/error"), "invalid_grant");
        assert_eq!(app.refresh(&third).await.expect_status(400).at("/error"), "invalid_grant");
        assert!(!lets_in(&actor).await);
        assert!(lets_in(&elsewhere).await);
    }

    async fn of_fifty_who_refresh_at_once_one_gets_tokens_and_then_nobody(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (_, token) = app.tokens(&browser).await;
        let answers = futures_util::future::join_all((0..50).map(|_| app.refresh(&token))).await;
        let granted: Vec<_> = answers.iter().filter(|answer| answer.status() == 200).collect();
        assert_eq!(granted.len(), 1);
        let (actor, next) = app.actor(granted[0]);
        assert!(!lets_in(&actor).await);
        app.refresh(&next).await.expect_status(400);
    }

    async fn a_scope_wider_than_the_grant_uses_nothing_up(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let code = app.code(&browser, &[("scope", "institutions.read census.read")]).await;
        let (actor, first) = app.actor(&app.redeem(&code).await);
        let refresh = async |token: &str, scope: &str| {
            app.token(&[("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)]).await
        };
        for wide in ["institutions.read imports.run", "imports.run", "everything"] {
            let refused = refresh(&first, wide).await.expect_status(400);
            assert_eq!(refused.at("/error"), "invalid_scope", "{wide}");
        }
        assert!(lets_in(&actor).await);
        let narrow = refresh(&first, "census.read").await.expect_status(200);
        assert_eq!(narrow.at("/scope"), "census.read");
        let (_, second) = app.actor(&narrow);
        // What comes a second time ends the family, whatever it asks for.
        assert_eq!(refresh(&first, "imports.run").await.expect_status(400).at("/error"), "invalid_grant");
        assert_eq!(app.refresh(&second).await.expect_status(400).at("/error"), "invalid_grant");
        assert!(!lets_in(&actor).await);
    }

    async fn what_is_over_is_forgotten_and_what_goes_on_is_not(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (_, over) = app.tokens(&browser).await;
        app.refresh(&over).await.expect_status(200);
        app.refresh(&over).await.expect_status(400);
        server.database().tamper("UPDATE app_grant SET ended_at = 1 WHERE ended_at IS NOT NULL").await;
        let (_, first) = app.tokens(&browser).await;
        let (actor, second) = app.actor(&app.refresh(&first).await);
        server.store().forget_spent_credentials().await.unwrap();
        app.refresh(&over).await.expect_status(400);
        assert!(lets_in(&actor).await);
        // That the first was used is not forgotten while its family goes on.
        app.refresh(&first).await.expect_status(400);
        app.refresh(&second).await.expect_status(400);
    }

    async fn a_refresh_token_is_for_its_app(server: TestServer) {
        let app = App::public(&server).await;
        let other = App::of(&server, app_to_be("aplikasi-lain")).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (_, token) = app.tokens(&browser).await;
        assert_eq!(other.refresh(&token).await.expect_status(400).at("/error"), "invalid_grant");
        // What another app tried has not touched it.
        app.refresh(&token).await.expect_status(200);
    }

    async fn a_family_ends_with_its_time_with_the_person_and_with_the_app(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, person) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (_, token) = app.tokens(&browser).await;
        server.database().tamper("UPDATE app_grant SET last_used_at = last_used_at - 2592000000001").await;
        assert_eq!(app.refresh(&token).await.expect_status(400).at("/error"), "invalid_grant");
        let (_, token) = app.tokens(&browser).await;
        server.database().tamper("UPDATE app_grant SET expires_at = 1").await;
        app.refresh(&token).await.expect_status(400);
        let (actor, token) = app.tokens(&browser).await;
        disable(&server, person).await;
        assert!(!lets_in(&actor).await);
        assert_eq!(app.refresh(&token).await.expect_status(400).at("/error"), "invalid_grant");
        let (browser, _) = signed_in(&server, "budi@contoh.or.id", Role::CouncilOfficer).await;
        let (actor, token) = app.tokens(&browser).await;
        server.database().tamper("UPDATE client SET is_active = FALSE WHERE client_id = 'aplikasi-panti'").await;
        assert!(!lets_in(&actor).await);
        assert_eq!(app.refresh(&token).await.expect_status(401).at("/error"), "invalid_client");
    }
}

/// A used token is dead in the database, not in the memory of a process, and no clock brings it back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_token_stays_dead_after_a_restart() {
    for system in [System::Sqlite, System::Postgres] {
        let mut server = TestServer::start(TestDatabase::migrated(system), &[]).await;
        let (first, last) = {
            let app = App::public(&server).await;
            let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
            let (_, first) = app.tokens(&browser).await;
            let (_, last) = app.actor(&app.refresh(&first).await);
            (first, last)
        };
        server.restart().await;
        let app = App::of(&server, app_to_be("lain")).await;
        let fields =
            |token| [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "aplikasi-panti")];
        app.token(&fields(first.as_str())).await.expect_status(400);
        app.token(&fields(last.as_str())).await.expect_status(400);
    }
}
