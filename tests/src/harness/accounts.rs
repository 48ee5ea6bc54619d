//! People with accounts of their own, who act through an app.

use aumsos_domain::access::{ClientKind, PermissionSet, RedirectUri, Role, RoleAssignment, RolePlace};
use aumsos_persistence::{
    Author, Work,
    access::{NewClient, NewCode},
};
use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use super::{Actor, TestServer};

const REDIRECT: &str = "org.contoh.aplikasi:/masuk";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-0";

/// Somebody who has signed in.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// The person.
    pub(crate) id: Uuid,
    /// The person with a token.
    pub(crate) actor: Actor,
}

impl TestServer {
    /// A person who was made known and has not signed in yet.
    pub(crate) async fn know_person(&self, email: &str, roles: &[RoleAssignment]) -> Uuid {
        let id = Uuid::now_v7();
        let author = Author::system();
        let made = self
            .store()
            .write(&author, async |work: &mut Work| work.create_person(id, email, "Siti Aminah", roles).await);
        made.await.unwrap();
        id
    }

    /// A person with one role at one unit, who has signed in and allowed an app everything.
    pub(crate) async fn person_with(&self, role: Role, unit: Uuid) -> Account {
        let roles = [RoleAssignment { role, place: RolePlace::Unit(unit) }];
        let id = self.know_person(&format!("{}@contoh.or.id", Uuid::now_v7()), &roles).await;
        self.choose_password(id).await;
        Account { id, actor: self.sign_in(id, PermissionSet::ALL).await }
    }

    /// A person takes up an invitation.
    pub(crate) async fn choose_password(&self, person: Uuid) {
        let author = Author::system();
        let chosen = self.store().write(&author, async |work: &mut Work| {
            work.set_password(person, "$argon2id$never-verified".to_owned(), true).await
        });
        chosen.await.unwrap();
    }

    /// A person lets an app of their own act, up to a scope.
    pub(crate) async fn sign_in(&self, person: Uuid, scope: PermissionSet) -> Actor {
        let client = Uuid::now_v7();
        let name = format!("app-{client}");
        let app = NewClient {
            kind: ClientKind::Public,
            secret: None,
            redirect_uris: vec![RedirectUri::parse(REDIRECT).unwrap()],
            ..NewClient::service(client, &name, "an app", "", Vec::new())
        };
        self.know_client(&app).await;
        let (store, author) = (self.store(), Author::system());
        let begun = store.write(&author, async |work: &mut Work| work.begin_session(person, "a test", true).await);
        let session = store.session(&begun.await.unwrap()).await.unwrap().unwrap().id;
        let code_challenge = BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()).as_ref());
        let code = store.write(&author, async |work: &mut Work| {
            let redirect_uri = REDIRECT.to_owned();
            let code_challenge = code_challenge.clone();
            let new = NewCode { client, person, session, redirect_uri, scope, code_challenge };
            work.issue_code(new).await
        });
        let code = code.await.unwrap();
        let redirect = REDIRECT.replace(':', "%3A").replace('/', "%2F");
        let form = format!(
            "grant_type=authorization_code&client_id={name}&code={code}&redirect_uri={redirect}&code_verifier={VERIFIER}"
        );
        let nobody = self.anonymous();
        let ask = nobody.ask(reqwest::Method::POST, "/oauth/token").body("application/x-www-form-urlencoded", form);
        nobody.with_token(ask.await.expect_status(200).at("/access_token").as_str().unwrap())
    }
}
