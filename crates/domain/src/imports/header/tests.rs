//! Headers as councils write them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;

fn row(texts: &[&str]) -> Vec<Cell> {
    texts.iter().map(|text| if text.is_empty() { Cell::Empty } else { Cell::Text((*text).to_owned()) }).collect()
}

fn fields(texts: &[&str]) -> Vec<&'static str> {
    let rows = [row(texts)];
    Header::find(&rows, &Mapping::default()).unwrap().fields.iter().map(|field| field.code()).collect()
}

#[test]
fn headers_of_a_council_are_understood() {
    assert_eq!(
        fields(&[
            "No",
            "Nama Lembaga",
            "Jenis Layanan",
            "Pengelola",
            "Alamat",
            "RT/RW",
            "Desa/Kelurahan",
            "Kecamatan",
            "Kabupaten/Kota",
            "Provinsi",
            "Kode Pos",
            "No. Telp/HP",
            "Email",
            "Tanggal Berdiri",
            "No. SK Pendirian",
            "No. Tanda Daftar LKS",
            "Kapasitas",
            "Dalam Panti L",
            "Dalam Panti P",
            "Luar Panti L",
            "Luar Panti P",
            "Jumlah Pengasuh",
            "Pekerja Sosial",
            "Akreditasi",
            "Akreditasi Berlaku s.d.",
            "Koordinat",
            "Nama Pimpinan",
            "HP Pimpinan",
            "Keterangan",
        ]),
        [
            "row_number",
            "name",
            "kind",
            "operator",
            "address",
            "rt_rw",
            "village",
            "district",
            "regency",
            "province",
            "postal_code",
            "phone",
            "email",
            "founded",
            "council_decree",
            "lks_registration",
            "capacity",
            "inside_male",
            "inside_female",
            "outside_male",
            "outside_female",
            "carers",
            "social_workers",
            "accreditation",
            "accredited_until",
            "coordinates",
            "head_name",
            "head_phone",
            "remarks",
        ]
    );
}

#[test]
fn other_words_and_another_order_are_understood() {
    assert_eq!(
        fields(&[
            "NO.",
            "PROPINSI",
            "KAB/KOTA",
            "KEC.",
            "KEL/DESA",
            "NAMA PANTI",
            "TIPE LEMBAGA",
            "Penyelenggara",
            "Alamat Lengkap",
            "Telepon",
            "WhatsApp",
            "Alamat Email",
            "Website",
            "Tahun Berdiri",
            "No. Akta Notaris",
            "NPWP",
            "No Izin Operasional",
            "Nomor Registrasi LKS",
            "Daya Tampung",
            "Daya Tampung Putra",
            "Daya Tampung Putri",
            "Penghuni Laki-laki",
            "Penghuni Perempuan",
            "Nilai Akreditasi",
            "Masa Berlaku",
            "Lintang",
            "Bujur",
            "Penanggung Jawab",
            "No. HP Penanggung Jawab",
            "Ket.",
        ]),
        [
            "row_number",
            "province",
            "regency",
            "district",
            "village",
            "name",
            "kind",
            "operator",
            "address",
            "phone",
            "phone",
            "email",
            "website",
            "founded",
            "deed",
            "npwp",
            "operating_permit",
            "lks_registration",
            "capacity",
            "capacity_male",
            "capacity_female",
            "inside_male",
            "inside_female",
            "accreditation",
            "accredited_until",
            "latitude",
            "longitude",
            "head_name",
            "head_phone",
            "remarks",
        ]
    );
}

#[test]
fn english_headers_are_understood() {
    assert_eq!(
        fields(&[
            "AUMSOS code",
            "Name of institution",
            "Type",
            "Operator",
            "Address",
            "Village",
            "District",
            "Regency",
            "Province",
            "Postal code",
            "Phone",
            "Founded",
            "Capacity",
            "Residents inside (male)",
            "Residents inside (female)",
            "Outside, boys",
            "Outside, girls",
            "Carers",
            "Certified social workers",
            "Accreditation",
            "Accreditation valid until",
            "Coordinates",
            "Head",
            "Head's phone",
            "Notes",
        ]),
        [
            "code",
            "name",
            "kind",
            "operator",
            "address",
            "village",
            "district",
            "regency",
            "province",
            "postal_code",
            "phone",
            "founded",
            "capacity",
            "inside_male",
            "inside_female",
            "outside_male",
            "outside_female",
            "carers",
            "certified_social_workers",
            "accreditation",
            "accredited_until",
            "coordinates",
            "head_name",
            "head_phone",
            "remarks",
        ]
    );
}

#[test]
fn what_is_about_something_else_is_left_alone() {
    let found = fields(&["Nama Panti", "Alamat", "Kota", "Jumlah", "Jenis Kelamin", "Tanggal SK", "Alamat Pimpinan"]);
    assert_eq!(found, ["name", "address", "regency", "ignore", "ignore", "ignore", "ignore"]);
}

#[test]
fn titles_and_merged_headers_are_seen_through() {
    let rows = [
        row(&["DAFTAR PANTI ASUHAN", "", "", "", "", ""]),
        row(&[]),
        row(&["No", "Nama Panti", "Alamat", "Dalam Panti", "", "Luar Panti", ""]),
        row(&["", "", "", "L", "P", "L", "P"]),
        row(&["1", "Panti Asuhan Muhammadiyah", "Jl. Mawar", "3", "4", "5", "6"]),
    ];
    let header = Header::find(&rows, &Mapping::default()).unwrap();
    assert_eq!(header.data_from, 4);
    let codes: Vec<_> = header.fields.iter().map(|field| field.code()).collect();
    assert_eq!(
        codes,
        ["row_number", "name", "address", "inside_male", "inside_female", "outside_male", "outside_female"]
    );
}

#[test]
fn a_mapping_goes_before_the_headers() {
    let rows = [row(&["Nama", "Alamat", "Kota", "Lain-lain", "Kapasitas"])];
    let given = |entries: &[(&str, &str)]| {
        let entries = entries.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Mapping::parse(&entries).and_then(|mapping| {
            Header::find(&rows, &mapping).map_err(|(column, reason)| (column.unwrap_or_default(), reason))
        })
    };
    let header = given(&[("lain-lain", "capacity"), ("B", "remarks"), ("3", "province")]).unwrap();
    let codes: Vec<_> = header.fields.iter().map(|field| field.code()).collect();
    assert_eq!(codes, ["name", "remarks", "province", "capacity", "ignore"]);
    assert_eq!(given(&[("Z", "name")]).unwrap_err().1.code, "import_mapping_column_unknown");
    assert_eq!(given(&[("A", "colour")]).unwrap_err().1.code, "import_mapping_field_unknown");
    assert_eq!(given(&[("A", "name"), ("B", "name")]).unwrap_err().1.code, "import_mapping_field_repeated");
}

#[test]
fn columns_named_by_their_place_have_the_first_row_over_them_as_header() {
    let data = |name: &str| row(&[name, "LKSA", "Muhammadiyah", "Kab. Sleman", "DIY", "40"]);
    let rows = [
        row(&["DAFTAR PANTI ASUHAN"]),
        row(&["Kolom1", "Kolom2", "Kolom3", "Kolom4", "Kolom5", ""]),
        data("Nama Panti Asuhan Alamat"),
        data("Panti Asuhan Muhammadiyah"),
    ];
    let data_from = |entries: &[(&str, &str)]| {
        let entries = entries.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Header::find(&rows, &Mapping::parse(&entries).unwrap()).unwrap().data_from
    };
    assert_eq!(data_from(&[("A", "name"), ("B", "kind"), ("C", "operator"), ("D", "regency")]), 2);
    assert_eq!(data_from(&[("1", "name"), ("2", "kind"), ("4", "regency"), ("6", "capacity")]), 2);
    assert_eq!(data_from(&[("Kolom1", "name"), ("B", "kind"), ("4", "regency")]), 2);
    // Where a header is understood, a letter beside it moves nothing.
    let sheet = [
        row(&["Wilayah", "Jawa Timur"]),
        row(&["Nama Panti", "Alamat", "Kota", "Lain-lain"]),
        row(&["Panti Asuhan", "Jl. Mawar", "Kota Madiun", "40"]),
    ];
    let mapping = Mapping::parse(&[("B".to_owned(), "address".to_owned())].into()).unwrap();
    assert_eq!(Header::find(&sheet, &mapping).unwrap().data_from, 2);
}

#[test]
fn a_sheet_without_a_header_is_refused() {
    let rows = [row(&["1", "Panti Asuhan", "Jl. Mawar"]), row(&["2", "Panti Werdha", "Jl. Melati"])];
    assert_eq!(Header::find(&rows, &Mapping::default()).unwrap_err().1.code, "import_header_not_found");
}
