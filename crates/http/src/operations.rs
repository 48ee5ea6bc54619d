//! The one list of operations, area by area.

use std::sync::OnceLock;

use crate::operation::Operation;

/// Every operation of the interface.
pub fn all() -> &'static [Operation] {
    static ALL: OnceLock<Vec<Operation>> = OnceLock::new();
    ALL.get_or_init(|| {
        [
            crate::oauth::operations(),
            crate::me::operations(),
            crate::people::operations(),
            crate::clients::operations(),
            crate::role_assignments::operations(),
            crate::sharing_agreements::operations(),
            crate::sessions::operations(),
            crate::code_lists::operations(),
            crate::regions::operations(),
            crate::organization_units::operations(),
            crate::institutions::operations(),
            crate::beneficiaries::operations(),
            crate::safeguarding_codes::operations(),
            crate::statistics::operations(),
            crate::attachments::operations(),
            crate::error_reports::operations(),
            crate::saved_filters::operations(),
            crate::sensitive_reads::operations(),
            crate::changes::operations(),
            crate::history::operations(),
            crate::imports::operations(),
            vec![crate::health::live(), crate::health::ready(), crate::metrics::operation()],
        ]
        .into_iter()
        .flatten()
        .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Tag;

    #[test]
    fn nothing_but_reads_of_the_register_may_follow_a_replica() {
        let register =
            [Tag::OrganizationUnits, Tag::Institutions, Tag::Proposals, Tag::Census, Tag::Attachments, Tag::Statistics];
        for operation in all().iter().filter(|operation| operation.may_follow) {
            assert!(!operation.writes() && register.contains(&operation.tag), "{operation:?}");
        }
        assert!(all().iter().any(|operation| operation.may_follow));
    }
}
