//! `bangding rotate`: other callback keys, or another AppSecret. The steps are the desk's; arguments and words are here.

pub mod args;
pub(crate) mod rotation_target;

use std::io::Write as _;

use desk::rotation::{RotationDesk, RotationPart, nothing_pending};
use engine::bind::BindError;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::language::text;
use args::{RotateArgs, RotateStep};

/// Runs a step and tells what is to be done next.
///
/// # Errors
/// [`BindError`]; what counted before counts still.
pub async fn run(args: &RotateArgs) -> Result<(), BindError> {
    let desk = rotation_target::open_desk(args).await?;
    match args.step {
        RotateStep::Callback => rotate_callback(args, &desk).await,
        RotateStep::AppSecret => rotate_app_secret(args, &desk).await,
        RotateStep::Promote => promote_waiting(args, &desk).await,
        RotateStep::Undo => withdraw_waiting(args, &desk).await,
    }
}

/// New callback keys in waiting; the same again if they wait already. Proven by the callback function itself.
async fn rotate_callback(args: &RotateArgs, desk: &RotationDesk) -> Result<(), BindError> {
    let next = desk.propose_callback_keys().await?;
    desk.prove(RotationPart::CallbackKeys).await?;
    let (token, aes_key) = (next.token.expose_secret(), next.aes_key.expose_secret());
    let line = text!(
        args.lang,
        "rotate-callback-keys",
        token = token,
        key = aes_key
    );
    say(
        args,
        &line,
        &json!({"rotate": "callback", "stage": "pending", "token": token, "aes_key": aes_key}),
    );
    Ok(())
}

/// Another AppSecret: in waiting, proven by DingTalk, and made to count at once.
async fn rotate_app_secret(args: &RotateArgs, desk: &RotationDesk) -> Result<(), BindError> {
    desk.propose_app_secret(crate::up::read_app_secret()?)
        .await?;
    desk.prove(RotationPart::AppSecret).await?;
    desk.promote(RotationPart::AppSecret).await?;
    say(
        args,
        &text!(args.lang, "rotate-app-secret"),
        &json!({"rotate": "app-secret", "stage": "current"}),
    );
    Ok(())
}

/// What waits is proven once more and counts from now on; nothing does where one of the proofs fails.
async fn promote_waiting(args: &RotateArgs, desk: &RotationDesk) -> Result<(), BindError> {
    let waiting = waiting_parts(desk).await?;
    for part in &waiting {
        desk.prove(*part).await?;
    }
    for part in &waiting {
        desk.promote(*part).await?;
    }
    say(
        args,
        &text!(args.lang, "rotate-promoted"),
        &json!({"rotate": "promote", "stage": "current"}),
    );
    Ok(())
}

/// What waits is taken back.
async fn withdraw_waiting(args: &RotateArgs, desk: &RotationDesk) -> Result<(), BindError> {
    for part in waiting_parts(desk).await? {
        desk.withdraw(part).await?;
    }
    say(
        args,
        &text!(args.lang, "rotate-withdrawn"),
        &json!({"rotate": "undo", "stage": "current"}),
    );
    Ok(())
}

async fn waiting_parts(desk: &RotationDesk) -> Result<Vec<RotationPart>, BindError> {
    let waiting: Vec<RotationPart> = desk.read_progress().await?.waiting_parts().collect();
    if waiting.is_empty() {
        return Err(nothing_pending());
    }
    Ok(waiting)
}

fn say(args: &RotateArgs, line: &str, object: &Value) {
    // A closed pipe changes nothing that was done.
    _ = if args.json {
        writeln!(std::io::stdout(), "{object}")
    } else {
        writeln!(std::io::stdout(), "{line}")
    };
}
