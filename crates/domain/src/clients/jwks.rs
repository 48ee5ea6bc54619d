//! Public keys of clients (RFC 7517). A private half is refused by the name of its member: it should never have left
//! the client.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{institutions::rules::Broken, reason::Reason};

/// Not a key that an assertion can be checked with.
pub const JWK_INCOMPLETE: Reason = Reason {
    code: "jwk_incomplete",
    id: "Kunci publik harus salah satu dari: OKP Ed25519 (x), EC P-256 atau P-384 (x, y), RSA paling sedikit 2048 bit (n, e).",
    en: "A public key must be one of: OKP Ed25519 (x), EC P-256 or P-384 (x, y), RSA of at least 2048 bits (n, e).",
};

crate::code_list! {
    /// The kind of a public key (RFC 7518 §6.1, RFC 8037). A shared key (`oct`) is not public.
    KeyType = "key_type" ("Jenis kunci publik", "Kind of public key") {
        Okp = "OKP" ("Ed25519", "Ed25519"),
        Ec = "EC" ("Kurva eliptik", "Elliptic curve"),
        Rsa = "RSA" ("RSA", "RSA"),
    }
}

/// A set of public keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Jwks {
    /// One for each key that is in use, or about to be.
    #[schema(min_items = 1, max_items = 10)]
    pub keys: Vec<Jwk>,
}

/// One public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Jwk {
    /// What kind of key.
    pub kty: KeyType,
    /// What the client calls it in the header of an assertion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub kid: Option<String>,
    /// The algorithm that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 20)]
    pub alg: Option<String>,
    /// `sig`.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^sig$")]
    pub usage: Option<String>,
    /// What else browsers write of a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 5)]
    pub key_ops: Option<Vec<String>>,
    /// What else browsers write of a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<bool>,
    /// The curve, for OKP and EC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(Ed25519|P-256|P-384)$")]
    pub crv: Option<String>,
    /// The first coordinate, in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Za-z0-9_-]+$", max_length = 100)]
    pub x: Option<String>,
    /// The second coordinate, in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Za-z0-9_-]+$", max_length = 100)]
    pub y: Option<String>,
    /// The modulus, in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Za-z0-9_-]+$", max_length = 1400)]
    pub n: Option<String>,
    /// The exponent, in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Za-z0-9_-]+$", max_length = 20)]
    pub e: Option<String>,
}

impl Jwks {
    /// Every rule that it breaks; it stands at `pointer`.
    pub fn broken_rules(&self, pointer: &str) -> Vec<Broken> {
        let broken = self.keys.iter().enumerate().filter(|(_, key)| !key.is_whole());
        broken.map(|(at, _)| Broken { pointer: format!("{pointer}/keys/{at}"), reason: &JWK_INCOMPLETE }).collect()
    }
}

impl Jwk {
    /// Whether an assertion can be checked with it.
    fn is_whole(&self) -> bool {
        let length = |part: &Option<String>| part.as_ref().map_or(0, String::len);
        // 32 bytes are 43 characters of base64url, 48 are 64; 2048 bits are 342.
        let coordinate = match (self.kty, self.crv.as_deref()) {
            (KeyType::Okp, Some("Ed25519")) => return length(&self.x) == 43 && self.y.is_none(),
            (KeyType::Ec, Some("P-256")) => 43,
            (KeyType::Ec, Some("P-384")) => 64,
            (KeyType::Rsa, None) => return length(&self.n) >= 342 && length(&self.e) > 0,
            _ => return false,
        };
        length(&self.x) == coordinate && length(&self.y) == coordinate
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    #![expect(clippy::needless_pass_by_value, reason = "`json!` in place; a `&` before each would be noise")]
    use serde_json::json;

    use super::*;

    fn is_sound(key: serde_json::Value) -> bool {
        let jwks: Jwks = serde_json::from_value(json!({ "keys": [key] })).unwrap();
        jwks.broken_rules("/jwks").is_empty()
    }

    #[test]
    fn a_key_has_all_its_parts() {
        // RFC 8037 appendix A.2, RFC 7517 appendix A.1.
        let ed25519 = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let (x, y) = ("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
        assert!(is_sound(json!({ "kty": "OKP", "crv": "Ed25519", "x": ed25519, "use": "sig", "kid": "1" })));
        assert!(is_sound(json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "key_ops": ["verify"], "ext": true })));
        assert!(is_sound(json!({ "kty": "RSA", "n": "A".repeat(342), "e": "AQAB" })));
        for wrong in [
            json!({ "kty": "OKP", "crv": "Ed25519" }),
            json!({ "kty": "OKP", "crv": "P-256", "x": ed25519 }),
            json!({ "kty": "EC", "crv": "P-256", "x": x }),
            json!({ "kty": "EC", "crv": "P-384", "x": x, "y": y }),
            json!({ "kty": "RSA", "n": "A".repeat(171), "e": "AQAB" }),
            json!({ "kty": "RSA", "n": "A".repeat(342) }),
        ] {
            assert!(!is_sound(wrong.clone()), "{wrong}");
        }
    }

    #[test]
    fn a_private_or_shared_key_is_refused_by_name() {
        for wrong in [
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "x", "d": "secret" }),
            json!({ "kty": "oct", "k": "secret" }),
            json!({ "kty": "RSA", "n": "n", "e": "e", "p": "secret" }),
            json!({ "kty": "RSA", "n": "n", "e": "e", "x5u": "https://elsewhere.example" }),
        ] {
            assert!(serde_json::from_value::<Jwk>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
