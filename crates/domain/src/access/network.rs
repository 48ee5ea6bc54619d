//! Networks: the addresses that a proxy or a machine's credential is bound to.

use std::{fmt, net::IpAddr, str::FromStr};

use crate::{
    reason::{Invalid, Reason},
    text_value::Format,
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&NETWORK_MALFORMED];

/// The formats of this module.
pub const FORMATS: &[Format] =
    &[(Network::FORMAT, |text| Network::parse(text).map(drop).map_err(|_| Invalid(&NETWORK_MALFORMED)))];

/// Not an address, or one that would be everybody's.
pub const NETWORK_MALFORMED: Reason = Reason {
    code: "network_malformed",
    id: "Tulis alamat atau jaringan seperti 10.0.0.7 atau 10.0.0.0/8, bukan seluruh dunia.",
    en: "Write an address or a network such as 10.0.0.7 or 10.0.0.0/8, and not the whole world.",
};

/// An address, or all addresses that begin with the same bits (CIDR, RFC 4632).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

/// Why a text names no network that anything can be bound to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotANetwork {
    /// It cannot be read.
    #[error("`{0}` is not an address or a network, such as 10.0.0.7 or 10.0.0.0/8")]
    Malformed(String),
    /// Bound to everybody is not bound at all.
    #[error("`{0}` is everybody: anyone could claim to be anyone; name a smaller network")]
    Everybody(String),
    /// An address with a prefix: it is not clear which of the two was meant.
    #[error("`{text}` is an address within a network: write {network}")]
    AddressWithin {
        /// What was written.
        text: String,
        /// The network that the address lies in.
        network: Network,
    },
}

impl Network {
    /// The name of the format in JSON schemas.
    pub const FORMAT: &'static str = "network";

    /// Reads `10.0.0.7` or `10.0.0.0/8`, or the same in IPv6.
    pub fn parse(text: &str) -> Result<Self, NotANetwork> {
        let malformed = || NotANetwork::Malformed(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address = address.parse::<IpAddr>().map_err(|_| malformed())?;
        let bits = bits_of(address);
        let prefix = prefix.map_or(Ok(bits), |prefix| prefix.parse().map_err(|_| malformed()))?;
        if prefix > bits {
            return Err(malformed());
        }
        if prefix == 0 {
            return Err(NotANetwork::Everybody(text.to_owned()));
        }
        let network = Self { first: host_bits_cleared(address, prefix), prefix };
        if network.first == address {
            Ok(network)
        } else {
            Err(NotANetwork::AddressWithin { text: text.to_owned(), network })
        }
    }

    /// Whether the address lies within. An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is what it stands for.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && host_bits_cleared(address, self.prefix) == self.first
    }
}

impl Network {
    /// Whether every address of another network lies within.
    pub fn covers(&self, other: &Self) -> bool {
        self.prefix <= other.prefix && self.contains(other.first)
    }
}

impl serde::Serialize for Network {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Network {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Network {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::schema::SchemaFormat::Custom(Self::FORMAT.into())))
            .min_length(Some(1))
            .max_length(Some(50))
            .examples(["10.0.0.0/8"])
            .into()
    }
}

impl utoipa::ToSchema for Network {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("Network")
    }
}

const fn bits_of(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn host_bits_cleared(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V4((u32::from(v4) & mask).into())
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V6((u128::from(v6) & mask).into())
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == bits_of(self.first) { self.first.fmt(f) } else { write!(f, "{}/{}", self.first, self.prefix) }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_network_holds_the_addresses_that_share_its_first_bits() {
        let within = |text: &str, address: &str| Network::parse(text).unwrap().contains(address.parse().unwrap());
        assert!(within("10.0.0.0/8", "10.255.255.255"));
        assert!(!within("10.0.0.0/8", "11.0.0.0"));
        assert!(within("192.168.1.128/25", "192.168.1.200"));
        assert!(!within("192.168.1.128/25", "192.168.1.127"));
        assert!(within("10.0.0.7", "10.0.0.7"));
        assert!(!within("10.0.0.7", "10.0.0.8"));
        assert!(within("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(within("fd00::/8", "fdff::1"));
        assert!(!within("fd00::/8", "fe00::1"));
        assert!(within("0.0.0.0/1", "127.255.255.255"));
        assert!(!within("0.0.0.0/1", "::1"));
        for wrong in ["", "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.1/8", "0.0.0.0/0", "::/0", "proxy"] {
            assert!(Network::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_network_covers_those_that_lie_within_it() {
        let network = |text: &str| Network::parse(text).unwrap();
        assert!(network("10.0.0.0/8").covers(&network("10.1.0.0/16")));
        assert!(network("10.0.0.0/8").covers(&network("10.0.0.0/8")));
        assert!(network("10.0.0.0/8").covers(&network("10.0.0.7")));
        assert!(!network("10.1.0.0/16").covers(&network("10.0.0.0/8")));
        assert!(!network("10.0.0.0/8").covers(&network("11.0.0.0/16")));
        assert!(!network("10.0.0.0/8").covers(&network("fd00::7")));
    }

    #[test]
    fn what_was_probably_meant_is_said() {
        assert_eq!(
            Network::parse("10.0.0.1/8").unwrap_err().to_string(),
            "`10.0.0.1/8` is an address within a network: write 10.0.0.0/8"
        );
        assert_eq!(Network::parse("fd00::7").unwrap().to_string(), "fd00::7");
    }
}
