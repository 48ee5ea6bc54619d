//! Positions in the ways people write them: decimal degrees with dot or comma, degrees, minutes and seconds, with or
//! without the letters of the compass, latitude first or longitude first.

use super::{Cell, cell::is_nothing};
use crate::{
    position::{Position, PositionPrecision},
    reason::Reason,
};

/// No position.
pub const IMPORT_POSITION_NOT_UNDERSTOOD: Reason = Reason {
    code: "import_position_not_understood",
    id: "Koordinat tidak terbaca; tulis lintang lalu bujur, misalnya -7.2575, 112.7521.",
    en: "The position cannot be read; write latitude and longitude, for example -7.2575, 112.7521.",
};
/// A position somewhere else.
pub const IMPORT_POSITION_OUTSIDE_INDONESIA: Reason = Reason {
    code: "import_position_outside_indonesia",
    id: "Koordinat ini di luar Indonesia.",
    en: "The position is outside Indonesia.",
};

/// Reads a position from one cell; nothing when the cell says nothing.
pub fn read_position(cell: &Cell) -> Result<Option<Position>, &'static Reason> {
    let text = cell.text();
    if is_nothing(&text) {
        return Ok(None);
    }
    let angles = angles_of(&text, 2).ok_or(&IMPORT_POSITION_NOT_UNDERSTOOD)?;
    match angles.as_slice() {
        [first, second] => placed(*first, *second).map(Some),
        _ => Err(&IMPORT_POSITION_NOT_UNDERSTOOD),
    }
}

/// Reads a position from a cell for the latitude and one for the longitude. One without the other is no position.
pub fn read_latitude_longitude(latitude: &Cell, longitude: &Cell) -> Result<Option<Position>, &'static Reason> {
    let angle = |cell: &Cell| -> Result<Option<Angle>, &'static Reason> {
        let text = cell.text();
        if is_nothing(&text) {
            return Ok(None);
        }
        match angles_of(&text, 1).as_deref() {
            Some([angle]) => Ok(Some(*angle)),
            _ => Err(&IMPORT_POSITION_NOT_UNDERSTOOD),
        }
    };
    match (angle(latitude)?, angle(longitude)?) {
        (Some(latitude), Some(longitude)) => placed(latitude, longitude).map(Some),
        (None, None) => Ok(None),
        _ => Err(&IMPORT_POSITION_NOT_UNDERSTOOD),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Axis {
    Latitude,
    Longitude,
}

/// An angle in degrees, with the axis that a letter of the compass named, and to what part of a degree it is given.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Angle {
    degrees: f64,
    axis: Option<Axis>,
    exact_to: f64,
}

fn placed(first: Angle, second: Angle) -> Result<Position, &'static Reason> {
    let exact_to = first.exact_to.max(second.exact_to);
    let precision = if exact_to <= 0.000_5 {
        PositionPrecision::Building
    } else if exact_to <= 0.02 {
        PositionPrecision::Village
    } else if exact_to <= 0.1 {
        PositionPrecision::District
    } else {
        PositionPrecision::Unknown
    };
    let as_written = Position { latitude: first.degrees, longitude: second.degrees, precision };
    let swapped = Position { latitude: second.degrees, longitude: first.degrees, precision };
    let says = |angle: Angle, axis| angle.axis.is_none_or(|named| named == axis);
    let candidates = [
        (as_written, says(first, Axis::Latitude) && says(second, Axis::Longitude)),
        (swapped, says(first, Axis::Longitude) && says(second, Axis::Latitude)),
    ];
    if !candidates.iter().any(|(_, is_said)| *is_said) {
        return Err(&IMPORT_POSITION_NOT_UNDERSTOOD);
    }
    candidates
        .iter()
        .find(|(position, is_said)| *is_said && position.is_in_indonesia())
        .map(|(position, _)| *position)
        .ok_or(&IMPORT_POSITION_OUTSIDE_INDONESIA)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    /// A number, whether it has a minus, and the place of its last decimal.
    Number {
        value: f64,
        is_negative: bool,
        last_place: f64,
    },
    Degree,
    Minute,
    Second,
    /// A letter of the compass: its axis, and whether it turns the sign.
    Compass(Axis, bool),
    /// What parts two angles.
    Separator,
}

fn angles_of(text: &str, wanted: usize) -> Option<Vec<Angle>> {
    // A comma begins decimals where that gives as many angles as there should be, and else parts them.
    let readings = [!text.contains('.'), false];
    readings
        .into_iter()
        .filter_map(|comma_is_decimal| tokens(text, comma_is_decimal).and_then(|tokens| grouped(&tokens)))
        .find(|angles| angles.len() == wanted)
}

fn tokens(text: &str, comma_is_decimal: bool) -> Option<Vec<Token>> {
    let letters: Vec<char> = text.trim().trim_start_matches('\'').chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let next = letters.get(at + 1).copied();
        match letter {
            '0'..='9' => {
                let (number, end) = number_at(&letters, at, comma_is_decimal)?;
                let is_negative =
                    at.checked_sub(1).and_then(|before| letters.get(before)).is_some_and(|c| is_minus(*c));
                found.push(Token::Number { value: number.0, is_negative, last_place: number.1 });
                at = end;
                continue;
            }
            c if is_minus(c) || c == '+' => {}
            '°' | 'º' | '˚' | 'ᵒ' | '*' => found.push(Token::Degree),
            '"' | '”' | '“' | '″' => found.push(Token::Second),
            '\'' | '’' | '‘' | '′' | '`' | '´' => {
                if next.is_some_and(|c| matches!(c, '\'' | '’' | '‘' | '′' | '`' | '´')) {
                    found.push(Token::Second);
                    at += 1;
                } else {
                    found.push(Token::Minute);
                }
            }
            ',' | ';' | '/' | '|' | '\n' => found.push(Token::Separator),
            c if c.is_alphabetic() => {
                let end =
                    letters.iter().skip(at).position(|c| !c.is_alphabetic()).map_or(letters.len(), |run| at + run);
                let word: String = letters.get(at..end)?.iter().collect::<String>().to_uppercase();
                match word.as_str() {
                    "S" | "LS" | "SELATAN" | "SOUTH" => found.push(Token::Compass(Axis::Latitude, true)),
                    "N" | "U" | "LU" | "UTARA" | "NORTH" => found.push(Token::Compass(Axis::Latitude, false)),
                    "E" | "T" | "BT" | "TIMUR" | "EAST" => found.push(Token::Compass(Axis::Longitude, false)),
                    "DERAJAT" | "DEG" => found.push(Token::Degree),
                    "MENIT" | "MIN" => found.push(Token::Minute),
                    "DETIK" | "SEC" => found.push(Token::Second),
                    "LAT" | "LATITUDE" | "LONG" | "LON" | "LNG" | "LONGITUDE" | "LINTANG" | "BUJUR" | "KOORDINAT"
                    | "GPS" => {}
                    _ => return None,
                }
                at = end;
                continue;
            }
            c if c.is_whitespace() || matches!(c, ':' | '=' | '(' | ')' | '[' | ']' | '.') => {}
            _ => return None,
        }
        at += 1;
    }
    Some(found)
}

const fn is_minus(letter: char) -> bool {
    matches!(letter, '-' | '−' | '–')
}

/// The number that begins at a place, with the worth of its last digit, and where it ends.
fn number_at(letters: &[char], at: usize, comma_is_decimal: bool) -> Option<((f64, f64), usize)> {
    let mut text = String::new();
    let mut decimals = None;
    let mut end = at;
    while let Some(&letter) = letters.get(end) {
        let behind_is_digit = letters.get(end + 1).is_some_and(char::is_ascii_digit);
        let is_mark = letter == '.' || letter == ',' && comma_is_decimal;
        if letter.is_ascii_digit() {
            text.push(letter);
            decimals = decimals.map(|count: i32| count + 1);
        } else if is_mark && decimals.is_none() && behind_is_digit {
            text.push('.');
            decimals = Some(0);
        } else {
            break;
        }
        end += 1;
    }
    Some(((text.parse().ok()?, 10_f64.powi(-decimals.unwrap_or(0))), end))
}

/// Brings tokens together to angles.
fn grouped(tokens: &[Token]) -> Option<Vec<Angle>> {
    let has_units = tokens.iter().any(|token| matches!(token, Token::Degree | Token::Minute | Token::Second));
    let leads = matches!(tokens.iter().find(|token| **token != Token::Separator), Some(Token::Compass(..)));
    let numbers = tokens.iter().filter(|token| matches!(token, Token::Number { .. })).count();
    // "7 04 34.3 S 110 31 31.5 E": as many numbers for each angle.
    let each = if has_units { 3 } else { (numbers / 2).max(1) };
    let mut angles: Vec<Building> = Vec::new();
    let mut compass = None;
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        match *token {
            Token::Number { value, is_negative, last_place } => {
                let unit = match tokens.peek() {
                    Some(Token::Degree) => Some(0),
                    Some(Token::Minute) => Some(1),
                    Some(Token::Second) => Some(2),
                    _ => None,
                };
                let begins = match (unit, angles.last()) {
                    (_, None) | (Some(0), _) => true,
                    (Some(_), Some(_)) => false,
                    (None, Some(last)) => last.is_closed || last.parts.len() >= each,
                };
                if begins {
                    angles.push(Building { axis: compass.take(), is_negative, ..Building::default() });
                }
                let last = angles.last_mut()?;
                if is_negative && !begins || unit.is_some_and(|unit| unit != last.parts.len()) {
                    return None;
                }
                last.parts.push((value, last_place));
            }
            Token::Compass(axis, turns) if leads => compass = Some((axis, turns)),
            Token::Compass(axis, turns) => {
                let last = angles.last_mut()?;
                if last.axis.replace((axis, turns)).is_some() {
                    return None;
                }
                last.is_closed = true;
            }
            Token::Separator => {
                if let Some(last) = angles.last_mut() {
                    last.is_closed = true;
                }
            }
            Token::Degree | Token::Minute | Token::Second => {}
        }
    }
    angles.iter().map(Building::angle).collect()
}

#[derive(Debug, Default)]
struct Building {
    parts: Vec<(f64, f64)>,
    is_negative: bool,
    axis: Option<(Axis, bool)>,
    is_closed: bool,
}

impl Building {
    fn angle(&self) -> Option<Angle> {
        let mut degrees = 0.0;
        let mut exact_to = 1.0;
        for (at, &(value, last_place)) in self.parts.iter().enumerate() {
            let worth = [1.0, 1.0 / 60.0, 1.0 / 3600.0].get(at)?;
            if at > 0 && value >= 60.0 {
                return None;
            }
            degrees += value * worth;
            exact_to = last_place * worth;
        }
        let turns = self.axis.is_some_and(|(_, turns)| turns);
        let degrees = if self.is_negative || turns { -degrees } else { degrees };
        Some(Angle { degrees, axis: self.axis.map(|(axis, _)| axis), exact_to })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Option<Position>, &'static str> {
        read_position(&Cell::Text(text.to_owned())).map_err(|reason| reason.code)
    }

    fn is_near(found: Position, latitude: f64, longitude: f64) -> bool {
        found.distance_m(latitude, longitude) < 2.0
    }

    #[test]
    fn a_position_is_read_however_it_is_written() {
        // 7°04'34.32" = 7.0762, 110°31'31.55" = 110.525430…
        for text in [
            "-7.076200, 110.525431",
            "-7.076200,110.525431",
            "-7.076200 110.525431",
            "-7.076200; 110.525431",
            "-7,076200 110,525431",
            "-7,076200, 110,525431",
            "-7,076200; 110,525431",
            "-7,076200,110,525431",
            "110.525431, -7.076200",
            "7.076200 S, 110.525431 E",
            "7.076200 LS 110.525431 BT",
            "S 7.076200 E 110.525431",
            "S7.076200, E110.525431",
            "Lat: -7.076200, Long: 110.525431",
            "7°04'34.32\"S 110°31'31.55\"E",
            "7° 4' 34.32\" LS, 110° 31' 31.55\" BT",
            "7º04’34,32”S 110º31’31,55”E",
            "7°04'34.32''S 110°31'31.55''E",
            "7 04 34.32 S 110 31 31.55 E",
            "-7°4.572', 110°31.5258'",
            "110°31'31.55\"E 7°04'34.32\"S",
            "(-7.076200, 110.525431)",
            "-7.076200\n110.525431",
        ] {
            let found = read(text).unwrap_or_else(|code| panic!("{text}: {code}")).unwrap();
            assert!(is_near(found, -7.0762, 110.525_431), "{text}: {found:?}");
            assert_eq!(found.precision, PositionPrecision::Building, "{text}");
        }
        let separate =
            read_latitude_longitude(&Cell::Number(-7.0762), &Cell::Text("110,525431".to_owned())).unwrap().unwrap();
        assert!(is_near(separate, -7.0762, 110.525_431));
        let north = read("3.5952, 98.6722").unwrap().unwrap();
        assert!(is_near(north, 3.5952, 98.6722));
    }

    #[test]
    fn the_digits_tell_how_exact_it_is() {
        assert_eq!(read("-7.08, 110.53").unwrap().unwrap().precision, PositionPrecision::Village);
        assert_eq!(read("-7.1, 110.5").unwrap().unwrap().precision, PositionPrecision::District);
        assert_eq!(read("-7, 110").unwrap().unwrap().precision, PositionPrecision::Unknown);
    }

    #[test]
    fn elsewhere_and_nonsense_are_told_apart() {
        for elsewhere in ["97.4478, 412.7183", "7.15, 110.5", "52.37, 4.89", "0, 0"] {
            assert_eq!(read(elsewhere), Err("import_position_outside_indonesia"), "{elsewhere}");
        }
        for nonsense in ["dekat masjid", "-7.07", "1 2 3", "7°75'00\"S 110°00'00\"E", "7 S 8 S", "http://x.y/z"] {
            assert!(read(nonsense).is_err(), "{nonsense}");
        }
        assert_eq!(read("-"), Ok(None));
        assert!(read_latitude_longitude(&Cell::Number(-7.0), &Cell::Empty).is_err());
    }

    proptest! {
        #[test]
        fn every_position_is_read_in_every_shape(south in 0_u32..1_140_000, east in 9_450_000_u32..14_150_000, shape in 0_usize..6) {
            let (latitude, longitude) = (-f64::from(south) / 100_000.0, f64::from(east) / 100_000.0);
            let dms = |degrees: f64| {
                let seconds = (degrees.abs() * 360_000.0).round() / 100.0;
                let (d, rest) = ((seconds / 3600.0).floor(), seconds % 3600.0);
                format!("{d}°{:02}'{:05.2}\"", (rest / 60.0).floor(), rest % 60.0)
            };
            let text = match shape {
                0 => format!("{latitude:.5}, {longitude:.5}"),
                1 => format!("{latitude:.5} {longitude:.5}"),
                2 => format!("{}S {}E", dms(latitude), dms(longitude)),
                3 => format!("{latitude:.5};{longitude:.5}").replace('.', ","),
                4 => format!("{longitude:.5}, {latitude:.5}"),
                _ => format!("{:.5} LS, {longitude:.5} BT", -latitude),
            };
            let found = read(&text).unwrap().unwrap();
            prop_assert!(is_near(found, latitude, longitude), "{} {:?}", text, found);
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}|[0-9.,°'\" SE-]{0,24}") {
            let _ = read(&text);
        }
    }
}
