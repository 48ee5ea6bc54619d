//! Authorization codes: for the app that asked, at the address that it registered, once, with the proof that it is the
//! one.

use aumsos_domain::access::{ClientKind, Role};
use aumsos_persistence::access::NewClient;

use super::{
    browser::Browser,
    world::{App, CHALLENGE, REDIRECT_URI, VERIFIER, app_to_be, claims, lets_in, post_form, scopes, signed_in},
};
use crate::harness::TestServer;

on_both! {
    async fn a_person_lets_an_app_act_for_them(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, person) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let shown = app.allowed(&browser, &[]).await;
        assert!(shown.location.starts_with(REDIRECT_URI));
        assert_eq!(shown.parameter("state").as_deref(), Some("tetap&sama"));
        assert_eq!(shown.parameter("iss").as_deref(), Some("http://aumsos.test"));
        let answer = app.redeem(&shown.parameter("code").unwrap()).await.expect_status(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        let (actor, _) = app.actor(&answer);
        let claims = claims(actor.token());
        assert_eq!(claims["sub"], person.to_string());
        assert_eq!(claims["client_id"], "aplikasi-panti");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
        // Seen with the roles of the person.
        actor.get("/v1/imports").await.expect_status(200);
        // What the person writes stands in the ledger as theirs.
        let made = actor.post("/v1/saved-filters", serde_json::json!({ "name": "a", "resource": "institutions", "query": {} })).await;
        made.expect_status(201);
    }

    async fn whoever_is_not_signed_in_signs_in_first_and_comes_back(server: TestServer) {
        let app = App::public(&server).await;
        crate::identity::world::person(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let browser = Browser::new(&server);
        let address = app.address(&[]);
        let sent = browser.get(&address).await.expect(303);
        let page = browser.get(&sent.location).await.expect(200);
        let filled = [("email", "siti@contoh.or.id"), ("password", crate::identity::world::PASSWORD)];
        let back = browser.submit(&page, "/sign-in", &filled).await.expect(303);
        assert_eq!(back.location, address);
        assert!(browser.get(&back.location).await.expect(200).text.contains("siti@contoh.or.id"));
    }

    async fn a_code_is_good_once_and_its_second_coming_ends_the_first(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let code = app.code(&browser, &[]).await;
        let (actor, refresh) = app.actor(&app.redeem(&code).await);
        assert!(lets_in(&actor).await);
        assert_eq!(app.redeem(&code).await.expect_status(400).at("/error"), "invalid_grant");
        assert!(!lets_in(&actor).await);
        assert_eq!(app.refresh(&refresh).await.expect_status(400).at("/error"), "invalid_grant");
    }

    async fn of_many_who_redeem_one_code_at_once_at_most_one_gets_tokens(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let code = app.code(&browser, &[]).await;
        let answers = futures_util::future::join_all((0..10).map(|_| app.redeem(&code))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status() == 200).count(), 1);
        assert!(answers.iter().all(|answer| [200, 400].contains(&answer.status())));
    }

    async fn a_code_is_for_its_app_its_address_and_its_verifier(server: TestServer) {
        let app = App::public(&server).await;
        let other = App::of(&server, app_to_be("aplikasi-lain")).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let code = app.code(&browser, &[]).await;
        let shown = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT_URI), ("code_verifier", VERIFIER)];
        let with = |name: &str, value: &'static str| {
            let mut fields = shown.to_vec();
            fields.retain(|(known, _)| *known != name);
            if !value.is_empty() {
                fields.push((match name { "redirect_uri" => "redirect_uri", _ => "code_verifier" }, value));
            }
            fields
        };
        assert_eq!(other.token(&shown).await.expect_status(400).at("/error"), "invalid_grant");
        assert_eq!(app.token(&with("code_verifier", "")).await.expect_status(400).at("/error"), "invalid_request");
        assert_eq!(app.token(&with("redirect_uri", "")).await.expect_status(400).at("/error"), "invalid_request");
        // What another app tried has not touched it.
        app.token(&shown).await.expect_status(200);
        for (name, wrong) in [
            ("code_verifier", "EBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            // The challenge itself is what a thief of the request has seen.
            ("code_verifier", CHALLENGE),
            ("redirect_uri", "https://aplikasi.contoh.or.id/masuk/"),
        ] {
            let code = app.code(&browser, &[]).await;
            let mut fields = with(name, wrong);
            fields.retain(|(known, _)| *known != "code");
            fields.push(("code", &code));
            assert_eq!(app.token(&fields).await.expect_status(400).at("/error"), "invalid_grant", "{wrong}");
            // A wrong proof uses the code up: there is no second guess.
            app.redeem(&code).await.expect_status(400);
        }
    }

    async fn a_code_is_over_after_a_minute(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let code = app.code(&browser, &[]).await;
        server.database().tamper("UPDATE authorization_code SET expires_at = expires_at - 60000001").await;
        assert_eq!(app.redeem(&code).await.expect_status(400).at("/error"), "invalid_grant");
    }

    async fn nothing_is_sent_to_an_address_that_is_not_registered(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        for address in [
            "https://evil.example/masuk",
            "https://aplikasi.contoh.or.id/masuk/../curi",
            "https://aplikasi.contoh.or.id/masuk?x=1",
            "https://aplikasi.contoh.or.id/masuk#x",
            "https://aplikasi.contoh.or.id.evil.example/masuk",
            "https://aplikasi.contoh.or.id@evil.example/masuk",
            "http://aplikasi.contoh.or.id/masuk",
            "javascript:alert(1)",
            "",
        ] {
            let shown = browser.get(&app.address(&[("redirect_uri", address)])).await.expect(400);
            assert_eq!(shown.location, "", "{address}");
            // Not even a decision that was made elsewhere leads there.
            let page = browser.get(&app.address(&[])).await.expect(200);
            let decided = [("redirect_uri", address), ("decision", "allow")];
            let shown = browser.submit(&page, "/oauth/authorize", &decided).await.expect(400);
            assert_eq!(shown.location, "", "{address}");
        }
        for twice in ["redirect_uri", "client_id", "code_challenge", "scope"] {
            let address = format!("{}&{twice}=x&{twice}=y", app.address(&[]));
            assert_eq!(browser.get(&address).await.expect(400).location, "");
        }
        assert_eq!(browser.get(&app.address(&[("client_id", "tidak-ada")])).await.expect(400).location, "");
    }

    async fn an_app_cannot_leave_the_proof_out_or_weaken_it(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        for (changed, error) in [
            (vec![("code_challenge", "")], "invalid_request"),
            (vec![("code_challenge_method", "")], "invalid_request"),
            (vec![("code_challenge_method", "plain")], "invalid_request"),
            (vec![("code_challenge", "short")], "invalid_request"),
            (vec![("response_type", "token")], "unsupported_response_type"),
            (vec![("response_type", "")], "unsupported_response_type"),
            (vec![("scope", "institutions.read everything")], "invalid_scope"),
        ] {
            let shown = browser.get(&app.address(&changed)).await.expect(303);
            assert!(shown.location.starts_with(REDIRECT_URI), "{}", shown.location);
            assert_eq!(shown.parameter("error").as_deref(), Some(error), "{changed:?}");
            assert_eq!(shown.parameter("state").as_deref(), Some("tetap&sama"));
            assert_eq!(shown.parameter("code"), None);
        }
    }

    async fn a_person_can_say_no(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let page = browser.get(&app.address(&[])).await;
        let shown = browser.submit(&page, "/oauth/authorize", &[("decision", "deny")]).await.expect(303);
        assert_eq!(shown.parameter("error").as_deref(), Some("access_denied"));
        // A form without a decision is no yes.
        let page = browser.get(&app.address(&[])).await;
        let shown = browser.submit(&page, "/oauth/authorize", &[]).await.expect(303);
        assert_eq!(shown.parameter("error").as_deref(), Some("access_denied"));
    }

    async fn an_app_gets_no_more_than_it_asks_for_or_is_registered_for(server: TestServer) {
        let narrow = NewClient { scopes: Some(scopes("institutions.read census.read")), ..app_to_be("sempit") };
        let app = App::of(&server, narrow).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let shown = browser.get(&app.address(&[("scope", "institutions.read imports.run")])).await.expect(303);
        assert_eq!(shown.parameter("error").as_deref(), Some("invalid_scope"));
        let answer = app.redeem(&app.code(&browser, &[]).await).await.expect_status(200);
        assert_eq!(answer.at("/scope"), "institutions.read census.read");
        let (actor, refresh) = app.actor(&answer);
        actor.get("/v1/imports").await.is_problem(403, "permission_missing");
        // A refresh narrows for one token and never widens.
        let fields = |scope| [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("scope", scope)];
        let narrower = app.token(&fields("census.read")).await.expect_status(200);
        assert_eq!(narrower.at("/scope"), "census.read");
        let (_, refresh) = app.actor(&narrower);
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("scope", "imports.run")];
        assert_eq!(app.token(&fields).await.expect_status(400).at("/error"), "invalid_scope");
    }

    async fn an_app_that_keeps_a_secret_must_show_it(server: TestServer) {
        let secret = "rahasia aplikasi web";
        let web = NewClient { kind: ClientKind::Web, secret: Some(secret.to_owned()), ..app_to_be("web") };
        let app = App::of(&server, web).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let code = app.code(&browser, &[]).await;
        let fields = [
            ("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER), ("client_id", "web"),
        ];
        let nobody = server.anonymous();
        let answer = post_form(&nobody, "/oauth/token", &fields).await.expect_status(401);
        assert_eq!(answer.at("/error"), "invalid_client");
        assert!(answer.header("www-authenticate").starts_with("Basic"));
        app.redeem(&code).await.expect_status(200);
        // Nor may it act for itself.
        let fields = [("grant_type", "client_credentials"), ("client_id", "web"), ("client_secret", secret)];
        assert_eq!(post_form(&nobody, "/oauth/token", &fields).await.expect_status(400).at("/error"), "unauthorized_client");
    }
}
