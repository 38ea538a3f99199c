//! The template's rules fire, and the functions they call do their work.
//!
//! They fire four or six times an hour, which is too slow for a story. So their schedule is changed
//! to every minute through the API, and back.

use runtime::SystemClock;
use serde_json::{Value, json};
use state::VaultError;
use state::store::PutCondition;
use state::vault::SecretError;
use stories::polling::wait_until;

use super::PATIENCE;
use crate::aws::text_field;
use crate::world::CloudWorld;

/// Milliseconds. This is longer than any binding waits between two sweeps.
const DUE_MS: i64 = 8 * 24 * 3_600_000;

/// The rule calls `token-refresh`, which may create the secret of the tokens.
pub(super) async fn renews_the_token(world: &CloudWorld) -> String {
    let none = world.secrets().get_token(&world.binding.id).await;
    assert!(
        matches!(none, Err(SecretError::Vault(VaultError::NotFound))),
        "a token before the rule fired: {none:?}"
    );
    let rule = fire_every_minute(world, "TokenRefreshSchedule").await;
    wait_until(PATIENCE, "the rule makes a token", async || {
        world
            .secrets()
            .get_token(&world.binding.id)
            .await
            .map(|_| ())
            .map_err(|err| err.to_string())
    })
    .await;
    put_rule(world, &rule).await;
    "the rule fired, the token is in the vault".to_owned()
}

/// A sweep is due and there was no event for a change. The rule asks, the queue delivers, the sweep
/// finds it.
pub(super) async fn sweeps_the_company(world: &CloudWorld) -> String {
    let userid = super::silent_rename(world, &["规则找到"]).await.remove(0);
    let due = SystemClock.now().plus_millis(-DUE_MS);
    let stored = world
        .store()
        .get_binding(&world.binding.id)
        .await
        .expect("the table answers")
        .expect("the binding");
    let mut binding = stored.body;
    binding.swept_at = Some(due);
    world
        .store()
        .put_binding(&binding, PutCondition::Version(stored.version))
        .await
        .expect("the binding is stored");
    let rule = fire_every_minute(world, "FullSyncSchedule").await;
    wait_until(PATIENCE, "the rule starts a sweep", async || {
        super::check_sides_equal(world).await
    })
    .await;
    put_rule(world, &rule).await;
    super::wait_until_empty(world, "Sweeps").await;
    let ledger = world.ledger().await;
    assert!(
        ledger.binding.swept_at.is_some_and(|swept| swept > due),
        "the binding remembers the sweep"
    );
    assert!(ledger.people.iter().any(|stored| {
        stored
            .dingtalk
            .as_ref()
            .is_some_and(|id| id.as_str() == userid)
    }));
    "the rule fired and started a sweep, which found a change without an event".to_owned()
}

/// Makes a rule of the template fire every minute; returns the former rule.
pub(super) async fn fire_every_minute(world: &CloudWorld, logical: &str) -> Value {
    let name = world
        .stack
        .physical_id(logical)
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let rule = world
        .aws
        .call("events", "describe_rule", json!({"Name": name}))
        .await
        .expect("the rule");
    assert_eq!(text_field(&rule, "State"), "ENABLED", "{rule}");
    let mut often = rule.clone();
    often["ScheduleExpression"] = "cron(* * * * ? *)".into();
    put_rule(world, &often).await;
    rule
}

/// Stores a rule as given.
pub(super) async fn put_rule(world: &CloudWorld, rule: &Value) {
    let mut put = json!({});
    for field in ["Name", "ScheduleExpression", "State", "Description"] {
        put[field] = rule[field].clone();
    }
    world
        .aws
        .call("events", "put_rule", put)
        .await
        .expect("the rule can be changed");
}
