//! The service over a database of its own, in this process or as a child.

use std::{
    io::{BufRead, BufReader},
    process::Child,
    time::{Duration, Instant},
};

use aumsos_domain::{
    access::{Role, RoleAssignment, RolePlace},
    institutions::Operator,
    organization_units::{OrganizationUnit, UnitLevel, UnitProfile},
    regions::RegionCode,
    text_value::Name,
};
use aumsos_persistence::{
    Author, Store, StoreError, Work, access::NewClient, organization_units::UnitFilters, page::Page,
};
use aumsos_server::{config::ServeFlags, running::Running};
use serde_json::json;
use uuid::Uuid;

use super::{Actor, OnDatabase, System, TestDatabase, binary::command};

/// The service in this process: the real one, on a free port, with workers of its own. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct TestServer {
    running: Option<Running>,
    // After the service in this list, so that the database is dropped after it.
    database: Option<TestDatabase>,
}

impl OnDatabase for TestServer {
    async fn on(system: System) -> Self {
        Self::start(TestDatabase::migrated(system), &[]).await
    }
}

impl TestServer {
    /// Starts the service over a database, with some settings changed.
    pub(crate) async fn start(database: TestDatabase, changed: &[(&'static str, &str)]) -> Self {
        let running = Self::run(&database, changed).await;
        Self { running: Some(running), database: Some(database) }
    }

    async fn run(database: &TestDatabase, changed: &[(&'static str, &str)]) -> Running {
        let flags = ServeFlags::default();
        Running::start(&database.config(changed, &flags), &flags).await.unwrap()
    }

    /// Stops the service in order and starts it anew over the same database.
    pub(crate) async fn restart(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await.unwrap();
        }
        self.running = Some(Self::run(self.database(), &[]).await);
    }

    /// Stops the service in order and gives back its database.
    pub(crate) async fn stop(mut self) -> TestDatabase {
        if let Some(running) = self.running.take() {
            running.stop().await.unwrap();
        }
        self.database.take().unwrap()
    }

    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// The database under it.
    pub(crate) fn database(&self) -> &TestDatabase {
        self.database.as_ref().unwrap()
    }

    /// The store that the service uses.
    pub(crate) fn store(&self) -> &Store {
        self.running().store()
    }

    /// The link for the first administrator that its start printed.
    pub(crate) fn first_administrator(&self) -> Option<&str> {
        self.running().first_administrator()
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.running().address())
    }

    /// The binary as another process on the same database.
    pub(crate) fn spawn_binary(&self) -> BinaryServer {
        BinaryServer::spawn(self.database(), &[])
    }

    /// Nobody in particular.
    pub(crate) fn anonymous(&self) -> Actor {
        Actor::anonymous(self.url())
    }

    /// An officer of both central councils.
    pub(crate) async fn council_officer(&self) -> Actor {
        let at = |unit| RoleAssignment { role: Role::CouncilOfficer, place: RolePlace::Unit(unit) };
        self.client_holding(OrganizationUnit::ROOTS.map(at).to_vec()).await
    }

    /// An officer of Muhammadiyah's unit in a province (two digits) or regency (`35.78`).
    pub(crate) async fn regional_officer(&self, region: &str) -> Actor {
        let unit = self.unit_of(Operator::Muhammadiyah, region).await;
        self.client_with(Role::RegionalOfficer, RolePlace::Unit(unit)).await
    }

    /// The operator of one institution.
    pub(crate) async fn operator_of(&self, institution: Uuid) -> Actor {
        self.client_with(Role::InstitutionOperator, RolePlace::Institution(institution)).await
    }

    /// Somebody with one role at one place.
    pub(crate) async fn client_with(&self, role: Role, place: RolePlace) -> Actor {
        self.client_holding(vec![RoleAssignment { role, place }]).await
    }

    /// Somebody with several roles, with a token of their own.
    pub(crate) async fn client_holding(&self, roles: Vec<RoleAssignment>) -> Actor {
        let id = Uuid::now_v7();
        self.make_client(&NewClient::service(id, &format!("test-{id}"), "a test", "secret", roles)).await
    }

    /// The version of the safeguarding code that is in force, published when there is none.
    pub(crate) async fn code_in_force(&self) -> Uuid {
        if let Some(code) = self.store().safeguarding_code_in_force().await.unwrap() {
            return code.id;
        }
        self.publish_code().await
    }

    /// Publishes a new version of the safeguarding code.
    pub(crate) async fn publish_code(&self) -> Uuid {
        let officer = self.council_officer().await;
        let text = json!({ "text_id": "Saya menghormati setiap orang.", "text_en": "I respect everyone." });
        let draft = officer.post("/v1/safeguarding-codes", text).await.expect_status(201);
        let id: Uuid = draft.at("/id").as_str().unwrap().parse().unwrap();
        officer.post(format!("/v1/safeguarding-codes/{id}/publish"), json!({})).await.expect_status(200);
        id
    }

    /// Somebody who has accepted the safeguarding code.
    pub(crate) async fn pledged(&self, actor: Actor) -> Actor {
        let code = self.code_in_force().await;
        actor.post(format!("/v1/safeguarding-codes/{code}/acceptances"), json!({})).await.expect_status(201);
        actor
    }

    /// A client as it is described, with a token of its own.
    pub(crate) async fn make_client(&self, new: &NewClient) -> Actor {
        self.know_client(new).await;
        let nobody = self.anonymous();
        let answer =
            nobody.token_for(&new.client_id, new.secret.as_deref().unwrap_or_default()).await.expect_status(200);
        nobody.with_token(answer.at("/access_token").as_str().unwrap())
    }

    /// Makes a client known, and nothing else.
    pub(crate) async fn know_client(&self, new: &NewClient) {
        let author = Author::system();
        let made = self.store().write(&author, async |work: &mut Work| work.create_client(new.clone()).await);
        made.await.unwrap();
    }

    /// The unit of a province or regency, made when it is not there, with the units above it.
    pub(crate) async fn unit_of(&self, operator: Operator, region: &str) -> Uuid {
        let mut parent = OrganizationUnit::root_of(operator);
        let lengths = [(2, UnitLevel::Provincial), (5, UnitLevel::Regency)];
        for (length, level) in lengths.into_iter().filter(|(length, _)| *length <= region.len()) {
            let code = RegionCode::parse(&region[..length]).unwrap();
            parent = self.unit_below(parent, operator, level, code).await;
        }
        parent
    }

    async fn unit_below(&self, parent: Uuid, operator: Operator, level: UnitLevel, region: RegionCode) -> Uuid {
        let filters =
            UnitFilters { parent: vec![parent], level: vec![level], region: vec![region], ..UnitFilters::default() };
        let found = self.store().units(&filters, &Page { limit: 1, after: None }).await.unwrap();
        if let Some(unit) = found.first() {
            return unit.id;
        }
        let name = Name::parse(&format!("{operator} {level} {region}")).unwrap();
        let profile = UnitProfile { parent_id: parent, operator, level, name, region: Some(region) };
        let above = self.store().unit(parent).await.unwrap().unwrap();
        let author = Author::system();
        let made = self.store().write(&author, async |work: &mut Work| {
            let unit = OrganizationUnit::new(Uuid::now_v7(), profile.clone(), &above, work.at()).unwrap();
            work.create_unit(&unit).await?;
            Ok::<_, StoreError>(unit.id)
        });
        made.await.unwrap()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let Some(running) = self.running.take() else { return };
        let stop = || tokio::runtime::Handle::current().block_on(running.stop());
        let stopped = tokio::task::block_in_place(stop);
        if !std::thread::panicking() {
            stopped.unwrap();
        }
    }
}

/// The service as a child of its own: for what happens when a process is killed. It is killed when it is dropped.
#[derive(Debug)]
pub(crate) struct BinaryServer {
    child: Child,
    url: String,
}

impl BinaryServer {
    /// Runs `aumsos serve` on a database and waits until it listens.
    pub(crate) fn spawn(database: &TestDatabase, flags: &[&str]) -> Self {
        Self::spawn_logging(database, flags, "warn", std::process::Stdio::inherit())
    }

    /// As [`Self::spawn`], with a log of some level that goes somewhere.
    pub(crate) fn spawn_logging(
        database: &TestDatabase,
        flags: &[&str],
        level: &str,
        log: impl Into<std::process::Stdio>,
    ) -> Self {
        let mut command = command(database.folder(), &database.variables());
        command.arg("serve").args(flags).stderr(log);
        command.env("AUMSOS_LOG__LEVEL", level);
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let url = line
            .trim()
            .strip_prefix("aumsos is listening on ")
            .unwrap_or_else(|| panic!("the service did not start: it said {line:?}"));
        let url = url.to_owned();
        // What it says later is read to its end, so that it never waits for a reader.
        std::thread::spawn(move || said.lines().map_while(Result::ok).for_each(drop));
        Self { child, url }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Nobody in particular.
    pub(crate) fn anonymous(&self) -> Actor {
        Actor::anonymous(self.url.clone())
    }

    /// Somebody who got their token from another process on the same database.
    pub(crate) fn as_seen_by(&self, actor: &Actor) -> Actor {
        self.anonymous().with_token(actor.token())
    }

    /// The number of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut would (SIGKILL).
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop (SIGTERM).
    pub(crate) fn ask_to_stop(&self) {
        let pid = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Waits for its end; gives its exit code and how long it took.
    pub(crate) fn wait(&mut self) -> (Option<i32>, Duration) {
        let begun = Instant::now();
        let status = self.child.wait().unwrap();
        (status.code(), begun.elapsed())
    }
}

impl Drop for BinaryServer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
