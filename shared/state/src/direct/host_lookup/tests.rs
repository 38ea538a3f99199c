//! Against name servers on loopback.

use std::net::Ipv6Addr;
use std::time::Duration;

use domain::base::iana::Rcode;
use domain::base::{MessageBuilder, ToName as _, Ttl};
use domain::rdata::Cname;
use domain::resolv::stub::conf::{ServerConf, Transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

use super::*;

const IPV4_ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const IPV6_ADDRESS: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

/// How a server behaves.
#[derive(Clone, Copy, PartialEq)]
enum ServerBehavior {
    Answers,
    /// As above, but the name has IPv6 addresses only.
    AnswersSix,
    /// The name is another one's, as load balancers' are.
    Leads,
    /// Over UDP it says that the answer does not fit.
    Truncates,
    Silent,
    /// There is no such name.
    Denies,
    /// There is the name, and no address.
    Empty,
}

fn build_answer(query: &[u8], mood: ServerBehavior, udp: bool) -> Vec<u8> {
    let query = Message::from_octets(query).unwrap();
    let question = query.sole_question().unwrap();
    let code = if mood == ServerBehavior::Denies {
        Rcode::NXDOMAIN
    } else {
        Rcode::NOERROR
    };
    let mut answer = MessageBuilder::new_vec()
        .start_answer(&query, code)
        .unwrap();
    if mood == ServerBehavior::Truncates && udp {
        answer.header_mut().set_tc(true);
    } else if matches!(
        mood,
        ServerBehavior::Answers
            | ServerBehavior::AnswersSix
            | ServerBehavior::Leads
            | ServerBehavior::Truncates
    ) {
        let (ttl, other) = (
            Ttl::from_secs(60),
            "lb.example.com".parse::<Name<Vec<u8>>>().unwrap(),
        );
        if mood == ServerBehavior::Leads {
            answer
                .push((question.qname(), ttl, Cname::new(other.clone())))
                .unwrap();
        }
        let owner = if mood == ServerBehavior::Leads {
            other
        } else {
            question.qname().to_name()
        };
        match question.qtype() {
            Rtype::A if mood != ServerBehavior::AnswersSix => {
                answer.push((owner, ttl, A::from(IPV4_ADDRESS))).unwrap();
            }
            Rtype::AAAA => answer.push((owner, ttl, Aaaa::from(IPV6_ADDRESS))).unwrap(),
            _ => {}
        }
    }
    answer.finish()
}

/// A name server over UDP and TCP.
async fn start_name_server(mood: ServerBehavior) -> ServerConf {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let udp = UdpSocket::bind(address).await.unwrap();
    tokio::spawn(async move {
        let mut query = [0; 512];
        loop {
            let (length, from) = udp.recv_from(&mut query).await.unwrap();
            if mood != ServerBehavior::Silent {
                udp.send_to(&build_answer(&query[..length], mood, true), from)
                    .await
                    .unwrap();
            }
        }
    });
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = tcp.accept().await.unwrap();
            while let Ok(length) = stream.read_u16().await {
                let mut query = vec![0; usize::from(length)];
                stream.read_exact(&mut query).await.unwrap();
                let answer = build_answer(&query, mood, false);
                stream
                    .write_u16(u16::try_from(answer.len()).unwrap())
                    .await
                    .unwrap();
                stream.write_all(&answer).await.unwrap();
            }
        }
    });
    ServerConf::new(address, Transport::UdpTcp)
}

async fn query_servers(moods: &[ServerBehavior]) -> io::Result<Vec<IpAddr>> {
    let mut servers = ResolvConf::new();
    for mood in moods {
        servers.servers.push(start_name_server(*mood).await);
    }
    tokio::time::timeout(
        Duration::from_secs(20),
        query_name_servers("sqs.eu-central-1.amazonaws.com", servers),
    )
    .await
    .unwrap()
}

fn ipv4_only() -> Vec<IpAddr> {
    vec![IpAddr::V4(IPV4_ADDRESS)]
}

#[tokio::test]
async fn ipv6_is_queried_only_when_there_is_no_ipv4_address() {
    assert_eq!(
        query_servers(&[ServerBehavior::Answers]).await.unwrap(),
        ipv4_only()
    );
    assert_eq!(
        query_servers(&[ServerBehavior::Leads]).await.unwrap(),
        ipv4_only()
    );
    assert_eq!(
        query_servers(&[ServerBehavior::AnswersSix]).await.unwrap(),
        [IpAddr::V6(IPV6_ADDRESS)]
    );
}

#[tokio::test]
async fn a_truncated_answer_is_queried_again_over_tcp() {
    assert_eq!(
        query_servers(&[ServerBehavior::Truncates]).await.unwrap(),
        ipv4_only()
    );
}

#[tokio::test]
async fn a_silent_server_is_skipped() {
    assert_eq!(
        query_servers(&[ServerBehavior::Silent, ServerBehavior::Answers])
            .await
            .unwrap(),
        ipv4_only()
    );
}

#[tokio::test]
async fn a_name_without_address_is_an_error() {
    for mood in [ServerBehavior::Denies, ServerBehavior::Empty] {
        assert_eq!(
            query_servers(&[mood]).await.unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }
    let odd = query_name_servers("no host", ResolvConf::new()).await;
    assert!(odd.is_err(), "{odd:?}");
    assert_eq!(
        query_name_servers("a..b", ResolvConf::new())
            .await
            .unwrap_err()
            .kind(),
        io::ErrorKind::InvalidInput
    );
}

#[tokio::test]
async fn ip_addresses_and_localhost_need_no_name_server() {
    let at = |text: &str| vec![text.parse::<SocketAddr>().unwrap()];
    assert_eq!(
        look_up_host("192.0.2.7", 443).await.unwrap(),
        at("192.0.2.7:443")
    );
    assert_eq!(look_up_host("::1", 9_000).await.unwrap(), at("[::1]:9000"));
    let here = look_up_host("localhost", 80).await.unwrap();
    assert!(
        here.first()
            .is_some_and(|first| first.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST)),
        "{here:?}"
    );
}

#[test]
fn the_hosts_file_is_parsed() {
    let hosts = "127.0.0.1\tlocalhost  # here\n::1 localhost ip6-localhost\n\n# 10.0.0.1 sqs\n10.0.0.2 emulator SQS\nnonsense sqs\n";
    assert_eq!(
        addresses_in_hosts_file("localhost", hosts),
        [
            "127.0.0.1".parse::<IpAddr>().unwrap(),
            "::1".parse().unwrap()
        ]
    );
    assert_eq!(
        addresses_in_hosts_file("sqs", hosts),
        ["10.0.0.2".parse::<IpAddr>().unwrap()]
    );
    for unknown in ["here", "10.0.0.1", "ip6", ""] {
        assert!(
            addresses_in_hosts_file(unknown, hosts).is_empty(),
            "{unknown}"
        );
    }
}
