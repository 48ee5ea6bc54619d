//! What kinds of institution there are, who runs them, and the grades of accreditation.

crate::code_list! {
    /// The kind of an AUMSOS.
    InstitutionKind = "institution_kind" ("Jenis lembaga", "Kind of institution") {
        Lksa = "lksa" ("LKSA / panti asuhan anak", "Children's home (LKSA)"),
        FamilyCare = "family_care" ("Asuhan keluarga", "Family care"),
        FamilyAssistance = "family_assistance" ("Santunan keluarga", "Family assistance"),
        PantiWerdha = "panti_werdha" ("Panti werdha", "Home for older people"),
        PantiDisabilitas = "panti_disabilitas" ("Panti disabilitas", "Home for people with disabilities"),
        Bakesos = "bakesos" ("Balai Kesejahteraan Sosial", "One-stop social service centre (Bakesos)"),
    }
}

crate::code_list! {
    /// The organisation that runs an institution.
    Operator = "operator" ("Pengelola", "Operator") {
        Muhammadiyah = "muhammadiyah" ("Muhammadiyah", "Muhammadiyah"),
        Aisyiyah = "aisyiyah" ("'Aisyiyah", "'Aisyiyah"),
    }
}

crate::code_list! {
    /// The grade given by BALKS; C is the lowest pass (DOMAIN: Permensos 17/2012, since replaced by Permensos 8/2025).
    Grade = "grade" ("Nilai akreditasi", "Grade of accreditation") {
        A = "A" ("A (sangat baik)", "A (very good)"),
        B = "B" ("B (baik)", "B (good)"),
        C = "C" ("C (cukup)", "C (sufficient)"),
    }
}
