//! `bangding rotate`: other callback keys, or another AppSecret. The steps are the desk's; arguments and words are here.

pub mod args;
pub(crate) mod rotation_target;

use std::io::Write as _;

use desk::rotation::{RotationDesk, RotationPart, nothing_pending};
use engine::bind::BindError;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::language::Language;
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
    say(
        args,
        &format!(
            "● 新的回调密钥已可用。请在开发者后台的「事件与回调」里填写并保存，然后运行 bangding rotate promote\n  token    {token}\n  aes_key  {aes_key}"
        ),
        &format!(
            "● The callback accepts its new keys. Paste them under Events and Callbacks in the developer console, save, then run: bangding rotate promote\n  token    {token}\n  aes_key  {aes_key}"
        ),
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
        "● 钉钉已认可新的 AppSecret，已启用",
        "● DingTalk takes the new AppSecret, and it counts from now on",
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
        "● 新的凭证已启用；旧的回调密钥在 24 小时内仍被接受",
        "● The new credentials count. Former callback keys are accepted for another 24 hours",
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
        "● 已撤回等待启用的凭证；现用的凭证不变",
        "● What waited is taken back; what counts has not changed",
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

fn say(args: &RotateArgs, zh: &str, en: &str, object: &Value) {
    let line = match args.lang {
        _ if args.json => object.to_string(),
        Language::ZhCn | Language::ZhTw => zh.to_owned(),
        Language::En => en.to_owned(),
    };
    // A closed pipe changes nothing that was done.
    _ = writeln!(std::io::stdout(), "{line}");
}
