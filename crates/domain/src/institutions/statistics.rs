//! What figures on institutions can be asked for.

crate::code_list! {
    /// What institutions are grouped by. Nothing that an audience could hide is among them.
    GroupKey = "statistics_group" ("Pengelompokan statistik", "Group of statistics") {
        Province = "province" ("Provinsi", "Province"),
        Regency = "regency" ("Kabupaten/kota", "Regency or city"),
        Kind = "kind" ("Jenis lembaga", "Kind of institution"),
        Operator = "operator" ("Pengelola", "Operator"),
        Grade = "grade" ("Nilai akreditasi", "Grade of accreditation"),
        AccreditationStatus = "accreditation_status" ("Status akreditasi", "Standing in accreditation"),
        Status = "status" ("Status lembaga", "Status of the institution"),
        Freshness = "freshness" ("Kemutakhiran data", "Freshness of the census"),
    }
}

crate::code_list! {
    /// What is counted in each group.
    Measure = "statistics_measure" ("Ukuran statistik", "Measure of statistics") {
        Count = "count" ("Jumlah lembaga", "Institutions"),
        Capacity = "capacity" ("Kapasitas", "Places in all"),
        Residents = "residents" ("Anak dan orang yang diasuh", "People cared for, by the last census"),
    }
}

impl Measure {
    /// Whether the figures are about people: then only those who may read the census get them.
    pub const fn is_about_people(self) -> bool {
        matches!(self, Self::Residents)
    }
}
