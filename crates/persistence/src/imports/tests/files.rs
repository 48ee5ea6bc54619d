//! Separators and encodings that are understood, and files that are refused.

use aumsos_domain::imports::{ImportField, Mapping};
use encoding_rs::WINDOWS_1252;
use proptest::prelude::*;

use super::{
    super::{ReadingLimits, read_file},
    DIRECTORY_XLSX, read, today,
    workbooks::{archive, rows, workbook},
};

const HEAD: [&str; 6] = ["Nama Lembaga", "Jenis", "Pengelola", "Kabupaten/Kota", "Provinsi", "Keterangan"];
const HOME: [&str; 6] = ["LKSA Al-Amin", "LKSA", "’Aisyiyah", "Kab. Sleman", "DIY", "dua baris\nsatu sel, \"benar\""];

fn csv(separator: char, lines: &[&[&str]]) -> String {
    let quote = |cell: &&str| format!("\"{}\"", cell.replace('"', "\"\""));
    lines.iter().map(|row| row.iter().map(quote).collect::<Vec<_>>().join(&separator.to_string()) + "\r\n").collect()
}

fn refused(bytes: &[u8]) -> &'static str {
    read(bytes).unwrap_err().reason.code
}

#[test]
fn every_common_separator_and_encoding_is_understood() {
    for separator in [',', ';', '\t', '|'] {
        let text = csv(separator, &[&["DAFTAR PANTI"], &HEAD, &HOME]);
        let utf16 = |to: fn(u16) -> [u8; 2], mark: &[u8]| -> Vec<u8> {
            mark.iter().copied().chain(text.encode_utf16().flat_map(to)).collect()
        };
        let forms = [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            utf16(u16::to_le_bytes, b"\xff\xfe"),
            utf16(u16::to_be_bytes, b"\xfe\xff"),
            utf16(u16::to_le_bytes, b""),
            utf16(u16::to_be_bytes, b""),
            WINDOWS_1252.encode(&text).0.into_owned(),
            text.replace("\r\n", "\r").into_bytes(),
            format!("sep={separator}\r\n{text}").into_bytes(),
        ];
        for (form, bytes) in forms.iter().enumerate() {
            let sheet = read(bytes).unwrap_or_else(|refused| panic!("{separator:?} {form}: {refused}"));
            let entry = sheet.rows[0].said.as_ref().unwrap();
            assert_eq!(entry.name.as_str(), "LKSA Al-Amin");
            assert_eq!(entry.remarks.as_deref(), Some(HOME[5]), "{separator:?} {form}");
        }
    }
}

#[test]
fn no_quotation_mark_swallows_rows() {
    let row = |name: &str| format!("{name},LKSA,Muhammadiyah,Kab. Sleman,DIY,baik\r\n");
    let file = |names: &[&str]| HEAD.join(",") + "\r\n" + &names.iter().map(|name| row(name)).collect::<String>();
    let told = |text: &str| {
        let refusal = read(text.as_bytes()).unwrap_err();
        (refusal.reason.code, refusal.line)
    };
    let many = ["LKSA Al-Amin"; 50];
    assert_eq!(read(file(&many).as_bytes()).unwrap().rows.len(), 50);
    // Marks inside a cell, and around one, are text and quotes.
    let sound = ["LKSA \"Al-Amin\"", "\"LKSA\r\nAl-Amin\"", "\"LKSA \"\"Al-Amin\"\"\"", "\"LKSA\" Al-Amin"];
    assert_eq!(read(file(&sound).as_bytes()).unwrap().rows.len(), 4);
    let with = |open: usize, close: Option<usize>| {
        let mut names = many;
        names[open] = "\"LKSA Al-Amin";
        if let Some(close) = close {
            names[close] = "LKSA Al-Amin,LKSA,Muhammadiyah,Kab. Sleman,DIY,baik\"";
        }
        file(&names)
    };
    assert_eq!(told(&with(2, None)), ("import_quote_not_closed", Some(4)));
    assert_eq!(told(&with(49, None)), ("import_quote_not_closed", Some(51)));
    assert_eq!(told(&with(2, Some(40))), ("import_quote_not_closed", Some(4)));
    // Closed a few rows below by the mark that opens another cell.
    let mut names = many;
    (names[2], names[5]) = ("\"LKSA Al-Amin", "\"LKSA Al-Amin\"");
    assert_eq!(told(&file(&names)), ("import_quote_not_closed", Some(4)));
    let long = HEAD.join(",") + "\n\"" + &row("LKSA Al-Amin").repeat(2_000);
    assert_eq!(told(&long), ("import_quote_not_closed", Some(2)));
}

#[test]
fn rows_have_the_numbers_that_a_spreadsheet_shows() {
    let text = format!(
        "\"DAFTAR\r\nPANTI\"\r\n\r\n\r\n{}{}\r\n{}",
        csv(';', &[&HEAD]),
        csv(';', &[&HOME]),
        csv(';', &[&HOME]).trim_end()
    );
    let numbers: Vec<u64> = read(text.as_bytes()).unwrap().rows.iter().map(|row| row.number).collect();
    // Title 1, blank 2 and 3, header 4, a home of two lines 5, blank 6, a home 7.
    assert_eq!(numbers, [5, 7]);
}

#[test]
fn the_sheet_with_the_best_header_is_read() {
    let cover = rows(1, &[&["Nama", "Jabatan"], &["Budi", "Ketua"]]);
    let data = rows(3, &[&HEAD, &HOME]);
    let sheet = read(&workbook(&[("Sampul", &cover), ("Data", &data)])).unwrap();
    assert_eq!(sheet.sheet.as_deref(), Some("Data"));
    assert_eq!(sheet.rows[0].number, 4);
}

#[test]
fn numbers_dates_formulas_and_failures_of_workbooks_are_told() {
    let head = rows(1, &[&["Nama Lembaga", "Jenis", "Pengelola", "Kab/Kota", "Telepon", "Tahun Berdiri", "Kapasitas"]]);
    let row = |number: usize, name: &str, capacity: &str| {
        format!(
            r#"<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{name}</t></is></c><c r="B{number}" t="inlineStr"><is><t>LKSA</t></is></c><c r="C{number}" t="inlineStr"><is><t>Muhammadiyah</t></is></c><c r="D{number}" t="inlineStr"><is><t>Kab. Sleman</t></is></c><c r="E{number}"><v>81234567890</v></c><c r="F{number}"><v>1987</v></c>{capacity}</row>"#
        )
    };
    let data = [
        head,
        row(2, "LKSA Al-Amin", r#"<c r="G2"><f>SUM(H2:I2)</f><v>40</v></c>"#),
        row(3, "LKSA Bina Insani", r#"<c r="G3" t="e"><f>1/0</f><v>#DIV/0!</v></c>"#),
        r#"<row r="4"><c r="A4" t="str"><f>HYPERLINK("http://x","y")</f><v>y</v></c><c r="B4" t="inlineStr"><is><t>LKSA</t></is></c><c r="C4" t="inlineStr"><is><t>Muhammadiyah</t></is></c><c r="D4" t="inlineStr"><is><t>Kab. Sleman</t></is></c></row>"#.to_owned(),
    ]
    .concat();
    let sheet = read(&workbook(&[("Data", &data)])).unwrap();
    let entry = sheet.rows[0].said.as_ref().unwrap();
    assert_eq!(entry.capacity.as_ref().unwrap().total, 40);
    assert_eq!(entry.phones[0].as_str(), "+6281234567890");
    assert_eq!(entry.founded.as_ref().unwrap().as_str(), "1987");
    let problems = |at: usize| -> Vec<(String, &str)> {
        let problems = sheet.rows[at].said.as_ref().unwrap_err();
        problems.iter().map(|problem| (problem.cell.clone().unwrap(), problem.reason.code)).collect()
    };
    assert_eq!(problems(1), [("G3".to_owned(), "import_cell_is_error")]);
    assert_eq!(problems(2), [("A4".to_owned(), "import_cell_is_formula")]);
}

#[test]
fn a_mapping_is_obeyed_and_held_to_the_sheet() {
    let text = csv(
        ',',
        &[&["Judul", "Apa", "Siapa", "Di mana", "Berapa"], &["LKSA Al-Amin", "LKSA", "PDM", "Kab. Sleman", "40"]],
    );
    let mapping = |entries: &[(&str, &str)]| {
        Mapping::parse(&entries.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()).unwrap()
    };
    let limits = ReadingLimits::default();
    let given =
        mapping(&[("Judul", "name"), ("B", "kind"), ("3", "operator"), ("di mana", "regency"), ("E", "capacity")]);
    let sheet = read_file(text.as_bytes(), &given, today(), &limits).unwrap();
    let entry = sheet.rows[0].said.as_ref().unwrap();
    assert_eq!((entry.name.as_str(), entry.capacity.as_ref().unwrap().total), ("LKSA Al-Amin", 40));
    assert_eq!(sheet.header.column(ImportField::Regency), Some(3));
    let refusal = read_file(text.as_bytes(), &mapping(&[("Kolom", "name")]), today(), &limits).unwrap_err();
    assert_eq!((refusal.reason.code, refusal.mapping.as_deref()), ("import_mapping_column_unknown", Some("Kolom")));
}

#[test]
fn what_is_no_sheet_is_refused() {
    assert_eq!(refused(b""), "import_file_empty");
    assert_eq!(refused(b" \r\n\r\n"), "import_file_empty");
    assert_eq!(refused(b"%PDF-1.7"), "import_format_not_supported");
    assert_eq!(refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "import_format_not_supported");
    assert_eq!(refused(b"<html><table>"), "import_format_not_supported");
    assert_eq!(refused(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0"), "import_format_not_supported");
    assert_eq!(refused(b"PK\x03\x04 and nothing more"), "import_file_damaged");
    assert_eq!(refused(&archive(&[("readme.txt", b"no workbook")])), "import_format_not_supported");
    assert_eq!(refused(&archive(&[("xl/workbook.xml", b"<workbook>")])), "import_file_damaged");
    assert_eq!(refused(b"satu,dua\n1,2\n"), "import_header_not_found");
    let cut = &DIRECTORY_XLSX[..DIRECTORY_XLSX.len() / 2];
    assert_eq!(refused(cut), "import_file_damaged");
}

#[test]
fn broken_encodings_are_refused() {
    let text = csv(';', &[&HEAD, &HOME]);
    assert_eq!(refused(&[b"\xef\xbb\xbf", text.as_bytes(), b"\xc3\x28"].concat()), "import_encoding_broken");
    assert_eq!(refused(&[text.as_bytes(), b"\xff\xfa"].concat()), "import_encoding_broken");
    let lone = [&b"\xff\xfe"[..], &[0x00, 0xd8, b'a', 0]].concat();
    assert_eq!(refused(&lone), "import_encoding_broken");
    assert_eq!(refused(b"Nama,Jenis,Kota\n\x01\x02,LKSA,Sleman\n"), "import_encoding_broken");
}

#[test]
fn what_is_too_much_is_refused() {
    let limits = ReadingLimits {
        file_bytes: 1 << 20,
        unpacked_bytes: 4 << 20,
        columns: 20,
        rows: 100,
        cell_characters: 500,
        ..ReadingLimits::default()
    };
    let refused = |bytes: &[u8]| read_file(bytes, &Mapping::default(), today(), &limits).unwrap_err().reason.code;
    assert_eq!(refused(&vec![b'x'; (1 << 20) + 1]), "import_file_too_large");
    let wide = format!("{}{}", csv(',', &[&HEAD]), "x,".repeat(100_000));
    assert_eq!(refused(wide.as_bytes()), "import_too_many_columns");
    let million = "Nama,Jenis,Kota".to_owned() + &",x".repeat(400_000);
    assert_eq!(refused(million.as_bytes()), "import_too_many_columns");
    let long = csv(',', &[&HEAD]) + &csv(',', &[&HOME]).repeat(200);
    assert_eq!(refused(long.as_bytes()), "import_too_many_rows");
    let unclosed = format!("{}\"LKSA{}", csv(',', &[&HEAD]), ",x\n".repeat(2_000));
    assert_eq!(refused(unclosed.as_bytes()), "import_quote_not_closed");
    // Cells that are far to the right and far too long, in a workbook.
    let far = rows(1, &[&HEAD]) + r#"<row r="2"><c r="XFD2" t="inlineStr"><is><t>x</t></is></c></row>"#;
    assert_eq!(refused(&workbook(&[("Data", &far)])), "import_too_many_columns");
    let text = "x".repeat(600);
    let long = rows(1, &[&HEAD, &[&text]]);
    assert_eq!(refused(&workbook(&[("Data", &long)])), "import_cell_too_long");
    let confused = rows(5, &[&HEAD]) + &rows(2, &[&HOME]);
    assert_eq!(refused(&workbook(&[("Data", &confused)])), "import_file_damaged");
}

#[test]
fn a_file_that_swells_is_refused_by_what_it_says_and_by_what_it_is() {
    let sheet = vec![b' '; 64 << 20];
    let bomb = archive(&[("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", &sheet)]);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(refused(&bomb), "import_file_swells");
    // The directory says that the part is small; what it unpacks to is what counts.
    let size = u32::try_from(sheet.len()).unwrap().to_le_bytes();
    let mut lying = bomb.clone();
    let places: Vec<usize> = bomb.windows(4).enumerate().filter(|(_, four)| *four == size).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        lying[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    let code = refused(&lying);
    assert!(matches!(code, "import_file_swells" | "import_file_damaged"), "{code}");
    let parts: Vec<(String, Vec<u8>)> = (0..1_100).map(|at| (format!("xl/part{at}"), Vec::new())).collect();
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    assert_eq!(refused(&archive(&parts)), "import_file_swells");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn a_workbook_with_any_bytes_changed_is_answered(at in prop::collection::vec((0_usize..3_000, any::<u8>()), 1..4)) {
        let mut bytes = workbook(&[("Data", &rows(1, &[&HEAD, &HOME]))]);
        for (at, byte) in at {
            let length = bytes.len();
            bytes[at % length] = byte;
        }
        let _ = read(&bytes);
    }
}
