//! The second factor: codes that are good once, recovery codes, and what stays closed without one.

use aumsos_domain::access::Role;
use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;

use super::{
    browser::{Browser, Shown},
    passwords::Limited,
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

const SHOW: &str = "/sign-in/second-factor";
const SET_UP: &str = "/account/second-factor";
const BEGIN: &str = "/account/second-factor/begin";
const CONFIRM: &str = "/account/second-factor/confirm";

/// The key that a page shows.
#[track_caller]
fn key_on(page: &Shown) -> String {
    page.text.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// Sets a second factor up; gives its key and the recovery codes. The step of now is used up by it.
async fn set_up(browser: &Browser) -> (String, Vec<String>) {
    let page = browser.get("/account").await.expect(200);
    let page = browser.submit(&page, BEGIN, &[("password", PASSWORD)]).await.expect(200);
    assert!(page.text.contains("data:image/svg+xml;base64,"));
    let key = key_on(&page);
    let wrong = browser.submit(&page, CONFIRM, &[("code", "000000")]).await.expect(422);
    assert!(wrong.text.contains(&key));
    let code = code_of(&key, step());
    let done = browser.submit(&wrong, CONFIRM, &[("code", &code)]).await.expect(200);
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

    async fn wrong_codes_elsewhere_do_not_lock_the_owner_out(limited: Limited) {
        let server = &limited.0;
        let (owner, _) = signed_in(server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (_, codes) = set_up(&owner).await;
        let page = owner.get("/account").await;
        owner.submit(&page, "/sign-out", &[]).await.expect(303);
        // Whoever has the password, and no second factor, tries codes.
        let thief = Browser::new(server);
        let asked = thief.sign_in("siti@contoh.or.id", PASSWORD).await.expect(303);
        let page = thief.get(&asked.location).await.expect(200);
        let mut statuses = Vec::new();
        for _ in 0..12 {
            statuses.push(thief.submit(&page, SHOW, &[("code", "000000")]).await.status);
        }
        assert_eq!(statuses[..9], [422; 9]);
        assert_eq!(statuses[11], 429);
        // Signing in once more brings no fresh tries, neither here nor elsewhere.
        for again in [thief, Browser::new(server)] {
            let asked = again.sign_in("siti@contoh.or.id", PASSWORD).await.expect(303);
            let page = again.get(&asked.location).await.expect(200);
            again.submit(&page, SHOW, &[("code", "000000")]).await.expect(429);
        }
        // The browser in which the owner showed it before has its own tries.
        let asked = owner.sign_in("siti@contoh.or.id", PASSWORD).await.expect(303);
        let page = owner.get(&asked.location).await.expect(200);
        owner.submit(&page, SHOW, &[("code", &codes[0])]).await.expect(303);
        assert!(owner.is_signed_in().await);
    }

    async fn setting_it_up_in_an_open_browser_needs_the_password(server: TestServer) {
        let (browser, person) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let texts = [
            ("id", "Kata sandi sekarang", "Kata sandi sekarang salah."),
            ("en", "Current password", "The current password is wrong."),
        ];
        for (language, label, refusal) in texts {
            browser.get(&format!("/language/{language}?continue_to=%2Faccount")).await.expect(303);
            let page = browser.get("/account").await.expect(200);
            assert!(page.text.contains(&format!("<label for=\"set_up_password\">{label}</label>")), "{}", page.text);
            let asked = browser.submit(&page, BEGIN, &[]).await.expect(422);
            assert!(asked.text.contains(&format!("<label for=\"password\">{label}</label>")), "{}", asked.text);
            let wrong = browser.submit(&asked, BEGIN, &[("password", "bukan itu")]).await.expect(422);
            assert!(wrong.text.contains(refusal), "{}", wrong.text);
            for shown in [asked, wrong] {
                assert!(!shown.text.contains("<code>"), "no key is shown");
            }
        }
        assert_eq!(server.store().pending_second_factor(person).await.unwrap(), None);
        set_up(&browser).await;
    }

    async fn passwords_are_not_tried_out_at_the_set_up(limited: Limited) {
        let (browser, _) = signed_in(&limited.0, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let page = browser.get("/account").await;
        let mut statuses = Vec::new();
        for guess in 0..12 {
            let guess = format!("tebakan nomor {guess}");
            statuses.push(browser.submit(&page, BEGIN, &[("password", &guess)]).await.status);
        }
        assert_eq!(statuses[..9], [422; 9]);
        assert_eq!(statuses[11], 429);
    }

    async fn a_compulsory_set_up_asks_for_the_password_once_the_sign_in_is_past(strict: Strict) {
        let server = &strict.0;
        let (browser, _) = signed_in(server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let fresh = browser.get(SET_UP).await.expect(200);
        assert!(!fresh.text.contains("type=\"password\""), "it was shown a moment ago");
        browser.submit(&fresh, BEGIN, &[("password", "bukan itu")]).await.expect(422);
        server.database().tamper("UPDATE browser_session SET created_at = created_at - 300000000").await;
        let later = browser.get(SET_UP).await.expect(200);
        assert!(later.text.contains("<label for=\"password\">Kata sandi sekarang</label>"), "{}", later.text);
        // A page that was left open from the sign-in says so too.
        let asked = browser.submit(&fresh, BEGIN, &[]).await.expect(422);
        assert!(asked.text.contains("type=\"password\"") && !asked.text.contains("<code>"));
        browser.submit(&asked, BEGIN, &[("password", PASSWORD)]).await.expect(200);
        // Whoever can go on without one is asked also after a fresh sign-in.
        let (browser, _) = signed_in(server, "budi@contoh.or.id", Role::Researcher).await;
        let page = browser.get(SET_UP).await.expect(200);
        browser.submit(&page, BEGIN, &[]).await.expect(422);
    }

    async fn only_what_began_in_the_same_session_is_confirmed(server: TestServer) {
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let page = browser.get("/account").await.expect(200);
        let begun = browser.submit(&page, BEGIN, &[("password", PASSWORD)]).await.expect(200);
        let key = key_on(&begun);
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mark = begun.form(CONFIRM).into_iter().find(|(name, _)| name == "begun").unwrap();
        // Another browser of theirs stands open: whoever sits there learns no key, and puts none in force.
        let other = Browser::new(&server);
        other.sign_in("siti@contoh.or.id", PASSWORD).await.expect(303);
        let form = other.get("/account").await.form("/sign-out");
        let right = code_of(&key, step());
        for code in ["000000", right.as_str()] {
            for begun in [field("begun", ""), field("begun", "1.x"), mark.clone()] {
                let fields = [form.clone(), vec![field("code", code), begun]].concat();
                let shown = other.post(CONFIRM, &fields).await.expect(403);
                assert!(!shown.text.contains(&key));
            }
        }
        // Nor does whoever comes to the first browser later.
        let mut left = page.form("/sign-out");
        left.push(field("code", "000000"));
        assert!(!browser.post(CONFIRM, &left).await.expect(403).text.contains(&key));
        // The page of a set-up that began anew is the one that counts.
        let again = browser.submit(&page, BEGIN, &[("password", PASSWORD)]).await.expect(200);
        browser.submit(&begun, CONFIRM, &[("code", &right)]).await.expect(403);
        // A code of what is not in force is no second factor, and is not used up by trying.
        let code = code_of(&key_on(&again), step());
        let fields = [page.form("/sign-out"), vec![field("code", &code)]].concat();
        assert_eq!(browser.post(SHOW, &fields).await.expect(303).location, "/sign-in");
        browser.submit(&again, CONFIRM, &[("code", &code)]).await.expect(200);
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
