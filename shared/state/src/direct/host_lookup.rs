//! Names to addresses without the C library: a program that is linked statically must not need `getaddrinfo`, whose modules
//! are libraries of the machine that it runs on.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;

use bytes::Bytes;
use domain::base::{Message, Name, Rtype};
use domain::rdata::{A, Aaaa};
use domain::resolv::StubResolver;
use domain::resolv::stub::conf::ResolvConf;

/// Names that this machine gives addresses to itself (`hosts(5)`).
const HOSTS_FILE: &str = "/etc/hosts";

/// The addresses of a host, IPv4 first: itself if it is an address, what `/etc/hosts` says, or what the name servers of
/// `/etc/resolv.conf` answer. A name is taken as it stands, whatever domains that file would search.
///
/// # Errors
/// The name is none, has no address, or no name server answered.
pub(super) async fn look_up_host(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let known = std::fs::read_to_string(HOSTS_FILE)
        .map(|hosts| addresses_in_hosts_file(host, &hosts))
        .unwrap_or_default();
    let mut found = match (host.parse::<IpAddr>(), known.is_empty()) {
        (Ok(address), _) => vec![address],
        (Err(_), false) => known,
        // RFC 6761, 6.3: never asked of a name server.
        (Err(_), true) if host == "localhost" => vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
        // Boxed: one copy of a resolver in the program, not one for each who connects.
        (Err(_), true) => boxed_query(host.to_owned(), ResolvConf::default()).await?,
    };
    found.sort_by_key(IpAddr::is_ipv6);
    Ok(found
        .into_iter()
        .map(|address| SocketAddr::new(address, port))
        .collect())
}

/// What a hosts file says of a name: lines of an address and its names, `#` begins a remark.
fn addresses_in_hosts_file(host: &str, hosts: &str) -> Vec<IpAddr> {
    let entry = |line: &str| {
        let mut words = line.split('#').next()?.split_ascii_whitespace();
        let address = words.next()?.parse().ok()?;
        words
            .any(|name| name.eq_ignore_ascii_case(host))
            .then_some(address)
    };
    hosts.lines().filter_map(entry).collect()
}

#[inline(never)]
fn boxed_query(
    host: String,
    servers: ResolvConf,
) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
    Box::pin(async move { query_name_servers(&host, servers).await })
}

/// What name servers say of a name: its IPv4 addresses, and only if it has none the others.
async fn query_name_servers(host: &str, servers: ResolvConf) -> io::Result<Vec<IpAddr>> {
    let name: Name<Vec<u8>> = host
        .parse()
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "no host's name"))?;
    let resolver = StubResolver::from_conf(servers);
    for kind in [Rtype::A, Rtype::AAAA] {
        let found = addresses_in_answer(resolver.query((&name, kind)).await?.as_ref());
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Err(io::Error::new(
        io::ErrorKind::NotFound,
        "the name has no address",
    ))
}

/// Every address in an answer: whatever names lead to them, the name server has followed.
fn addresses_in_answer(answer: &Message<Bytes>) -> Vec<IpAddr> {
    let Ok(records) = answer.answer() else {
        return Vec::new();
    };
    let four = records
        .limit_to::<A>()
        .flatten()
        .map(|record| IpAddr::V4(record.data().addr()));
    let six = records
        .limit_to::<Aaaa>()
        .flatten()
        .map(|record| IpAddr::V6(record.data().addr()));
    four.chain(six).collect()
}

#[cfg(test)]
mod tests;
