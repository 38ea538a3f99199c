//! Answers: a page as HTML or JSON, a way elsewhere.

use axum::Json;
use axum::extract::{Form, FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::{RequestContext, RequestContextHandle, may};
use crate::console::Console;
use crate::markup::{Frame, PageView, layout_page};
use crate::pages::error_answer;
use crate::sign_in::CookieJar;

/// What a handler returns: an answer, or the answer that explains why there is none.
pub(crate) type PageAnswer = Result<Response, Response>;

/// Renders a page in the form that was asked for. A browser without a cookie gets one, so that forms can be bound to it.
pub(crate) fn render<V: PageView + Serialize>(
    console: &Console,
    context: &RequestContext,
    status: StatusCode,
    view: &V,
) -> Response {
    let mut response = if context.wants_json {
        let mut response = (status, Json(view)).into_response();
        if let Ok(token) = HeaderValue::from_str(&context.form_token) {
            response.headers_mut().insert("x-form-token", token);
        }
        response
    } else {
        let may_do = |action| may(console, context, action);
        let frame = Frame::new(context, &may_do);
        (status, layout_page(&frame, view)).into_response()
    };
    if context.is_browser_new {
        let names = console.cookies();
        let mut jar = CookieJar::default();
        jar.push(names.set_secret(names.browser(), &context.browser));
        jar.write(response.headers_mut());
    }
    response
}

/// Sends the reader to one of our own addresses (303).
pub(crate) fn redirect(path: &str) -> Response {
    redirect_with(path, &CookieJar::default())
}

/// The same, with cookies.
pub(crate) fn redirect_with(path: &str, jar: &CookieJar) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    jar.write(response.headers_mut());
    response
}

/// A form. One that cannot be read is answered with a page that says so.
pub(crate) struct ReadForm<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ReadForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let handle = RequestContextHandle::from_request_parts(&mut parts, state).await;
        let form = Form::<T>::from_request(Request::from_parts(parts, body), state).await;
        match (form, handle) {
            (Ok(Form(form)), _) => Ok(Self(form)),
            (Err(_), Ok(RequestContextHandle(Some(context)))) => Err(error_answer(
                &context,
                StatusCode::UNPROCESSABLE_ENTITY,
                "console-error-form",
            )),
            (Err(_), _) => Err(StatusCode::UNPROCESSABLE_ENTITY.into_response()),
        }
    }
}
