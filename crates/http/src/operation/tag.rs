//! What operations belong to.

/// What an operation belongs to; one document a tag is served beside the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tag {
    /// Tokens.
    Access,
    /// Accounts of people.
    People,
    /// Credentials of programs.
    Clients,
    /// Who holds which role.
    RoleAssignments,
    /// What units share.
    SharingAgreements,
    /// Code lists.
    CodeLists,
    /// Regions.
    Regions,
    /// Organisational units.
    OrganizationUnits,
    /// Institutions.
    Institutions,
    /// Proposed changes.
    Proposals,
    /// The census.
    Census,
    /// Photos and documents.
    Attachments,
    /// Reports of errors.
    ErrorReports,
    /// Saved filters.
    SavedFilters,
    /// Imports.
    Imports,
    /// People in care.
    Beneficiaries,
    /// Records opened in an emergency.
    EmergencyAccesses,
    /// The safeguarding code.
    SafeguardingCodes,
    /// Statistics.
    Statistics,
    /// The change feed.
    Changes,
    /// Running the service.
    Operation,
}

impl Tag {
    /// All tags, in the order of the document.
    pub const ALL: &'static [Self] = &[
        Self::Access,
        Self::People,
        Self::Clients,
        Self::RoleAssignments,
        Self::SharingAgreements,
        Self::CodeLists,
        Self::Regions,
        Self::OrganizationUnits,
        Self::Institutions,
        Self::Proposals,
        Self::Census,
        Self::Attachments,
        Self::ErrorReports,
        Self::SavedFilters,
        Self::Imports,
        Self::Beneficiaries,
        Self::EmergencyAccesses,
        Self::SafeguardingCodes,
        Self::Statistics,
        Self::Changes,
        Self::Operation,
    ];

    /// The name in the document and in the address of its own document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::People => "people",
            Self::Clients => "clients",
            Self::RoleAssignments => "role-assignments",
            Self::SharingAgreements => "sharing-agreements",
            Self::CodeLists => "code-lists",
            Self::Regions => "regions",
            Self::OrganizationUnits => "organization-units",
            Self::Institutions => "institutions",
            Self::Proposals => "proposals",
            Self::Census => "census",
            Self::Attachments => "attachments",
            Self::ErrorReports => "error-reports",
            Self::SavedFilters => "saved-filters",
            Self::Imports => "imports",
            Self::Beneficiaries => "beneficiaries",
            Self::EmergencyAccesses => "emergency-accesses",
            Self::SafeguardingCodes => "safeguarding-codes",
            Self::Statistics => "statistics",
            Self::Changes => "changes",
            Self::Operation => "operation",
        }
    }

    /// What it is about.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Access => "Tokens, and who the caller is.",
            Self::People => "The accounts of people: invited, at work, disabled, erased.",
            Self::Clients => {
                "The credentials of programs: systems that act for themselves, and apps that act for people."
            }
            Self::RoleAssignments => "Who holds which role where, for how long, and by whom it was given.",
            Self::SharingAgreements => "What a unit lets another see, for a programme, until a day.",
            Self::CodeLists => "Every set of known values, with its labels in Indonesian and English.",
            Self::Regions => "Provinces, regencies and cities, districts and villages by Kemendagri code.",
            Self::OrganizationUnits => {
                "Muhammadiyah's tree of units, and 'Aisyiyah's beside it; it carries permissions."
            }
            Self::Institutions => "The living register of AUMSOS.",
            Self::Proposals => "Changes of verified records that wait for the responsible unit.",
            Self::Census => "Whom each institution cares for, as a time series.",
            Self::Attachments => "Photos and documents of institutions.",
            Self::ErrorReports => "Errors that anyone reports in public entries.",
            Self::SavedFilters => "Filters to come back to, alone or with a team.",
            Self::Imports => "Spreadsheets into the register: a dry run first.",
            Self::Beneficiaries => "People in the care of institutions: sealed, and every read on the trail.",
            Self::EmergencyAccesses => {
                "Records that were opened in an emergency: told to those in charge, and reviewed."
            }
            Self::SafeguardingCodes => "What everyone promises who sees people in care.",
            Self::Statistics => "Figures within what the caller may see.",
            Self::Changes => "What changed, what is gone and what left the caller's sight.",
            Self::Operation => "Health and metrics of the running service.",
        }
    }
}
