//! The pages themselves: a strict policy, no script, both languages, and no form that comes from elsewhere.

use aumsos_domain::access::Role;
use aumsos_persistence::{Author, StoreError, Work, access::LinkPurpose};

use super::{
    browser::Browser,
    world::{App, PASSWORD, person, signed_in},
};
use crate::harness::{System, TestDatabase, TestServer};

on_both! {
    async fn every_page_is_closed_to_scripts_and_frames(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let fresh = Browser::new(&server);
        let pages = [
            fresh.get("/sign-in").await.expect(200),
            fresh.get("/password-reset").await.expect(200),
            fresh.get("/invitation?token=x").await.expect(404),
            fresh.get("/password-reset/choose").await.expect(404),
            fresh.get("/first-administrator?token=x").await.expect(404),
            browser.get("/account").await.expect(200),
            browser.get(&app.address(&[])).await.expect(200),
            browser.get("/oauth/authorize").await.expect(400),
        ];
        for page in &pages {
            let policy = page.headers["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'; style-src 'self'; img-src data:; form-action 'self'"), "{policy}");
            assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
            assert_eq!(page.headers["cache-control"], "no-store");
            assert_eq!(page.headers["referrer-policy"], "same-origin");
            assert_eq!(page.headers["x-content-type-options"], "nosniff");
            assert_eq!(page.headers["x-frame-options"], "DENY");
            for forbidden in ["<script", "javascript:", " style=", " onclick", "http-equiv"] {
                assert!(!page.text.contains(forbidden), "{forbidden}");
            }
            assert!(page.text.contains("<html lang=\"id\">") && page.text.contains("name=\"viewport\""));
        }
        // Only the page that leads to an app names where.
        let policy = pages[6].headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("form-action 'self' https://aplikasi.contoh.or.id;"), "{policy}");
        // What an app is called is text.
        assert!(pages[6].text.contains("Aplikasi &#60;b&#62;Panti&#60;/b&#62;"));
        assert!(fresh.get("/pages/style.css").await.expect(200).headers["content-type"].to_str().unwrap().starts_with("text/css"));
    }

    async fn what_people_type_comes_back_as_text(server: TestServer) {
        let browser = Browser::new(&server);
        let hostile = "\"><script>alert(1)</script>@contoh.or.id";
        let shown = browser.sign_in(hostile, PASSWORD).await.expect(422);
        assert!(!shown.text.contains("<script"), "{}", shown.text);
        let shown = browser.get("/sign-in?continue_to=%22%3E%3Cscript%3E").await.expect(200);
        assert!(!shown.text.contains("<script"));
    }

    async fn both_languages_are_a_link_away(server: TestServer) {
        let browser = Browser::new(&server);
        let page = browser.get("/sign-in").await;
        assert!(page.text.contains("Kata sandi") && page.text.contains(">English</a>"));
        let back = browser.get("/language/en?continue_to=%2Fsign-in").await.expect(303);
        assert_eq!(back.location, "/sign-in");
        let page = browser.get("/sign-in").await;
        assert!(page.text.contains("<html lang=\"en\">") && page.text.contains("Password") && page.text.contains(">Bahasa Indonesia</a>"));
        assert_eq!(browser.get("/language/en?continue_to=https%3A%2F%2Fevil.example").await.location, "/account");
    }

    async fn a_form_from_elsewhere_does_nothing(server: TestServer) {
        let app = App::public(&server).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let page = browser.get(&app.address(&[])).await;
        let mut fields = page.form("/oauth/authorize");
        fields.push(("decision".to_owned(), "allow".to_owned()));
        for headers in [
            [("sec-fetch-site", "cross-site")],
            [("sec-fetch-site", "same-site")],
            [("origin", "https://evil.example")],
            [("origin", "null")],
        ] {
            browser.post_from("/oauth/authorize", &fields, &headers).await.expect(403);
        }
        let without: Vec<_> = fields.iter().filter(|(name, _)| name != "form_token").cloned().collect();
        browser.post("/oauth/authorize", &without).await.expect(403);
        // A token that another browser was given is no good here: not one of nobody, not one of somebody else.
        let (stranger, _) = signed_in(&server, "budi@contoh.or.id", Role::CouncilOfficer).await;
        for token in [
            Browser::new(&server).get("/sign-in").await.form("/sign-in")[0].1.clone(),
            stranger.get("/account").await.form("/sign-out")[0].1.clone(),
        ] {
            let mut forged = without.clone();
            forged.push(("form_token".to_owned(), token));
            browser.post("/oauth/authorize", &forged).await.expect(403);
        }
        browser.post_from("/oauth/authorize", &fields, &[("sec-fetch-site", "same-origin"), ("origin", "http://aumsos.test")]).await.expect(303);
        // Nor can anybody be signed in to another's account unawares.
        let form = Browser::new(&server).get("/sign-in").await.form("/sign-in");
        let mut forged = form;
        forged.push(("email".to_owned(), "siti@contoh.or.id".to_owned()));
        forged.push(("password".to_owned(), PASSWORD.to_owned()));
        Browser::new(&server).post("/sign-in", &forged).await.expect(403);
    }

    async fn the_way_on_stays_within_the_service(server: TestServer) {
        person(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        for elsewhere in ["https://evil.example/", "//evil.example/", "/\\evil.example", "/account\r\nx: y", "/v1/imports"] {
            let browser = Browser::new(&server);
            let page = browser.get("/sign-in").await;
            let filled = [("email", "siti@contoh.or.id"), ("password", PASSWORD), ("continue_to", elsewhere)];
            assert_eq!(browser.submit(&page, "/sign-in", &filled).await.expect(303).location, "/account", "{elsewhere:?}");
        }
    }

    async fn the_first_administrator_comes_in_by_the_link_of_the_start_once(server: TestServer) {
        let author = Author::system();
        let make = async || {
            let made = server.store().write::<_, StoreError>(&author, async |work: &mut Work| {
                work.make_link(LinkPurpose::FirstAdministrator, None).await
            });
            made.await.unwrap()
        };
        let (old, token) = (make().await, make().await);
        let browser = Browser::new(&server);
        browser.get(&format!("/first-administrator?token={old}")).await.expect(404);
        let page = browser.get(&format!("/first-administrator?token={token}")).await.expect(200);
        let filled = |password| [("name", "Siti Aminah"), ("email", "Siti@contoh.or.id"), ("password", password)];
        browser.submit(&page, "/first-administrator", &filled("pendek")).await.expect(422);
        browser.submit(&page, "/first-administrator", &filled(PASSWORD)).await.expect(303);
        assert!(browser.is_signed_in().await);
        assert!(server.store().has_administrator().await.unwrap());
        let thief = Browser::new(&server);
        thief.get(&format!("/first-administrator?token={token}")).await.expect(404);
        let app = App::public(&server).await;
        let (actor, _) = app.tokens(&browser).await;
        actor.get("/v1/signing-keys").await.expect_status(200);
    }
}

/// A service with an administrator offers no way to become the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_prints_the_link_as_long_as_nobody_is_administrator() {
    let server = TestServer::start(TestDatabase::migrated(System::Sqlite), &[]).await;
    assert!(!server.store().has_administrator().await.unwrap());
    assert!(server.first_administrator().unwrap().starts_with("http://aumsos.test/first-administrator?token="));
    person(&server, "siti@contoh.or.id", Role::SystemAdministrator).await;
    let server = TestServer::start(server.stop().await, &[]).await;
    assert_eq!(server.first_administrator(), None);
}
