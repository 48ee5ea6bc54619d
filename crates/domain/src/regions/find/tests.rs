#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;

fn written(parts: [&str; 4]) -> WrittenPlace<'_> {
    let [province, regency, district, village] = parts.map(|part| (!part.is_empty()).then_some(part));
    WrittenPlace { province, regency, district, village }
}

/// The code found, and the faults as "part kind".
fn find(parts: [&str; 4]) -> (String, Vec<String>) {
    let found = Regions::get().find(&written(parts));
    let code = found.region.map(|region| region.code.to_string()).unwrap_or_default();
    (code, found.faults.iter().map(|fault| format!("{} {}", fault.part, fault.kind)).collect())
}

#[test]
fn names_are_understood_as_people_write_them() {
    for (parts, code) in [
        (["Lampung", "Kab.Lampung Timur", "Pasir Sakti", ""], "18.07.19"),
        (["JAWA TIMUR", "", "", ""], "35"),
        (["Jawa timur ", "kota malang", "Lowokwaru", ""], "35.73.05"),
        (["Jatim", "KAB. MALANG", "", ""], "35.07"),
        (["D.I. Yogyakarta", "KOTA YOGYAKARTA", "", ""], "34.71"),
        (["DIY", "Gunung Kidul", "", ""], "34.03"),
        (["Daerah Istimewa Yogyakarta", "Kab.Gunungkidul", "", ""], "34.03"),
        (["DKI", "Kota Adm. Jakarta Timur", "", ""], "31.75"),
        (["D.K.I. Jakarta", "Jakarta Pusat", "", ""], "31.71"),
        (["Jakarta", "Kab. Adm. Kep. Seribu", "", ""], "31.01"),
        (["Sumatra Utara", "Kab. Labuhan Batu Utara", "", ""], "12.23"),
        (["Sumut", "Kota Padangsidimpuan", "", ""], "12.77"),
        (["Provinsi Sulawesi Selatan", "Pangkep", "", ""], "73.10"),
        (["Kalimantan Selatan", "Kab. Kota Baru", "", ""], "63.02"),
        (["Jateng", "Kab. Kudus", "Kota Kudus", "Desa Singocandi"], "33.19.02.2020"),
        (["", "3578", "", ""], "35.78"),
        (["35", "35.78", "357801", "3578011001"], "35.78.01.1001"),
        (["Sulawesi Barat", "Kab. Mamuju Utara", "", ""], "76.01"),
    ] {
        let (found, faults) = find(parts);
        let name = Regions::get().region(RegionCode::parse(code).unwrap());
        assert_eq!((found.as_str(), faults.as_slice()), (code, [].as_slice()), "{parts:?}, meant {name:?}");
    }
}

#[test]
fn a_regency_alone_in_the_nation_needs_no_province() {
    assert_eq!(find(["", "Kab. Sidoarjo", "", ""]), ("35.15".into(), vec![]));
    assert_eq!(find(["", "Sidoarjo", "Candi", ""]).0, "35.15.07");
    // A regency and a city.
    assert_eq!(find(["", "Malang", "", ""]), ("35".into(), vec!["regency ambiguous".into()]));
    assert_eq!(find(["", "Malang", "Lowokwaru", ""]), ("35.73.05".into(), vec![]));
}

#[test]
fn a_typo_is_forgiven_where_one_region_alone_is_meant() {
    assert_eq!(find(["Jawa Tmur", "Kab. Sidorajo", "Cnadi", ""]), ("35.15.07".into(), vec![]));
    assert_eq!(find(["Jawa Tmur", "Kab. Sidorajo", "", ""]), ("35.15".into(), vec![]));
}

#[test]
fn what_is_not_there_is_said() {
    assert_eq!(find(["Jawa Timur", "Kab. Antah Berantah", "", ""]), ("35".into(), vec!["regency unknown".into()]));
    assert_eq!(
        find(["Jawa Tengah", "Kab. Sidoarjo", "Candi", ""]),
        ("33".into(), vec!["regency contradiction".into()])
    );
    assert_eq!(find(["Jawa Timur", "Kota Sidoarjo", "", ""]), ("35".into(), vec!["regency unknown".into()]));
    assert_eq!(find(["", "Kab. Sidoarjo", "Lowokwaru", ""]), ("35.15".into(), vec!["district contradiction".into()]));
    assert_eq!(find(["", "", "", "Sukamaju"]), (String::new(), vec!["village unknown".into()]));
    assert_eq!(find(["", "", "", ""]), (String::new(), vec![]));
    assert_eq!(find(["Jawa Tengah", "3578", "", ""]), ("33".into(), vec!["regency contradiction".into()]));
}

#[test]
fn regions_that_were_split_are_found_under_their_old_province() {
    assert_eq!(find(["Papua", "Kab. Merauke", "", ""]), ("93.01".into(), vec![]));
    assert_eq!(find(["Papua Barat", "Kota Sorong", "", ""]), ("96.71".into(), vec![]));
    assert_eq!(find(["Kalimantan Timur", "Tarakan", "", ""]), ("65.71".into(), vec![]));
    assert_eq!(find(["Papua", "91.01", "", ""]), ("93.01".into(), vec![]));
}

/// Any region, of any level.
fn region() -> impl Strategy<Value = Region> {
    (0..91_592_usize).prop_map(|at| Regions::get().at(at))
}

fn names(region: Region) -> [String; 4] {
    let chain = Regions::get().chain(region.code);
    std::array::from_fn(|at| chain.get(at).map(|region| region.name.to_owned()).unwrap_or_default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_region_is_found_by_the_names_of_its_chain(region in region(), form in 0..3) {
        let parts = names(region).map(|name| match form {
            0 => name,
            1 => name.to_uppercase().replace("KABUPATEN ", "KAB."),
            _ => format!(" {} ", name.to_lowercase().replace("kabupaten ", "kab. ").replace("kepulauan", "kep.")),
        });
        let found = Regions::get().find(&written(parts.each_ref().map(String::as_str)));
        // Villages of one name in one district are the only ones that names do not tell apart.
        let twin = found.faults.iter().any(|fault| fault.kind == PlaceFaultKind::Ambiguous);
        prop_assert!(found.region == Some(region) || twin && region.level() == RegionLevel::Village, "{parts:?} {found:?}");
    }

    #[test]
    fn every_region_is_found_by_its_code(region in region(), dots: bool) {
        let text = if dots { region.code.to_string() } else { region.code.to_string().replace('.', "") };
        let mut parts = [""; 4];
        parts[region.level() as usize] = &text;
        prop_assert_eq!(Regions::get().find(&written(parts)), FoundPlace { region: Some(region), faults: vec![] });
    }

    #[test]
    fn what_is_found_lies_in_what_was_found_without_the_finest_part(region in region(), wrong in "[a-z ]{0,12}", at in 0_usize..4) {
        let mut parts = names(region);
        parts[at] = wrong;
        let texts = parts.each_ref().map(String::as_str);
        let whole = Regions::get().find(&written(texts));
        if at == 3 {
            let without = Regions::get().find(&written([texts[0], texts[1], texts[2], ""]));
            let inside = |code: RegionCode| without.region.is_none_or(|region| code.is_within(region.code));
            prop_assert!(whole.region.is_none_or(|region| inside(region.code)));
        }
        prop_assert!(whole.faults.is_sorted_by_key(|fault| fault.part));
    }
}
