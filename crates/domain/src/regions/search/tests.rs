#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn code(text: &str) -> RegionCode {
    RegionCode::parse(text).unwrap()
}

fn search(query: &str) -> Vec<&'static str> {
    Regions::get().search(query, &[], None, 10).into_iter().map(|region| region.name).collect()
}

fn first(query: &str) -> &'static str {
    search(query).first().copied().unwrap_or_else(|| panic!("{query} finds nothing"))
}

#[test]
fn what_people_type_comes_first() {
    for (query, name) in [
        ("kab sidoarjo", "Kabupaten Sidoarjo"),
        ("Kab. Sidoarjo", "Kabupaten Sidoarjo"),
        ("kota malang", "Kota Malang"),
        ("surab", "Kota Surabaya"),
        ("yogya", "DI Yogyakarta"),
        ("jogja", "DI Yogyakarta"),
        ("kota jogja", "Kota Yogyakarta"),
        ("DIY", "DI Yogyakarta"),
        ("jakarta", "DKI Jakarta"),
        ("jkt", "DKI Jakarta"),
        ("jaksel", "Kota Administrasi Jakarta Selatan"),
        ("jatim", "Jawa Timur"),
        ("prov. jawa t", "Jawa Tengah"),
        ("kep seribu", "Kabupaten Administrasi Kepulauan Seribu"),
        ("sumatra utara", "Sumatera Utara"),
        ("toba samosir", "Kabupaten Toba"),
        ("mamuju utara", "Kabupaten Pasangkayu"),
        ("soerabaja", "Kota Surabaya"),
        ("banjoemas", "Kabupaten Banyumas"),
        ("papua", "Papua"),
        ("kec candi", "Candi"),
    ] {
        assert_eq!(first(query), name, "{query}");
    }
    assert!(search("yogya").contains(&"Kota Yogyakarta"));
    assert_eq!(search("malang").get(..2).unwrap(), ["Kabupaten Malang", "Kota Malang"]);
}

#[test]
fn one_typo_is_forgiven_when_nothing_matches() {
    for (query, name) in [
        ("surabya", "Kota Surabaya"),
        ("sidoarjp", "Kabupaten Sidoarjo"),
        ("yogaykarta", "DI Yogyakarta"),
        ("kab sidorajo", "Kabupaten Sidoarjo"),
    ] {
        assert_eq!(first(query), name, "{query}");
    }
    assert!(search("xqzw vkwqx").is_empty());
}

#[test]
fn words_of_the_surroundings_help() {
    let found = Regions::get().search("candi sidoarjo", &[RegionLevel::District], None, 5);
    assert_eq!(found.first().map(|region| region.code), Some(code("35.15.07")));
    let found = Regions::get().search("lowokwaru malang jatim", &[], None, 5);
    assert_eq!(found.first().map(|region| region.name), Some("Lowokwaru"));
}

#[test]
fn levels_and_place_narrow_it_down() {
    let regions = Regions::get();
    let cities = regions.search("jakarta", &[RegionLevel::Regency], None, 20);
    assert_eq!(cities.len(), 5);
    let within = regions.search("su", &[RegionLevel::District, RegionLevel::Village], Some(code("35.78")), 200);
    assert!(!within.is_empty() && within.iter().all(|region| region.code.as_str().starts_with("35.78.")));
    assert!(regions.search("surabaya", &[RegionLevel::Province], None, 5).is_empty());
    assert!(regions.search("surabaya", &[], None, 0).is_empty());
    for nothing in ["", "  ", "...", "'"] {
        assert!(regions.search(nothing, &[], None, 5).is_empty(), "{nothing}");
    }
}

#[test]
fn codes_are_found_as_they_are_typed() {
    assert_eq!(first("35.78"), "Kota Surabaya");
    assert_eq!(first("3578"), "Kota Surabaya");
    let cities = Regions::get().search("35.7", &[RegionLevel::Regency], None, 20);
    assert_eq!(cities.len(), 9, "the nine cities of East Java");
    assert!(search("35.7").starts_with(&["Kota Kediri", "Kota Blitar", "Kota Malang"]), "coarse ones first");
    // Merauke before 2022.
    assert_eq!(search("91.01"), ["Kabupaten Merauke"]);
    assert!(search("00.99").is_empty());
}

#[test]
fn every_province_and_regency_is_first_by_its_full_name() {
    let regions = Regions::get();
    for region in regions.within(None).filter(|region| region.level() <= RegionLevel::Regency) {
        let found = regions.search(region.name, &[], None, 1);
        assert_eq!(found, [region]);
    }
}

/// Type-ahead: far below what a person notices. Generous, for tests run without optimization and on busy machines;
/// the example `region_search` measures it.
#[test]
fn typing_ahead_does_not_wait() {
    let regions = Regions::get();
    regions.search("warm", &[], None, 1);
    for query in ["k", "ka", "kab sid", "sukamaju", "surabya", "candi sidoarjo"] {
        let start = Instant::now();
        regions.search(query, &[], None, 20);
        assert!(start.elapsed() < Duration::from_secs(2), "{query}: {:?}", start.elapsed());
    }
}

/// Any region, of any level.
fn region() -> impl Strategy<Value = Region> {
    prop_oneof![1 => 0..552_usize, 4 => 0..91_592_usize].prop_map(|at| {
        let all = Regions::get();
        let coarse = || all.within(None).filter(|region| region.level() <= RegionLevel::Regency);
        if at < 552 { coarse().nth(at).unwrap() } else { all.at(at) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_region_is_found_by_its_name_in_its_parent(region in region()) {
        let found = Regions::get().search(region.name, &[region.level()], region.code.parent(), 50);
        prop_assert!(found.contains(&region), "{region:?} {found:?}");
        // What has exactly the name typed stands before all that has not.
        let same = found.iter().take_while(|other| other.name == region.name).count();
        prop_assert!(found.iter().position(|other| *other == region).is_some_and(|at| at <= same));
    }

    #[test]
    fn every_region_is_found_by_the_beginning_of_its_name(region in region(), length in 4_usize..20) {
        let beginning: String = region.name.chars().take(length).collect();
        let found = Regions::get().search(&beginning, &[region.level()], region.code.parent(), 10_000);
        prop_assert!(found.contains(&region), "{region:?} by {beginning}");
    }

    #[test]
    fn what_is_shown_is_the_best_of_all(region in region(), length in 1_usize..8, limit in 1_usize..30) {
        let beginning: String = region.name.chars().take(length).collect();
        let all = Regions::get().search(&beginning, &[], None, 100_000);
        let some = Regions::get().search(&beginning, &[], None, limit);
        prop_assert_eq!(some.as_slice(), &all[..limit.min(all.len())]);
    }

    #[test]
    fn no_query_makes_it_panic(query in "\\PC{0,30}|[0-9.]{0,14}|[a-z .]{0,30}", limit in 0_usize..5) {
        prop_assert!(Regions::get().search(&query, &[], None, limit).len() <= limit);
    }
}
