//! Reads from a hot standby, and what becomes of reads and writes when one of the two servers is gone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use aumsos_domain::organization_units::OrganizationUnit;
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use uuid::Uuid;

use crate::harness::{Actor, BinaryServer, Replicated, TestServer};

const UNITS: &str = "/v1/organization-units";
/// How long anything in a story may take.
const PATIENCE: Duration = Duration::from_secs(30);

fn at(id: Uuid) -> String {
    format!("{UNITS}/{id}")
}

fn unit(id: Uuid, name: &str) -> Value {
    json!({
        "id": id, "parent_id": OrganizationUnit::MUHAMMADIYAH, "operator": "muhammadiyah", "level": "provincial",
        "name": name,
    })
}

async fn rename(by: &Actor, id: Uuid, name: &str) {
    by.patch(at(id), json!({ "name": name })).if_match("*").await.expect_status(200);
}

async fn name(to: &Actor, id: Uuid) -> Value {
    to.get(at(id)).await.expect_status(200).at("/name")
}

/// Waits until a process says that its replica is up or down; it is ready all the time.
async fn replica_is(state: &str, at: &Actor) {
    let told = async {
        while at.get("/health/ready").await.expect_status(200).at("/replica") != state {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, told).await.unwrap_or_else(|_| panic!("the replica is not {state}"));
}

/// The service over a pair of servers, and a replica that may be this many milliseconds behind.
async fn over(pair: &Replicated, lag_ms: &str) -> TestServer {
    let replica = pair.standby.url();
    let settings = [("AUMSOS_DATABASE__REPLICA_URL", replica.as_str()), ("AUMSOS_DATABASE__REPLICA_LAG_MS", lag_ms)];
    TestServer::start(pair.database(), &settings).await
}

async fn pause(pair: &Replicated) {
    pair.standby.tell(&["SELECT pg_wal_replay_pause()"]).await;
    while pair.standby.ask("SELECT pg_get_wal_replay_pause_state()").await != "paused" {}
}

async fn resume(pair: &Replicated) {
    pair.standby.tell(&["SELECT pg_wal_replay_resume()"]).await;
}

/// Waits until all that was committed has its position in the feed, and the service knows of it.
async fn is_sealed(server: &TestServer) {
    let store = server.store();
    let sealed = async {
        while store.verify_ledger(&[], |_| {}).await.unwrap().waiting > 0
            || store.known_position() < store.last_position().await.unwrap()
        {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, sealed).await.unwrap();
}

/// Told with two processes: one that lets its replica lag for a minute, so that it shows where its answers come from, and one
/// with the bound as it is when nobody sets it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_follow_a_replica_within_its_bound_and_show_what_the_process_itself_wrote() {
    let pair = Replicated::start().await;
    let server = over(&pair, "60000").await;
    let officer = server.council_officer().await;
    let other = BinaryServer::spawn(server.database(), &["--replica-url", &pair.standby.url()]);
    let elsewhere = other.as_seen_by(&officer);
    let id = Uuid::now_v7();
    officer.post(UNITS, unit(id, "PWM Lama")).await.expect_status(201);
    replica_is("up", &officer).await;
    replica_is("up", &elsewhere).await;

    // What another process writes while the replica stands still is not shown: the answer is the replica's.
    pause(&pair).await;
    rename(&elsewhere, id, "PWM Baru").await;
    assert_eq!(name(&elsewhere, id).await, "PWM Baru", "its own write");
    is_sealed(&server).await;
    assert_eq!(name(&officer, id).await, "PWM Lama");
    // A list from there, and the feed from where the list says, miss nothing between them.
    let list = officer.get(format!("{UNITS}?q=PWM")).await.expect_status(200);
    assert_eq!(list.at("/items/0/name"), "PWM Lama");
    let cursor = list.header("feed-cursor");
    let told = officer.get(format!("/v1/changes?after={cursor}&kinds=organization_unit")).await.expect_status(200);
    let told = told.at("/items").as_array().unwrap().clone();
    assert!(told.iter().any(|item| item["id"] == json!(id)), "{told:?}");

    // Nor does an answer from there that is remembered live on because the ledger of the primary stands still.
    let home = json!({
        "name": "LKSA Melati", "kind": "lksa", "operator": "muhammadiyah", "unit_id": OrganizationUnit::MUHAMMADIYAH,
        "address": { "region": "35.78" },
    });
    elsewhere.post("/v1/institutions", home).await.expect_status(201);
    is_sealed(&server).await;
    let drafts = || async {
        let figures = officer.get("/v1/statistics/institutions?group_by=status&status=draft").await.expect_status(200);
        sleep(Duration::from_millis(20)).await;
        figures.at("/groups").as_array().unwrap().len()
    };
    for _ in 0..40 {
        assert_eq!(drafts().await, 0);
    }
    resume(&pair).await;
    timeout(Duration::from_secs(5), async { while drafts().await == 0 {} }).await.unwrap();
    assert_eq!(name(&officer, id).await, "PWM Baru");
    pause(&pair).await;

    // From the moment that a process writes it reads what it wrote, and all before.
    for turn in 0..20 {
        rename(&officer, id, &format!("PWM {turn}")).await;
        assert_eq!(name(&officer, id).await, format!("PWM {turn}"));
    }

    // A process with the usual bound shows another's write within it.
    resume(&pair).await;
    replica_is("up", &elsewhere).await;
    assert_eq!(name(&elsewhere, id).await, "PWM 19");
    pause(&pair).await;
    rename(&officer, id, "PWM Terbaru").await;
    let written = Instant::now();
    while name(&elsewhere, id).await != "PWM Terbaru" {
        // Twice as long again, on a machine that has much else to do.
        assert!(written.elapsed() < Duration::from_millis(500 + 1000));
    }
    replica_is("down", &elsewhere).await;
}

/// Readers go on, whatever becomes of the standby.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_go_on_when_the_replica_breaks_off_or_is_gone() {
    let pair = Replicated::start().await;
    let server = over(&pair, "60000").await;
    let officer = server.council_officer().await;
    let id = Uuid::now_v7();
    officer.post(UNITS, unit(id, "PWM Lama")).await.expect_status(201);
    replica_is("up", &officer).await;

    let is_over = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for _ in 0..8 {
        let (nobody, is_over) = (server.anonymous(), Arc::clone(&is_over));
        readers.spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                let list = nobody.get(format!("{UNITS}?q=PWM")).await.expect_status(200);
                assert_eq!(list.at("/items/0/id"), json!(id));
            }
        });
    }
    let is_read = || async {
        let sql = "SELECT sum(xact_commit)::text FROM pg_stat_database WHERE datname = 'postgres'";
        pair.standby.ask(sql).await.parse::<i64>().unwrap()
    };
    let before = is_read().await;
    for _ in 0..15 {
        let sql =
            "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity WHERE application_name = 'aumsos'";
        pair.standby.ask(sql).await;
        sleep(Duration::from_millis(60)).await;
    }
    sleep(Duration::from_secs(1)).await;
    assert!(is_read().await > before + 100, "it was read all the time");
    replica_is("up", &officer).await;

    pair.kill(pair.standby);
    replica_is("down", &officer).await;
    rename(&officer, id, "PWM Baru").await;
    assert_eq!(name(&officer, id).await, "PWM Baru");
    sleep(Duration::from_millis(500)).await;
    is_over.store(true, Ordering::Relaxed);
    while let Some(reader) = readers.join_next().await {
        reader.unwrap();
    }
}

/// Makes units until it is told to end, each once, trying again while the database is away; gives those that were
/// acknowledged, and how often it was told to come again.
async fn write(to: Actor, number: usize, is_over: Arc<AtomicBool>) -> (Vec<Uuid>, usize) {
    let (mut acknowledged, mut put_off) = (Vec::new(), 0);
    while !is_over.load(Ordering::Relaxed) {
        let id = Uuid::now_v7();
        let begun = Instant::now();
        loop {
            let ask = to.post(UNITS, unit(id, &format!("PWM {number}"))).idempotency_key(id.to_string());
            let answer = ask.await;
            match answer.status() {
                201 => break acknowledged.push(id),
                503 => {
                    assert!(!answer.header("retry-after").is_empty(), "{}", answer.text());
                    put_off += 1;
                }
                _ => panic!("{}", answer.text()),
            }
            assert!(begun.elapsed() < PATIENCE, "a write does not come through");
            sleep(Duration::from_millis(30)).await;
        }
    }
    (acknowledged, put_off)
}

/// Reads until it is told to end; gives how often it was told to come again.
async fn read(from: Actor, is_over: Arc<AtomicBool>) -> usize {
    let mut put_off = 0;
    while !is_over.load(Ordering::Relaxed) {
        match from.get(format!("{UNITS}?q=PWM&limit=1")).await {
            answer if answer.status() == 200 => {}
            answer => {
                answer.expect_status(503);
                put_off += 1;
            }
        }
        sleep(Duration::from_millis(10)).await;
    }
    put_off
}

/// How the primary goes.
enum Going {
    /// It dies.
    Killed,
    /// It is set to read-only and stays, with every connection to it.
    Fenced,
}

/// Writers and readers while the standby is promoted and the address moved to it.
async fn the_service_rides_out(going: Going) {
    let pair = Replicated::start().await;
    let server = over(&pair, "500").await;
    let officer = server.council_officer().await;
    replica_is("up", &officer).await;
    // What is acknowledged is on both.
    pair.replicate_synchronously().await;

    let is_over = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for number in 0..6 {
        writers.spawn(write(officer.clone(), number, Arc::clone(&is_over)));
    }
    let reader = tokio::spawn(read(server.anonymous(), Arc::clone(&is_over)));
    sleep(Duration::from_millis(1500)).await;
    match &going {
        Going::Killed => pair.kill(pair.primary),
        Going::Fenced => {
            let fence = ["ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"];
            pair.primary.tell(&fence).await;
            // No commit is under way there any more.
            let open = "SELECT count(*)::text FROM pg_stat_activity WHERE backend_xid IS NOT NULL";
            while pair.primary.ask(open).await != "0" {}
        }
    }
    sleep(Duration::from_millis(700)).await;
    pair.promote();
    pair.move_address_to(pair.standby);
    let moved = Instant::now();
    let last = Uuid::now_v7();
    let written = async {
        let write = || officer.post(UNITS, unit(last, "PWM Sesudah")).idempotency_key(last.to_string());
        while write().await.status() != 201 {
            sleep(Duration::from_millis(30)).await;
        }
    };
    timeout(PATIENCE, written).await.unwrap_or_else(|_| panic!("no write comes through after the fail-over"));
    eprintln!("the first write came through {:?} after the address was moved", moved.elapsed());
    sleep(Duration::from_millis(500)).await;
    is_over.store(true, Ordering::Relaxed);

    let (mut acknowledged, mut put_off) = (vec![last], 0);
    while let Some(writer) = writers.join_next().await {
        let (written, times) = writer.unwrap();
        acknowledged.extend(written);
        put_off += times;
    }
    let reads_put_off = reader.await.unwrap();
    eprintln!("{} writes acknowledged, {put_off} writes and {reads_put_off} reads put off", acknowledged.len());
    assert!(acknowledged.len() > 20);
    // A connection to a primary that takes no writes is tried again until the address leads elsewhere: nobody was put off.
    assert!(put_off > 0 || matches!(going, Going::Fenced));
    for id in acknowledged {
        officer.get(at(id)).await.expect_status(200);
    }
    // The new primary is no replica of itself.
    replica_is("down", &officer).await;
    let verdict = server.store().verify_ledger(&[], |_| {}).await.unwrap();
    assert_eq!(verdict.faults, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_when_the_primary_dies_and_the_standby_is_promoted() {
    the_service_rides_out(Going::Killed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_to_a_primary_that_takes_no_writes_any_more_are_let_go() {
    the_service_rides_out(Going::Fenced).await;
}

/// It waits for the standby, and whoever wrote it does not wait for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_a_synchronous_standby_does_not_have_is_not_acknowledged() {
    let pair = Replicated::start().await;
    let server = TestServer::start(pair.database(), &[]).await;
    let officer = server.council_officer().await;
    pair.replicate_synchronously().await;
    let id = Uuid::now_v7();
    let write = || officer.post(UNITS, unit(id, "PWM Sendiri")).idempotency_key(id.to_string());
    pair.kill(pair.standby);
    let put_off = timeout(PATIENCE, write()).await.unwrap_or_else(|_| panic!("it waits for ever"));
    let put_off = put_off.is_problem(503, "store_unavailable");
    assert!(!put_off.header("retry-after").is_empty());
    officer.get(at(id)).await.expect_status(404);

    pair.start_again(pair.standby);
    let written = async {
        while write().await.status() != 201 {
            sleep(Duration::from_millis(30)).await;
        }
    };
    timeout(PATIENCE, written).await.unwrap();
    officer.get(at(id)).await.expect_status(200);
}
