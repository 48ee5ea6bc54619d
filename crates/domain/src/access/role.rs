//! The roles that people and clients hold at units or institutions.

crate::code_list! {
    /// A role is held at an organisational unit (and covers all below it) or at one institution.
    Role = "role" ("Peran", "Role") {
        SystemAdministrator = "system_administrator" ("Administrator sistem", "System administrator"),
        CouncilOfficer = "council_officer" ("Petugas majelis pusat", "Council officer"),
        RegionalOfficer = "regional_officer" ("Petugas majelis wilayah/daerah", "Regional officer"),
        InstitutionOperator = "institution_operator" ("Operator lembaga", "Institution operator"),
        Assessor = "assessor" ("Asesor akreditasi", "Assessor"),
        AccreditationBoard = "accreditation_board" ("BALKS", "Accreditation board"),
        BakesosDispatcher = "bakesos_dispatcher" ("Petugas penerima Bakesos", "Bakesos dispatcher"),
        CaseWorker = "case_worker" ("Pekerja sosial", "Case worker"),
        CaseSupervisor = "case_supervisor" ("Supervisor kasus", "Case supervisor"),
        Counsellor = "counsellor" ("Konselor", "Counsellor"),
        ProgrammeManager = "programme_manager" ("Pengelola program", "Programme manager"),
        Donor = "donor" ("Lembaga donor", "Donor"),
        Researcher = "researcher" ("Peneliti", "Researcher"),
        DataSteward = "data_steward" ("Pengelola data", "Data steward"),
        Auditor = "auditor" ("Auditor", "Auditor"),
    }
}
