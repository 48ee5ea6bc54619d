//! The permission table: what each role may do, readable in one place.

use super::role::Role::{
    self, AccreditationBoard, Assessor, Auditor, BakesosDispatcher, CaseSupervisor, CaseWorker, CouncilOfficer,
    Counsellor, DataSteward, Donor, InstitutionOperator, ProgrammeManager, RegionalOfficer, Researcher,
    SystemAdministrator,
};

macro_rules! permissions {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $code:literal [ $($role:ident),+ $(,)? ] )+) => {
        /// Something an actor may be allowed to do. The roles that hold it stand beside it in this file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission { $( $(#[doc = $doc])+ $variant, )+ }

        impl Permission {
            /// All permissions, in the order of the table.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The stable code, `area.verb`.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }

            /// What it allows, in one sentence.
            pub const fn description(self) -> &'static str {
                match self { $( Self::$variant => concat!($($doc),+), )+ }
            }

            /// The roles that hold it.
            pub const fn roles(self) -> &'static [Role] {
                match self { $( Self::$variant => &[ $($role),+ ], )+ }
            }
        }
    };
}

permissions! {
    /// See institutions that are not public (drafts, submissions) and what only the council sees of the others.
    InstitutionsRead = "institutions.read" [
        SystemAdministrator, CouncilOfficer, RegionalOfficer, InstitutionOperator, AccreditationBoard,
        BakesosDispatcher, ProgrammeManager, DataSteward, Auditor,
    ]
    /// See the places, phones and emails that are meant for partners.
    InstitutionsReadAsPartner = "institutions.read_as_partner" [
        Assessor, AccreditationBoard, BakesosDispatcher, CaseWorker, CaseSupervisor, Counsellor, ProgrammeManager, Donor,
    ]
    /// See the head and contact persons of an institution (personal data).
    InstitutionsReadContacts = "institutions.read_contacts" [
        CouncilOfficer, RegionalOfficer, InstitutionOperator, BakesosDispatcher, DataSteward,
    ]
    /// Take out in whole what may be read page by page beyond the public directory.
    InstitutionsExport = "institutions.export" [CouncilOfficer, RegionalOfficer, DataSteward]
    /// Draft an institution, change a draft, propose changes and submit them for verification.
    InstitutionsSubmit = "institutions.submit" [CouncilOfficer, RegionalOfficer, InstitutionOperator, DataSteward]
    /// Verify submissions or return them with reasons; correct, suspend, resume and close.
    InstitutionsVerify = "institutions.verify" [CouncilOfficer, RegionalOfficer]
    /// Merge two records of one institution.
    InstitutionsMerge = "institutions.merge" [CouncilOfficer, DataSteward]
    /// See the history of a record and the record as it was.
    InstitutionsHistory = "institutions.history" [
        CouncilOfficer, RegionalOfficer, InstitutionOperator, DataSteward, Auditor,
    ]
    /// Report the census of an institution.
    CensusSubmit = "census.submit" [CouncilOfficer, RegionalOfficer, InstitutionOperator]
    /// See census reports and the figures drawn from them.
    CensusRead = "census.read" [
        CouncilOfficer, RegionalOfficer, InstitutionOperator, AccreditationBoard, ProgrammeManager, DataSteward, Auditor,
    ]
    /// See and settle the errors that people reported in public entries.
    ErrorReportsHandle = "error_reports.handle" [CouncilOfficer, RegionalOfficer, DataSteward]
    /// See who read the personal data of institutions, and when.
    SensitiveReadsRead = "sensitive_reads.read" [DataSteward, Auditor]
    /// Create, rename, move and close organisational units.
    UnitsManage = "units.manage" [SystemAdministrator, CouncilOfficer, RegionalOfficer]
    /// Import institutions from spreadsheets.
    ImportsRun = "imports.run" [CouncilOfficer, DataSteward]
    /// Read the metrics of the running service.
    MetricsRead = "metrics.read" [SystemAdministrator, Auditor]
    /// Take out research data sets once they are published.
    DatasetsRead = "datasets.read" [Researcher, DataSteward]
}
