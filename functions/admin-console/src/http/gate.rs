//! Which requests may reach the console: `Host` must be ours, and `Origin` too where a browser sends one.
//!
//! A browser on this machine reaches loopback as well. A page of another site is recognised by its `Origin`; a page whose
//! name was pointed at us (DNS rebinding) by the name in `Host`.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::console::{Console, ConsoleSite};

/// Answers 421 to a foreign `Host` and 403 to a foreign `Origin`, without looking at anything else.
pub(super) async fn refuse_foreign_pages(
    State(console): State<Console>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let Some(origin) = own_origin(&console.site, headers) else {
        return (StatusCode::MISDIRECTED_REQUEST, "this is not my name\n").into_response();
    };
    let is_navigation = request.method().is_safe();
    if !is_own_origin(headers, &origin, is_navigation) {
        return (
            StatusCode::FORBIDDEN,
            "pages of other sites are not answered\n",
        )
            .into_response();
    }
    next.run(request).await
}

/// Our origin, if exactly one `Host` was sent and it is ours.
fn own_origin(site: &ConsoleSite, headers: &HeaderMap) -> Option<String> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (host, None) = (hosts.next()?.to_str().ok()?, hosts.next()) else {
        return None;
    };
    match site {
        ConsoleSite::Loopback => is_loopback(host).then(|| format!("http://{host}")),
        ConsoleSite::Public(origin) => {
            let own = origin.strip_prefix("https://")?;
            host.eq_ignore_ascii_case(own).then(|| origin.clone())
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let literal = name
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    literal.map_or_else(
        |_| name.eq_ignore_ascii_case("localhost"),
        |address| address.is_loopback(),
    )
}

/// Whether an `Origin`, where there is one, is ours. What changes something needs proof that our own page sent it:
/// `Origin`, or `Sec-Fetch-Site: same-origin`.
fn is_own_origin(headers: &HeaderMap, own: &str, is_navigation: bool) -> bool {
    let origins: Vec<_> = headers.get_all(header::ORIGIN).iter().collect();
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    match origins.as_slice() {
        [] if is_navigation => true,
        [] => site == Some(b"same-origin"),
        [origin] => {
            origin.as_bytes().eq_ignore_ascii_case(own.as_bytes())
                && (is_navigation || site.is_none_or(|site| site == b"same-origin"))
        }
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_our_own_names_are_answered_to() {
        for host in ["127.0.0.1:40803", "localhost:1", "[::1]:8080"] {
            let headers = headers(&[("host", host)]);
            assert!(
                own_origin(&ConsoleSite::Loopback, &headers).is_some(),
                "{host}"
            );
        }
        let site = ConsoleSite::Public("https://console.example".to_owned());
        assert!(own_origin(&site, &headers(&[("host", "console.example")])).is_some());
        for host in [
            "evil.example",
            "console.example.evil.example",
            "127.0.0.1",
            "",
        ] {
            assert!(
                own_origin(&site, &headers(&[("host", host)])).is_none(),
                "{host}"
            );
        }
        let twice = headers(&[("host", "console.example"), ("host", "console.example")]);
        assert!(own_origin(&site, &twice).is_none());
        let rebound = headers(&[("host", "rebound.example:40803")]);
        assert!(own_origin(&ConsoleSite::Loopback, &rebound).is_none());
    }

    #[test]
    fn what_changes_something_needs_proof_of_our_own_page() {
        let own = "http://127.0.0.1:1";
        let changes = |pairs: &[(&'static str, &str)]| is_own_origin(&headers(pairs), own, false);
        assert!(changes(&[("origin", own)]));
        assert!(changes(&[("sec-fetch-site", "same-origin")]));
        for forged in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "http://127.0.0.1:2")],
            &[("origin", "https://evil.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("origin", own), ("sec-fetch-site", "cross-site")],
            &[("origin", own), ("origin", "https://evil.example")],
        ] {
            assert!(!changes(forged), "{forged:?}");
        }
    }
}
