//! The kinds of record that the ledger knows, and who hears of their changes.

use crate::access::Permission;

crate::code_list! {
    /// What kind of record changed.
    RecordKind = "record_kind" ("Jenis rekaman", "Kind of record") {
        OrganizationUnit = "organization_unit" ("Unit organisasi", "Organisational unit"),
        Institution = "institution" ("Lembaga", "Institution"),
        Proposal = "institution_proposal" ("Usulan perubahan", "Proposed change"),
        CensusReport = "census_report" ("Laporan sensus", "Census report"),
        Attachment = "attachment" ("Lampiran", "Attachment"),
        ErrorReport = "error_report" ("Laporan kesalahan", "Error report"),
        SavedFilter = "saved_filter" ("Saringan tersimpan", "Saved filter"),
        Import = "import" ("Impor", "Import"),
        Client = "client" ("Klien", "Client"),
        Person = "person" ("Orang", "Person"),
        RoleAssignment = "role_assignment" ("Penugasan peran", "Role assignment"),
        SharingAgreement = "sharing_agreement" ("Kesepakatan berbagi", "Sharing agreement"),
        Beneficiary = "beneficiary" ("Penerima manfaat", "Person in care"),
        HealthNote = "health_note" ("Catatan kesehatan", "Health note"),
        Consent = "consent" ("Persetujuan", "Consent"),
        EmergencyAccess = "emergency_access" ("Akses darurat", "Emergency access"),
        SafeguardingCode = "safeguarding_code" ("Kode perlindungan", "Safeguarding code"),
        SafeguardingAcceptance = "safeguarding_acceptance" ("Persetujuan kode perlindungan", "Acceptance of a safeguarding code"),
    }
}

impl RecordKind {
    /// The permission that shows records of this kind beyond what is public; none for those whose changes are in nobody's
    /// feed.
    pub const fn shown_with(self) -> Option<Permission> {
        match self {
            Self::OrganizationUnit | Self::Institution | Self::Proposal | Self::Attachment => {
                Some(Permission::InstitutionsRead)
            }
            Self::CensusReport => Some(Permission::CensusRead),
            Self::ErrorReport => Some(Permission::ErrorReportsHandle),
            Self::Import => Some(Permission::ImportsRun),
            Self::Beneficiary | Self::Consent => Some(Permission::BeneficiariesRead),
            Self::HealthNote => Some(Permission::BeneficiariesReadHealth),
            Self::EmergencyAccess => Some(Permission::EmergencyAccessReview),
            Self::SavedFilter
            | Self::Client
            | Self::Person
            | Self::RoleAssignment
            | Self::SharingAgreement
            | Self::SafeguardingCode
            | Self::SafeguardingAcceptance => None,
        }
    }

    /// Whether a change of such a record can change what somebody may do.
    pub const fn bears_on_access(self) -> bool {
        matches!(self, Self::Client | Self::Person | Self::RoleAssignment | Self::SharingAgreement)
    }
}

crate::code_list! {
    /// What a change means for the one who hears of it.
    ChangeEffect = "change_effect" ("Akibat perubahan", "Effect of a change") {
        Changed = "changed" ("Baru atau berubah", "New or changed"),
        Deleted = "deleted" ("Dihapus", "Deleted"),
        LeftSight = "left_sight" ("Tidak lagi terlihat", "Left your sight"),
    }
}

crate::code_list! {
    /// Whether a record is still there, for the one who asks.
    RecordPresence = "record_presence" ("Keberadaan rekaman", "Presence of a record") {
        Present = "present" ("Ada", "Present"),
        Gone = "gone" ("Sudah dihapus", "Gone"),
        Unknown = "unknown" ("Tidak ada, atau tidak terlihat", "None, or out of sight"),
    }
}
