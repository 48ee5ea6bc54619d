//! The 26 categories of people in need of social welfare services (PPKS, formerly PMKS).

crate::code_list! {
    /// A category of need (Permensos 8/2012, annex).
    PpksCategory = "ppks_category" ("Kategori PPKS", "Category of need (PPKS)") {
        NeglectedInfant = "neglected_infant" ("Anak balita terlantar", "Neglected infant"),
        NeglectedChild = "neglected_child" ("Anak terlantar", "Neglected child"),
        ChildInConflictWithLaw = "child_in_conflict_with_law" ("Anak yang berhadapan dengan hukum", "Child in conflict with the law"),
        StreetChild = "street_child" ("Anak jalanan", "Street child"),
        ChildWithDisability = "child_with_disability" ("Anak dengan kedisabilitasan", "Child with disability"),
        ChildVictimOfViolence = "child_victim_of_violence" ("Anak korban tindak kekerasan", "Child victim of violence"),
        ChildNeedingSpecialProtection = "child_needing_special_protection" ("Anak yang memerlukan perlindungan khusus", "Child needing special protection"),
        NeglectedOlderPerson = "neglected_older_person" ("Lanjut usia terlantar", "Neglected older person"),
        PersonWithDisability = "person_with_disability" ("Penyandang disabilitas", "Person with disability"),
        SexWorker = "sex_worker" ("Tuna susila", "Sex worker"),
        Vagrant = "vagrant" ("Gelandangan", "Vagrant"),
        Beggar = "beggar" ("Pengemis", "Beggar"),
        WastePicker = "waste_picker" ("Pemulung", "Waste-picker"),
        MinorityGroup = "minority_group" ("Kelompok minoritas", "Minority group"),
        FormerPrisoner = "former_prisoner" ("Bekas warga binaan lembaga pemasyarakatan", "Former prisoner"),
        PersonWithHivAids = "person_with_hiv_aids" ("Orang dengan HIV/AIDS", "Person with HIV/AIDS"),
        VictimOfDrugAbuse = "victim_of_drug_abuse" ("Korban penyalahgunaan NAPZA", "Victim of drug abuse"),
        VictimOfTrafficking = "victim_of_trafficking" ("Korban trafficking", "Victim of trafficking"),
        VictimOfViolence = "victim_of_violence" ("Korban tindak kekerasan", "Victim of violence"),
        MigrantWorkerWithProblems = "migrant_worker_with_problems" ("Pekerja migran bermasalah sosial", "Migrant worker with problems"),
        VictimOfNaturalDisaster = "victim_of_natural_disaster" ("Korban bencana alam", "Victim of natural disaster"),
        VictimOfSocialDisaster = "victim_of_social_disaster" ("Korban bencana sosial", "Victim of social disaster"),
        WomanInDistress = "woman_in_distress" ("Perempuan rawan sosial ekonomi", "Woman in socio-economic distress"),
        PoorPerson = "poor_person" ("Fakir miskin", "Poor person"),
        FamilyWithPsychosocialProblems = "family_with_psychosocial_problems" ("Keluarga bermasalah sosial psikologis", "Family with psychosocial problems"),
        RemoteIndigenousCommunity = "remote_indigenous_community" ("Komunitas adat terpencil", "Remote indigenous community"),
    }
}
