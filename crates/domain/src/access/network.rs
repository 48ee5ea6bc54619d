//! Networks: the addresses that a proxy or a machine's credential is bound to.

use std::{fmt, net::IpAddr, str::FromStr};

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
    fn what_was_probably_meant_is_said() {
        assert_eq!(
            Network::parse("10.0.0.1/8").unwrap_err().to_string(),
            "`10.0.0.1/8` is an address within a network: write 10.0.0.0/8"
        );
        assert_eq!(Network::parse("fd00::7").unwrap().to_string(), "fd00::7");
    }
}
