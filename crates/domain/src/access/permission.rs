//! The permission table: what each role may do, readable in one place.

use super::role::Role::{
    self, AccreditationBoard, Assessor, Auditor, BakesosDispatcher, CaseSupervisor, CaseWorker, CouncilOfficer,
    Counsellor, DataSteward, Donor, InstitutionOperator, ProgrammeManager, RegionalOfficer, Researcher,
    SystemAdministrator,
};

macro_rules! permissions {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $code:literal ($indonesian:literal) [ $($role:ident),+ $(,)? ] )+) => {
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

            /// The same in Indonesian.
            pub const fn description_in_indonesian(self) -> &'static str {
                match self { $( Self::$variant => $indonesian, )+ }
            }

            /// The permission of a code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|permission| permission.code() == code)
            }

            /// The roles that hold it.
            pub const fn roles(self) -> &'static [Role] {
                match self { $( Self::$variant => &[ $($role),+ ], )+ }
            }
        }
    };
}

impl Permission {
    /// What a unit may let another see by agreement: reading, never writing or taking out in whole, and nothing of the
    /// people in care, whose records are disclosed one by one with their consent.
    pub const SHAREABLE: &'static [Self] = &[
        Self::InstitutionsRead,
        Self::InstitutionsReadAsPartner,
        Self::InstitutionsReadContacts,
        Self::InstitutionsHistory,
        Self::CensusRead,
    ];

    /// Whether it is one of those.
    pub fn is_shareable(self) -> bool {
        Self::SHAREABLE.contains(&self)
    }
}

impl serde::Serialize for Permission {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> serde::Deserialize<'de> for Permission {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| serde::de::Error::custom("there is no such permission"))
    }
}

impl utoipa::PartialSchema for Permission {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "The code of a permission; what each allows, and to which roles, is in `docs/permissions.md`.",
            ))
            .enum_values(Some(Self::ALL.iter().map(|permission| permission.code())))
            .into()
    }
}

impl utoipa::ToSchema for Permission {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("Permission")
    }
}

/// Some of the permissions: what a credential lets through of what its holder may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PermissionSet(u64);

const _: () = assert!(Permission::ALL.len() <= 64, "a set has a bit for each permission");

impl PermissionSet {
    /// Every permission there is, and every one there will be.
    pub const ALL: Self = Self(u64::MAX);
    /// None.
    pub const NONE: Self = Self(0);

    /// Whether it holds one.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    /// What is in both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this and not in the other.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What shows personal data: where the configuration says so, only after a second factor.
    pub fn of_personal_data() -> Self {
        [
            Permission::InstitutionsReadContacts,
            Permission::SensitiveReadsRead,
            Permission::BeneficiariesRead,
            Permission::BeneficiariesReadHealth,
            Permission::BeneficiariesWrite,
            Permission::BeneficiariesSearch,
            Permission::BeneficiariesExport,
            Permission::BeneficiariesErase,
            Permission::EmergencyAccessUse,
            Permission::EmergencyAccessReview,
        ]
        .into_iter()
        .collect()
    }

    /// Whether everything in it is in the other too.
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether it holds none of the permissions there are.
    pub fn is_empty(self) -> bool {
        self.iter().next().is_none()
    }

    /// What it holds, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }

    /// Reads an OAuth scope (RFC 6749 §3.3): codes with spaces between them. Nothing when one of them is unknown.
    pub fn from_scope(scope: &str) -> Option<Self> {
        scope.split_ascii_whitespace().map(Permission::from_code).collect()
    }

    /// As an OAuth scope.
    pub fn to_scope(self) -> String {
        self.iter().map(Permission::code).collect::<Vec<_>>().join(" ")
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | 1 << permission as u32))
    }
}

permissions! {
    /// See institutions that are not public (drafts, submissions) and what only the council sees of the others.
    InstitutionsRead = "institutions.read" ("Melihat lembaga yang belum umum (konsep, ajuan) dan isian lembaga lain yang hanya untuk majelis.") [
        SystemAdministrator, CouncilOfficer, RegionalOfficer, InstitutionOperator, AccreditationBoard,
        BakesosDispatcher, ProgrammeManager, DataSteward, Auditor,
    ]
    /// See the places, phones and emails that are meant for partners.
    InstitutionsReadAsPartner = "institutions.read_as_partner" ("Melihat alamat, telepon, dan surel yang ditujukan bagi mitra.") [
        Assessor, AccreditationBoard, BakesosDispatcher, CaseWorker, CaseSupervisor, Counsellor, ProgrammeManager, Donor,
    ]
    /// See the head and contact persons of an institution (personal data).
    InstitutionsReadContacts = "institutions.read_contacts" ("Melihat pimpinan dan narahubung lembaga (data pribadi).") [
        CouncilOfficer, RegionalOfficer, InstitutionOperator, BakesosDispatcher, DataSteward,
    ]
    /// Take out in whole what may be read page by page beyond the public directory.
    InstitutionsExport = "institutions.export" ("Mengunduh seluruhnya apa yang boleh dibaca selain direktori umum.") [CouncilOfficer, RegionalOfficer, DataSteward]
    /// Draft an institution, change a draft, propose changes and submit them for verification.
    InstitutionsSubmit = "institutions.submit" ("Membuat konsep lembaga, mengubahnya, mengusulkan perubahan, dan mengajukannya.") [CouncilOfficer, RegionalOfficer, InstitutionOperator, DataSteward]
    /// Verify submissions or return them with reasons; correct, suspend, resume and close.
    InstitutionsVerify = "institutions.verify" ("Memverifikasi ajuan atau mengembalikannya beserta alasan; memperbaiki, membekukan, dan menutup lembaga.") [CouncilOfficer, RegionalOfficer]
    /// Merge two records of one institution.
    InstitutionsMerge = "institutions.merge" ("Menggabungkan dua rekaman dari satu lembaga.") [CouncilOfficer, DataSteward]
    /// See the history of a record and the record as it was.
    InstitutionsHistory = "institutions.history" ("Melihat riwayat sebuah rekaman dan rekaman itu pada masa lalu.") [
        CouncilOfficer, RegionalOfficer, InstitutionOperator, DataSteward, Auditor,
    ]
    /// Report the census of an institution.
    CensusSubmit = "census.submit" ("Melaporkan sensus lembaga.") [CouncilOfficer, RegionalOfficer, InstitutionOperator]
    /// See census reports and the figures drawn from them.
    CensusRead = "census.read" ("Melihat laporan sensus dan angka yang diolah darinya.") [
        CouncilOfficer, RegionalOfficer, InstitutionOperator, AccreditationBoard, ProgrammeManager, DataSteward, Auditor,
    ]
    /// See and settle the errors that people reported in public entries.
    ErrorReportsHandle = "error_reports.handle" ("Melihat dan menyelesaikan laporan kesalahan atas direktori umum.") [CouncilOfficer, RegionalOfficer, DataSteward]
    /// See who read the personal data of institutions, and when.
    SensitiveReadsRead = "sensitive_reads.read" ("Melihat siapa yang membaca data pribadi, dan kapan.") [DataSteward, Auditor]
    /// Create, rename, move and close organisational units.
    UnitsManage = "units.manage" ("Membuat, mengganti nama, memindahkan, dan menutup unit organisasi.") [SystemAdministrator, CouncilOfficer, RegionalOfficer]
    /// Import institutions from spreadsheets.
    ImportsRun = "imports.run" ("Mengimpor lembaga dari lembar kerja.") [CouncilOfficer, DataSteward]
    /// Read the metrics of the running service.
    MetricsRead = "metrics.read" ("Membaca metrik layanan.") [SystemAdministrator, Auditor]
    /// Take out research data sets once they are published.
    DatasetsRead = "datasets.read" ("Mengunduh himpunan data penelitian yang telah terbit.") [Researcher, DataSteward]
    /// See the accounts of people: who they are and whether they may come in.
    PeopleRead = "people.read" ("Melihat akun orang: siapa mereka dan apakah boleh masuk.") [
        SystemAdministrator, CouncilOfficer, RegionalOfficer, DataSteward, Auditor,
    ]
    /// Invite people, switch their accounts off and on, and reset a lost second factor.
    PeopleManage = "people.manage" ("Mengundang orang, menonaktifkan dan mengaktifkan akun, menyetel ulang faktor kedua.") [
        SystemAdministrator, CouncilOfficer, RegionalOfficer,
    ]
    /// Register the credentials of programs, change and revoke them.
    ClientsManage = "clients.manage" ("Mendaftarkan, mengubah, dan mencabut kredensial program.") [
        SystemAdministrator, CouncilOfficer,
    ]
    /// See who holds which role where, and since when.
    RolesRead = "roles.read" ("Melihat siapa memegang peran apa, di mana, dan sejak kapan.") [
        SystemAdministrator, CouncilOfficer, RegionalOfficer, DataSteward, Auditor,
    ]
    /// Give roles to people and programs, and take them away.
    RolesGrant = "roles.grant" ("Memberikan peran kepada orang dan program, dan mencabutnya.") [
        SystemAdministrator, CouncilOfficer, RegionalOfficer,
    ]
    /// Share what a unit may see with another unit for a programme, until a day.
    SharingManage = "sharing.manage" ("Berbagi penglihatan sebuah unit kepada unit lain untuk suatu program, sampai hari tertentu.") [
        CouncilOfficer, RegionalOfficer,
    ]
    /// See what units share with each other, until when, and by whom it was agreed.
    SharingRead = "sharing.read" ("Melihat apa yang dibagikan antarunit, sampai kapan, dan siapa yang menyepakatinya.") [
        CouncilOfficer, RegionalOfficer, DataSteward, Auditor,
    ]
    /// Change the keys that access tokens are signed with.
    SigningKeysRotate = "signing_keys.rotate" ("Mengganti kunci penanda tangan token akses.") [SystemAdministrator]
    /// See the people in the care of an institution, without what concerns their health.
    BeneficiariesRead = "beneficiaries.read" ("Melihat penerima manfaat dalam asuhan lembaga, tanpa catatan kesehatan.") [
        InstitutionOperator, CaseWorker, CaseSupervisor, Counsellor,
    ]
    /// See the health notes of people in care.
    BeneficiariesReadHealth = "beneficiaries.read_health" ("Melihat catatan kesehatan penerima manfaat.") [
        InstitutionOperator, CaseWorker, CaseSupervisor, Counsellor,
    ]
    /// Register people in care, change what is recorded of them, and record their consent.
    BeneficiariesWrite = "beneficiaries.write" ("Mencatat penerima manfaat, mengubah catatannya, dan mencatat persetujuannya.") [
        InstitutionOperator, CaseWorker, CaseSupervisor,
    ]
    /// Look beyond one's own records whether a person is known already: few fields, few hits, and on the trail.
    BeneficiariesSearch = "beneficiaries.search" ("Mencari di luar catatan sendiri apakah seseorang sudah dikenal: sedikit isian, sedikit hasil, dan tercatat.") [
        InstitutionOperator, BakesosDispatcher, CaseWorker, CaseSupervisor, Counsellor,
    ]
    /// Give a person everything that is kept of them (UU 27/2022 articles 5-13).
    BeneficiariesExport = "beneficiaries.export" ("Menyerahkan kepada seseorang semua data tentang dirinya (UU 27/2022 pasal 5-13).") [
        CaseSupervisor, DataSteward,
    ]
    /// Erase what is kept of a person, for good (UU 27/2022 articles 8 and 43-45).
    BeneficiariesErase = "beneficiaries.erase" ("Menghapus data seseorang untuk selamanya (UU 27/2022 pasal 8 dan 43-45).") [
        DataSteward,
    ]
    /// Open the record of a person beyond one's scope in an emergency: with a reason, for three hours, told to others.
    EmergencyAccessUse = "emergency_access.use" ("Membuka catatan seseorang di luar wewenang saat darurat: dengan alasan, tiga jam, dan diberitahukan.") [
        InstitutionOperator, BakesosDispatcher, CaseWorker, CaseSupervisor, Counsellor,
    ]
    /// See and review emergency access.
    EmergencyAccessReview = "emergency_access.review" ("Melihat dan meninjau akses darurat.") [
        CaseSupervisor, DataSteward, Auditor,
    ]
    /// Publish the safeguarding code that has to be accepted before any record of a person is seen.
    SafeguardingPublish = "safeguarding_codes.publish" ("Menerbitkan kode perlindungan yang harus disetujui sebelum melihat catatan seseorang.") [
        CouncilOfficer,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_as_it_is_written_and_knows_no_other_words() {
        let some: PermissionSet = [Permission::CensusRead, Permission::InstitutionsRead].into_iter().collect();
        assert_eq!(some.to_scope(), "institutions.read census.read");
        assert_eq!(PermissionSet::from_scope("census.read  institutions.read"), Some(some));
        assert_eq!(PermissionSet::from_scope(""), Some(PermissionSet::NONE));
        assert_eq!(PermissionSet::from_scope("census.read everything"), None);
        assert!(some.is_within(PermissionSet::ALL) && !PermissionSet::ALL.is_within(some));
        assert!(PermissionSet::NONE.is_empty() && !some.is_empty());
        assert!(some.contains(Permission::CensusRead) && !some.contains(Permission::CensusSubmit));
        assert_eq!(PermissionSet::ALL.and(some), some);
        assert_eq!(PermissionSet::ALL.iter().count(), Permission::ALL.len());
    }

    #[test]
    fn only_reading_is_shared_and_nothing_of_people_in_care() {
        for permission in Permission::SHAREABLE {
            let code = permission.code();
            let (area, verb) = code.split_once('.').unwrap_or_default();
            assert!(verb.starts_with("read") || verb == "history", "{code}");
            assert!(["institutions", "census"].contains(&area), "{code}");
            assert!(permission.is_shareable());
        }
        assert!(!Permission::InstitutionsExport.is_shareable() && !Permission::BeneficiariesRead.is_shareable());
    }

    #[test]
    fn every_code_stands_once() {
        for permission in Permission::ALL {
            assert_eq!(Permission::from_code(permission.code()), Some(*permission));
        }
    }
}
