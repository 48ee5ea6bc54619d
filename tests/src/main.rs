//! End-to-end tests: the real service over real HTTP and the real binary, on SQLite and on PostgreSQL.
//!
//! A test is written once and runs on both databases ([`on_both!`](harness)); each has a database of its own. See
//! [`harness`] for what stories are told with.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[macro_use]
mod harness;

mod audit;
mod backup;
mod beneficiaries;
mod changes;
mod clients;
mod command_line;
mod contract;
mod credentials;
mod demonstration;
mod hands;
mod identity;
mod imports;
mod institutions;
mod master_keys;
mod me;
mod migrations;
mod organization_units;
mod people;
mod permissions;
mod regions;
mod remembered;
mod replica;
mod role_assignments;
mod saved_filters;
mod serving;
mod sharing_agreements;
mod traces;
mod who_may;
mod who_may_where;
