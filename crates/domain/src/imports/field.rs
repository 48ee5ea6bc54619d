//! The columns that a sheet of institutions can have, and the words in their headers by which they are told.

use crate::spelling;

crate::code_list! {
    /// What a column of an imported sheet says.
    ImportField = "import_field" ("Kolom impor", "Column of an import") {
        Ignore = "ignore" ("Abaikan", "Ignore"),
        RowNumber = "row_number" ("Nomor urut", "Number of the row"),
        Code = "code" ("Kode AUMSOS", "AUMSOS code"),
        Name = "name" ("Nama lembaga", "Name"),
        Kind = "kind" ("Jenis lembaga", "Kind"),
        Operator = "operator" ("Pengelola", "Operator"),
        Address = "address" ("Alamat", "Address"),
        RtRw = "rt_rw" ("RT/RW", "RT/RW"),
        Village = "village" ("Desa/kelurahan", "Village"),
        District = "district" ("Kecamatan", "District"),
        Regency = "regency" ("Kabupaten/kota", "Regency or city"),
        Province = "province" ("Provinsi", "Province"),
        PostalCode = "postal_code" ("Kode pos", "Postal code"),
        Phone = "phone" ("Telepon", "Phone"),
        Email = "email" ("Email", "Email"),
        Website = "website" ("Situs web", "Web site"),
        Founded = "founded" ("Tanggal berdiri", "Founded"),
        Deed = "deed" ("Nomor akta", "Number of the deed"),
        CouncilDecree = "council_decree" ("Nomor SK", "Number of the decree"),
        LksRegistration = "lks_registration" ("Nomor tanda daftar LKS", "LKS registration number"),
        Npwp = "npwp" ("NPWP", "Taxpayer number"),
        OperatingPermit = "operating_permit" ("Nomor izin operasional", "Number of the operating permit"),
        Capacity = "capacity" ("Kapasitas", "Capacity"),
        CapacityMale = "capacity_male" ("Kapasitas laki-laki", "Capacity, male"),
        CapacityFemale = "capacity_female" ("Kapasitas perempuan", "Capacity, female"),
        InsideMale = "inside_male" ("Dalam panti, laki-laki", "Inside the home, male"),
        InsideFemale = "inside_female" ("Dalam panti, perempuan", "Inside the home, female"),
        OutsideMale = "outside_male" ("Luar panti, laki-laki", "Outside the home, male"),
        OutsideFemale = "outside_female" ("Luar panti, perempuan", "Outside the home, female"),
        Carers = "carers" ("Pengasuh", "Carers"),
        SocialWorkers = "social_workers" ("Pekerja sosial", "Social workers"),
        CertifiedSocialWorkers = "certified_social_workers" ("Pekerja sosial bersertifikat", "Certified social workers"),
        Accreditation = "accreditation" ("Akreditasi", "Accreditation"),
        AccreditedUntil = "accredited_until" ("Akreditasi berlaku sampai", "Accredited until"),
        Coordinates = "coordinates" ("Koordinat", "Position"),
        Latitude = "latitude" ("Lintang", "Latitude"),
        Longitude = "longitude" ("Bujur", "Longitude"),
        HeadName = "head_name" ("Nama pimpinan", "Name of the head"),
        HeadPhone = "head_phone" ("Telepon pimpinan", "Phone of the head"),
        Remarks = "remarks" ("Keterangan", "Remarks"),
    }
}

impl ImportField {
    /// Whether several columns may say this; their cells are read one after the other.
    pub const fn may_repeat(self) -> bool {
        matches!(self, Self::Ignore | Self::Phone | Self::Remarks)
    }

    /// Whether what it says is kept as text of the record, so that a formula must not stand in it.
    pub const fn is_kept_text(self) -> bool {
        matches!(
            self,
            Self::Name
                | Self::Address
                | Self::RtRw
                | Self::Village
                | Self::District
                | Self::Regency
                | Self::Province
                | Self::Email
                | Self::Website
                | Self::Deed
                | Self::CouncilDecree
                | Self::LksRegistration
                | Self::Npwp
                | Self::OperatingPermit
                | Self::HeadName
        )
    }
}

/// What a word of a header stands for. Indonesian and English words of one meaning are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Word {
    Accreditation,
    Address,
    Aumsos,
    Capacity,
    Carer,
    Certified,
    Code,
    Coordinate,
    Date,
    Decree,
    Deed,
    District,
    Email,
    Female,
    Founded,
    Grade,
    Head,
    Inside,
    Institution,
    Kind,
    Latitude,
    Longitude,
    Male,
    Name,
    Number,
    Npwp,
    Operator,
    Outside,
    Permit,
    Phone,
    Postal,
    Province,
    Regency,
    Registration,
    Remarks,
    Resident,
    RtRw,
    SocialWorker,
    Street,
    Total,
    Valid,
    Village,
    Web,
    /// A word that says that the column is about something else.
    Foreign,
}

impl Word {
    /// How much the word tells: words that stand in many headers tell little.
    const fn weight(self) -> i32 {
        match self {
            Self::Name | Self::Number | Self::Total | Self::Institution | Self::Date | Self::Resident => 4,
            _ => 10,
        }
    }

    /// How much a header that has it is farther from a field that does not know it.
    const fn surplus(self) -> i32 {
        match self {
            Self::Institution | Self::Total | Self::Number | Self::Date | Self::Resident | Self::Name => 1,
            Self::Foreign => 20,
            _ => 6,
        }
    }

    /// The word that people write in one of these ways.
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "akreditasi" | "terakreditasi" | "accreditation" | "accredited" => Self::Accreditation,
            "alamat" | "address" => Self::Address,
            "jalan" | "jl" | "street" => Self::Street,
            "aumsos" => Self::Aumsos,
            "kapasitas" | "tampung" | "capacity" => Self::Capacity,
            "pengasuh" | "carer" | "carers" | "caregiver" | "caregivers" => Self::Carer,
            "bersertifikat" | "tersertifikasi" | "sertifikasi" | "certified" => Self::Certified,
            "kode" | "code" => Self::Code,
            "koordinat" | "coordinate" | "coordinates" | "gps" | "posisi" | "position" => Self::Coordinate,
            "tanggal" | "tgl" | "tahun" | "thn" | "th" | "date" | "year" => Self::Date,
            "sk" | "decree" => Self::Decree,
            "akta" | "akte" | "deed" | "notaris" => Self::Deed,
            "kecamatan" | "kec" | "district" | "subdistrict" => Self::District,
            "email" | "surel" => Self::Email,
            "perempuan" | "putri" | "wanita" | "female" | "girls" | "women" | "p" | "pr" | "f" => Self::Female,
            "berdiri" | "pendirian" | "didirikan" | "founded" | "established" | "founding" => Self::Founded,
            "nilai" | "peringkat" | "grade" | "predikat" => Self::Grade,
            "pimpinan" | "ketua" | "kepala" | "direktur" | "head" | "heads" | "director" | "leader" | "chairman"
            | "pj" => Self::Head,
            "dalam" | "inside" | "residential" => Self::Inside,
            "lembaga" | "panti" | "lksa" | "lks" | "institusi" | "institution" | "aum" | "yayasan" | "home"
            | "unit" => Self::Institution,
            "jenis" | "tipe" | "type" | "kind" | "kategori" | "bentuk" | "category" => Self::Kind,
            "lintang" | "lat" | "latitude" => Self::Latitude,
            "bujur" | "long" | "lng" | "lon" | "longitude" => Self::Longitude,
            "l" | "lk" | "laki" | "lakilaki" | "putra" | "pria" | "male" | "boys" | "men" => Self::Male,
            "nama" | "name" => Self::Name,
            "no" | "nomor" | "nomer" | "number" | "num" | "nmr" => Self::Number,
            "npwp" | "taxpayer" | "tax" => Self::Npwp,
            "pengelola" | "penyelenggara" | "operator" | "organisasi" | "organization" | "organisation" | "milik"
            | "pemilik" | "kepemilikan" | "ortom" | "persyarikatan" => Self::Operator,
            "luar" | "non" | "outside" | "nonpanti" => Self::Outside,
            "izin" | "ijin" | "permit" | "license" | "licence" => Self::Permit,
            "person" | "narahubung" | "kelamin" | "lahir" | "nik" | "jabatan" => Self::Foreign,
            "orang" | "anak" | "asuh" | "penghuni" | "residents" | "resident" | "klien" | "warga" | "binaan"
            | "santri" | "kelayan" | "children" | "lansia" | "people" => Self::Resident,
            "telp" | "telepon" | "telpon" | "tlp" | "tel" | "hp" | "handphone" | "wa" | "whatsapp" | "phone"
            | "mobile" | "kontak" | "contact" | "telephone" | "ponsel" => Self::Phone,
            "kodepos" | "zip" | "zipcode" | "postal" | "postcode" => Self::Postal,
            "provinsi" | "propinsi" | "prov" | "prop" | "province" => Self::Province,
            "kabupaten" | "kab" | "kota" | "regency" | "city" | "kabkota" => Self::Regency,
            "registrasi" | "registration" | "pendaftaran" | "std" | "terdaftar" => Self::Registration,
            "keterangan" | "ket" | "catatan" | "remarks" | "remark" | "notes" | "note" => Self::Remarks,
            "rt" | "rw" | "rtrw" => Self::RtRw,
            "peksos" => Self::SocialWorker,
            "jumlah" | "jml" | "jlh" | "total" | "banyaknya" => Self::Total,
            "berlaku" | "sampai" | "until" | "valid" | "expires" | "expiry" | "kadaluarsa" | "kedaluwarsa" => {
                Self::Valid
            }
            "desa" | "kelurahan" | "kel" | "village" | "nagari" | "gampong" | "kampung" => Self::Village,
            "web" | "website" | "situs" | "laman" | "url" => Self::Web,
            _ => return None,
        })
    }
}

/// Words that belong together, and what they mean as one.
const PHRASES: &[(&str, &str)] = &[
    ("tanda daftar", "registrasi"),
    ("kode pos", "kodepos"),
    ("postal code", "kodepos"),
    ("zip code", "kodepos"),
    ("post code", "kodepos"),
    ("pekerja sosial", "peksos"),
    ("social workers", "peksos"),
    ("social worker", "peksos"),
    ("daya tampung", "kapasitas"),
    ("surat keputusan", "sk"),
    ("penanggung jawab", "pimpinan"),
    ("e mail", "email"),
    ("laki laki", "laki"),
    ("kab kota", "kabupaten"),
    ("kabupaten kota", "kabupaten"),
    ("regency city", "regency"),
    ("desa kelurahan", "desa"),
    ("kelurahan desa", "desa"),
    ("anak asuh", "anak"),
    ("kontak person", "narahubung"),
    ("contact person", "narahubung"),
    ("non panti", "nonpanti"),
    ("luar panti", "nonpanti"),
    ("dalam panti", "dalam"),
    ("amal usaha", "lembaga"),
    ("s d", "sampai"),
    ("jenis kelamin", "kelamin"),
    ("jenis layanan", "jenis"),
    ("jenis pelayanan", "jenis"),
];

/// The words of a header that are known, each once, and how many are not.
pub(super) fn words_of(header: &str) -> (Vec<Word>, usize) {
    let mut plain = format!(" {} ", spelling::plain(header));
    for (phrase, word) in PHRASES {
        plain = plain.replace(&format!(" {phrase} "), &format!(" {word} "));
    }
    let mut known = Vec::new();
    let mut unknown = 0;
    for word in plain.split_whitespace() {
        match Word::named(word) {
            Some(word) => known.push(word),
            None => unknown += 1,
        }
    }
    known.sort_unstable();
    known.dedup();
    (known, unknown)
}

/// The words by which a field is told, in several combinations; all words of one must stand in the header.
fn patterns(field: ImportField) -> &'static [&'static [Word]] {
    use Word::{
        Accreditation, Address, Aumsos, Capacity, Carer, Certified, Code, Coordinate, Date, Decree, Deed, District,
        Email, Female, Founded, Grade, Head, Inside, Institution, Kind, Latitude, Longitude, Male, Name, Npwp, Number,
        Operator, Outside, Permit, Phone, Postal, Province, Regency, Registration, Remarks, Resident, RtRw,
        SocialWorker, Street, Total, Valid, Village, Web,
    };
    match field {
        ImportField::Ignore => &[],
        ImportField::RowNumber => &[&[Number]],
        ImportField::Code => &[&[Code, Aumsos], &[Code, Institution]],
        ImportField::Name => &[&[Name, Institution], &[Name, Aumsos], &[Name], &[Institution], &[Aumsos]],
        ImportField::Kind => &[&[Kind], &[Kind, Institution]],
        ImportField::Operator => &[&[Operator], &[Operator, Name]],
        ImportField::Address => &[&[Address], &[Street], &[Address, Street]],
        ImportField::RtRw => &[&[RtRw]],
        ImportField::Village => &[&[Village]],
        ImportField::District => &[&[District]],
        ImportField::Regency => &[&[Regency]],
        ImportField::Province => &[&[Province]],
        ImportField::PostalCode => &[&[Postal]],
        ImportField::Phone => &[&[Phone], &[Phone, Number], &[Phone, Institution]],
        ImportField::Email => &[&[Email], &[Email, Address]],
        ImportField::Website => &[&[Web], &[Web, Address]],
        ImportField::Founded => &[&[Founded], &[Founded, Date]],
        ImportField::Deed => &[&[Deed], &[Deed, Number], &[Deed, Number, Founded], &[Deed, Founded]],
        ImportField::CouncilDecree => &[&[Decree], &[Decree, Number], &[Decree, Number, Founded], &[Decree, Founded]],
        ImportField::LksRegistration => &[&[Registration], &[Registration, Number, Institution]],
        ImportField::Npwp => &[&[Npwp], &[Npwp, Number]],
        ImportField::OperatingPermit => &[&[Permit], &[Permit, Number]],
        ImportField::Capacity => &[&[Capacity], &[Capacity, Total]],
        ImportField::CapacityMale => &[&[Capacity, Male]],
        ImportField::CapacityFemale => &[&[Capacity, Female]],
        ImportField::InsideMale => &[&[Inside, Male], &[Resident, Male]],
        ImportField::InsideFemale => &[&[Inside, Female], &[Resident, Female]],
        ImportField::OutsideMale => &[&[Outside, Male]],
        ImportField::OutsideFemale => &[&[Outside, Female]],
        ImportField::Carers => &[&[Carer], &[Carer, Total]],
        ImportField::SocialWorkers => &[&[SocialWorker], &[SocialWorker, Total]],
        ImportField::CertifiedSocialWorkers => &[&[SocialWorker, Certified], &[SocialWorker, Certified, Total]],
        ImportField::Accreditation => &[&[Accreditation], &[Accreditation, Grade], &[Grade]],
        ImportField::AccreditedUntil => &[&[Accreditation, Valid], &[Accreditation, Valid, Date], &[Valid]],
        ImportField::Coordinates => &[&[Coordinate], &[Latitude, Longitude], &[Coordinate, Latitude, Longitude]],
        ImportField::Latitude => &[&[Latitude], &[Coordinate, Latitude]],
        ImportField::Longitude => &[&[Longitude], &[Coordinate, Longitude]],
        ImportField::HeadName => &[&[Head, Name], &[Head]],
        ImportField::HeadPhone => &[&[Head, Phone], &[Head, Phone, Number]],
        ImportField::Remarks => &[&[Remarks]],
    }
}

/// Words of which one makes a header speak of something else than the field.
fn barred(field: ImportField) -> &'static [Word] {
    match field {
        ImportField::Name => &[
            Word::Number,
            Word::Kind,
            Word::Address,
            Word::Phone,
            Word::Head,
            Word::Total,
            Word::Inside,
            Word::Outside,
            Word::Carer,
            Word::Date,
            Word::Code,
            Word::Registration,
            Word::Operator,
            Word::Email,
            Word::Web,
            Word::Village,
            Word::District,
            Word::Regency,
            Word::Province,
            Word::Male,
            Word::Female,
            Word::Permit,
            Word::Decree,
            Word::Resident,
        ],
        ImportField::RowNumber => {
            &[Word::Phone, Word::Decree, Word::Deed, Word::Registration, Word::Npwp, Word::Permit]
        }
        ImportField::Address => &[Word::Head, Word::Email, Word::Web],
        ImportField::Phone | ImportField::Email => &[Word::Head],
        ImportField::HeadName => &[Word::Phone, Word::Address, Word::Email, Word::Date, Word::Number],
        ImportField::Founded => &[Word::Decree, Word::Deed, Word::Number],
        ImportField::Deed
        | ImportField::CouncilDecree
        | ImportField::LksRegistration
        | ImportField::OperatingPermit => &[Word::Date, Word::Valid, Word::Accreditation],
        ImportField::AccreditedUntil => &[Word::Permit, Word::Registration, Word::Number, Word::Decree],
        ImportField::Accreditation => &[Word::Number, Word::Valid, Word::Date, Word::Decree],
        ImportField::Carers | ImportField::SocialWorkers | ImportField::CertifiedSocialWorkers => {
            &[Word::Name, Word::Phone, Word::Male, Word::Female]
        }
        ImportField::Capacity => &[Word::Male, Word::Female, Word::Inside, Word::Outside, Word::Resident],
        ImportField::InsideMale | ImportField::OutsideMale | ImportField::CapacityMale => &[Word::Female, Word::Carer],
        ImportField::InsideFemale | ImportField::OutsideFemale | ImportField::CapacityFemale => {
            &[Word::Male, Word::Carer]
        }
        ImportField::Latitude => &[Word::Longitude],
        ImportField::Longitude => &[Word::Latitude],
        ImportField::Regency => &[Word::Head],
        _ => &[],
    }
}

/// How well a header names a field: more words of the field, fewer others. Nothing when it does not.
pub(super) fn likeness(field: ImportField, words: &[Word], unknown: usize) -> Option<i32> {
    if barred(field).iter().any(|word| words.contains(word)) {
        return None;
    }
    patterns(field)
        .iter()
        .filter(|pattern| pattern.iter().all(|word| words.contains(word)))
        .map(|pattern| {
            let told: i32 = pattern.iter().map(|word| word.weight()).sum();
            let surplus: i32 = words.iter().filter(|word| !pattern.contains(word)).map(|word| word.surplus()).sum();
            told - surplus - 2 * i32::try_from(unknown).unwrap_or(i32::MAX / 4)
        })
        .max()
        .filter(|score| *score > 0)
}
