#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use proptest::prelude::*;

use super::*;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn described<'a>(name: &'a Name, region: &str) -> Description<'a> {
    Description {
        name,
        kind: Some(InstitutionKind::Lksa),
        operator: Some(Operator::Muhammadiyah),
        region: RegionCode::parse(region).unwrap(),
        street: None,
        phones: &[],
        email: None,
        papers: &[],
        position: None,
    }
}

fn at(latitude: f64) -> Position {
    Position { latitude, longitude: 112.75, precision: PositionPrecision::Building }
}

#[test]
fn old_spelling_a_typo_and_common_words_hide_nothing() {
    let (one, other) = (name("Panti Asuhan Moehammadijah Noeroel Hoeda"), name("LKSA Muhammadiyah Nurul Huda"));
    let (one, other) = (Traits::of(&described(&one, "35.78.01")), Traits::of(&described(&other, "35.78.01")));
    let comparison = one.compare(&other);
    assert_eq!(comparison.likeness, Likeness::Likely);
    assert_eq!(comparison.signs, [DuplicateSign::SameWords]);
}

#[test]
fn a_name_elsewhere_tells_nothing_and_a_phone_does() {
    let home = name("LKSA Nurul Huda");
    let phone = [Phone::parse("+62315022334").unwrap()];
    let here = Traits::of(&described(&home, "35.78"));
    let there = Traits::of(&described(&home, "73.71"));
    assert!(!here.compare(&there).is_worth_a_look());
    let called = |region| Traits::of(&Description { phones: &phone, ..described(&home, region) });
    let comparison = called("35.78").compare(&called("73.71"));
    assert_eq!(comparison.likeness, Likeness::Likely);
    assert_eq!(comparison.signs, [DuplicateSign::SameName, DuplicateSign::SamePhone]);
    assert_eq!(called("35.78").compare(&called("35.78")).likeness, Likeness::Certain);
}

#[test]
fn positions_within_200_m_are_near() {
    let (one, other) = (name("LKSA Al Amin"), name("LKSA Budi Mulia"));
    let placed = |name, latitude| Traits::of(&Description { position: Some(at(latitude)), ..described(name, "35.78") });
    // One degree of latitude is 111,195 m: 0.0017 degrees are 189 m, 0.0019 are 211 m.
    let near = placed(&one, -7.25).compare(&placed(&other, -7.2517));
    assert_eq!(near.signs, [DuplicateSign::NearPosition]);
    assert!(near.is_worth_a_look() && near.likeness == Likeness::None);
    assert!(!placed(&one, -7.25).compare(&placed(&other, -7.2519)).is_worth_a_look());
}

#[test]
fn what_is_not_known_is_held_against_nobody() {
    let home = name("Panti Werdha Sejahtera");
    let sought = Description { kind: None, operator: None, ..described(&home, "35.78.01.1001") };
    let known = Description { kind: Some(InstitutionKind::PantiWerdha), ..described(&home, "35.78.01.1001") };
    assert_eq!(Traits::of(&sought).likeness(&Traits::of(&known)), Likeness::Likely);
    let other_kind = described(&home, "35.78.01.1001");
    let elsewhere =
        Description { kind: Some(InstitutionKind::Bakesos), region: RegionCode::parse("35.15").unwrap(), ..known };
    assert_eq!(Traits::of(&other_kind).likeness(&Traits::of(&elsewhere)), Likeness::None);
}

/// Descriptions from few words, places and papers, so that many are alike.
fn any_traits() -> impl Strategy<Value = Traits> {
    let words = prop::sample::subsequence(vec!["LKSA", "Muhammadiyah", "Nurul", "Noeroel", "Huda", "Sleman"], 1..=4);
    let region = prop::sample::select(vec!["34.04", "34.04.01", "34.04.01.2001", "34.04.02", "35.78.01"]);
    let street = prop::option::of(prop::sample::select(vec!["Jl. Melati No. 1", "Jl. Mawar No. 2"]));
    let phones = prop::sample::subsequence(vec!["+62315022334", "+62274123456"], 0..=2);
    let latitude = prop::option::of(prop::sample::select(vec![-7.2501, -7.2499, -7.2513, -7.31]));
    let kind = prop::sample::select(vec![None, Some(InstitutionKind::Lksa), Some(InstitutionKind::Bakesos)]);
    let operator = prop::sample::select(vec![None, Some(Operator::Muhammadiyah), Some(Operator::Aisyiyah)]);
    (words, region, street, phones, latitude, kind, operator).prop_map(
        |(words, region, street, phones, latitude, kind, operator)| {
            let home = name(&words.join(" "));
            let street = street.map(|street| Line::parse(street).unwrap());
            let phones: Vec<Phone> = phones.iter().map(|phone| Phone::parse(phone).unwrap()).collect();
            Traits::of(&Description {
                kind,
                operator,
                street: street.as_ref(),
                phones: &phones,
                position: latitude.map(at),
                ..described(&home, region)
            })
        },
    )
}

proptest! {
    #[test]
    fn whoever_is_near_is_found_by_its_place(
        (latitude, longitude) in (-11.4..6.4_f64, 94.6..141.4),
        (apart, bearing) in (0.0..199.9_f64, 0.0..std::f64::consts::TAU),
    ) {
        // One degree of latitude is 111,195 m.
        let north = apart * bearing.cos() / 111_195.0;
        let east = apart * bearing.sin() / 111_195.0 / latitude.to_radians().cos();
        let one = Position { latitude, longitude, precision: PositionPrecision::Building };
        let other = Position { latitude: latitude + north, longitude: longitude + east, ..one };
        prop_assert!(one.distance_m(other.latitude, other.longitude) <= NEAR_M);
        let (home, another) = (name("LKSA Al Amin"), name("LKSA Budi Mulia"));
        let placed = |name, position| Traits::of(&Description { position: Some(position), ..described(name, "35.78") });
        let looked_for = placed(&home, one).keys_to_look_for();
        prop_assert!(placed(&another, other).keys().iter().any(|key| looked_for.contains(key)));
    }

    #[test]
    fn whoever_is_alike_is_found_by_a_key((one, other) in (any_traits(), any_traits())) {
        let shares = |seeker: &Traits, kept: &Traits| {
            let keys = kept.keys();
            seeker.keys_to_look_for().iter().any(|key| keys.contains(key))
        };
        if one.likeness(&other) > Likeness::None {
            prop_assert!(shares(&one, &other) && shares(&other, &one), "{one:?} {other:?}");
        }
    }

    #[test]
    fn whoever_is_alike_may_be_by_its_name_and_a_key((one, other) in (any_traits(), any_traits())) {
        let kept = other.keys();
        let shared: Vec<TraitKey> = one.keys_to_look_for().into_iter().filter(|key| kept.contains(key)).collect();
        if one.likeness(&other) > Likeness::None {
            prop_assert!(shared.iter().any(|key| one.may_be(&other.named, key.of)), "{one:?} {other:?}");
        }
    }
}
