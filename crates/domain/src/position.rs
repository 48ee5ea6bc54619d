//! Positions on the earth (WGS 84) and how exact they are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::map::Point;

crate::code_list! {
    /// How exact a position is.
    PositionPrecision = "position_precision" ("Ketepatan posisi", "Precision of a position") {
        Building = "building" ("Bangunan", "The building"),
        Village = "village" ("Desa/kelurahan", "The village"),
        District = "district" ("Kecamatan", "The district"),
        Unknown = "unknown" ("Tidak diketahui", "Not known"),
    }
}

/// A position in WGS 84, inside the box that holds Indonesia with its seas.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"latitude": -7.2575, "longitude": 112.7521, "precision": "building"}))]
pub struct Position {
    /// Degrees north, −11.5 to 6.5.
    #[schema(minimum = -11.5, maximum = 6.5)]
    pub latitude: f64,
    /// Degrees east, 94.5 to 141.5.
    #[schema(minimum = 94.5, maximum = 141.5)]
    pub longitude: f64,
    /// How exact it is.
    pub precision: PositionPrecision,
}

impl Position {
    /// Whether both degrees lie in the box that holds Indonesia.
    pub fn is_in_indonesia(&self) -> bool {
        (-11.5..=6.5).contains(&self.latitude) && (94.5..=141.5).contains(&self.longitude)
    }

    /// The point alone.
    pub const fn point(&self) -> Point {
        Point { latitude: self.latitude, longitude: self.longitude }
    }

    /// The distance in metres from a point; see [`Point::distance_m`].
    pub fn distance_m(&self, latitude: f64, longitude: f64) -> f64 {
        self.point().distance_m(Point { latitude, longitude })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_degree_of_latitude_is_111_km() {
        let origin = Position { latitude: -7.0, longitude: 112.0, precision: PositionPrecision::Building };
        // 6,371,008.8 m × π / 180
        assert!((origin.distance_m(-6.0, 112.0) - 111_195.08).abs() < 0.1);
        assert!(origin.distance_m(-7.0, 112.0).abs() < 1e-6);
    }
}
