//! Cookies: what is set, and how it is read.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::token::SecretToken;

/// Names of cookies. Off loopback they begin with `__Host-`, which browsers only accept with `Secure`, for one host and `/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookieNames {
    /// Whether the console answers on loopback over plain HTTP.
    pub is_loopback: bool,
}

impl CookieNames {
    /// The session.
    #[must_use]
    pub fn session(self) -> &'static str {
        if self.is_loopback {
            "bangding-session"
        } else {
            "__Host-bangding-session"
        }
    }

    /// A browser that is not signed in yet: what `state` and forms are bound to.
    #[must_use]
    pub fn browser(self) -> &'static str {
        if self.is_loopback {
            "bangding-browser"
        } else {
            "__Host-bangding-browser"
        }
    }

    /// A `Set-Cookie` that lives as long as the browser. `SameSite=Lax`, so that it comes along when DingTalk's page sends
    /// people back.
    #[must_use]
    pub fn set_secret(self, name: &str, token: &SecretToken) -> String {
        self.spell(name, token.expose(), "HttpOnly; SameSite=Lax")
    }

    /// A `Set-Cookie` that removes a cookie.
    #[must_use]
    pub fn remove(self, name: &str) -> String {
        self.spell(name, "", "HttpOnly; SameSite=Lax; Max-Age=0")
    }

    /// A `Set-Cookie` of a preference, for a year. It is not secret.
    #[must_use]
    pub fn set_preference(self, name: &str, value: &str) -> String {
        self.spell(name, value, "HttpOnly; SameSite=Lax; Max-Age=31536000")
    }

    fn spell(self, name: &str, value: &str, attributes: &str) -> String {
        let secure = if self.is_loopback { "" } else { "; Secure" };
        format!("{name}={value}; Path=/; {attributes}{secure}")
    }
}

/// The value of a cookie. `None` if it is missing or was sent twice with different values.
#[must_use]
pub fn read_cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(found, _)| *found == name)
        .map(|(_, value)| value);
    let first = values.next()?;
    values.all(|other| other == first).then_some(first)
}

/// Cookies that an answer sets.
#[derive(Debug, Clone, Default)]
pub struct CookieJar(Vec<String>);

impl CookieJar {
    /// Adds a `Set-Cookie`.
    pub fn push(&mut self, cookie: String) {
        self.0.push(cookie);
    }

    /// Writes them into an answer's headers.
    pub fn write(&self, headers: &mut HeaderMap) {
        for cookie in &self.0 {
            if let Ok(value) = HeaderValue::from_str(cookie) {
                headers.append(header::SET_COOKIE, value);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn secret_cookies_are_host_bound_and_secure_off_loopback() {
        let token = SecretToken::new([0; 32]);
        let names = CookieNames { is_loopback: false };
        assert_eq!(
            names.set_secret(names.session(), &token),
            format!(
                "__Host-bangding-session={}; Path=/; HttpOnly; SameSite=Lax; Secure",
                token.expose()
            )
        );
        let names = CookieNames { is_loopback: true };
        assert_eq!(
            names.set_secret(names.session(), &token),
            format!(
                "bangding-session={}; Path=/; HttpOnly; SameSite=Lax",
                token.expose()
            )
        );
    }

    #[test]
    fn a_cookie_that_was_sent_twice_with_two_values_is_not_read() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=1; b=2; a=1".parse().unwrap());
        assert_eq!(read_cookie(&headers, "a"), Some("1"));
        assert_eq!(read_cookie(&headers, "c"), None);
        headers.append(header::COOKIE, "a=3".parse().unwrap());
        assert_eq!(read_cookie(&headers, "a"), None);
    }
}
