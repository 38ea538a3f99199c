//! A browser without a screen: keeps cookies, follows nothing.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

pub const HOST: &str = "127.0.0.1:4040";
const ORIGIN: &str = "http://127.0.0.1:4040";

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        let location = self.headers.get(header::LOCATION);
        location.map_or("", |value| value.to_str().unwrap())
    }
}

/// A browser.
#[derive(Clone)]
pub struct BrowserClient {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub user_agent: String,
    pub language: String,
    pub accept: String,
}

impl BrowserClient {
    pub fn new(router: Router) -> Self {
        Self {
            router,
            cookies: BTreeMap::new(),
            user_agent: "test browser".to_owned(),
            language: "en".to_owned(),
            accept: "text/html".to_owned(),
        }
    }

    /// A request as this browser sends it, without `Origin`.
    pub fn request(&self, method: &Method, path: &str) -> http::request::Builder {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::USER_AGENT, &self.user_agent)
            .header(header::ACCEPT, &self.accept)
            .header(header::ACCEPT_LANGUAGE, &self.language)
            .header(header::COOKIE, cookies.join("; "))
    }

    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(&Method::GET, path).body(Body::empty());
        self.send(request.unwrap()).await
    }

    /// The token that forms of this browser carry now, as a page has it.
    pub async fn form_token(&mut self) -> String {
        let page = self.get("/sign-in").await;
        let field = "name=\"form_token\" value=\"";
        let start = page.body.find(field).unwrap() + field.len();
        page.body[start..start + 64].to_owned()
    }

    /// Sends a form as our own page does.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.form_token().await;
        let mut pairs = vec![format!("form_token={token}")];
        pairs.extend(
            fields
                .iter()
                .map(|(name, value)| format!("{name}={}", encode(value))),
        );
        let request = self
            .request(&Method::POST, path)
            .header(header::ORIGIN, ORIGIN)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(pairs.join("&")));
        self.send(request.unwrap()).await
    }
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
