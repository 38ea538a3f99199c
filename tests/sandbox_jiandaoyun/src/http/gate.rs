//! Which requests may talk to the sandbox: programs of this machine may, pages of other sites may not.
//!
//! A browser on this machine reaches loopback too. A page of another site is recognised by its `Origin`, a page with a name
//! that points at 127.0.0.1 (DNS rebinding) by the name in `Host`.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Answers 421 to a foreign `Host` and 403 to a foreign `Origin`.
pub(super) async fn refuse_foreign_pages(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let Some(host) = loopback_host(headers) else {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "the sandbox answers to 127.0.0.1, [::1] and localhost only\n",
        )
            .into_response();
    };
    if let Some(origin) = headers.get(header::ORIGIN)
        && origin
            .to_str()
            .ok()
            .and_then(|origin| origin.strip_prefix("http://"))
            != Some(host)
    {
        return (
            StatusCode::FORBIDDEN,
            "the sandbox answers no pages of other sites\n",
        )
            .into_response();
    }
    next.run(request).await
}

/// Returns the `Host` of a request if there is exactly one and it names loopback.
fn loopback_host(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (host, None) = (hosts.next()?.to_str().ok()?, hosts.next()) else {
        return None;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let literal = name
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    let is_loopback = literal.map_or_else(
        |_| name.eq_ignore_ascii_case("localhost"),
        |address| address.is_loopback(),
    );
    is_loopback.then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_loopback(hosts: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, host.parse().unwrap());
        }
        loopback_host(&headers).is_some()
    }

    #[test]
    fn only_names_of_loopback_are_answered_to() {
        for host in [
            "127.0.0.1:40803",
            "127.0.0.1",
            "localhost:1",
            "LOCALHOST",
            "[::1]:8080",
            "127.0.0.2:9",
        ] {
            assert!(is_loopback(&[host]), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:40803",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "",
        ] {
            assert!(!is_loopback(&[host]), "{host}");
        }
        assert!(!is_loopback(&[]) && !is_loopback(&["127.0.0.1", "evil.example"]));
    }
}
