//! Values that must never be shown.

use std::fmt;

use data_encoding::BASE64;
use serde::{Serialize, Serializer};

use super::values::Scalar;

/// What stands in the place of a secret wherever one would be shown.
pub(super) const MASK: &str = "***";

/// A value that no log, error or listing ever shows: `Debug`, `Display` and `Serialize` give `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

/// The 32 bytes that wrap every other key of the service.
pub type MasterKey = Secret<[u8; 32]>;

impl<T> Secret<T> {
    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

impl Scalar for Secret<String> {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Scalar for MasterKey {
    fn parse(text: &str) -> Result<Self, String> {
        BASE64
            .decode(text.trim().as_bytes())
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(Self)
            .ok_or_else(|| "it must be the base64 of exactly 32 bytes, as `openssl rand -base64 32` prints".to_owned())
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret::from("hunter2".to_owned());
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"***\"");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn a_master_key_is_32_bytes() {
        let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        assert_eq!(MasterKey::parse(zeros).unwrap().expose(), &[0; 32]);
        assert_eq!(MasterKey::parse(&format!("{zeros}\n")).unwrap().expose(), &[0; 32]);
        for wrong in ["", "AAAA", "not base64 at all", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="] {
            let said = MasterKey::parse(wrong).unwrap_err();
            assert!(wrong.is_empty() || !said.contains(wrong));
        }
    }
}
