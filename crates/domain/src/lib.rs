//! What the council's things are and what may happen to them.
//!
//! No I/O, no async, no ORM, no HTTP: every rule here can be tested without a database.

pub mod reason;

pub use reason::{Invalid, Reason, Refusal};
