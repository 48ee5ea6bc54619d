//! The forms in which a list leaves in whole.

/// A form of a whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// Comma-separated values (RFC 4180), UTF-8, with a header row.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// A `FeatureCollection` (RFC 7946).
    Geojson,
    /// Apache Parquet.
    Parquet,
}

impl ExportFormat {
    /// All forms.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Ndjson, Self::Geojson, Self::Parquet];

    /// The name by which `format=` asks for it; also the ending of a file's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Geojson => "geojson",
            Self::Parquet => "parquet",
        }
    }

    /// The form of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The media type by which `Accept` asks for it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Ndjson => "application/x-ndjson",
            Self::Geojson => "application/geo+json",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// The form of a media type without its parameters.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.media_type().eq_ignore_ascii_case(media_type))
    }

    /// The value of the header `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            _ => self.media_type(),
        }
    }
}
