//! Four eyes: a client and those who hold it count as one, whoever of them begins.

use aumsos_domain::{
    access::{ActorId, PermissionSet, Role},
    organization_units::OrganizationUnit,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    beneficiaries::Care,
    harness::{Account, Actor, Answer, TestServer},
    institutions::{Register, at},
    people::{self, Office, role_at},
};

const PP: Uuid = OrganizationUnit::MUHAMMADIYAH;
const CLIENTS: &str = "/v1/clients";
const ROLES: &str = "/v1/role-assignments";

/// A client that somebody registered, with a token of its own.
struct Tool {
    id: Uuid,
    actor: Actor,
}

impl Tool {
    /// One with a role at Muhammadiyah's central unit.
    async fn of(server: &TestServer, by: &Actor, name: &str, role: Role) -> Self {
        let body = json!({
            "client_id": name, "kind": "service", "name": name, "roles": [{ "role": role, "unit_id": PP }]
        });
        let made = by.post(CLIENTS, body).await.expect_status(201);
        let nobody = server.anonymous();
        let token = nobody.token_for(name, made.at("/client_secret").as_str().unwrap()).await.at("/access_token");
        Self { id: id_in(&made.at("/client/id")), actor: nobody.with_token(token.as_str().unwrap()) }
    }

    fn path(&self, step: &str) -> String {
        format!("{CLIENTS}/{}{step}", self.id)
    }
}

fn id_in(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

/// An officer of Muhammadiyah's central council, in person.
async fn officer(server: &TestServer) -> Account {
    server.person_with(Role::CouncilOfficer, PP).await
}

/// A home that somebody wrote down and handed in.
async fn handed_in(register: &Register, by: &Actor, name: &str) -> Uuid {
    let made = by.post("/v1/institutions", register.home(name)).await.expect_status(201);
    let id = id_in(&made.at("/id"));
    by.post(format!("{}/submit", at(id)), json!({})).await.is_fine();
    id
}

async fn verify(by: &Actor, id: Uuid) -> Answer {
    by.post(format!("{}/verify", at(id)), json!({})).await
}

on_both! {
    async fn nobody_verifies_their_own_submission_with_a_client_of_theirs(register: Register) {
        let server = &register.server;
        let [siti, budi] = [officer(server).await, officer(server).await];
        // Before a client is registered the service has looked at who its person is.
        siti.actor.get("/v1/me").await.is_fine();
        let tool = Tool::of(server, &siti.actor, "alat", Role::CouncilOfficer).await;
        let other = Tool::of(server, &siti.actor, "alat-lain", Role::CouncilOfficer).await;
        // A client of a client is in the same hands.
        let below = Tool::of(server, &tool.actor, "anak-alat", Role::CouncilOfficer).await;
        let hands = [&siti.actor, &tool.actor, &other.actor, &below.actor];
        for (number, author) in hands.into_iter().enumerate() {
            let id = handed_in(&register, author, &format!("LKSA Nomor {number}")).await;
            let before = register.now(id).await;
            for own in hands {
                verify(own, id).await.is_problem(409, "own_submission");
            }
            let steps = json!({ "mode": "per_item", "items": [{ "id": id, "action": "verify" }] });
            let tried = siti.actor.post("/v1/institutions/bulk", steps).await.is_fine();
            assert_eq!(tried.at("/items/0/code"), "own_submission");
            assert_eq!(register.now(id).await, before);
            // Somebody else verifies it, in person or with a client that the command line made.
            let else_by = if number % 2 == 0 { &budi.actor } else { &register.verifier };
            assert_eq!(verify(else_by, id).await.is_fine().at("/status"), "active");
        }
    }

    async fn whoever_last_gave_a_client_its_secret_or_keys_holds_it_too(register: Register) {
        let server = &register.server;
        let [siti, budi, ani] = [officer(server).await, officer(server).await, officer(server).await];
        let tool = Tool::of(server, &siti.actor, "alat", Role::CouncilOfficer).await;
        let rotated = budi.actor.post(tool.path("/rotate-secret"), json!({})).await.is_fine();
        let id = handed_in(&register, &tool.actor, "LKSA Satu").await;
        for own in [&siti, &budi] {
            verify(&own.actor, id).await.is_problem(409, "own_submission");
        }
        verify(&ani.actor, id).await.is_fine();
        // Two who hold the same client are two all the same.
        let id = handed_in(&register, &siti.actor, "LKSA Dua").await;
        verify(&budi.actor, id).await.is_fine();

        // Keys take the place of the secret, and whoever names them that of the one who knew it.
        let keys = json!([{ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }]);
        let keyed = ani.actor.patch(tool.path(""), json!({ "jwks": { "keys": keys } })).if_match(rotated.etag()).await;
        assert_eq!(keyed.is_fine().at("/has_secret"), false);
        let id = handed_in(&register, &tool.actor, "LKSA Tiga").await;
        for own in [&siti, &ani] {
            verify(&own.actor, id).await.is_problem(409, "own_submission");
        }
        verify(&budi.actor, id).await.is_fine();
        let id = handed_in(&register, &ani.actor, "LKSA Empat").await;
        verify(&tool.actor, id).await.is_problem(409, "own_submission");
    }

    async fn nobody_accepts_their_own_proposal_with_a_client_of_theirs(register: Register) {
        let server = &register.server;
        let [siti, budi] = [officer(server).await, officer(server).await];
        let tool = Tool::of(server, &siti.actor, "alat", Role::CouncilOfficer).await;
        let id = register.active(register.home("LKSA Usul")).await;
        for (author, own, phone) in [
            (&siti.actor, &tool.actor, "+62315022334"), (&tool.actor, &siti.actor, "+62315022335"),
        ] {
            let change = json!({ "institution": register.home_with("LKSA Usul", json!({ "phones": [phone] })) });
            let made = author.post(format!("{}/proposals", at(id)), change).await.expect_status(201);
            let proposal = format!("{}/proposals/{}", at(id), id_in(&made.at("/id")));
            own.post(format!("{proposal}/accept"), json!({})).await.is_problem(409, "own_submission");
            // That they are one hand holds against them, and gives neither what is the other's.
            own.post(format!("{proposal}/withdraw"), json!({})).await.is_problem(409, "not_your_proposal");
            budi.actor.post(format!("{proposal}/accept"), json!({})).await.is_fine();
        }
    }

    async fn nobody_reviews_their_own_emergency_access_with_a_client_of_theirs(care: Care) {
        let server = &care.register.server;
        let roles = [role_at(Role::SystemAdministrator, PP), role_at(Role::CaseSupervisor, PP)];
        let siti = server.know_person("siti@contoh.or.id", &roles).await;
        server.choose_password(siti).await;
        let siti = server.pledged(server.sign_in(siti, PermissionSet::ALL).await).await;
        let tool = Tool::of(server, &siti, "alat", Role::CaseSupervisor).await;
        let tool = server.pledged(tool.actor).await;
        let person = care.recorded(care.girl()).await;
        let reason = "Anak dibawa ke IGD dengan sesak napas; alergi obat perlu diketahui.";
        let review = json!({ "outcome": "justified", "note": "Dikonfirmasi rumah sakit." });
        for (opener, own) in [(&siti, &tool), (&tool, &siti)] {
            let asked = json!({ "beneficiary_id": person, "reason": reason });
            let opened = opener.post("/v1/emergency-accesses", asked).await.expect_status(201);
            let path = format!("/v1/emergency-accesses/{}/review", id_in(&opened.at("/id")));
            for hand in [opener, own] {
                hand.post(&path, review.clone()).await.is_problem(409, "own_emergency_access");
            }
            care.supervisor.post(&path, review.clone()).await.is_fine();
        }
    }

    async fn a_client_gives_nothing_to_those_who_hold_it_and_they_decide_over_it(office: Office) {
        let (server, administrator) = (&office.server, &office.administrator);
        let tool = Tool::of(server, &administrator.actor, "alat", Role::SystemAdministrator).await;
        let below = Tool::of(server, &tool.actor, "anak-alat", Role::SystemAdministrator).await;
        // Somebody else could take their place.
        server.person_with(Role::SystemAdministrator, PP).await;
        let own_role = administrator.actor.get(format!("{ROLES}?holder_id={}&active=true", administrator.id)).await;
        let own_role = format!("{ROLES}/{}/revoke", id_in(&own_role.at("/items/0/id")));
        let account = people::at(administrator.id);
        for hand in [&tool.actor, &below.actor] {
            let given = json!({
                "holder_kind": "person", "holder_id": administrator.id, "role": "case_worker", "unit_id": office.java
            });
            hand.post(ROLES, given).await.is_problem(409, "grant_to_oneself");
            hand.post(&own_role, json!({})).await.is_problem(409, "grant_to_oneself");
            for (step, body) in [
                ("disable", json!({ "reason": "Uji" })), ("enable", json!({})), ("erase", json!({})),
                ("reset-second-factor", json!({})),
            ] {
                hand.post(format!("{account}/{step}"), body).await.is_problem(409, "grant_to_oneself");
            }
        }
        below.actor.post(tool.path("/rotate-secret"), json!({})).await.is_problem(409, "grant_to_oneself");
        // Downwards they decide: as they could when they registered it.
        let given = json!({ "holder_kind": "client", "holder_id": tool.id, "role": "auditor", "unit_id": office.java });
        administrator.actor.post(ROLES, given).await.expect_status(201);
        tool.actor.post(below.path("/rotate-secret"), json!({})).await.is_fine();
        administrator.actor.post(below.path("/revoke"), json!({})).await.is_fine();
        administrator.actor.post(tool.path("/rotate-secret"), json!({})).await.is_fine();
        administrator.actor.post(tool.path("/revoke"), json!({})).await.is_fine();
    }

    async fn clients_from_before_are_in_the_hands_that_the_ledger_names(server: TestServer) {
        let [siti, budi] = [officer(&server).await, officer(&server).await];
        let tool = Tool::of(&server, &siti.actor, "alat", Role::CouncilOfficer).await;
        let below = Tool::of(&server, &tool.actor, "anak-alat", Role::CouncilOfficer).await;
        budi.actor.post(tool.path("/rotate-secret"), json!({})).await.is_fine();
        let database = server.stop().await;
        let steps = database.run(&["migrate", "status"]).succeeded().stdout;
        let back = steps.lines().skip_while(|line| !line.contains("whose_hand")).count();
        database.run(&["migrate", "down", "--steps", &back.to_string()]).succeeded();
        database.run(&["migrate", "up"]).succeeded();
        let store = database.store().await;
        let held = async |who: ActorId| store.hands_of(who).await.unwrap();
        let [tool, below] = [tool, below].map(|client| ActorId::Client(client.id));
        let [siti, budi] = [siti, budi].map(|person| ActorId::Person(person.id));
        assert_eq!(held(siti).await.clients, [tool, below]);
        assert!(held(budi).await.clients.contains(&tool));
        let holders = held(below).await.holders;
        assert!([siti, tool].iter().all(|holder| holders.contains(holder)), "{holders:?}");
        store.close().await.unwrap();
    }
}
