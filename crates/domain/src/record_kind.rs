//! The kinds of record that the ledger knows.

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
    }
}
