//! Records as they were: what the feed, live events and histories show, in the form that the record's own address shows it
//! in. The one place that knows the representation of every kind.

use aumsos_domain::institutions::Institution;
use aumsos_persistence::{StoreError, institutions::SeenProposal, ledger::feed::FeedRecord};
use serde_json::Value;

use crate::institutions::{census::model::CensusReportOut, model::InstitutionOut, proposals::model::ProposalOut};

/// A record as a change left it.
pub(crate) fn record(record: FeedRecord) -> Result<Value, StoreError> {
    match record {
        FeedRecord::OrganizationUnit(unit) => shown(serde_json::to_value(unit)),
        FeedRecord::Institution(record) => institution(*record),
        FeedRecord::Proposal(proposal) => {
            let seen = SeenProposal { proposal: *proposal, with_contacts: false };
            shown(serde_json::to_value(ProposalOut::from(seen)))
        }
        FeedRecord::CensusReport(report) => shown(serde_json::to_value(CensusReportOut::from(report))),
    }
}

/// An institution, redacted already.
pub(crate) fn institution(record: Institution) -> Result<Value, StoreError> {
    shown(serde_json::to_value(InstitutionOut::from(record)))
}

fn shown(value: serde_json::Result<Value>) -> Result<Value, StoreError> {
    value.map_err(|_| StoreError::Unreadable("a record in the ledger"))
}
