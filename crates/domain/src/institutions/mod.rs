//! Institutions (AUMSOS): the homes, services and centres of the council.

pub mod kind;

pub use kind::{Grade, InstitutionKind, Operator};
