//! Which secrets each role can read: its credentials are taken, and every kind of secret is asked for with them.

use checks::emulator::ACCOUNT;
use serde_json::{Value, json};
use state::VaultError;
use state::vault::SecretError;

use crate::aws::text_field;
use crate::screen::print_done;
use crate::world::{AwsCredentials, CloudWorld};

/// The secrets of a binding, by their kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SecretKind {
    Credentials,
    Keys,
    Callback,
    Token,
}

const KINDS: [SecretKind; 4] = [
    SecretKind::Credentials,
    SecretKind::Keys,
    SecretKind::Callback,
    SecretKind::Token,
];

const WORKER: &[SecretKind] = &[SecretKind::Keys, SecretKind::Token];

/// Each function with all that it may read.
const READERS: [(&str, &[SecretKind]); 5] = [
    ("Callback", &[SecretKind::Callback]),
    ("Reconcile", WORKER),
    ("FullSync", WORKER),
    (
        "TokenRefresh",
        &[SecretKind::Credentials, SecretKind::Keys, SecretKind::Token],
    ),
    ("MessagePush", WORKER),
];

/// Asks for every kind of secret as every role, `only` one if it is given.
///
/// # Errors
/// A role that reads what it must not, or cannot read what it has to.
pub(super) async fn check_secret_readers(
    world: &CloudWorld,
    only: Option<&str>,
) -> Result<(), String> {
    let began = std::time::Instant::now();
    let wanted = READERS
        .into_iter()
        .filter(|(function, _)| only.is_none_or(|only| only == *function));
    for (function, allowed) in wanted {
        let role = world
            .stack
            .physical_id(&format!("{function}Role"))
            .to_owned();
        let credentials = assume_role(world, &role).await?;
        let secrets = world.secrets_as(&credentials);
        for kind in KINDS {
            let read = try_reading(&secrets, world, kind).await;
            match (read, allowed.contains(&kind)) {
                (Ok(()), true) => {}
                (Err(SecretError::Vault(VaultError::Refused(_))), false) => {}
                (read, _) => return Err(format!("{function} asked for {kind:?}: {read:?}")),
            }
        }
        let line = format!("{function:<13} reads {allowed:?} and nothing else");
        print_done("secrets", &line, began.elapsed());
    }
    Ok(())
}

async fn try_reading(
    secrets: &state::vault::SecretStore,
    world: &CloudWorld,
    kind: SecretKind,
) -> Result<(), SecretError> {
    let id = &world.binding.id;
    match kind {
        SecretKind::Credentials => secrets.get_credentials(id).await.map(|_| ()),
        SecretKind::Keys => secrets.get_keys(id).await.map(|_| ()),
        SecretKind::Callback => secrets.get_callback(id).await.map(|_| ()),
        SecretKind::Token => secrets.get_token(id).await.map(|_| ()),
    }
}

/// Credentials of a role. It trusts Lambda alone: for a moment it trusts the account's root as well.
async fn assume_role(world: &CloudWorld, role: &str) -> Result<AwsCredentials, String> {
    let call = async |service, operation, parameters| {
        let said = world.aws.call(service, operation, parameters).await;
        said.map_err(|err| err.to_string())
    };
    let described = call("iam", "get_role", json!({"RoleName": role})).await?;
    let trusted = described["Role"]["AssumeRolePolicyDocument"].clone();
    let mut root_too = trusted.clone();
    let root = json!({
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")},
    });
    match root_too["Statement"].as_array_mut() {
        Some(statements) => statements.push(root),
        None => return Err(format!("{role} trusts nobody: {trusted}")),
    }
    let trust =
        |document: &Value| json!({"RoleName": role, "PolicyDocument": document.to_string()});
    call("iam", "update_assume_role_policy", trust(&root_too)).await?;
    let arn = text_field(&described["Role"], "Arn");
    let assume = json!({"RoleArn": arn, "RoleSessionName": "secret-readers"});
    let assumed = call("sts", "assume_role", assume).await;
    call("iam", "update_assume_role_policy", trust(&trusted)).await?;
    let credentials = assumed?["Credentials"].clone();
    Ok(AwsCredentials {
        access_key: text_field(&credentials, "AccessKeyId"),
        secret_key: text_field(&credentials, "SecretAccessKey"),
        session_token: Some(text_field(&credentials, "SessionToken")),
    })
}
