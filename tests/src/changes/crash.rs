//! What survives when processes die or sleep.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use aumsos_domain::{
    access::{Role, RoleAssignment, RolePlace},
    organization_units::OrganizationUnit,
};
use aumsos_persistence::{Author, Work, access::NewClient};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::{
    followers::Follower,
    world::{PATIENCE, branch, read_feed, sealed},
};
use crate::harness::{Actor, BinaryServer, OnDatabase, System, TestDatabase};

/// Writers at once.
const WRITERS: usize = 50;
/// Units that each of them makes.
const EACH: usize = 12;

/// An officer's client; gives its id and secret.
async fn officer(database: &TestDatabase) -> (&'static str, &'static str) {
    let store = database.store().await;
    let role = RoleAssignment { role: Role::CouncilOfficer, place: RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH) };
    let new = NewClient::service(Uuid::now_v7(), "officer", "officer", "secret", vec![role]);
    store.write(&Author::system(), async |work: &mut Work| work.create_client(new.clone()).await).await.unwrap();
    store.close().await.unwrap();
    ("officer", "secret")
}

/// The officer at a server.
async fn at(server: &BinaryServer) -> Actor {
    let nobody = server.anonymous();
    let answer = nobody.token_for("officer", "secret").await.expect_status(200);
    nobody.with_token(answer.at("/access_token").as_str().unwrap())
}

/// The servers that are up, by which writers and readers go on when one dies.
#[derive(Clone)]
struct Up(Arc<Mutex<Vec<Actor>>>);

impl Up {
    fn one(&self, number: usize) -> Actor {
        let up = self.0.lock().unwrap();
        up[number % up.len()].clone()
    }
}

/// Makes units until each has its answer, trying again with the same key and id; gives the ids whose making was
/// acknowledged.
async fn write(up: Up, number: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for turn in 0..EACH {
        let id = Uuid::now_v7();
        let body = branch(id, OrganizationUnit::MUHAMMADIYAH, &format!("PCM {number}-{turn}"));
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < PATIENCE, "a write does not come through");
            let ask = up.one(number + turn).post("/v1/organization-units", body.clone());
            match ask.idempotency_key(id.to_string()).try_send().await {
                Some(answer) if answer.status() == 201 => break acknowledged.push(id.to_string()),
                // Died in between, or a twin of the request is still running there.
                None => sleep(Duration::from_millis(50)).await,
                Some(answer) => {
                    assert!([409, 503].contains(&answer.status()), "{}", answer.text());
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
    acknowledged
}

/// Follows the events until it is told to end, and comes again when a server dies or ends a stream because its database
/// was too busy; gives every event by position.
async fn follow(up: Up, after: String, heard: Arc<AtomicUsize>, is_over: Arc<AtomicBool>) -> BTreeMap<i64, String> {
    let mut seen = BTreeMap::new();
    let mut last = after;
    let mut turn = 0;
    'servers: while !is_over.load(Ordering::Relaxed) {
        turn += 1;
        let Some(mut follower) = Follower::try_after(&up.one(turn), "?kinds=organization_unit", &last).await else {
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        while !is_over.load(Ordering::Relaxed) {
            match follower.within(Duration::from_millis(500)).await {
                Some(event) => {
                    let position = event.data["position"].as_i64().unwrap();
                    let is_new = seen.insert(position, event.record_id().to_owned()).is_none();
                    assert!(is_new, "position {position} came twice");
                    heard.store(seen.len(), Ordering::Relaxed);
                    last = event.id;
                }
                None if follower.is_over() => continue 'servers,
                None => {}
            }
        }
    }
    seen
}

/// Fifty writers and two readers while a server is killed and another is there or comes up on the same database.
struct Crash(TestDatabase);

impl OnDatabase for Crash {
    async fn on(system: System) -> Self {
        Self(TestDatabase::migrated(system))
    }
}

on_both! {
    async fn a_reader_sees_every_change_once_while_writers_commit_and_a_server_is_killed(given: Crash) {
        let database = given.0;
        officer(&database).await;
        let mut first = BinaryServer::spawn(&database, &[]);
        // On SQLite one server has the file; it is started again after it was killed.
        let second = (database.system() == System::Postgres).then(|| BinaryServer::spawn(&database, &[]));
        let mut actors = vec![at(&first).await];
        if let Some(second) = &second {
            actors.push(at(second).await);
        }
        let (before, start) = read_feed(&actors[0], "0", "").await;
        let up = Up(Arc::new(Mutex::new(actors)));
        let is_over = Arc::new(AtomicBool::new(false));
        let heard: Vec<_> = (0..2).map(|_| Arc::new(AtomicUsize::new(0))).collect();
        let follow = |heard: &Arc<AtomicUsize>| follow(up.clone(), start.clone(), Arc::clone(heard), Arc::clone(&is_over));
        let followers: Vec<_> = heard.iter().map(|heard| tokio::spawn(follow(heard))).collect();
        let begun = Instant::now();
        let writers: Vec<_> = (0..WRITERS).map(|number| tokio::spawn(write(up.clone(), number))).collect();

        // In the midst of it all.
        let store = database.store().await;
        while store.last_position().await.unwrap() < 150 {
            assert!(begun.elapsed() < PATIENCE);
            sleep(Duration::from_millis(5)).await;
        }
        first.kill();
        let again = second.is_none().then(|| BinaryServer::spawn(&database, &[]));
        let survivor = second.as_ref().or(again.as_ref()).unwrap();
        let heir = at(survivor).await;
        *up.0.lock().unwrap() = vec![heir.clone()];

        let mut acknowledged = BTreeSet::new();
        for writer in writers {
            acknowledged.extend(writer.await.unwrap());
        }
        let took = begun.elapsed();
        assert_eq!(acknowledged.len(), WRITERS * EACH);
        sealed(&store).await;
        eprintln!("{} writes by {WRITERS} writers, over a kill, sealed after {took:?}", acknowledged.len());

        // The pages tell each acknowledged write once, and none that was not asked for.
        let (items, _) = read_feed(&heir, &start, "&kinds=organization_unit").await;
        let told: Vec<(i64, String)> = items
            .iter()
            .map(|item| (item["position"].as_i64().unwrap(), item["id"].as_str().unwrap().to_owned()))
            .collect();
        assert_eq!(told.len(), acknowledged.len(), "each once");
        assert_eq!(told.iter().map(|(_, id)| id.clone()).collect::<BTreeSet<_>>(), acknowledged);
        assert!(told.is_sorted());
        assert!(before.iter().all(|item| item["position"].as_i64().unwrap() < told[0].0));
        // The records are there as well.
        for id in acknowledged.iter().step_by(29) {
            heir.get(format!("/v1/organization-units/{id}")).await.expect_status(200);
        }
        // Each follower heard the same, and nothing twice, for which it is given some time more.
        let end = Instant::now();
        while heard.iter().any(|heard| heard.load(Ordering::Relaxed) < told.len()) {
            assert!(end.elapsed() < PATIENCE, "the followers heard {heard:?} of {}", told.len());
            sleep(Duration::from_millis(20)).await;
        }
        sleep(Duration::from_millis(500)).await;
        is_over.store(true, Ordering::Relaxed);
        for follower in followers {
            let seen = follower.await.unwrap();
            assert_eq!(seen.into_iter().collect::<Vec<_>>(), told);
        }
        let verdict = store.verify_ledger(&[], |_| {}).await.unwrap();
        assert_eq!(verdict.faults, []);
        assert_eq!(verdict.rows, u64::try_from(verdict.last_position).unwrap());
        database.run(&["audit", "verify"]).succeeded();
        store.close().await.unwrap();
    }
}

fn signal(server: &BinaryServer, name: &str) {
    let sent = Command::new("kill").args([name, &server.pid().to_string()]).status().unwrap();
    assert!(sent.success());
}

async fn fencing(database: &TestDatabase) -> i64 {
    use sea_orm::{ConnectionTrait, sea_query::Query};
    let connection = database.connection().await;
    let select = Query::select().column("fencing").from("lease").to_owned();
    let row = connection.query_one(&select).await.unwrap().unwrap();
    let number = row.try_get_by_index(0).unwrap();
    connection.close().await.unwrap();
    number
}

/// A sealer that was paused and wakes up late finds that another has its lease, and writes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sealer_that_wakes_up_late_writes_nothing() {
    let database = TestDatabase::migrated(System::Postgres);
    officer(&database).await;
    let sleeper = BinaryServer::spawn(&database, &[]);
    let at_sleeper = at(&sleeper).await;
    write(Up(Arc::new(Mutex::new(vec![at_sleeper.clone()]))), 1).await;
    let store = database.store().await;
    sealed(&store).await;
    let before = fencing(&database).await;
    let other = BinaryServer::spawn(&database, &[]);
    let at_other = at(&other).await;

    signal(&sleeper, "-STOP");
    let made = write(Up(Arc::new(Mutex::new(vec![at_other.clone()]))), 2).await;
    // Nobody waits for the sleeper longer than its lease runs, and a little.
    timeout(Duration::from_secs(20), sealed(&store)).await.unwrap();
    assert!(fencing(&database).await > before);
    let (items, cursor) = read_feed(&at_other, "0", "&kinds=organization_unit").await;
    let told: Vec<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert!(made.iter().all(|id| told.iter().filter(|told| *told == id).count() == 1));

    signal(&sleeper, "-CONT");
    let taken_over = fencing(&database).await;
    // Both write, so that the sleeper has every reason to seal.
    let both = Up(Arc::new(Mutex::new(vec![at_sleeper.clone(), at_other.clone()])));
    let late: Vec<_> = (0..8).map(|number| tokio::spawn(write(both.clone(), number))).collect();
    let mut more = BTreeSet::new();
    for writer in late {
        more.extend(writer.await.unwrap());
    }
    sealed(&store).await;
    assert_eq!(fencing(&database).await, taken_over, "the lease stayed where it was");
    for reader in [&at_sleeper, &at_other] {
        let (items, _) = read_feed(reader, &cursor, "&kinds=organization_unit").await;
        assert_eq!(items.len(), more.len());
        assert_eq!(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>(), more);
    }
    assert_eq!(store.verify_ledger(&[], |_| {}).await.unwrap().faults, []);
    database.run(&["audit", "verify"]).succeeded();
    store.close().await.unwrap();
}
