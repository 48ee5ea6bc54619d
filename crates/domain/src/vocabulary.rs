//! What the interface must know of every area: the reasons its rules give, the formats of its texts, its code lists.
//! A new area adds one line to each.

use crate::{
    access, beneficiaries, census, clients,
    code_list::CodeListEntry,
    imports, institutions, map,
    organization_units::{self, UnitLevel, UnitStatus},
    people,
    position::PositionPrecision,
    reason::Reason,
    record_kind::{ChangeEffect, RecordKind, RecordPresence},
    regions, role_assignments, safeguarding_codes, saved_filters, sharing_agreements, text_value,
};

/// Every reason that a rule of the domain can give.
pub fn reasons() -> impl Iterator<Item = &'static Reason> {
    [
        text_value::REASONS,
        regions::REASONS,
        organization_units::REASONS,
        institutions::life::REASONS,
        institutions::proposal::REASONS,
        institutions::rules::REASONS,
        institutions::attachment::REASONS,
        institutions::error_report::REASONS,
        map::REASONS,
        census::REASONS,
        imports::REASONS,
        saved_filters::REASONS,
        access::password::REASONS,
        access::granting::REASONS,
        access::account::REASONS,
        access::network::REASONS,
        access::appointment::REASONS,
        people::REASONS,
        clients::REASONS,
        role_assignments::REASONS,
        sharing_agreements::REASONS,
        beneficiaries::identity_number::REASONS,
        beneficiaries::number::REASONS,
        beneficiaries::rules::REASONS,
        beneficiaries::life::REASONS,
        beneficiaries::consent::REASONS,
        beneficiaries::lookup::REASONS,
        beneficiaries::emergency_access::REASONS,
        safeguarding_codes::REASONS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Every format of text beyond those of JSON Schema.
pub fn formats() -> impl Iterator<Item = &'static text_value::Format> {
    [
        text_value::FORMATS,
        regions::FORMATS,
        institutions::service::FORMATS,
        map::FORMATS,
        access::account::FORMATS,
        access::network::FORMATS,
        beneficiaries::identity_number::FORMATS,
        beneficiaries::number::FORMATS,
        beneficiaries::emergency_access::FORMATS,
        safeguarding_codes::FORMATS,
    ]
    .into_iter()
    .flatten()
}

/// Every code list, in the order of `/v1/code-lists`.
pub const CODE_LISTS: &[CodeListEntry] = &[
    institutions::InstitutionKind::ENTRY,
    institutions::Operator::ENTRY,
    institutions::InstitutionStatus::ENTRY,
    institutions::life::LifeStep::ENTRY,
    institutions::Grade::ENTRY,
    institutions::AccreditationStatus::ENTRY,
    institutions::ProposalStatus::ENTRY,
    institutions::duplicates::DuplicateSign::ENTRY,
    institutions::duplicates::Likeness::ENTRY,
    institutions::PaperKind::ENTRY,
    institutions::profile::CapacityUnit::ENTRY,
    institutions::AttachmentPurpose::ENTRY,
    institutions::MediaType::ENTRY,
    institutions::ErrorReportStatus::ENTRY,
    institutions::profile::ContactRole::ENTRY,
    institutions::ServiceKind::ENTRY,
    institutions::PpksCategory::ENTRY,
    institutions::service::SexServed::ENTRY,
    institutions::service::Cost::ENTRY,
    institutions::statistics::GroupKey::ENTRY,
    institutions::statistics::Measure::ENTRY,
    census::CarePlace::ENTRY,
    census::Sex::ENTRY,
    census::AgeBand::ENTRY,
    census::OrphanStatus::ENTRY,
    census::Freshness::ENTRY,
    PositionPrecision::ENTRY,
    regions::RegionLevel::ENTRY,
    regions::VillageKind::ENTRY,
    regions::RegionChangeKind::ENTRY,
    regions::PlaceFaultKind::ENTRY,
    UnitLevel::ENTRY,
    UnitStatus::ENTRY,
    saved_filters::FilterResource::ENTRY,
    access::Role::ENTRY,
    access::Audience::ENTRY,
    access::ClientKind::ENTRY,
    access::AccountStatus::ENTRY,
    clients::ClientStatus::ENTRY,
    clients::KeyType::ENTRY,
    role_assignments::HolderKind::ENTRY,
    beneficiaries::BeneficiaryStatus::ENTRY,
    beneficiaries::life::DepartureReason::ENTRY,
    beneficiaries::life::ErasureReason::ENTRY,
    beneficiaries::profile::Relation::ENTRY,
    beneficiaries::profile::RetentionBasis::ENTRY,
    beneficiaries::consent::ConsentPurpose::ENTRY,
    beneficiaries::consent::ConsentGiver::ENTRY,
    beneficiaries::emergency_access::ReviewOutcome::ENTRY,
    RecordKind::ENTRY,
    imports::ImportField::ENTRY,
    imports::RowOutcome::ENTRY,
    imports::ImportStatus::ENTRY,
    imports::DecisionKind::ENTRY,
    ChangeEffect::ENTRY,
    RecordPresence::ENTRY,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reason_has_its_own_code() {
        let mut seen = BTreeSet::new();
        assert!(reasons().all(|reason| seen.insert(reason.code)));
    }

    #[test]
    fn every_code_list_has_its_own_name_and_no_code_twice() {
        let mut names = BTreeSet::new();
        for list in CODE_LISTS {
            assert!(names.insert(list.name), "{}", list.name);
            let codes: BTreeSet<_> = list.values.iter().map(|(code, ..)| code).collect();
            assert_eq!(codes.len(), list.values.len(), "{}", list.name);
        }
    }

    #[test]
    fn every_format_has_its_own_name() {
        let mut seen = BTreeSet::new();
        assert!(formats().all(|(name, _)| seen.insert(name)));
    }
}
