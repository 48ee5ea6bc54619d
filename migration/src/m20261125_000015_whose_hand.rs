//! In whose hands each client is: whoever registered it, and whoever last gave it its secret or its keys. Where two are asked
//! for, a client and those who hold it count as one.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Clients that were there before: the ledger tells who registered them, and who last rotated a secret. Whoever changed the
/// keys of one counts from their next change on: that stands in documents, which are not read here.
const TOLD_BY_THE_LEDGER: [&str; 2] = [
    "INSERT INTO client_hand (client_id, part, hand_kind, hand_id) \
     SELECT record_id, 'registered', actor_kind, actor_id FROM change \
     WHERE record_kind = 'client' AND action = 'created' AND actor_kind IN ('person', 'client')",
    "INSERT INTO client_hand (client_id, part, hand_kind, hand_id) \
     SELECT made.record_id, 'secret', made.actor_kind, made.actor_id FROM change made \
     WHERE made.record_kind = 'client' AND made.action = 'secret_rotated' AND made.actor_kind IN ('person', 'client') \
     AND NOT EXISTS (SELECT 1 FROM change later WHERE later.record_kind = 'client' \
     AND later.record_id = made.record_id AND later.action = 'secret_rotated' AND later.version > made.version)",
];

/// Clients that registered each other, one after the other, at most.
const LONGEST_CHAIN: usize = 100;

/// What a client holds is held by those who hold the client.
const PASSED_ON: &str = "INSERT INTO client_hand (client_id, part, hand_kind, hand_id) \
     SELECT DISTINCT made.client_id, made.part, above.hand_kind, above.hand_id FROM client_hand made \
     JOIN client_hand above ON made.hand_kind = 'client' AND made.hand_id = above.client_id \
     WHERE above.hand_id <> made.client_id AND NOT EXISTS (SELECT 1 FROM client_hand known \
     WHERE known.client_id = made.client_id AND known.part = made.part \
     AND known.hand_kind = above.hand_kind AND known.hand_id = above.hand_id)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("client_hand")
                    .col(uuid("client_id"))
                    // What they gave it: `registered`, `secret` or `keys`.
                    .col(string("part"))
                    .col(string("hand_kind"))
                    .col(uuid("hand_id"))
                    .primary_key(Index::create().col("client_id").col("part").col("hand_kind").col("hand_id"))
                    .to_owned(),
            )
            .await?;
        crate::create_indexes(manager, "client_hand", &[("client_hand_by_hand", &["hand_kind", "hand_id"])]).await?;
        let connection = manager.get_connection();
        for told in TOLD_BY_THE_LEDGER {
            connection.execute_unprepared(told).await?;
        }
        for _ in 0..LONGEST_CHAIN {
            if connection.execute_unprepared(PASSED_ON).await?.rows_affected() == 0 {
                break;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::drop_tables(manager, &["client_hand"]).await
    }
}
