//! Sessions in browsers: fresh at each sign-in, listed, ended, and gone at once when the person's access is.

use aumsos_domain::access::Role;
use aumsos_persistence::{Author, StoreError, Work, access::EndReason};

use super::{
    browser::Browser,
    world::{App, PASSWORD, app_to_be, disable, lets_in, person, signed_in},
};
use crate::harness::{System, TestDatabase, TestServer};

fn cookie(shown: &crate::identity::browser::Shown, name: &str) -> Option<String> {
    let all = shown.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    all.filter_map(|cookie| cookie.strip_prefix(&format!("{name}="))).map(str::to_owned).next()
}

on_both! {
    async fn a_session_is_fresh_and_its_cookie_is_the_browsers_alone(server: TestServer) {
        person(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let browser = Browser::new(&server);
        let first = browser.sign_in("siti@contoh.or.id", PASSWORD).await.expect(303);
        let set = cookie(&first, "aumsos-session").unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
        let token = set.split(';').next().unwrap().to_owned();
        assert!(token.len() >= 43);
        // Signing in again, over a session that is open, makes another and ends the first.
        let page = browser.get("/account").await.expect(200);
        browser.submit(&page, "/sign-out", &[]).await.expect(303);
        let second = browser.sign_in("siti@contoh.or.id", PASSWORD).await;
        assert_ne!(cookie(&second, "aumsos-session").unwrap().split(';').next().unwrap(), token);
        let thief = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = thief.get(format!("{}/account", server.url())).header("cookie", format!("aumsos-session={token}"));
        assert_eq!(answer.send().await.unwrap().status(), 303);
    }

    async fn a_session_that_a_browser_was_given_by_another_is_not_taken_over(server: TestServer) {
        person(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let victim = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let planted = "x".repeat(43);
        let answer = victim.get(format!("{}/sign-in", server.url())).header("cookie", format!("aumsos-session={planted}"));
        let page = answer.send().await.unwrap();
        let form_cookie = page.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let text = page.text().await.unwrap();
        let token = text.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let form = [("form_token", token), ("email", "siti@contoh.or.id"), ("password", PASSWORD)];
        let answer = victim.post(format!("{}/sign-in", server.url())).form(&form);
        let answer = answer.header("cookie", format!("aumsos-session={planted}; {form_cookie}")).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        let set: Vec<_> = answer.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect();
        assert!(set.iter().any(|cookie| cookie.starts_with("aumsos-session=")) && set.iter().all(|cookie| !cookie.contains(&planted)));
    }

    async fn a_person_sees_and_ends_their_own_sessions_and_nobody_elses(server: TestServer) {
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let other = Browser::new(&server);
        other.sign_in("siti@contoh.or.id", PASSWORD).await.expect(303);
        let (stranger, _) = signed_in(&server, "budi@contoh.or.id", Role::CouncilOfficer).await;
        let page = browser.get("/account").await.expect(200);
        let ends: Vec<String> = page.text.match_indices("/account/sessions/").map(|(at, path)| {
            page.text[at + path.len()..].split('/').next().unwrap().to_owned()
        }).collect();
        assert_eq!(ends.len(), 2);
        let own = page.form("/sign-out");
        let theirs = stranger.get("/account").await.form("/sign-out");
        for id in &ends {
            stranger.post(&format!("/account/sessions/{id}/end"), &theirs).await.expect(303);
        }
        assert!(other.is_signed_in().await && browser.is_signed_in().await);
        // The newest stands first: the other browser.
        browser.post(&format!("/account/sessions/{}/end", ends[0]), &own).await.expect(303);
        assert!(!other.is_signed_in().await);
        assert!(browser.is_signed_in().await);
    }

    async fn a_new_password_ends_everything_else(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let other = Browser::new(&server);
        other.sign_in("siti@contoh.or.id", PASSWORD).await.expect(303);
        let (actor, refresh) = app.tokens(&other).await;
        let page = browser.get("/account").await;
        let new = "tiga gajah menari pelan";
        let wrong = browser.submit(&page, "/account/password", &[("current", "bukan itu"), ("password", new)]).await;
        wrong.expect(422);
        let weak = browser.submit(&page, "/account/password", &[("current", PASSWORD), ("password", "passwordpassword")]).await;
        assert!(weak.expect(422).text.contains("mudah ditebak"));
        assert!(other.is_signed_in().await);
        browser.submit(&page, "/account/password", &[("current", PASSWORD), ("password", new)]).await.expect(303);
        assert!(browser.is_signed_in().await);
        assert!(!other.is_signed_in().await);
        assert!(!lets_in(&actor).await);
        app.refresh(&refresh).await.expect_status(400);
        Browser::new(&server).sign_in("siti@contoh.or.id", PASSWORD).await.expect(422);
        Browser::new(&server).sign_in("siti@contoh.or.id", new).await.expect(303);
    }

    async fn whoever_is_switched_off_is_out_at_once(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, person) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (actor, _) = app.tokens(&browser).await;
        let come = async || futures_util::future::join_all((0..50).map(|_| lets_in(&actor))).await;
        assert_eq!(come().await, [true; 50]);
        disable(&server, person).await;
        assert!(!browser.is_signed_in().await);
        assert!(!lets_in(&actor).await);
        assert_eq!(come().await, [false; 50], "nobody is let in beside somebody who is looked up");
        Browser::new(&server).sign_in("siti@contoh.or.id", PASSWORD).await.expect(422);
    }

    async fn a_session_is_over_after_an_hour_of_silence_and_after_half_a_day(server: TestServer) {
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        server.database().tamper("UPDATE browser_session SET last_seen_at = last_seen_at - 3600000001").await;
        assert!(!browser.is_signed_in().await);
        browser.sign_in("siti@contoh.or.id", PASSWORD).await.expect(303);
        server.database().tamper("UPDATE browser_session SET expires_at = expires_at - 43200000001").await;
        assert!(!browser.is_signed_in().await);
    }

    async fn an_app_shows_and_ends_the_sessions_of_its_person_alone(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (actor, _) = app.tokens(&browser).await;
        let (elsewhere, _) = app.tokens(&browser).await;
        let (stranger, _) = signed_in(&server, "budi@contoh.or.id", Role::CouncilOfficer).await;
        let (other, _) = app.tokens(&stranger).await;
        let listed = actor.get("/v1/me/sessions").await.expect_status(200).at("/items");
        let listed = listed.as_array().unwrap();
        let kinds: Vec<_> = listed.iter().map(|one| (one["kind"].as_str().unwrap(), one["is_this"].as_bool().unwrap())).collect();
        assert_eq!(kinds, [("browser", false), ("app", false), ("app", true)]);
        let path = |index: usize| format!("/v1/me/sessions/{}/end", listed[index]["id"].as_str().unwrap());
        for index in 0..3 {
            other.post(path(index), serde_json::json!({})).await.is_not_found();
        }
        actor.post(path(0), serde_json::json!({})).await.expect_status(204);
        assert!(!browser.is_signed_in().await);
        actor.post(path(1), serde_json::json!({})).await.expect_status(204);
        actor.post(path(1), serde_json::json!({})).await.is_not_found();
        assert!(!lets_in(&elsewhere).await && lets_in(&actor).await);
        let machine = server.council_officer().await;
        assert_eq!(machine.get("/v1/me/sessions").await.expect_status(200).at("/items"), serde_json::json!([]));
        machine.post(path(2), serde_json::json!({})).await.is_not_found();
    }

    async fn an_app_can_be_sent_away(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (actor, _) = app.tokens(&browser).await;
        let page = browser.get("/account").await;
        assert!(page.text.contains("Aplikasi &#60;b&#62;Panti&#60;/b&#62;"), "{}", page.text);
        let id = page.text.split("/account/apps/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        browser.post(&format!("/account/apps/{id}/end"), &page.form("/sign-out")).await.expect(303);
        assert!(!lets_in(&actor).await);
        assert!(browser.get("/account").await.text.contains("Belum ada."));
    }
}

/// What ends on one process ends on the other within a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_ends_on_every_process() {
    let server = TestServer::start(TestDatabase::migrated(System::Postgres), &[]).await;
    let other = server.spawn_binary();
    let app = App::of(&server, app_to_be("aplikasi-panti")).await;
    let (browser, person) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
    let (actor, _) = app.tokens(&browser).await;
    let elsewhere = other.as_seen_by(&actor);
    assert!(lets_in(&elsewhere).await);
    let author = Author::system();
    let ended = server
        .store()
        .write::<_, StoreError>(&author, async |work: &mut Work| work.end_access_of(person, EndReason::Disabled).await);
    ended.await.unwrap();
    assert!(!lets_in(&elsewhere).await);
    let theirs = Browser::at(other.url());
    theirs.sign_in("siti@contoh.or.id", PASSWORD).await.expect(303);
    assert!(theirs.is_signed_in().await);
}
