//! The forms of an answer: a page of JSON, or the whole list as a file.

use actix_web::{
    HttpRequest,
    http::{StatusCode, header},
};

use crate::problem::{Problem, reasons};

/// A form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A page as JSON.
    Json,
    /// The whole list as CSV (RFC 4180).
    Csv,
    /// The whole list as JSON, one record a line.
    Ndjson,
    /// The whole list as `GeoJSON` (RFC 7946).
    GeoJson,
    /// The whole list as Apache Parquet.
    Parquet,
}

impl Form {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Json, Self::Csv, Self::Ndjson, Self::GeoJson, Self::Parquet];
    /// The files of a list without positions.
    pub const TABULAR: &'static [Self] = &[Self::Csv, Self::Ndjson, Self::Parquet];
    /// The files of a list with positions.
    pub const GEOGRAPHIC: &'static [Self] = &[Self::Csv, Self::Ndjson, Self::GeoJson, Self::Parquet];

    /// The name in `format=`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::GeoJson => "geojson",
            Self::Parquet => "parquet",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Ndjson => "application/x-ndjson",
            Self::GeoJson => "application/geo+json",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// The form that an `Accept` header likes best of JSON and those offered (RFC 9110 §12.5.1).
    pub(crate) fn negotiate(request: &HttpRequest, offered: &[Self]) -> Result<Self, Problem> {
        let ranges: Vec<(String, f32)> = request
            .headers()
            .get_all(header::ACCEPT)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|list| list.split(','))
            .filter_map(read_range)
            .collect();
        if ranges.is_empty() {
            return Ok(Self::Json);
        }
        let mut best = (None, 0.0);
        for form in std::iter::once(Self::Json).chain(offered.iter().copied()) {
            let weight = weight_of(form.media_type(), &ranges);
            if weight > best.1 {
                best = (Some(form), weight);
            }
        }
        best.0.ok_or(Problem::new(StatusCode::NOT_ACCEPTABLE, &reasons::NOT_ACCEPTABLE))
    }
}

fn read_range(text: &str) -> Option<(String, f32)> {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?.to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
    Some((range, weight))
}

/// The most specific range decides.
fn weight_of(media_type: &str, ranges: &[(String, f32)]) -> f32 {
    let family = media_type.split('/').next().unwrap_or_default();
    let find = |wanted: &str| ranges.iter().find(|(range, _)| range == wanted).map(|(_, weight)| *weight);
    find(media_type).or_else(|| find(&format!("{family}/*"))).or_else(|| find("*/*")).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn negotiated(accept: &str) -> Option<Form> {
        let request = TestRequest::default().insert_header((header::ACCEPT, accept)).to_http_request();
        Form::negotiate(&request, Form::GEOGRAPHIC).ok()
    }

    #[test]
    fn the_heaviest_and_most_specific_range_decides() {
        assert_eq!(negotiated("text/csv"), Some(Form::Csv));
        assert_eq!(negotiated("*/*"), Some(Form::Json));
        assert_eq!(negotiated("text/html, application/xhtml+xml, */*;q=0.8"), Some(Form::Json));
        assert_eq!(negotiated("application/json;q=0.2, application/geo+json"), Some(Form::GeoJson));
        assert_eq!(negotiated("text/*"), Some(Form::Csv));
        assert_eq!(negotiated("application/json;q=0, */*"), Some(Form::Csv));
        assert_eq!(negotiated("image/png"), None);
    }
}
