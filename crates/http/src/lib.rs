//! The REST/JSON interface: routes, extractors, representations, the OpenAPI document.
//!
//! Begin at [`operations::all`], the one list of everything that can be called. A handler takes a [`access::Caller`]
//! first, whom the list's row has admitted; reads through the caller's store; writes through [`access::Caller::run`].
//! Paging, filters, sorting, conditional requests, idempotency and problems each exist once, in the modules beside the
//! areas.

pub mod access;
pub mod attachments;
pub mod beneficiaries;
pub mod body;
pub mod changes;
pub mod clients;
pub mod code_lists;
pub mod command;
pub mod conditional;
mod contract;
pub mod creation;
mod docs;
pub mod error_reports;
mod frame;
pub mod health;
pub mod history;
pub mod imports;
pub mod institutions;
pub mod listing;
pub mod me;
mod metered;
pub mod metrics;
pub mod oauth;
pub mod openapi;
pub mod operation;
pub mod operations;
pub mod organization_units;
mod pace;
mod pages;
mod past;
pub mod people;
pub mod problem;
pub mod rate_limit;
pub mod record;
pub mod regions;
mod remembered;
mod rendered;
pub mod role_assignments;
pub mod safeguarding_codes;
pub mod saved_filters;
pub mod sensitive_reads;
mod service;
pub mod sessions;
mod settings;
pub mod sharing_agreements;
pub mod statistics;
mod turn;

pub use frame::frame;
pub use service::{Interface, Service};
pub use settings::Settings;
