//! How a setting is read from what a file, a variable or a flag gives, and how it is shown again.

use std::{
    net::{AddrParseError, SocketAddr},
    num::ParseIntError,
    path::PathBuf,
};

use aumsos_persistence::access::SigningAlgorithm;
use figment::value::{Num, Value};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

/// A setting that is one word: the same text means the same in a file, a variable and a flag.
pub(crate) trait Scalar: Sized {
    /// Reads it, or says what it should have been. What it says must not repeat a secret.
    fn parse(text: &str) -> Result<Self, String>;

    /// The text that would read as the same value, secrets masked.
    fn shown(&self) -> String;

    /// Whether TOML writes it without quotes.
    const BARE: bool = false;

    /// The value as TOML, secrets masked.
    fn toml(&self) -> String {
        if Self::BARE { self.shown() } else { serde_json::Value::String(self.shown()).to_string() }
    }
}

/// A setting of any form: one word, one that may be absent, or several.
pub(crate) trait Readable: Sized {
    /// Reads it, or says what it should have been.
    fn read(value: &Value) -> Result<Self, String>;

    /// What it is when nobody gives it, if it may be absent.
    fn absent() -> Option<Self> {
        None
    }

    /// The value as TOML, secrets masked; nothing for one that is absent.
    fn toml(&self) -> Option<String>;
}

impl<T: Scalar> Readable for T {
    fn read(value: &Value) -> Result<Self, String> {
        T::parse(&word(value)?)
    }

    fn toml(&self) -> Option<String> {
        Some(Scalar::toml(self))
    }
}

impl<T: Scalar> Readable for Option<T> {
    fn read(value: &Value) -> Result<Self, String> {
        T::parse(&word(value)?).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn toml(&self) -> Option<String> {
        self.as_ref().map(Scalar::toml)
    }
}

/// A list is an array in a file, and in a variable its items with commas between them.
impl<T: Scalar> Readable for Vec<T> {
    fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::Array(_, items) => items.iter().map(T::read).collect(),
            one => word(one)?.split(',').map(str::trim).filter(|item| !item.is_empty()).map(T::parse).collect(),
        }
    }

    fn toml(&self) -> Option<String> {
        let items: Vec<_> = self.iter().map(Scalar::toml).collect();
        Some(format!("[{}]", items.join(", ")))
    }
}

/// The text of a value that must not be a list or a table.
fn word(value: &Value) -> Result<String, String> {
    match value {
        Value::String(_, text) => Ok(text.clone()),
        Value::Char(_, letter) => Ok(letter.to_string()),
        Value::Bool(_, truth) => Ok(truth.to_string()),
        Value::Num(_, number) => Ok(digits(*number)),
        Value::Array(..) => Err("one value is needed here, not a list".to_owned()),
        Value::Dict(..) | Value::Empty(..) => Err("one value is needed here, not a table".to_owned()),
    }
}

fn digits(number: Num) -> String {
    if let Some(whole) = number.to_u128() {
        whole.to_string()
    } else if let Some(whole) = number.to_i128() {
        whole.to_string()
    } else {
        number.to_f64().unwrap_or(f64::NAN).to_string()
    }
}

impl Scalar for String {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn shown(&self) -> String {
        self.clone()
    }
}

impl Scalar for PathBuf {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }

    fn shown(&self) -> String {
        self.display().to_string()
    }
}

impl Scalar for SocketAddr {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_: AddrParseError| format!("`{text}` is not an address with a port, such as 127.0.0.1:8080"))
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

macro_rules! whole_numbers {
    ($($number:ty),+) => {$(
        impl Scalar for $number {
            const BARE: bool = true;

            fn parse(text: &str) -> Result<Self, String> {
                text.parse().map_err(|_: ParseIntError| format!("`{text}` is not a whole number that fits here"))
            }

            fn shown(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

whole_numbers!(u32, u64, usize);

impl Scalar for bool {
    const BARE: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("`{text}` is neither true nor false"))
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Scalar for SigningAlgorithm {
    fn parse(text: &str) -> Result<Self, String> {
        Self::from_name(text).ok_or_else(|| format!("`{text}` is not offered: use EdDSA or ES256"))
    }

    fn shown(&self) -> String {
        self.name().to_owned()
    }
}

/// What is logged: directives as `tracing` reads them, such as `info` or `info,aumsos_http=debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The directives as they were written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Scalar for LogFilter {
    /// A lone word must be a level: `tracing` would take a mistyped one for the name of a module, and log nothing else.
    fn parse(text: &str) -> Result<Self, String> {
        let mistyped = text.split(',').map(str::trim).find(|directive| {
            !directive.contains(['=', '[']) && directive.parse::<LevelFilter>().is_err() || directive.is_empty()
        });
        if let Some(word) = mistyped {
            return Err(format!("`{word}` is not a level: use off, error, warn, info, debug, trace or target=level"));
        }
        match EnvFilter::try_new(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(error) => Err(format!("`{text}` is not a log filter: {error}")),
        }
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// Lines for people.
    Text,
    /// One JSON object a line, for a collector.
    Json,
}

impl Scalar for LogFormat {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("`{text}` is not a log format: use auto, text or json")),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Auto => "auto",
            Self::Text => "text",
            Self::Json => "json",
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_number_may_be_written_as_a_number_or_as_text() {
        assert_eq!(u64::read(&Value::from(16)).unwrap(), 16);
        assert_eq!(u64::read(&Value::from("16")).unwrap(), 16);
        for wrong in [Value::from(-1), Value::from(1.5), Value::from("many"), Value::from(true)] {
            assert!(u64::read(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn text_keeps_its_leading_zeros() {
        assert_eq!(String::read(&Value::from("007")).unwrap(), "007");
    }

    #[test]
    fn a_list_is_an_array_or_words_between_commas() {
        let wanted = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(Vec::<String>::read(&Value::from("a, b,")).unwrap(), wanted);
        assert_eq!(Vec::<String>::read(&Value::from(vec!["a", "b"])).unwrap(), wanted);
        assert_eq!(Vec::<String>::read(&Value::from("")).unwrap(), Vec::<String>::new());
        assert_eq!(Readable::toml(&wanted).unwrap(), r#"["a", "b"]"#);
    }

    #[test]
    fn a_mistyped_level_is_refused() {
        for good in ["info", "WARN", "off", "info,aumsos_http=debug", "warn,aumsos[request{id=1}]=trace"] {
            assert!(LogFilter::parse(good).is_ok(), "{good}");
        }
        for wrong in ["inof", "", "info,", "info,http", "aumsos=loud"] {
            assert!(LogFilter::parse(wrong).is_err(), "{wrong}");
        }
    }
}
