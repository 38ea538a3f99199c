use std::net::{Ipv4Addr, Ipv6Addr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

#[test]
fn private_addresses_are_refused_however_they_are_written() {
    for refused in [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "ff02::1",
        "2001::1",
        "2001:db8::1",
        "2001:2::1",
        "2001:10::1",
        "2002:7f00:1::",
        "3fff::1",
        "100::1",
    ] {
        assert!(!is_public(refused.parse().unwrap()), "{refused}");
    }
    for public in [
        "47.246.136.1",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "198.20.0.1",
        "2408:4000::1",
        "2a00::1",
    ] {
        assert!(is_public(public.parse().unwrap()), "{public}");
    }
}

proptest::proptest! {
    #[test]
    fn a_mapped_address_is_what_it_maps(v4: u32) {
        let v4 = Ipv4Addr::from(v4);
        proptest::prop_assert_eq!(is_public(v4.to_ipv6_mapped().into()), is_public(v4.into()));
    }

    #[test]
    fn nothing_outside_of_global_unicast_is_public(v6: u128) {
        let v6 = Ipv6Addr::from(v6 & (u128::MAX >> 3));
        proptest::prop_assert!(v6.to_ipv4_mapped().is_some() || !is_public(v6.into()));
    }
}

#[test]
fn urls_are_checked_before_anything_is_sent() {
    let (closed, open) = (
        HttpTransport::new(false).unwrap(),
        HttpTransport::new(true).unwrap(),
    );
    for (uri, by_default, with_loopback) in [
        ("https://oapi.dingtalk.com/x", true, true),
        ("http://oapi.dingtalk.com/x", false, false),
        ("http://127.0.0.1:8080/x", false, true),
        ("http://localhost:8080/x", false, true),
        ("http://[::1]:8080/x", false, true),
        ("https://127.0.0.1/x", false, true),
        ("https://169.254.169.254/latest", false, false),
        ("https://[::ffff:169.254.169.254]/", false, false),
        ("https://10.0.0.1/", false, false),
        ("https://user@oapi.dingtalk.com/", false, false),
        ("ftp://oapi.dingtalk.com/", false, false),
    ] {
        let expected = (by_default, with_loopback);
        let Ok(url) = Url::parse(uri) else {
            panic!("{uri} is no URL")
        };
        assert_eq!(
            (closed.may_call(&url), open.may_call(&url)),
            expected,
            "{uri}"
        );
    }
}

/// Forty ways to write an address that must not be called.
const FORBIDDEN_URLS: [&str; 40] = [
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.0.0.1./",
    "https://127.0.0.1:443/",
    "https://127.255.255.254/",
    "https://0/",
    "https://0.0.0.0/",
    "https://0x0/",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://%31%32%37.0.0.1/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1]/",
    "https://[fd00:ec2::254]/",
    "https://2852039166/",
    "https://0xa9fea9fe/",
    "https://169.254.169.254./",
    "https://169.254.43518/",
    "https://0251.0376.0251.0376/",
    "https://10.1/",
    "https://167772161/",
    "https://0xc0a80001/",
    "https://192.168.1/",
    "https://172.1048577/",
    "https://100.64.1/",
    "https://localhost/",
    "https://localhost./",
    "https://user:password@47.246.136.1/",
];

#[tokio::test]
async fn forty_spellings_of_forbidden_addresses_are_refused_and_none_is_connected() {
    let transport = HttpTransport::new(false).unwrap();
    for url in FORBIDDEN_URLS {
        // A spelling that no URI can hold is refused before; the others have to be refused by the guard.
        let Ok(request) = Request::get(url).body(Bytes::new()) else {
            continue;
        };
        let refused = transport.send(request).await;
        assert!(
            matches!(refused, Err(TransportError::AddressDenied)),
            "{url}: {refused:?}"
        );
    }
    for url in FORBIDDEN_URLS
        .iter()
        .filter(|url| !url.contains("localhost"))
    {
        assert!(
            Url::parse(url).is_err() || !transport.may_call(&Url::parse(url).unwrap()),
            "{url}"
        );
    }
}

/// The sandbox is reached on loopback alone, however the address is written.
#[tokio::test]
async fn the_permission_for_loopback_permits_nothing_else() {
    let transport = HttpTransport::new(true).unwrap();
    for url in [
        "http://10.1/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "https://192.168.1/",
        "http://0/",
    ] {
        assert!(!transport.may_call(&Url::parse(url).unwrap()), "{url}");
    }
    for url in [
        "http://2130706433:8080/",
        "http://127.1/",
        "http://localhost:8080/",
        "http://[::1]/",
    ] {
        assert!(transport.may_call(&Url::parse(url).unwrap()), "{url}");
    }
}

/// Serves one connection with these bytes and returns its address.
async fn serve(bytes: Vec<u8>) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        _ = stream.read(&mut [0; 4096]).await;
        _ = stream.write_all(&bytes).await;
    });
    format!("http://{address}/x?access_token=verysecret")
}

async fn get(uri: &str) -> Result<Response<Bytes>, TransportError> {
    let request = Request::get(uri).body(Bytes::new()).unwrap();
    HttpTransport::new(true).unwrap().send(request).await
}

fn chain(error: &dyn std::error::Error) -> String {
    std::iter::once(error.to_string())
        .chain(error.source().map(chain))
        .collect::<Vec<_>>()
        .join(": ")
}

#[tokio::test]
async fn an_answer_is_carried_and_a_redirect_not_followed() {
    let answer = get(&serve(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec()).await)
        .await
        .unwrap();
    assert_eq!(
        (answer.status().as_u16(), &**answer.body()),
        (200, b"{}".as_slice())
    );
    let redirect =
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
            .to_vec();
    assert_eq!(
        get(&serve(redirect).await).await.unwrap().status().as_u16(),
        302
    );
}

#[tokio::test]
async fn an_answer_without_end_is_cut_and_one_cut_off_is_lost() {
    let mut large = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
        ANSWER_MAX_BYTES + 1
    )
    .into_bytes();
    large.resize(large.len() + ANSWER_MAX_BYTES + 1, b' ');
    assert!(matches!(
        get(&serve(large).await).await,
        Err(TransportError::TooLarge { .. })
    ));
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec();
    let error = get(&serve(cut).await).await.unwrap_err();
    assert!(matches!(error, TransportError::Lost { .. }));
    assert!(!chain(&error).contains("verysecret"), "{}", chain(&error));
}

#[tokio::test]
async fn a_closed_port_is_not_connected_and_the_url_stays_out_of_the_error() {
    let error = get("http://127.0.0.1:1/x?access_token=verysecret")
        .await
        .unwrap_err();
    assert!(matches!(error, TransportError::NotConnected { .. }));
    assert!(!format!("{error:?} {}", chain(&error)).contains("verysecret"));
}

#[tokio::test]
async fn a_name_that_resolves_to_loopback_is_denied() {
    let request = Request::get("https://localhost/x")
        .body(Bytes::new())
        .unwrap();
    let denied = HttpTransport::new(false).unwrap().send(request).await;
    assert!(
        matches!(denied, Err(TransportError::AddressDenied)),
        "{denied:?}"
    );
}
