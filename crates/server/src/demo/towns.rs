//! Where the institutions are: real regencies and cities, and about where their centre is.

use aumsos_domain::{
    position::{Position, PositionPrecision},
    regions::RegionCode,
};

use super::chance::Chance;

/// A regency or city, and the degrees north and east of its main town, to about two kilometres.
#[derive(Debug)]
pub(super) struct Town {
    code: &'static str,
    north: f64,
    east: f64,
}

const fn town(code: &'static str, north: f64, east: f64) -> Town {
    Town { code, north, east }
}

/// Around the main town that an institution lies, in degrees: about two kilometres.
const AROUND: f64 = 0.02;

/// The towns of a province, by its two digits.
pub(super) fn of(province: &str) -> Vec<&'static Town> {
    TOWNS.iter().filter(|town| town.code.starts_with(province)).collect()
}

/// The codes of all towns.
pub(super) fn codes() -> impl Iterator<Item = RegionCode> {
    TOWNS.iter().filter_map(|town| RegionCode::parse(town.code).ok())
}

impl Town {
    /// Its code.
    pub(super) const fn code(&self) -> &'static str {
        self.code
    }

    /// Somewhere in or near the main town.
    pub(super) fn position(&self, chance: &mut Chance) -> Position {
        // Five decimals are about a metre; more would promise what a position does not hold.
        let degrees = |centre: f64, off: f64| ((centre + off * AROUND) * 100_000.0).round() / 100_000.0;
        let precision = match chance.between(1, 10) {
            1..=6 => PositionPrecision::Building,
            7..=8 => PositionPrecision::Village,
            _ => PositionPrecision::District,
        };
        Position {
            latitude: degrees(self.north, chance.around()),
            longitude: degrees(self.east, chance.around()),
            precision,
        }
    }
}

#[rustfmt::skip]
const TOWNS: &[Town] = &[
    town("11.71", 5.55, 95.32), town("11.06", 5.45, 95.48),
    town("12.71", 3.59, 98.67), town("12.07", 3.55, 98.87), town("12.77", 1.38, 99.27), town("12.09", 2.98, 99.62),
    town("12.75", 3.60, 98.49),
    town("13.71", -0.94, 100.37), town("13.04", -0.46, 100.60), town("13.75", -0.31, 100.37), town("13.76", -0.22, 100.63),
    town("13.05", -0.62, 100.28), town("13.06", -0.31, 100.05),
    town("14.71", 0.51, 101.45), town("14.01", 0.34, 101.03),
    town("15.71", -1.61, 103.61),
    town("16.71", -2.98, 104.76), town("16.73", -3.29, 102.86), town("16.02", -3.40, 104.83),
    town("17.71", -3.80, 102.28),
    town("18.71", -5.41, 105.26), town("18.72", -5.11, 105.31), town("18.02", -4.98, 105.22), town("18.07", -5.03, 105.53),
    town("18.10", -5.36, 104.97),
    town("31.71", -6.18, 106.84), town("31.72", -6.14, 106.88), town("31.73", -6.16, 106.76), town("31.74", -6.27, 106.81),
    town("31.75", -6.24, 106.90),
    town("32.73", -6.91, 107.61), town("32.04", -7.03, 107.52), town("32.05", -7.21, 107.90), town("32.78", -7.33, 108.22),
    town("32.06", -7.36, 108.11), town("32.09", -6.76, 108.48), town("32.74", -6.73, 108.55), town("32.75", -6.24, 107.00),
    town("32.76", -6.40, 106.82), town("32.01", -6.48, 106.84), town("32.08", -6.98, 108.48), town("32.11", -6.86, 107.92),
    town("33.72", -7.57, 110.82), town("33.74", -7.00, 110.42), town("33.02", -7.43, 109.24), town("33.10", -7.70, 110.60),
    town("33.11", -7.68, 110.83), town("33.13", -7.60, 110.95), town("33.09", -7.53, 110.60), town("33.14", -7.43, 111.02),
    town("33.08", -7.59, 110.22), town("33.71", -7.48, 110.22), town("33.19", -6.81, 110.84), town("33.18", -6.75, 111.04),
    town("33.26", -7.03, 109.59), town("33.75", -6.90, 109.68), town("33.01", -7.70, 109.02), town("33.03", -7.39, 109.36),
    town("33.05", -7.67, 109.65), town("33.06", -7.71, 110.01), town("33.12", -7.81, 110.92),
    town("34.71", -7.80, 110.37), town("34.04", -7.72, 110.36), town("34.02", -7.89, 110.33), town("34.01", -7.86, 110.16),
    town("34.03", -7.97, 110.60),
    town("35.78", -7.27, 112.74), town("35.15", -7.45, 112.70), town("35.73", -7.97, 112.63), town("35.07", -8.13, 112.57),
    town("35.17", -7.55, 112.23), town("35.09", -8.17, 113.70), town("35.25", -7.17, 112.64), town("35.24", -7.12, 112.41),
    town("35.02", -7.87, 111.47), town("35.05", -8.13, 112.22), town("35.72", -8.10, 112.17), town("35.04", -8.07, 111.90),
    town("35.71", -7.82, 112.02), town("35.77", -7.63, 111.52), town("35.16", -7.52, 112.55), town("35.10", -8.21, 114.36),
    town("35.23", -6.91, 112.05), town("35.22", -7.15, 111.88), town("35.08", -8.13, 113.22), town("35.14", -7.61, 112.78),
    town("36.71", -6.18, 106.63), town("36.74", -6.30, 106.71), town("36.73", -6.12, 106.15), town("36.03", -6.26, 106.48),
    town("51.71", -8.65, 115.22),
    town("52.71", -8.58, 116.12), town("52.03", -8.65, 116.53), town("52.72", -8.46, 118.73),
    town("53.71", -10.17, 123.61),
    town("61.71", -0.03, 109.34),
    town("63.71", -3.32, 114.59), town("63.72", -3.44, 114.83), town("63.08", -2.42, 115.25),
    town("64.72", -0.49, 117.15), town("64.71", -1.24, 116.86),
    town("71.71", 1.47, 124.85),
    town("72.71", -0.90, 119.88),
    town("73.71", -5.15, 119.44), town("73.06", -5.21, 119.46), town("73.72", -4.02, 119.64), town("73.73", -2.99, 120.19),
    town("73.08", -4.54, 120.31),
    town("74.71", -3.98, 122.52),
    town("81.71", -3.69, 128.19),
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use aumsos_domain::regions::{RegionLevel, Regions};

    use super::*;

    #[test]
    fn every_town_is_a_regency_that_there_is() {
        assert_eq!(codes().count(), TOWNS.len());
        for code in codes() {
            assert_eq!(Regions::get().region(code).unwrap().level(), RegionLevel::Regency, "{code}");
        }
    }

    #[test]
    fn every_position_lies_in_indonesia_and_near_its_town() {
        let mut chance = Chance::new(1);
        for town in TOWNS {
            let position = town.position(&mut chance);
            assert!(position.is_in_indonesia(), "{town:?}");
            assert!(position.distance_m(town.north, town.east) < 3_300.0, "{town:?}");
        }
    }
}
