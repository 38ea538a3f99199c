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
            Err(refusal) if refusal.may_pass() => {
                screen.print_waiting(&refusal, pause);
                SystemClock.sleep(Duration::from_secs(pause)).await;
            }
            outcome => return outcome,
        }
    }
    attempt().await
}

#[cfg(test)]
mod tests {
    use directory::reason::{Reason, ReasonCode};
    use engine::bind::BindError;

    #[test]
    fn only_what_can_pass_is_asked_again() {
        let refused = |cause| {
            let failed = Reason::new(ReasonCode::BindingCheckFailed);
            BindError::from(failed.cause(Reason::new(cause)))
        };
        for code in [
            ReasonCode::DingTalkBusy,
            ReasonCode::DingTalkThrottled,
            ReasonCode::DingTalkReplyMalformed,
            ReasonCode::DingTalkUnrecognised,
        ] {
            assert!(refused(code).may_pass(), "{code:?}");
        }
        for code in [
            ReasonCode::DingTalkCredentialsRefused,
            ReasonCode::DingTalkPermissionMissing,
            ReasonCode::DingTalkUnreachable,
            ReasonCode::DingTalkBanned,
        ] {
            assert!(!refused(code).may_pass(), "{code:?}");
        }
    }
}
