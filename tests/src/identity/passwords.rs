//! Passwords: the same answer for known and unknown, few tries, links that are good once.

use aumsos_domain::access::Role;
use aumsos_persistence::{Author, StoreError, Work, access::LinkPurpose};
use uuid::Uuid;

use super::{
    browser::Browser,
    world::{App, PASSWORD, lets_in, person, signed_in},
};
use crate::harness::{OnDatabase, Postbox, System, TestDatabase, TestServer};

/// A service whose limits are in force.
pub(super) struct Limited(pub(super) TestServer);

impl OnDatabase for Limited {
    async fn on(system: System) -> Self {
        // Also where the rate of requests is lifted, as it is in all stories.
        let limits = [("AUMSOS_RATE_LIMIT__LIMIT_SIGN_INS", "true")];
        Self(TestServer::start(TestDatabase::migrated(system), &limits).await)
    }
}

async fn link(server: &TestServer, purpose: LinkPurpose, person: Option<Uuid>) -> String {
    let author = Author::system();
    let made =
        server.store().write::<_, StoreError>(&author, async |work: &mut Work| work.make_link(purpose, person).await);
    made.await.unwrap()
}

const NEW: &str = "tiga gajah menari pelan";

on_both! {
    async fn known_and_unknown_are_answered_alike(server: TestServer) {
        person(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let off = person(&server, "budi@contoh.or.id", Role::CouncilOfficer).await;
        crate::identity::world::disable(&server, off).await;
        let said = async |email: &str, password: &str| {
            let shown = Browser::new(&server).sign_in(email, password).await;
            assert!(shown.headers.get_all("set-cookie").iter().all(|cookie| cookie.to_str().unwrap().starts_with("aumsos-form")));
            (shown.status, shown.text.replace(email, "").split("role=\"alert\"").nth(1).unwrap_or_default().split("</p>").next().unwrap().to_owned())
        };
        let wrong = said("siti@contoh.or.id", "salah sama sekali").await;
        assert_eq!(wrong.0, 422);
        for (email, password) in [("tidak-ada@contoh.or.id", PASSWORD), ("budi@contoh.or.id", PASSWORD), ("bukan surel", PASSWORD), ("", "")] {
            assert_eq!(said(email, password).await, wrong, "{email}");
        }
        // However the address is written, it is the same account.
        Browser::new(&server).sign_in("  Siti@Contoh.or.id ", PASSWORD).await.expect(303);
    }

    async fn guesses_end_and_the_owner_still_gets_in(limited: Limited) {
        let server = &limited.0;
        person(server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let owner = Browser::new(server);
        owner.sign_in("siti@contoh.or.id", PASSWORD).await.expect(303);
        let page = owner.get("/account").await;
        owner.submit(&page, "/sign-out", &[]).await;
        // An attacker, in many spellings: they are one account.
        let attacker = Browser::new(server);
        let mut statuses = Vec::new();
        for guess in 0..12 {
            let email = ["siti@contoh.or.id", "SITI@contoh.or.id", " siti@contoh.or.id"][guess % 3];
            statuses.push(attacker.sign_in(email, &format!("tebakan nomor {guess}")).await.status);
        }
        assert_eq!(statuses[..9], [422; 9]);
        assert_eq!(statuses[11], 429);
        let refused = attacker.sign_in("siti@contoh.or.id", PASSWORD).await.expect(429);
        assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() <= 61);
        // The browser in which the owner signed in before has its own tries.
        owner.sign_in("siti@contoh.or.id", PASSWORD).await.expect(303);
    }

    async fn passwords_are_not_sprayed_over_accounts(limited: Limited) {
        let server = &limited.0;
        let attacker = Browser::new(server);
        let page = attacker.get("/sign-in").await;
        let tries = (0..60).map(|n| {
            let email = format!("orang{n}@contoh.or.id");
            let (attacker, page) = (attacker.clone(), page.clone());
            async move { attacker.submit(&page, "/sign-in", &[("email", &email), ("password", "Musim2026!Musim2026!")]).await.status }
        });
        let statuses = futures_util::future::join_all(tries).await;
        let refused = statuses.iter().filter(|status| **status == 429).count();
        // Thirty at once, and one more each four seconds.
        assert!(refused >= 20, "{refused} of 60 were refused");
    }

    async fn a_reset_link_is_good_once_and_for_its_person_alone(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, siti) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (actor, _) = app.tokens(&browser).await;
        let token = link(&server, LinkPurpose::PasswordReset, Some(siti)).await;
        let path = format!("/password-reset/choose?token={token}");
        let elsewhere = Browser::new(&server);
        let page = elsewhere.get(&path).await.expect(200);
        assert!(page.text.contains("siti@contoh.or.id"));
        // A bad password does not use it up.
        for bad in ["pendek", "passwordpassword", "siti.aminah@contoh"] {
            elsewhere.submit(&page, "/password-reset/choose", &[("password", bad)]).await.expect(422);
        }
        assert!(lets_in(&actor).await);
        elsewhere.submit(&page, "/password-reset/choose", &[("password", NEW)]).await.expect(303);
        assert!(elsewhere.is_signed_in().await);
        assert!(!browser.is_signed_in().await && !lets_in(&actor).await);
        let thief = Browser::new(&server);
        thief.get(&path).await.expect(404);
        let form = thief.get("/sign-in").await.form("/sign-in");
        let mut fields: Vec<_> = form.into_iter().filter(|(name, _)| name == "form_token").collect();
        fields.push(("token".to_owned(), token.clone()));
        fields.push(("password".to_owned(), PASSWORD.to_owned()));
        thief.post("/password-reset/choose", &fields).await.expect(404);
        // A link of another purpose opens nothing here.
        let invitation = link(&server, LinkPurpose::Invitation, Some(siti)).await;
        thief.get(&format!("/password-reset/choose?token={invitation}")).await.expect(404);
    }

    async fn a_reset_link_is_over_after_half_an_hour_and_when_another_is_made(server: TestServer) {
        let siti = person(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let first = link(&server, LinkPurpose::PasswordReset, Some(siti)).await;
        let second = link(&server, LinkPurpose::PasswordReset, Some(siti)).await;
        let browser = Browser::new(&server);
        browser.get(&format!("/password-reset/choose?token={first}")).await.expect(404);
        browser.get(&format!("/password-reset/choose?token={second}")).await.expect(200);
        server.database().tamper("UPDATE one_time_link SET expires_at = expires_at - 1800000001").await;
        browser.get(&format!("/password-reset/choose?token={second}")).await.expect(404);
        // Only a hash lies in the database.
        let store = server.store();
        assert!(store.usable_link(LinkPurpose::PasswordReset, &second).await.unwrap().is_none());
    }

    async fn of_two_who_use_a_link_at_once_one_gets_in(server: TestServer) {
        let siti = person(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let token = link(&server, LinkPurpose::Invitation, Some(siti)).await;
        let path = format!("/invitation?token={token}");
        let open = (0..6).map(|_| async {
            let browser = Browser::new(&server);
            let page = browser.get(&path).await.expect(200);
            (browser, page)
        });
        let opened = futures_util::future::join_all(open).await;
        let tries = opened.iter().map(async |(browser, page)| {
            browser.submit(page, "/invitation", &[("password", NEW)]).await.status
        });
        let mut statuses = futures_util::future::join_all(tries).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 404, 404, 404, 404, 404]);
    }

    async fn asking_for_a_reset_tells_nothing(server: TestServer) {
        person(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let browser = Browser::new(&server);
        let said = async |email: &str| {
            let page = browser.get("/password-reset").await;
            let shown = browser.submit(&page, "/password-reset", &[("email", email)]).await;
            (shown.status, shown.text.len())
        };
        // Without a mail server it is said so, to everyone alike.
        assert_eq!(said("siti@contoh.or.id").await, said("tidak-ada@contoh.or.id").await);
    }
}

/// The mail of a reset, over a real connection to a mail server that keeps what it gets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_link_comes_by_mail() {
    let mails = Postbox::open().await;
    let settings = [("AUMSOS_MAIL__SMTP_URL", mails.url()), ("AUMSOS_MAIL__FROM", "aumsos <aumsos@contoh.or.id>")];
    let server = TestServer::start(TestDatabase::migrated(System::Sqlite), &settings).await;
    person(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
    let browser = Browser::new(&server);
    let page = browser.get("/password-reset").await;
    browser.submit(&page, "/password-reset", &[("email", "tidak-ada@contoh.or.id")]).await.expect(200);
    browser.submit(&page, "/password-reset", &[("email", "siti@contoh.or.id")]).await.expect(200);
    let mail = mails.mail(1).await;
    assert!(mail.contains("To: siti@contoh.or.id") && mail.contains("From: aumsos <aumsos@contoh.or.id>"), "{mail}");
    let path = mail.split("http://aumsos.test").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let page = browser.get(&path).await.expect(200);
    browser.submit(&page, "/password-reset/choose", &[("password", NEW)]).await.expect(303);
    assert!(browser.is_signed_in().await);
}
