//! What is known of a request before a page looks at it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Extension, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use catalogue::Language;
use directory::Timestamp;

use crate::console::Console;
use crate::desk_port::{ConsoleAction, ConsoleActor};
use crate::pages::{error_answer, sign_in_answer};
use crate::sign_in::{OpenedSession, SignInError, read_cookie};
use crate::token::SecretToken;
use crate::words::Words;

/// Cookies of preferences; they are not secret.
pub(crate) const LANGUAGE_COOKIE: &str = "bangding-language";
pub(crate) const THEME_COOKIE: &str = "bangding-theme";

/// Longest name of a browser that is looked at, in bytes.
const USER_AGENT_MAX: usize = 512;

/// Where a request came from, as the outermost layer knows it. Without one, wrong codes are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAddress(pub String);

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system says.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    pub(crate) fn of(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// What is known of a request.
pub(crate) struct RequestContext {
    /// The reader's language.
    pub words: Words,
    /// Light or dark.
    pub theme: Theme,
    /// The time of the request.
    pub now: Timestamp,
    /// Its path.
    pub path: String,
    /// The path of our page that the request was sent from, where the browser says so.
    pub came_from: Option<String>,
    /// A program asks, and gets JSON.
    pub wants_json: bool,
    /// The browser's name.
    pub user_agent: String,
    /// Where it came from.
    pub address: String,
    /// The cookie of a browser that is not signed in.
    pub browser: SecretToken,
    /// That cookie is new and has to be set.
    pub is_browser_new: bool,
    /// What forms carry.
    pub form_token: String,
    /// The session and its token.
    pub session: Option<(SecretToken, OpenedSession)>,
}

impl RequestContext {
    pub(crate) fn actor(&self) -> Option<ConsoleActor> {
        self.session.as_ref().map(|(_, opened)| opened.actor())
    }
}

/// Reads cookies and preferences, and opens the session.
pub(super) async fn open_context(
    State(console): State<Console>,
    mut request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let names = console.cookies();
    let user_agent = read_user_agent(headers);
    let now = console.now();
    let cookie = |name| read_cookie(headers, name).and_then(SecretToken::parse);
    let session_token = cookie(names.session());
    let known_browser = cookie(names.browser());
    let is_browser_new = known_browser.is_none();
    let browser = match known_browser.map_or_else(|| console.sign_in.make_token(), Ok) {
        Ok(browser) => browser,
        Err(_) => return service_unavailable(),
    };
    let form_token = session_token.as_ref().unwrap_or(&browser).form_token();
    let opened = match &session_token {
        Some(token) => console.sign_in.open_session(token, &user_agent, now).await,
        None => Err(SignInError::NotSignedIn),
    };
    let session = match opened {
        Ok(opened) => session_token.map(|token| (token, opened)),
        Err(SignInError::NotSignedIn) => None,
        Err(error) => {
            let why = error.to_string();
            tracing::error!(why, "a session could not be read");
            return service_unavailable();
        }
    };
    let address = request.extensions().get::<ClientAddress>();
    let context = RequestContext {
        words: Words::new(read_language(headers)),
        theme: Theme::of(read_cookie(headers, THEME_COOKIE).unwrap_or_default()),
        now,
        path: request.uri().path().to_owned(),
        came_from: read_origin_page(headers),
        wants_json: wants_json(headers),
        address: address.map_or_else(String::new, |address| address.0.clone()),
        user_agent,
        browser,
        is_browser_new,
        form_token,
        session,
    };
    request.extensions_mut().insert(Arc::new(context));
    next.run(request).await
}

fn service_unavailable() -> Response {
    let mut response = Response::new("the console cannot use its state now\n".into());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

fn read_user_agent(headers: &HeaderMap) -> String {
    let value = headers.get(header::USER_AGENT);
    let text = value.and_then(|value| value.to_str().ok()).unwrap_or("");
    text.chars().take(USER_AGENT_MAX).collect()
}

/// The path in `Referer`. It is only a wish for where to go next, and is checked before it is followed.
fn read_origin_page(headers: &HeaderMap) -> Option<String> {
    let address: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    Some(address.path().to_owned())
}

/// The cookie, then the browser's wish, then simplified Chinese.
fn read_language(headers: &HeaderMap) -> Language {
    if let Some(chosen) = read_cookie(headers, LANGUAGE_COOKIE).and_then(|tag| tag.parse().ok()) {
        return chosen;
    }
    let wished = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    wished
        .split(',')
        .filter_map(|range| range.split(';').next()?.trim().parse().ok())
        .next()
        .unwrap_or(Language::ChineseSimplified)
}

/// A browser always accepts HTML; a program that wants JSON says so.
fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok()).unwrap_or("");
    accept.contains("application/json") && !accept.contains("text/html")
}

/// A request of somebody who is signed in. Everybody else is sent to the page where one signs in, or gets 401.
pub(crate) struct SignedIn(pub Arc<RequestContext>);

/// What a page of somebody who is signed in works with.
pub(crate) struct SignedInParts<'a> {
    pub token: &'a SecretToken,
    pub opened: &'a OpenedSession,
}

impl SignedIn {
    pub(crate) fn parts(&self) -> Result<SignedInParts<'_>, Response> {
        match &self.0.session {
            Some((token, opened)) => Ok(SignedInParts { token, opened }),
            None => Err(sign_in_answer(&self.0)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let context = Extension::<Arc<RequestContext>>::from_request_parts(parts, state).await;
        let Ok(Extension(context)) = context else {
            return Err(service_unavailable());
        };
        if context.session.is_none() {
            return Err(sign_in_answer(&context));
        }
        Ok(Self(context))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestContextHandle {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get().cloned()))
    }
}

/// The context where there may be none: at addresses that no route has.
pub(crate) struct RequestContextHandle(pub Option<Arc<RequestContext>>);

/// The answer at an address that no route has.
pub(super) async fn answer_unknown(
    RequestContextHandle(context): RequestContextHandle,
) -> Response {
    match context {
        Some(context) => error_answer(&context, StatusCode::NOT_FOUND, "console-error-no-page"),
        None => service_unavailable(),
    }
}

/// The answer to a method that a route does not have.
pub(super) async fn answer_method(RequestContextHandle(context): RequestContextHandle) -> Response {
    match context {
        Some(context) => error_answer(
            &context,
            StatusCode::METHOD_NOT_ALLOWED,
            "console-error-method",
        ),
        None => service_unavailable(),
    }
}

/// Whether an actor may do something, for menus.
pub(crate) fn may(console: &Console, context: &RequestContext, action: ConsoleAction) -> bool {
    context
        .actor()
        .is_some_and(|actor| console.desk.may(&actor, action))
}
