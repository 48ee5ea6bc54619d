//! Credentials made at the command line: what they let in, from where, until when, and how they end.

use aumsos_domain::{
    RecordKind,
    access::{ActorId, ClientKind, Permission, Role, RoleAssignment, RolePlace},
    organization_units::OrganizationUnit,
};
use aumsos_persistence::access::ClientRecord;

use crate::harness::{Ran, TestDatabase};

/// The secret that was printed.
fn secret(ran: &Ran) -> String {
    let line = ran.stdout.lines().find(|line| line.starts_with("client_secret:")).unwrap();
    line.split_whitespace().last().unwrap().to_owned()
}

fn create<'a>(database: &TestDatabase, more: &[&'a str]) -> Ran {
    let mut arguments: Vec<&'a str> =
        vec!["client", "create", "--id", "portal", "--name", "Portal wilayah", "--role", "council_officer@PP"];
    arguments.extend(more);
    database.run(&arguments)
}

on_both! {
    async fn a_client_is_let_in_by_its_secret_alone(database: TestDatabase) {
        let made = create(&database, &[]).succeeded();
        let store = database.store().await;
        let secret = secret(&made);
        assert!(secret.len() >= 43, "256 bits of chance");
        let client = store.authenticate_client("portal", &secret).await.unwrap().unwrap();
        assert!(!client.is_read_only && client.may_come_from("203.0.113.9".parse().unwrap()));
        let roles = store.roles_of(ActorId::Client(client.id)).await.unwrap();
        let place = RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH);
        assert_eq!(roles, [RoleAssignment { role: Role::CouncilOfficer, place }]);
        for wrong in ["", "portal", &secret[1..], &secret.to_uppercase()] {
            assert_eq!(store.authenticate_client("portal", wrong).await.unwrap(), None);
        }
        assert_eq!(store.authenticate_client("Portal", &secret).await.unwrap(), None);
        let again = create(&database, &[]).failed_with(1);
        assert!(again.stderr.contains("portal already"), "{}", again.stderr);
        let listed = database.run(&["client", "list"]).succeeded().stdout;
        assert!(listed.contains("portal (Portal wilayah): reads and writes"), "{listed}");
        assert!(!listed.contains(&secret));
    }

    async fn a_client_can_be_bound(database: TestDatabase) {
        let made = create(&database, &["--read-only", "--from", "10.0.0.0/8", "--from", "fd00::7", "--until", "2999-12-31"]);
        let secret = secret(&made.succeeded());
        let store = database.store().await;
        let client: ClientRecord = store.authenticate_client("portal", &secret).await.unwrap().unwrap();
        assert!(client.is_read_only);
        for (address, is_within) in [("10.2.3.4", true), ("::ffff:10.2.3.4", true), ("fd00::7", true), ("11.0.0.1", false), ("fd00::8", false)] {
            assert_eq!(client.may_come_from(address.parse().unwrap()), is_within, "{address}");
        }
        let over = database.run(&["client", "create", "--id", "old", "--name", "x", "--role", "auditor@PP", "--until", "2020-01-01"]);
        assert!(over.failed_with(1).stderr.contains("that day is over"));
    }

    async fn a_client_whose_time_is_over_is_not_let_in(database: TestDatabase) {
        let secret = secret(&create(&database, &["--until", "2999-12-31"]).succeeded());
        let store = database.store().await;
        let id = store.authenticate_client("portal", &secret).await.unwrap().unwrap().id;
        database.tamper("UPDATE client SET expires_at = 1").await;
        assert_eq!(store.authenticate_client("portal", &secret).await.unwrap(), None);
        assert_eq!(store.usable_client(id).await.unwrap(), None);
    }

    async fn a_network_that_cannot_be_read_lets_nobody_in(database: TestDatabase) {
        let secret = secret(&create(&database, &["--from", "10.0.0.7"]).succeeded());
        database.tamper("UPDATE client SET allowed_networks = '10.0.0.7,'").await;
        assert!(database.store().await.authenticate_client("portal", &secret).await.is_err());
    }

    async fn a_revoked_client_stays_out_and_the_ledger_says_so(database: TestDatabase) {
        let secret = secret(&create(&database, &[]).succeeded());
        let store = database.store().await;
        let id = store.authenticate_client("portal", &secret).await.unwrap().unwrap().id;
        database.run(&["client", "revoke", "portal"]).succeeded();
        assert_eq!(store.authenticate_client("portal", &secret).await.unwrap(), None);
        assert_eq!(store.usable_client(id).await.unwrap(), None);
        database.run(&["client", "revoke", "portal"]).failed_with(1);
        create(&database, &[]).failed_with(1);

        let history = store.history(RecordKind::Client, id, 0, 10).await.unwrap();
        let steps: Vec<_> = history.iter().map(|step| (step.version, step.action.as_str())).collect();
        assert_eq!(steps, [(1, "created"), (2, "revoked")]);
        for step in &history {
            let said = format!("{:?} {:?}", step.before, step.after);
            assert!(!said.contains(&secret) && !said.contains("mac"), "{said}");
        }
    }

    async fn a_role_is_given_only_at_a_place_that_is_there(database: TestDatabase) {
        for place in ["PX", "PWM:35", "019aa000-0000-7000-8000-000000000000", "AUM-35-00001", "PP "] {
            let role = format!("auditor@{place}");
            let ran = database.run(&["user", "create", "--email", "a@contoh.or.id", "--name", "A", "--role", &role]);
            assert!(ran.failed_with(1).stderr.contains("there is no such unit or institution"), "{place}");
        }
        assert_eq!(database.run(&["user", "list"]).succeeded().stdout, "");
        let made = ["user", "create", "--email", "Siti@Contoh.or.id", "--name", "Siti Aminah", "--role", "auditor@PPA"];
        database.run(&made).succeeded();
        let listed = database.run(&["user", "list"]).succeeded().stdout;
        assert!(listed.contains("Siti Aminah <siti@contoh.or.id>") && listed.contains("auditor@PPA"), "{listed}");
        database.run(&made).failed_with(1);
    }

    async fn an_app_and_a_system_that_signs_are_made_in_the_words_of_the_interface(database: TestDatabase) {
        let app = ["client", "create", "--id", "app", "--name", "Aplikasi", "--kind", "public"];
        let with = |more: &[&'static str]| database.run(&[&app[..], more].concat());
        let redirect = ["--redirect-uri", "org.contoh.aplikasi:/masuk", "--scope", "census.read", "--scope", "institutions.read"];
        assert!(!with(&redirect).succeeded().stdout.contains("client_secret"));
        let store = database.store().await;
        let made = store.client_named("app").await.unwrap().unwrap();
        assert_eq!(made.kind, ClientKind::Public);
        assert_eq!(made.scopes, [Permission::InstitutionsRead, Permission::CensusRead].into_iter().collect());
        assert!(made.redirect_uris[0].admits("org.contoh.aplikasi:/masuk"));
        assert_eq!(store.authenticate_client("app", "").await.unwrap(), None);

        with(&[]).failed_with(2);
        with(&["--redirect-uri", "https://*.contoh.or.id/"]).failed_with(2);
        with(&["--redirect-uri", "https://contoh.or.id/", "--scope", "everything"]).failed_with(2);
        let with_role = with(&["--redirect-uri", "https://contoh.or.id/", "--role", "auditor@PP"]).failed_with(1);
        assert!(with_role.stderr.contains("acts for the people"), "{}", with_role.stderr);

        let key = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
        std::fs::write(database.folder().join("keys.json"), key).unwrap();
        std::fs::write(database.folder().join("private.json"), key.replace(r#""x""#, r#""d":"x","x""#)).unwrap();
        let signing = |id: &'static str, file: &'static str| {
            database.run(&["client", "create", "--id", id, "--name", "Mesin", "--role", "auditor@PP", "--jwks", file])
        };
        assert!(!signing("mesin", "keys.json").succeeded().stdout.contains("client_secret"));
        assert!(store.client_named("mesin").await.unwrap().unwrap().jwks.is_some());
        assert!(signing("lain", "private.json").failed_with(1).stderr.contains("unknown field `d`"));
        assert!(signing("lain", "nowhere.json").failed_with(1).stderr.contains("nowhere.json"));
        assert!(store.client_named("lain").await.unwrap().is_none());
    }
}
