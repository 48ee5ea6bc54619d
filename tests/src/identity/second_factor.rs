//! The second factor: codes that are good once, recovery codes, and what stays closed without one.

use aumsos_domain::access::Role;
use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;

use super::{
    browser::Browser,
    world::{App, PASSWORD, lets_in, signed_in},
};
use crate::harness::{OnDatabase, System, TestDatabase, TestServer};

/// The code of a time step (RFC 6238), computed apart from the service.
fn code_of(key: &str, step: u64) -> String {
    let key = BASE32_NOPAD.decode(key.as_bytes()).unwrap();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key), &step.to_be_bytes());
    let hash = tag.as_ref();
    let at = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

fn step() -> u64 {
    u64::try_from(chrono::Utc::now().timestamp()).unwrap() / 30
}

/// Sets a second factor up; gives its key and the recovery codes. The step of now is used up by it.
async fn set_up(browser: &Browser) -> (String, Vec<String>) {
    let page = browser.get("/account").await.expect(200);
    let page = browser.submit(&page, "/account/second-factor/begin", &[]).await.expect(200);
    assert!(page.text.contains("data:image/svg+xml;base64,"));
    let key = page.text.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let wrong = browser.submit(&page, "/account/second-factor/confirm", &[("code", "000000")]).await.expect(422);
    assert!(wrong.text.contains(&key));
    let code = code_of(&key, step());
    let done = browser.submit(&page, "/account/second-factor/confirm", &[("code", &code)]).await.expect(200);
    let codes = done.text.split("<code>").skip(1).map(|part| part.split('<').next().unwrap().to_owned()).collect();
    (key, codes)
}

/// A service on which whoever sees personal data needs a second factor.
struct Strict(TestServer);

impl OnDatabase for Strict {
    async fn on(system: System) -> Self {
        let settings = [("AUMSOS_IDENTITY__SECOND_FACTOR_REQUIRED", "true")];
        Self(TestServer::start(TestDatabase::migrated(system), &settings).await)
    }
}

on_both! {
    async fn a_password_alone_opens_nothing_where_there_is_a_second_factor(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (key, codes) = set_up(&browser).await;
        assert_eq!(codes.len(), 10);
        assert!(browser.is_signed_in().await, "whoever set it up has shown it");
        let other = Browser::new(&server);
        let asked = other.sign_in("siti@contoh.or.id", PASSWORD).await.expect(303);
        assert!(asked.location.starts_with("/sign-in/second-factor"), "{}", asked.location);
        assert!(!other.is_signed_in().await);
        let sent = other.get(&app.address(&[])).await.expect(303);
        assert!(sent.location.starts_with("/sign-in/second-factor"), "{}", sent.location);
        let page = other.get(&asked.location).await.expect(200);
        // The code with which it was set up is used, a wrong one is wrong, a recovery code is good once.
        let show = async |browser: &Browser, code: &str| browser.submit(&page, "/sign-in/second-factor", &[("code", code)]).await.status;
        assert_eq!(show(&other, &code_of(&key, step().saturating_sub(9))).await, 422);
        assert_eq!(show(&other, "").await, 422);
        assert_eq!(show(&other, &codes[0].to_lowercase().replace('-', " ")).await, 303);
        assert!(other.is_signed_in().await);
        let third = Browser::new(&server);
        let asked = third.sign_in("siti@contoh.or.id", PASSWORD).await;
        let page = third.get(&asked.location).await;
        third.submit(&page, "/sign-in/second-factor", &[("code", &codes[0])]).await.expect(422);
        third.submit(&page, "/sign-in/second-factor", &[("code", &code_of(&key, step() + 1))]).await.expect(303);
        assert!(third.is_signed_in().await);
        // The same code again, and one of a step before it, are no good to whoever looked over a shoulder.
        let thief = Browser::new(&server);
        let asked = thief.sign_in("siti@contoh.or.id", PASSWORD).await;
        let page = thief.get(&asked.location).await;
        for used in [step() + 1, step()] {
            thief.submit(&page, "/sign-in/second-factor", &[("code", &code_of(&key, used))]).await.expect(422);
        }
    }

    async fn whoever_shows_the_second_factor_goes_on_in_a_fresh_session(server: TestServer) {
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (_, codes) = set_up(&browser).await;
        let other = Browser::new(&server);
        let first = other.sign_in("siti@contoh.or.id", PASSWORD).await;
        let page = other.get(&first.location).await;
        let second = other.submit(&page, "/sign-in/second-factor", &[("code", &codes[0])]).await.expect(303);
        let session = |shown: &crate::identity::browser::Shown| {
            let all = shown.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned());
            all.into_iter().find(|cookie| cookie.starts_with("aumsos-session=")).unwrap()
        };
        assert_ne!(session(&first), session(&second));
    }

    async fn taking_it_away_needs_the_password_and_ends_everything_else(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        set_up(&browser).await;
        let (actor, _) = app.tokens(&browser).await;
        let page = browser.get("/account").await;
        browser.submit(&page, "/account/second-factor/remove", &[("password", "bukan itu")]).await.expect(422);
        assert!(lets_in(&actor).await);
        browser.submit(&page, "/account/second-factor/remove", &[("password", PASSWORD)]).await.expect(303);
        assert!(!lets_in(&actor).await);
        assert!(browser.is_signed_in().await);
        assert!(browser.get("/account").await.text.contains("Faktor kedua belum aktif."));
    }

    async fn personal_data_stays_closed_without_one_where_it_is_compulsory(strict: Strict) {
        let server = &strict.0;
        let app = App::public(server).await;
        let (browser, _) = signed_in(server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let sent = browser.get(&app.address(&[])).await.expect(303);
        assert!(sent.location.starts_with("/account/second-factor"), "{}", sent.location);
        let page = browser.get(&sent.location).await.expect(200);
        assert!(page.text.contains("wajib"));
        let page = browser.submit(&page, "/account/second-factor/begin", &[]).await.expect(200);
        let key = page.text.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let code = code_of(&key, step());
        let done = browser.submit(&page, "/account/second-factor/confirm", &[("code", &code)]).await.expect(200);
        assert!(done.text.contains("/oauth/authorize?"), "it leads back to the app");
        let (actor, _) = app.tokens(&browser).await;
        actor.get("/v1/sensitive-reads").await.is_problem(403, "permission_missing");
        let page = browser.get("/account").await;
        let kept = browser.submit(&page, "/account/second-factor/remove", &[("password", PASSWORD)]).await;
        kept.expect(409);
        // Whoever sees no personal data need not.
        let (browser, _) = signed_in(server, "budi@contoh.or.id", Role::Researcher).await;
        browser.get(&app.address(&[])).await.expect(200);
    }

    async fn a_short_password_is_no_key_alone(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, person) = signed_in(&server, "siti@contoh.or.id", Role::Researcher).await;
        set_up(&browser).await;
        let page = browser.get("/account").await;
        let short = "kuda b7x";
        browser.submit(&page, "/account/password", &[("current", PASSWORD), ("password", short)]).await.expect(303);
        // An officer takes the lost second factor away.
        let author = aumsos_persistence::Author::system();
        let removed = server.store().write::<_, aumsos_persistence::StoreError>(&author, async |work: &mut aumsos_persistence::Work| {
            work.remove_second_factor(person).await
        });
        removed.await.unwrap();
        assert!(!browser.is_signed_in().await);
        browser.sign_in("siti@contoh.or.id", short).await.expect(303);
        let sent = browser.get(&app.address(&[])).await.expect(303);
        assert!(sent.location.starts_with("/account/second-factor"), "{}", sent.location);
    }

    async fn a_grant_from_before_shows_no_personal_data_once_it_is_compulsory(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::DataSteward).await;
        let (actor, _) = app.tokens(&browser).await;
        actor.get("/v1/sensitive-reads").await.expect_status(200);
        let database = server.stop().await;
        let server = TestServer::start(database, &[("AUMSOS_IDENTITY__SECOND_FACTOR_REQUIRED", "true")]).await;
        let actor = server.anonymous().with_token(actor.token());
        actor.get("/v1/sensitive-reads").await.is_problem(403, "permission_missing");
        actor.get("/v1/saved-filters").await.expect_status(200);
    }
}

/// The reference for the codes above: RFC 6238, appendix B.
#[test]
fn the_codes_are_those_of_the_rfc() {
    let key = BASE32_NOPAD.encode(b"12345678901234567890");
    assert_eq!(code_of(&key, 59 / 30), "287082");
    assert_eq!(code_of(&key, 1_111_111_109 / 30), "081804");
}
