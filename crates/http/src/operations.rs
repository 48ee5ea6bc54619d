//! The one list of operations, area by area.

use std::sync::OnceLock;

use crate::{
    access, code_lists, health, institutions, metrics, operation::Operation, organization_units, sensitive_reads,
};

/// Every operation of the interface.
pub fn all() -> &'static [Operation] {
    static ALL: OnceLock<Vec<Operation>> = OnceLock::new();
    ALL.get_or_init(|| {
        [
            vec![access::token::operation()],
            code_lists::operations(),
            organization_units::operations(),
            institutions::operations(),
            sensitive_reads::operations(),
            vec![health::live(), health::ready(), metrics::operation()],
        ]
        .into_iter()
        .flatten()
        .collect()
    })
}
