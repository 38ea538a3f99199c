//! Which addresses are public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address may be called from a function: nothing private, link-local (the cloud's metadata service),
/// carrier-grade NAT, documentation, multicast or reserved, however it is embedded in IPv6.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let refused = match address.octets() {
        [0 | 10 | 127 | 224..=255, ..] | [169, 254, ..] | [192, 168, ..] | [192, 0, 0 | 2, _] => {
            true
        }
        [100, second, ..] => (64..128).contains(&second),
        [172, second, ..] => (16..32).contains(&second),
        [198, second, third, _] => second == 18 || second == 19 || (second, third) == (51, 100),
        [203, 0, 113, _] | [192, 88, 99, _] => true,
        _ => false,
    };
    !refused
}

/// Only global unicast, and there neither documentation nor the transition mechanisms that carry an IPv4 address inside.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0 | 2 | 0xdb8 | 0x10..=0x3f, ..] | [0x2002, ..] | [0x3fff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}
