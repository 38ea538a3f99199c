//! DingTalk did not answer as it does: asked again for a while before `up` gives up.

use std::time::Duration;

use dingtalk::client::Clock as _;
use engine::bind::BindError;
use runtime::SystemClock;

use super::screen::Screen;

/// Seconds before each further try: about a minute in all.
const PAUSES_S: [u64; 5] = [1, 3, 8, 16, 30];

/// Does `attempt` until it succeeds, is refused for good, or the pauses are used up. Each further try is said before it is
/// waited for.
///
/// # Errors
/// The last refusal.
pub(super) async fn ask_again<T>(
    screen: &Screen,
    mut attempt: impl AsyncFnMut() -> Result<T, BindError>,
) -> Result<T, BindError> {
    for pause in PAUSES_S {
        match attempt().await {
            Err(refusal) if may_pass(&refusal) => {
                screen.print_waiting(&refusal, pause);
                SystemClock.sleep(Duration::from_secs(pause)).await;
            }
            outcome => return outcome,
        }
    }
    attempt().await
}

/// What DingTalk says when it has trouble of its own, or in a code that is in no list. An address where nobody answers is
/// wrong more often than not, and said at once.
fn may_pass(refusal: &BindError) -> bool {
    matches!(
        refusal.code.as_str(),
        "busy" | "throttled" | "malformed" | "unrecognised"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_pass_is_asked_again() {
        let refused = |code: &str| BindError::new(code, "asking", "x", "y");
        for code in ["busy", "throttled", "malformed", "unrecognised"] {
            assert!(may_pass(&refused(code)), "{code}");
        }
        for code in [
            "credentials_refused",
            "permission_missing",
            "unreachable",
            "banned",
        ] {
            assert!(!may_pass(&refused(code)), "{code}");
        }
    }
}
