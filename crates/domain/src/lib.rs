//! What the council's things are and what may happen to them.
//!
//! No I/O, no async, no ORM, no HTTP: every rule here can be tested without a database.

pub mod access;
pub mod beneficiaries;
pub mod census;
pub mod clients;
pub mod code_list;
pub mod imports;
pub mod institutions;
pub mod language;
pub mod map;
pub mod organization_units;
pub mod people;
pub mod pictures;
pub mod position;
pub mod reason;
pub mod record_kind;
pub mod regions;
pub mod role_assignments;
pub mod safeguarding_codes;
pub mod saved_filters;
pub mod search_words;
pub mod sharing_agreements;
pub mod spelling;
pub mod text_value;
pub mod vocabulary;

pub use code_list::CodeList;
pub use language::Language;
pub use reason::{Invalid, Reason, Refusal};
pub use record_kind::{ChangeEffect, RecordKind, RecordPresence};
