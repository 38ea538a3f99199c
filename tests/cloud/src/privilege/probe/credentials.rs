//! Steps with tokens and with the AppSecret.

use runtime::SystemClock;
use serde_json::json;
use state::queue::messages::TokenRefusedMessage;
use state::vault::{DingTalkCredentials, TokenSecret};

use super::{DUE_MS, StepFuture, StepGoal, invoke_as_rule};
use crate::world::CloudWorld;

/// Asks for the first token.
pub(super) fn first_token(world: &CloudWorld, _: u32) -> StepFuture<'_> {
    Box::pin(async move {
        let name = format!("{}/tokens/{}", world.stack.name, world.binding.id);
        let delete = json!({"SecretId": name, "ForceDeleteWithoutRecovery": true});
        // There may be none after an attempt that was stopped in the middle.
        _ = world
            .aws
            .call("secretsmanager", "delete_secret", delete)
            .await;
        invoke_as_rule(world, "TokenRefresh").await;
        StepGoal::HasToken
    })
}

/// Resets the AppSecret in DingTalk twice, so that the previous one is refused, too.
pub(super) fn refused_credentials(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        // Twice, because the previous secret is tried, too.
        for wrong in ["wrong", "wrong-too"] {
            store_app_secret(world, format!("{wrong}-{number}")).await;
        }
        expire_stored_token(world).await;
        invoke_as_rule(world, "TokenRefresh").await;
        StepGoal::HasTokenError
    })
}

pub(super) fn good_credentials(world: &CloudWorld, _: u32) -> StepFuture<'_> {
    Box::pin(async move {
        restore_secret(world).await;
        invoke_as_rule(world, "TokenRefresh").await;
        StepGoal::HasToken
    })
}

pub(super) fn refused_token(world: &CloudWorld, number: u32) -> StepFuture<'_> {
    Box::pin(async move {
        let token_hash = match world.secrets().get_token(&world.binding.id).await {
            Ok(token) => token.hash(),
            Err(_) => format!("none-{number}"),
        };
        let report = TokenRefusedMessage {
            binding: world.binding.id.clone(),
            token_hash,
        };
        world
            .queue("RefusedTokens")
            .send(report.to_message().expect("a message"))
            .await
            .expect("it is sent");
        StepGoal::HasToken
    })
}

/// Restores the company's own credentials.
pub(in crate::privilege) async fn restore_secret(world: &CloudWorld) {
    let app_secret = world.dingtalk.credentials().await.app_secret;
    store_app_secret(world, app_secret).await;
}

async fn store_app_secret(world: &CloudWorld, app_secret: String) {
    let credentials = DingTalkCredentials {
        app_key: world.binding.app_key.clone(),
        app_secret: app_secret.into(),
    };
    world
        .secrets()
        .put_credentials(&world.binding.id, &credentials)
        .await
        .expect("it is stored");
}

pub(super) async fn expire_token(world: &CloudWorld, interface: &str) {
    let fault = json!({"kind": "expire_token", "interface": interface, "times": 1});
    world
        .dingtalk
        .arm(serde_json::from_value(fault).expect("a fault"))
        .await;
}

/// Sets the stored token to expired.
pub(in crate::privilege) async fn expire_stored_token(world: &CloudWorld) {
    let Ok(token) = world.secrets().get_token(&world.binding.id).await else {
        return;
    };
    let (issued_at, expires_at) = (
        SystemClock.now().plus_millis(-2 * DUE_MS),
        SystemClock.now().plus_millis(-DUE_MS),
    );
    let token = TokenSecret {
        issued_at,
        expires_at,
        ..token
    };
    world
        .secrets()
        .put_token(&world.binding.id, &token)
        .await
        .expect("it is stored");
}
