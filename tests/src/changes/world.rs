//! What the stories of this area are told with: records to change, and readers of the feed.

use std::time::{Duration, Instant};

use aumsos_domain::institutions::{Institution, InstitutionStatus};
use aumsos_persistence::{Author, Store, StoreError, Work};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Actor, TestServer};

/// How long anything in a story may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until the sealer has nothing left.
pub(crate) async fn sealed(store: &Store) {
    let begun = Instant::now();
    while store.verify_ledger(&[], |_| {}).await.unwrap().waiting > 0 {
        assert!(begun.elapsed() < PATIENCE, "the sealer does not seal");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Reads the feed from a cursor to its end, by pages of seven; gives what it told and the cursor at its end.
pub(super) async fn read_feed(reader: &Actor, after: &str, more: &str) -> (Vec<Value>, String) {
    let mut items = Vec::new();
    let mut cursor = after.to_owned();
    loop {
        let answer = reader.get(format!("/v1/changes?limit=7&after={cursor}{more}")).await.expect_status(200);
        items.extend(answer.at("/items").as_array().unwrap().iter().cloned());
        answer.at("/next_cursor").as_str().unwrap().clone_into(&mut cursor);
        if answer.at("/has_more") == false {
            return (items, cursor);
        }
        assert!(answer.header("link").contains("rel=\"next\""), "{}", answer.header("link"));
    }
}

/// What a part of the feed says of one record, in a few words: `changed by created as council`.
pub(super) fn told_of(items: &[Value], id: Uuid) -> Vec<String> {
    let of_record = items.iter().filter(|item| item["id"] == id.to_string());
    of_record
        .map(|item| {
            let said = format!("{} by {}", item["effect"].as_str().unwrap(), item["action"].as_str().unwrap());
            match item["seen_as"].as_str() {
                Some(view) => format!("{said} as {view}"),
                None => said,
            }
        })
        .collect()
}

/// The body of a new branch below a unit.
pub(super) fn branch(id: Uuid, parent: Uuid, name: &str) -> Value {
    json!({"id": id, "parent_id": parent, "operator": "muhammadiyah", "level": "branch", "name": name})
}

/// A draft in the care of a unit: a home at a street, with a phone.
pub(super) fn draft(unit: Uuid, region: &str) -> Institution {
    let profile = json!({
        "name": "Panti Asuhan Cahaya", "kind": "lksa", "operator": "muhammadiyah", "unit_id": unit,
        "address": {"street": "Jalan Rahasia 7", "region": region, "postal_code": "60111"},
        "position": {"latitude": -7.25, "longitude": 112.75, "precision": "building"},
        "phones": ["+62315551234"]
    });
    let profile = serde_json::from_value(profile).unwrap();
    Institution::draft(Uuid::now_v7(), profile, Vec::new(), aumsos_persistence::clock::now())
}

/// Writes a new institution.
pub(super) async fn create(server: &TestServer, new: &Institution) {
    let author = Author::system();
    let made = server.store().write(&author, async |work: &mut Work| work.create_institution("created", new).await);
    made.await.unwrap();
}

/// Changes an institution; gives it as it is from now on.
pub(super) async fn save(
    server: &TestServer,
    action: &'static str,
    before: &Institution,
    change: impl Fn(&mut Institution),
) -> Institution {
    let mut after = Institution { version: before.version + 1, ..before.clone() };
    change(&mut after);
    let author = Author::system();
    let saved = server.store().write(&author, async |work: &mut Work| {
        work.save_institution(action, before, &after).await?;
        Ok::<_, StoreError>(())
    });
    saved.await.unwrap();
    after
}

/// Makes it one that everyone may know of.
pub(super) async fn publish(server: &TestServer, draft: &Institution) -> Institution {
    save(server, "verified", draft, |record| record.status = InstitutionStatus::Active).await
}
