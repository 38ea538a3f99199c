//! Language and brightness.

use axum::extract::State;
use axum::response::Response;
use catalogue::Language;
use serde::Deserialize;

use crate::console::Console;
use crate::http::{LANGUAGE_COOKIE, ReadForm, THEME_COOKIE, Theme, redirect_with};
use crate::sign_in::CookieJar;

/// What is chosen; what is not named stays as it is.
#[derive(Debug, Deserialize)]
pub(super) struct PreferenceForm {
    language: Option<String>,
    theme: Option<String>,
    back: Option<String>,
}

/// Keeps language and brightness in cookies of the browser. An unknown choice changes nothing.
#[utoipa::path(post, path = "/preferences", tag = "preferences", responses((status = 303, description = "Back to the page")))]
pub(super) async fn set_preferences(
    State(console): State<Console>,
    ReadForm(form): ReadForm<PreferenceForm>,
) -> Response {
    let names = console.cookies();
    let mut jar = CookieJar::default();
    let language = form.language.and_then(|tag| tag.parse::<Language>().ok());
    if let Some(language) = language {
        jar.push(names.set_preference(LANGUAGE_COOKIE, language.tag()));
    }
    if let Some(theme) = form.theme {
        jar.push(names.set_preference(THEME_COOKIE, Theme::of(&theme).key()));
    }
    redirect_with(own_path(form.back.as_deref()), &jar)
}

/// A path of ours, and nothing that a browser reads as another host.
pub(super) fn own_path(back: Option<&str>) -> &str {
    let is_plain = |path: &str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"/-_.%".contains(&byte))
    };
    back.filter(|path| is_plain(path)).unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nobody_is_sent_to_another_host() {
        assert_eq!(own_path(Some("/people/abc-1")), "/people/abc-1");
        for foreign in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\r\nset-cookie: x",
            "",
        ] {
            assert_eq!(own_path(Some(foreign)), "/", "{foreign:?}");
        }
        assert_eq!(own_path(None), "/");
    }
}
