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

const ONE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const SIX: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

/// How a server behaves.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
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

fn answer(query: &[u8], mood: Mood, udp: bool) -> Vec<u8> {
    let query = Message::from_octets(query).unwrap();
    let question = query.sole_question().unwrap();
    let code = if mood == Mood::Denies { Rcode::NXDOMAIN } else { Rcode::NOERROR };
    let mut answer = MessageBuilder::new_vec().start_answer(&query, code).unwrap();
    if mood == Mood::Truncates && udp {
        answer.header_mut().set_tc(true);
    } else if matches!(mood, Mood::Answers | Mood::AnswersSix | Mood::Leads | Mood::Truncates) {
        let (ttl, other) = (Ttl::from_secs(60), "lb.example.com".parse::<Name<Vec<u8>>>().unwrap());
        if mood == Mood::Leads {
            answer.push((question.qname(), ttl, Cname::new(other.clone()))).unwrap();
        }
        let owner = if mood == Mood::Leads { other } else { question.qname().to_name() };
        match question.qtype() {
            Rtype::A if mood != Mood::AnswersSix => answer.push((owner, ttl, A::from(ONE))).unwrap(),
            Rtype::AAAA => answer.push((owner, ttl, Aaaa::from(SIX))).unwrap(),
            _ => {}
        }
    }
    answer.finish()
}

/// A name server over UDP and TCP.
async fn server(mood: Mood) -> ServerConf {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let udp = UdpSocket::bind(address).await.unwrap();
    tokio::spawn(async move {
        let mut query = [0; 512];
        loop {
            let (length, from) = udp.recv_from(&mut query).await.unwrap();
            if mood != Mood::Silent {
                udp.send_to(&answer(&query[..length], mood, true), from).await.unwrap();
            }
        }
    });
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = tcp.accept().await.unwrap();
            while let Ok(length) = stream.read_u16().await {
                let mut query = vec![0; usize::from(length)];
                stream.read_exact(&mut query).await.unwrap();
                let answer = answer(&query, mood, false);
                stream.write_u16(u16::try_from(answer.len()).unwrap()).await.unwrap();
                stream.write_all(&answer).await.unwrap();
            }
        }
    });
    ServerConf::new(address, Transport::UdpTcp)
}

async fn asked(moods: &[Mood]) -> io::Result<Vec<IpAddr>> {
    let mut servers = ResolvConf::new();
    for mood in moods {
        servers.servers.push(server(*mood).await);
    }
    tokio::time::timeout(Duration::from_secs(20), ask("sqs.eu-central-1.amazonaws.com", servers)).await.unwrap()
}

fn four() -> Vec<IpAddr> {
    vec![IpAddr::V4(ONE)]
}

#[tokio::test]
async fn a_name_server_is_asked_for_ipv4_and_only_then_for_ipv6() {
    assert_eq!(asked(&[Mood::Answers]).await.unwrap(), four());
    assert_eq!(asked(&[Mood::Leads]).await.unwrap(), four());
    assert_eq!(asked(&[Mood::AnswersSix]).await.unwrap(), [IpAddr::V6(SIX)]);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_asked_for_over_tcp() {
    assert_eq!(asked(&[Mood::Truncates]).await.unwrap(), four());
}

#[tokio::test]
async fn a_silent_server_is_passed_over() {
    assert_eq!(asked(&[Mood::Silent, Mood::Answers]).await.unwrap(), four());
}

#[tokio::test]
async fn a_name_without_address_is_an_error() {
    for mood in [Mood::Denies, Mood::Empty] {
        assert_eq!(asked(&[mood]).await.unwrap_err().kind(), io::ErrorKind::NotFound);
    }
    let odd = ask("no host", ResolvConf::new()).await;
    assert!(odd.is_err(), "{odd:?}");
    assert_eq!(ask("a..b", ResolvConf::new()).await.unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn addresses_and_this_machine_are_asked_of_nobody() {
    let at = |text: &str| vec![text.parse::<SocketAddr>().unwrap()];
    assert_eq!(look_up("192.0.2.7", 443).await.unwrap(), at("192.0.2.7:443"));
    assert_eq!(look_up("::1", 9_000).await.unwrap(), at("[::1]:9000"));
    let here = look_up("localhost", 80).await.unwrap();
    assert!(here.first().is_some_and(|first| first.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST)), "{here:?}");
}

#[test]
fn a_hosts_file_is_read_as_it_is_written() {
    let hosts = "127.0.0.1\tlocalhost  # here\n::1 localhost ip6-localhost\n\n# 10.0.0.1 sqs\n10.0.0.2 emulator SQS\nnonsense sqs\n";
    assert_eq!(known("localhost", hosts), ["127.0.0.1".parse::<IpAddr>().unwrap(), "::1".parse().unwrap()]);
    assert_eq!(known("sqs", hosts), ["10.0.0.2".parse::<IpAddr>().unwrap()]);
    for unknown in ["here", "10.0.0.1", "ip6", ""] {
        assert!(known(unknown, hosts).is_empty(), "{unknown}");
    }
}
