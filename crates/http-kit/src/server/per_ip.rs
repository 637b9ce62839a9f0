//! Connections counted by the address they come from, so that one client cannot take every place.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A network such as `10.0.0.0/8` or `2001:db8::/32`; a single address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// How many leading bits count.
    bits: u32,
}

/// A text that names no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address such as 192.0.2.7 or a network such as 10.0.0.0/8 is needed")]
pub struct NoNetwork;

impl Network {
    /// 127.0.0.0/8 and ::1: this machine, and with it a proxy on it.
    pub fn loopback() -> [Self; 2] {
        [
            Self { address: IpAddr::from([127, 0, 0, 0]), bits: 8 },
            Self { address: IpAddr::V6(Ipv6Addr::LOCALHOST), bits: 128 },
        ]
    }

    /// Whether the address lies in it. An IPv4 address is the same one in its IPv6 form.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differing = u32::from(own) ^ u32::from(other);
                differing.checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differing = u128::from(own) ^ u128::from(other);
                differing.checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.trim().parse().map_err(|_| NoNetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.trim().parse().map_err(|_| NoNetwork))?;
        if bits > most { Err(NoNetwork) } else { Ok(Self { address, bits }) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// Open connections by where they come from.
#[derive(Debug, Default)]
pub(super) struct PerIp {
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl PerIp {
    /// Counts one more from this origin, unless it has `most` (above zero) already.
    pub(super) fn take(&self, origin: IpAddr, most: usize) -> bool {
        let mut open = self.lock();
        let count = open.entry(origin).or_default();
        if *count >= most {
            return false;
        }
        *count += 1;
        true
    }

    pub(super) fn give_back(&self, origin: IpAddr) {
        let mut open = self.lock();
        if let Some(count) = open.get_mut(&origin) {
            *count -= 1;
            if *count == 0 {
                open.remove(&origin);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Under which address a connection is counted. A client on IPv6 usually has a whole /64 to itself (RFC 6177), so that
/// is one origin.
pub(super) fn origin(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn networks_hold_their_addresses() {
        for (network, address, is_in) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.6", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::1", "::1", true),
        ] {
            let network: Network = network.parse().expect("a network");
            assert_eq!(network.contains(ip(address)), is_in, "{network} {address}");
        }
        for wrong in ["", "10.0.0", "10.0.0.0/33", "::1/129", "10.0.0.0/-1", "localhost", "10.0.0.0/"] {
            assert_eq!(wrong.parse::<Network>(), Err(NoNetwork), "{wrong}");
        }
        assert!(Network::loopback().iter().any(|network| network.contains(ip("127.3.2.1"))));
    }

    #[test]
    fn origins() {
        assert_eq!(origin(ip("::ffff:192.0.2.7")), ip("192.0.2.7"));
        assert_eq!(origin(ip("2001:db8:1:2:3:4:5:6")), origin(ip("2001:db8:1:2::")));
        assert_ne!(origin(ip("2001:db8:1:3::")), origin(ip("2001:db8:1:2::")));
    }

    #[test]
    fn nothing_is_remembered_of_who_is_gone() {
        let per_ip = PerIp::default();
        let (one, other) = (ip("192.0.2.7"), ip("192.0.2.8"));
        assert!(per_ip.take(one, 2) && per_ip.take(one, 2) && !per_ip.take(one, 2) && per_ip.take(other, 2));
        per_ip.give_back(one);
        assert!(per_ip.take(one, 2));
        for _ in 0..2 {
            per_ip.give_back(one);
        }
        per_ip.give_back(other);
        assert!(per_ip.lock().is_empty());
    }
}
