//! The service starts, says whether it is ready, and stops in order.

use std::time::{Duration, Instant};

use aumsos_domain::{
    access::{Role, RoleAssignment, RolePlace},
    organization_units::OrganizationUnit,
};
use aumsos_persistence::access::NewClient;
use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

use crate::harness::{BinaryServer, OnDatabase, System, TestDatabase, TestServer};

/// A service behind a proxy on this machine, with its limits in force.
struct BehindProxy(TestServer);

impl OnDatabase for BehindProxy {
    async fn on(system: System) -> Self {
        let settings = [("AUMSOS_HTTP__TRUSTED_PROXIES", "127.0.0.1"), ("AUMSOS_RATE_LIMIT__LIMIT_SIGN_INS", "true")];
        Self(TestServer::start(TestDatabase::migrated(system), &settings).await)
    }
}

on_both! {
    async fn it_lives_and_is_ready(server: TestServer) {
        let nobody = server.anonymous();
        nobody.get("/health/live").await.expect_status(200);
        let ready = nobody.get("/health/ready").await.expect_status(200);
        assert_eq!((ready.at("/status"), ready.at("/database")), (json!("up"), json!("up")));
    }

    async fn a_token_of_one_process_is_good_for_another(server: TestServer) {
        let officer = server.council_officer().await;
        officer.get("/v1/organization-units").await.expect_status(200);
        let other = server.spawn_binary();
        other.as_seen_by(&officer).get("/v1/organization-units").await.expect_status(200);
        other.anonymous().with_token(&officer.token().replace('.', "x")).get("/v1/organization-units").await
            .expect_status(401);
    }

    async fn what_one_process_wrote_another_shows(server: TestServer) {
        let officer = server.council_officer().await;
        let made = officer.post("/v1/organization-units", json!({
            "parent_id": OrganizationUnit::MUHAMMADIYAH, "operator": "muhammadiyah", "level": "provincial",
            "name": "PWM Jawa Timur", "region": "35",
        })).await.expect_status(201);
        let path = format!("/v1/organization-units/{}", made.at("/id").as_str().unwrap());
        let mut other = server.spawn_binary();
        let shown = other.anonymous().get(&path).await.expect_status(200);
        assert_eq!((shown.etag(), shown.json()), (made.etag(), made.json()));
        other.kill();
        server.anonymous().get(&path).await.expect_status(200);
    }

    async fn a_restart_forgets_nothing(server: TestServer) {
        let mut server = server;
        let officer = server.council_officer().await;
        let token = officer.token().to_owned();
        server.restart().await;
        server.anonymous().with_token(&token).get("/v1/organization-units").await.expect_status(200);
    }

    async fn a_client_comes_in_from_its_networks_alone(server: TestServer) {
        let place = RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH);
        let roles = vec![RoleAssignment { role: Role::CouncilOfficer, place }];
        let mut client = NewClient {
            allowed_networks: vec!["192.0.2.0/24".parse().unwrap()],
            ..NewClient::service(Uuid::now_v7(), "elsewhere", "a client of another network", "secret", roles)
        };
        server.know_client(&client).await;
        let nobody = server.anonymous();
        let refused = nobody.token_for("elsewhere", "secret").await.expect_status(401);
        let unknown = nobody.token_for("nobody", "secret").await.expect_status(401);
        assert_eq!(refused.at("/error"), unknown.at("/error"));
        client = NewClient {
            id: Uuid::now_v7(),
            client_id: "here".to_owned(),
            allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
            ..client
        };
        server.make_client(&client).await.get("/v1/organization-units").await.expect_status(200);
    }

    async fn what_no_proxy_has_written_is_not_believed(behind: BehindProxy) {
        let server = &behind.0;
        let place = RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH);
        let roles = vec![RoleAssignment { role: Role::CouncilOfficer, place }];
        let client = NewClient {
            allowed_networks: vec!["203.0.113.0/24".parse().unwrap()],
            ..NewClient::service(Uuid::now_v7(), "netted", "a client of one network", "secret", roles)
        };
        server.know_client(&client).await;
        let from = async |forwarded: &str| server.anonymous().token_for("netted", "secret").header("x-forwarded-for", forwarded).await.status();
        for right in ["203.0.113.5", "10.9.8.7, 203.0.113.5:4711", "203.0.113.5, 127.0.0.1", "unknown, 203.0.113.5"] {
            assert_eq!(from(right).await, 200, "{right}");
        }
        // Only the last that is no proxy of ours counts, however it is written.
        for wrong in ["203.0.113.5, 198.51.100.7", "203.0.113.5, 198.51.100.7:4711", "203.0.113.5, [2001:db8::1]:4711", "203.0.113.5, unknown", "203.0.113.5,", ""] {
            assert_eq!(from(wrong).await, 401, "{wrong}");
        }
    }

    async fn nobody_locks_a_client_out_from_elsewhere(behind: BehindProxy) {
        let server = &behind.0;
        let roles = vec![RoleAssignment { role: Role::Auditor, place: RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH) }];
        server.know_client(&NewClient::service(Uuid::now_v7(), "lazismu", "LAZISMU", "secret", roles)).await;
        let tried = async |id: &str, secret: &str, from: &str| server.anonymous().token_for(id, secret).header("x-forwarded-for", from).await.status();
        // Thirty at once, and on a busy machine one more comes back before they are used up.
        let mut tries = 0;
        while tried("LAZISMU", "wrong", "203.0.113.5").await != 429 {
            tries += 1;
            assert!(tries < 100, "somebody may guess for ever");
        }
        assert!(tries >= 30, "{tries}");
        assert_eq!(tried("lazismu", "secret", "203.0.113.5").await, 429);
        assert_eq!(tried("lazismu", "secret", "198.51.100.7").await, 200);
    }
}

/// A service that takes so long to receive a request that it can be asked to stop meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_in_flight_is_finished_and_readiness_says_no_meanwhile() {
    let database = TestDatabase::migrated(System::Sqlite);
    let server = TestServer::start(database, &[]).await;
    let officer = server.council_officer().await;
    let mut other = server.spawn_binary();
    let (officer, nobody) = (other.as_seen_by(&officer), other.anonymous());

    let body = json!({
        "parent_id": OrganizationUnit::MUHAMMADIYAH, "operator": "muhammadiyah", "level": "provincial",
        "name": "PWM Jawa Timur", "region": "35",
    })
    .to_string();
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(2);
    let received = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
    let slow = officer
        .ask(reqwest::Method::POST, "/v1/organization-units")
        .body("application/json", reqwest::Body::wrap_stream(Box::pin(received)));
    let answer = tokio::spawn(async move { slow.await });
    sender.send(Ok(body.as_bytes()[..20].to_vec())).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;

    other.ask_to_stop();
    let asked = Instant::now();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let ready = nobody.get("/health/ready").await.expect_status(503);
    assert_eq!((ready.at("/accepting"), ready.at("/database")), (json!("down"), json!("up")));

    sender.send(Ok(body.as_bytes()[20..].to_vec())).await.unwrap();
    drop(sender);
    let made = answer.await.unwrap().expect_status(201);
    let (code, _) = tokio::task::block_in_place(|| other.wait());
    assert_eq!(code, Some(0));
    assert!(asked.elapsed() < Duration::from_secs(5), "nothing else is waited for: {:?}", asked.elapsed());
    let path = format!("/v1/organization-units/{}", made.at("/id").as_str().unwrap());
    server.anonymous().get(path).await.expect_status(200);
}

/// Whoever never ends their request does not hold the stop up for longer than 20 seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_takes_too_long_is_cut_off_at_the_stop() {
    let database = TestDatabase::migrated(System::Sqlite);
    let server = TestServer::start(database, &[]).await;
    let officer = server.council_officer().await;
    let mut other = server.spawn_binary();
    let begun = stream::iter([Ok::<_, std::io::Error>(b"{\"parent_id\": \"".to_vec())]).chain(stream::pending());
    let endless = other
        .as_seen_by(&officer)
        .ask(reqwest::Method::POST, "/v1/organization-units")
        .body("application/json", reqwest::Body::wrap_stream(Box::pin(begun)));
    let answer = tokio::spawn(async move { endless.try_send().await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    other.ask_to_stop();
    let (code, took) = tokio::task::block_in_place(|| other.wait());
    assert_eq!(code, Some(0));
    assert!((Duration::from_secs(19)..Duration::from_secs(25)).contains(&took), "{took:?}");
    assert!(answer.await.unwrap().is_none(), "it is answered by nobody");
    let units = officer.get("/v1/organization-units?count=true").await.is_fine();
    assert_eq!(units.at("/count"), 2, "nothing is half done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_does_not_hold_up_the_stop() {
    let database = TestDatabase::migrated(System::Sqlite);
    let mut server = BinaryServer::spawn(&database, &[]);
    let nobody = server.anonymous();
    nobody.get("/health/live").await.expect_status(200);
    // The connection of the request above stays open, as those of browsers and proxies do.
    server.ask_to_stop();
    let (code, took) = tokio::task::block_in_place(|| server.wait());
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert!(nobody.get("/health/live").try_send().await.is_none());
}

/// Longer than the five seconds of the framework, after which a client or proxy would send into a connection that closes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_lay_idle_still_answers() {
    let server = TestServer::start(TestDatabase::migrated(System::Sqlite), &[]).await;
    let mut connection = TcpStream::connect(server.url().strip_prefix("http://").unwrap()).await.unwrap();
    for pause in [0, 8] {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        connection.write_all(b"HEAD /health/live HTTP/1.1\r\nHost: aumsos\r\n\r\n").await.unwrap();
        let mut told = [0; 1024];
        let length = connection.read(&mut told).await.unwrap();
        assert!(told[..length].starts_with(b"HTTP/1.1 200 "), "after {pause} s: {}", told[..length].escape_ascii());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_checkpoint_is_written_when_the_service_stops() {
    let database = TestDatabase::migrated(System::Sqlite);
    let file = database.folder().join("checkpoints");
    let settings = [("AUMSOS_AUDIT__CHECKPOINT_FILE", file.to_str().unwrap())];
    let server = TestServer::start(database, &settings).await;
    server.council_officer().await;
    let database = server.stop().await;
    let last = std::fs::read_to_string(&file).unwrap().lines().last().unwrap().to_owned();
    let last: serde_json::Value = serde_json::from_str(&last).unwrap();
    let store = database.store().await;
    assert_eq!(last["position"], json!(store.last_position().await.unwrap()));
    let ran = database.run(&["audit", "verify", "--checkpoints", file.to_str().unwrap()]).succeeded();
    assert!(ran.stdout.contains("The ledger is whole."), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_have_an_address_of_their_own_where_that_is_configured() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let settings = [("AUMSOS_HTTP__METRICS_LISTEN", free.as_str())];
    let server = TestServer::start(TestDatabase::migrated(System::Sqlite), &settings).await;
    server.anonymous().get("/v1/code-lists").await.expect_status(200);
    let brew = reqwest::Method::from_bytes(b"BREW").unwrap();
    reqwest::Client::new().request(brew, format!("{}/v1/code-lists", server.url())).send().await.unwrap();
    let metrics = reqwest::get(format!("http://{free}/metrics")).await.unwrap().text().await.unwrap();
    let counted = r#"http_requests_total{operation="list_code_lists",method="GET",status="200"} "#;
    assert!(metrics.lines().any(|line| line.starts_with(counted)), "{metrics}");
    assert!(metrics.contains(r#"method="other""#) && !metrics.contains("BREW"), "{metrics}");
    server.anonymous().get("/metrics").await.expect_status(401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_holds_no_more_connections_to_postgresql_than_it_says() {
    let settings = [("AUMSOS_DATABASE_POOL", "6"), ("AUMSOS_HTTP__WORKERS", "3")];
    let server = TestServer::start(TestDatabase::migrated(System::Postgres), &settings).await;
    let officer = server.council_officer().await;
    // Each in a language of its own, so that none is answered from memory.
    let asked = (0..60).map(async |number| {
        officer.get("/v1/institutions").header("Accept-Language", format!("id, en;q=0.{number:03}")).await.status()
    });
    let told: Vec<u16> = futures_util::future::join_all(asked).await;
    assert_eq!(told, [200; 60]);
    // Two for each worker, three aside, one that listens, and four for jobs.
    let held =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'aumsos'";
    let held = server.database().count(held).await;
    assert!((6..=6 + 3 + 1 + 4).contains(&held), "{held}");
}
