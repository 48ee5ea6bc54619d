//! Where things are kept: sea-orm entities, repositories, the unit of work, the ledger, search, exports.
//!
//! Begin at [`Store`]: reads are its methods and take a [`Scope`](aumsos_domain::access::Scope); writes go through a
//! unit of work ([`Store::write`], [`Store::write_once`]) and nowhere else.

pub mod access;
mod apart;
mod backup;
pub mod beneficiaries;
pub mod clients;
pub mod clock;
mod dialect;
mod error;
pub mod exports;
mod group_commit;
pub mod idempotency;
pub mod imports;
pub mod installation;
pub mod institutions;
pub mod jobs;
pub mod lease;
pub mod ledger;
pub mod mail;
mod master_keys;
mod migrations;
pub mod objects;
pub mod organization_units;
pub mod page;
pub mod people;
mod primary;
mod reads;
mod replica;
pub mod role_assignments;
pub mod safeguarding_codes;
pub mod saved_filters;
mod search;
pub mod sensitive_reads;
pub mod sharing_agreements;
mod sight;
mod store;
mod subjects;
#[cfg(test)]
mod test_store;
pub mod vault;
mod wal_checkpoints;
mod work;

pub use backup::{Copy, CopyError};
pub use error::StoreError;
pub use replica::{ReplicaSettings, ReplicaState};

pub use store::{Store, StoreSettings};
pub use vault::Vault;
pub use work::{Author, IsContended, Size, Work};
