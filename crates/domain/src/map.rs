//! Points and boxes on the map as queries write them: degrees of WGS 84 with commas between them.

use crate::{
    reason::{Invalid, Reason},
    text_value::Format,
};

/// Not a latitude and a longitude.
pub const POINT_MALFORMED: Reason = Reason {
    code: "point_malformed",
    id: "Tulis titik sebagai lintang,bujur dalam derajat, misalnya -7.2575,112.7521.",
    en: "Write the point as latitude,longitude in degrees, for example -7.2575,112.7521.",
};
/// Not the four edges of a box.
pub const BOUNDING_BOX_MALFORMED: Reason = Reason {
    code: "bounding_box_malformed",
    id: "Tulis kotak sebagai barat,selatan,timur,utara dalam derajat, misalnya 112.5,-7.5,113,-7.",
    en: "Write the box as west,south,east,north in degrees, for example 112.5,-7.5,113,-7.",
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&POINT_MALFORMED, &BOUNDING_BOX_MALFORMED];

/// The formats of this module.
pub const FORMATS: &[Format] = &[
    (Point::FORMAT, |text| Point::parse(text).map(drop)),
    (BoundingBox::FORMAT, |text| BoundingBox::parse(text).map(drop)),
];

/// The mean radius of the earth by WGS 84, in metres.
pub const MEAN_RADIUS_M: f64 = 6_371_008.8;

/// A point on the earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// A box on the map. It does not cross the line of dates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// Western edge.
    pub west: f64,
    /// Southern edge.
    pub south: f64,
    /// Eastern edge.
    pub east: f64,
    /// Northern edge.
    pub north: f64,
}

impl Point {
    /// The name of the format in JSON schemas.
    pub const FORMAT: &'static str = "point";
    const EXAMPLE: &'static str = "-7.2575,112.7521";

    /// Reads `latitude,longitude`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match numbers(text) {
            Some([latitude, longitude]) if is_latitude(latitude) && is_longitude(longitude) => {
                Ok(Self { latitude, longitude })
            }
            _ => Err(Invalid(&POINT_MALFORMED)),
        }
    }

    /// The distance in metres over a sphere of [`MEAN_RADIUS_M`], by the haversine formula.
    pub fn distance_m(self, other: Self) -> f64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_latitude = ((b - a) / 2.0).sin();
        let half_longitude = ((other.longitude - self.longitude).to_radians() / 2.0).sin();
        let chord = half_latitude.powi(2) + a.cos() * b.cos() * half_longitude.powi(2);
        2.0 * MEAN_RADIUS_M * chord.sqrt().clamp(0.0, 1.0).asin()
    }

    /// The box that holds all within so many metres of the point: as broad as the map where a pole is among them or the line
    /// of dates.
    pub fn box_around(self, radius_m: f64) -> BoundingBox {
        let angle = radius_m / MEAN_RADIUS_M;
        let (south, north) = (self.latitude - angle.to_degrees(), self.latitude + angle.to_degrees());
        // Where the circle touches a meridian its radius is the side opposite the angle at the pole, and the latitude's
        // complement is opposite the right angle.
        let breadth = (angle.sin() / self.latitude.to_radians().cos()).asin().to_degrees();
        let (west, east) = (self.longitude - breadth, self.longitude + breadth);
        let holds_pole = south <= -90.0 || north >= 90.0;
        let (west, east) = if holds_pole || west < -180.0 || east > 180.0 { (-180.0, 180.0) } else { (west, east) };
        BoundingBox { west, south: south.max(-90.0), east, north: north.min(90.0) }
    }
}

impl BoundingBox {
    /// The name of the format in JSON schemas.
    pub const FORMAT: &'static str = "bounding-box";
    const EXAMPLE: &'static str = "112.5,-7.5,113,-7";

    /// Reads `west,south,east,north` (the order of RFC 7946 §5).
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match numbers(text) {
            Some([west, south, east, north])
                if is_longitude(west)
                    && is_longitude(east)
                    && is_latitude(south)
                    && is_latitude(north)
                    && west <= east
                    && south <= north =>
            {
                Ok(Self { west, south, east, north })
            }
            _ => Err(Invalid(&BOUNDING_BOX_MALFORMED)),
        }
    }
}

fn is_latitude(degrees: f64) -> bool {
    (-90.0..=90.0).contains(&degrees)
}

fn is_longitude(degrees: f64) -> bool {
    (-180.0..=180.0).contains(&degrees)
}

/// Exactly so many numbers in plain decimal form.
fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    let mut numbers = [0.0; N];
    let mut parts = text.split(',').map(str::trim);
    for number in &mut numbers {
        *number = parts.next().filter(|part| part.len() <= 24 && plain(part))?.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

macro_rules! text_in_queries {
    ($($name:ident),+) => { $(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .format(Some(utoipa::openapi::schema::SchemaFormat::Custom(Self::FORMAT.into())))
                    .max_length(Some(120))
                    .examples([Self::EXAMPLE])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
    )+ };
}
text_in_queries!(Point, BoundingBox);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_two_numbers_on_the_earth() {
        assert_eq!(Point::parse("-7.2575,112.7521"), Ok(Point { latitude: -7.2575, longitude: 112.7521 }));
        assert_eq!(Point::parse("-7, 112"), Ok(Point { latitude: -7.0, longitude: 112.0 }));
        for wrong in ["", "-7.2", "112.7,-7.2", "-7.2,112.7,1", "NaN,1", "inf,1", "1e1,2", "-7,2575,112", "91,0", "a,b"]
        {
            assert_eq!(Point::parse(wrong), Err(Invalid(&POINT_MALFORMED)), "{wrong}");
        }
    }

    #[test]
    fn a_box_has_its_edges_in_order() {
        let surabaya = BoundingBox { west: 112.5, south: -7.5, east: 113.0, north: -7.0 };
        assert_eq!(BoundingBox::parse("112.5,-7.5,113,-7"), Ok(surabaya));
        for wrong in
            ["113,-7.5,112.5,-7", "112.5,-7,113,-7.5", "112.5,-7.5,113", "112.5,-7.5,113,-7,0", "-7.5,112.5,-7,113"]
        {
            assert_eq!(BoundingBox::parse(wrong), Err(Invalid(&BOUNDING_BOX_MALFORMED)), "{wrong}");
        }
    }

    #[test]
    fn a_circle_fits_into_its_box_closely() {
        let box_ = Point { latitude: -7.25, longitude: 112.75 }.box_around(10_000.0);
        // A degree of latitude is 111,195 m; one of longitude that times the cosine of 7.25 degrees, 110,306 m.
        for (edge, degrees) in [
            (box_.north + 7.25, 0.089_932),
            (-7.25 - box_.south, 0.089_932),
            (box_.east - 112.75, 0.090_657),
            (112.75 - box_.west, 0.090_657),
        ] {
            assert!((edge - degrees).abs() < 0.000_002, "{edge} {degrees}");
        }
        let whole = (-180.0, 180.0);
        for (latitude, longitude, radius) in [(89.99, 10.0, 5_000.0), (-7.0, 179.99, 5_000.0), (0.0, 0.0, 20_100_000.0)]
        {
            let box_ = Point { latitude, longitude }.box_around(radius);
            assert_eq!((box_.west, box_.east), whole, "{latitude} {longitude}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_on_a_circle_is_in_its_box(
            latitude in -89.9..=89.9_f64, longitude in -180.0..=180.0_f64, radius in 10.0..3_000_000.0_f64, bearing in 0.0..360.0_f64,
        ) {
            // Where one comes to from there, a hair before the circle (the direct problem on the sphere).
            let (sin, cos) = (radius * 0.999_999 / MEAN_RADIUS_M).sin_cos();
            let (phi, theta) = (latitude.to_radians(), bearing.to_radians());
            let there = (phi.sin() * cos + phi.cos() * sin * theta.cos()).asin();
            let turned = (theta.sin() * sin * phi.cos()).atan2(cos - phi.sin() * there.sin()).to_degrees();
            let other = Point {
                latitude: there.to_degrees(),
                longitude: (longitude + turned + 540.0).rem_euclid(360.0) - 180.0,
            };
            let center = Point { latitude, longitude };
            proptest::prop_assert!((center.distance_m(other) / radius - 0.999_999).abs() < 0.000_000_5);
            let BoundingBox { west, south, east, north } = center.box_around(radius);
            proptest::prop_assert!((south..=north).contains(&other.latitude) && (west..=east).contains(&other.longitude));
        }
    }
}
