//! Verifying the ledger: walks the chain and finds any edited, removed or reordered row.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;

use super::{
    checkpoint::Checkpoint,
    entity::{change, change_seal, change_unsealed},
    sealer::{GENESIS, chain_hash},
};
use crate::{Store, StoreError};

/// What is wrong with the ledger, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// A row's content does not give the hash that was sealed: it, or its place in the chain, was edited.
    Edited {
        /// Where in the chain.
        position: i64,
        /// Which row.
        change_id: i64,
    },
    /// A position is missing: a seal was removed.
    PositionMissing {
        /// The first missing position.
        position: i64,
    },
    /// A sealed row is gone.
    RowMissing {
        /// Where in the chain.
        position: i64,
        /// Which row.
        change_id: i64,
    },
    /// A row that is neither sealed nor waiting to be: it was put in beside the service.
    NeverSealed {
        /// Which row.
        change_id: i64,
    },
    /// The chain is shorter than a signed checkpoint says, or says otherwise at its position: its tail was cut.
    CheckpointBroken {
        /// The position that was signed.
        position: i64,
    },
    /// A checkpoint whose signature is not right.
    CheckpointForged {
        /// The line in the file of checkpoints.
        line: usize,
    },
}

/// The outcome of a walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Sealed rows walked.
    pub rows: u64,
    /// The last position.
    pub last_position: i64,
    /// Its hash.
    pub last_hash: String,
    /// Rows that still wait for the sealer.
    pub waiting: u64,
    /// Checkpoints that agree with the chain.
    pub checkpoints: usize,
    /// What was found, in the order of the chain; empty when all is well.
    pub faults: Vec<Fault>,
}

const BATCH: u64 = 1000;

impl Store {
    /// Walks the whole chain and compares it with the checkpoints. `progress` hears how many rows were walked.
    pub async fn verify_ledger(
        &self,
        checkpoints: &[(usize, Option<Checkpoint>)],
        progress: impl Fn(u64),
    ) -> Result<Verdict, StoreError> {
        let mut verdict = Verdict {
            rows: 0,
            last_position: 0,
            last_hash: GENESIS.to_owned(),
            waiting: change_unsealed::Entity::find().count(&self.read).await?,
            checkpoints: 0,
            faults: Vec::new(),
        };
        let mut signed: Vec<Checkpoint> = Vec::new();
        for (line, checkpoint) in checkpoints {
            match checkpoint {
                Some(checkpoint) => signed.push(checkpoint.clone()),
                None => verdict.faults.push(Fault::CheckpointForged { line: *line }),
            }
        }
        loop {
            let batch = change_seal::Entity::find()
                .find_also_related(change::Entity)
                .filter(change_seal::Column::Position.gt(verdict.last_position))
                .order_by_asc(change_seal::Column::Position)
                .limit(BATCH)
                .all(&self.read)
                .await?;
            if batch.is_empty() {
                break;
            }
            for (seal, row) in batch {
                verdict.step(&seal, row.as_ref());
                for checkpoint in signed.iter().filter(|checkpoint| checkpoint.position == seal.position) {
                    if checkpoint.hash == seal.hash {
                        verdict.checkpoints += 1;
                    } else {
                        verdict.faults.push(Fault::CheckpointBroken { position: seal.position });
                    }
                }
            }
            progress(verdict.rows);
        }
        for checkpoint in signed.iter().filter(|checkpoint| checkpoint.position > verdict.last_position) {
            verdict.faults.push(Fault::CheckpointBroken { position: checkpoint.position });
        }
        verdict.faults.extend(self.never_sealed().await?);
        Ok(verdict)
    }

    async fn never_sealed(&self) -> Result<Vec<Fault>, StoreError> {
        let sealed = change_seal::Entity::find().select_only().column(change_seal::Column::ChangeId);
        let waiting = change_unsealed::Entity::find().select_only().column(change_unsealed::Column::ChangeId);
        let strays: Vec<i64> = change::Entity::find()
            .select_only()
            .column(change::Column::Id)
            .filter(change::Column::Id.not_in_subquery(sea_orm::QueryTrait::into_query(sealed)))
            .filter(change::Column::Id.not_in_subquery(sea_orm::QueryTrait::into_query(waiting)))
            .order_by_asc(change::Column::Id)
            .limit(BATCH)
            .into_tuple()
            .all(&self.read)
            .await?;
        Ok(strays.into_iter().map(|change_id| Fault::NeverSealed { change_id }).collect())
    }
}

impl Verdict {
    fn step(&mut self, seal: &change_seal::Model, row: Option<&change::Model>) {
        // Behind a gap the hash before the row is not known, so that nothing can be said of the row itself.
        let follows = seal.position == self.last_position + 1;
        if !follows {
            self.faults.push(Fault::PositionMissing { position: self.last_position + 1 });
        }
        match row {
            None => self.faults.push(Fault::RowMissing { position: seal.position, change_id: seal.change_id }),
            Some(row) if follows && chain_hash(&self.last_hash, seal.position, row) != seal.hash => {
                self.faults.push(Fault::Edited { position: seal.position, change_id: row.id });
            }
            Some(_) => {}
        }
        self.rows += 1;
        self.last_position = seal.position;
        self.last_hash.clone_from(&seal.hash);
    }
}
