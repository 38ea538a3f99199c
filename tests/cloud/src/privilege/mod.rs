//! `cloud least-privilege`: removes every action of a role once, and makes the function do all its
//! work. An action that the function needs is denied then. An action that is never denied is not
//! needed, and must be justified or removed.
//!
//! Before that, it asks for every kind of secret under each role's own credentials.
//!
//! The running emulator takes exchanged policies at once, because it evaluates them at each
//! request. The function restarts each time, so that it remembers nothing. A proxy between the
//! functions and AWS reads the denials.

mod allowed_action;
mod kept_permissions;
mod probe;
mod secret_readers;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::denial_proxy::DenialProxy;
use crate::deploy::{self, AwsEndpoint};
use crate::screen::{print_done, print_failure, print_remark};
use crate::stories::{self, run_stories};
use crate::world::CloudWorld;
use crate::zips::BootstrapPrograms;
use allowed_action::AllowedAction;
use probe::{PROBES, ProbeStep, StepGoal};

/// Number of people. The company is small, because every check compares all of it.
const PEOPLE: usize = 30;

/// Seconds until a failed message is visible again; in the template it is minutes.
const VISIBILITY: &str = "2";

/// Limit of an attempt. Without a denial and without an end after this time, something else is
/// wrong.
const PATIENCE: Duration = Duration::from_secs(45);

/// Attempts per action if none ends.
const ATTEMPTS_PER_ACTION: usize = 3;

/// Memory of a function in MB. Nothing is measured here, so any size will do.
const MEMORY_MB: u32 = 512;

const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// How an attempt without one permission ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum AttemptEnd {
    /// AWS denied the action, as expected.
    Denied,
    /// The function did all its work without the action.
    NeverAsked,
    /// Neither happened within the time.
    Stuck(String),
}

/// Removes every action once, from all functions or from `only` one, and prints a line for each.
///
/// # Errors
/// If there is no such function, if a permission is neither needed nor justified, or if a function
/// did not do its work.
pub async fn run(only: Option<&str>) -> Result<(), String> {
    let began = Instant::now();
    let wanted: Vec<_> = PROBES
        .into_iter()
        .filter(|(function, _)| only.is_none_or(|only| only == *function))
        .collect();
    if wanted.is_empty() {
        let all = PROBES.map(|(function, _)| function).join(", ");
        return Err(format!("there is no such function; these are there: {all}"));
    }
    let witness = DenialProxy::start().await;
    let world = deploy::deploy_company(
        BootstrapPrograms::Built,
        PEOPLE,
        AwsEndpoint::Witness(&witness),
    )
    .await?;
    run_stories(&world, &stories::FIRST_STORIES).await?;
    secret_readers::check_secret_readers(&world, only).await?;
    shorten_timeouts(&world).await;
    let mut attempts = PrivilegeAttempts {
        world: &world,
        witness: &witness,
        number: 0,
        wrong: Vec::new(),
    };
    for (function, steps) in wanted {
        attempts.check_function(function, steps).await?;
    }
    let wrong = attempts.wrong;
    deploy::tear_down(world).await?;
    if !wrong.is_empty() {
        return Err(format!(
            "{} permissions are wrong:\n{}",
            wrong.len(),
            wrong.join("\n")
        ));
    }
    print_done(
        "least privilege",
        "each permission is needed, or its reason is given",
        began.elapsed(),
    );
    Ok(())
}

struct PrivilegeAttempts<'a> {
    world: &'a CloudWorld,
    witness: &'a DenialProxy,
    number: u32,
    wrong: Vec<String>,
}

impl PrivilegeAttempts<'_> {
    async fn check_function(&mut self, function: &str, steps: &[ProbeStep]) -> Result<(), String> {
        let role = self
            .world
            .stack
            .physical_id(&format!("{function}Role"))
            .to_owned();
        let (policy, document) = self.read_policy(&role).await?;
        let whole = self.attempt_steps(function, steps, None).await;
        probe::set_paused(self.world, false).await;
        if whole != AttemptEnd::NeverAsked {
            return Err(format!("{function} with all of its permissions: {whole:?}"));
        }
        for unit in AllowedAction::all_in_document(&document) {
            let line = format!(
                "{function:<13} {:<31} {}",
                unit.action,
                unit.resource_name()
            );
            if unit.is_lambdas_own() {
                print_remark(&format!(
                    "{line}  Lambda's own, which the emulator does not ask for"
                ));
                continue;
            }
            let step = Instant::now();
            let mut ended = AttemptEnd::NeverAsked;
            // What the recovery started may still run when the function restarts, and is then cut
            // off.
            for _ in 0..ATTEMPTS_PER_ACTION {
                self.put_policy(&role, &policy, &unit.document_without(&document))
                    .await?;
                ended = self.attempt_steps(function, steps, Some(&unit)).await;
                self.put_policy(&role, &policy, &document).await?;
                self.recover(function).await?;
                if !matches!(ended, AttemptEnd::Stuck(_)) {
                    break;
                }
            }
            self.report_verdict(function, &unit, &line, &ended, step.elapsed());
        }
        Ok(())
    }

    fn report_verdict(
        &mut self,
        function: &str,
        unit: &AllowedAction,
        line: &str,
        ended: &AttemptEnd,
        took: Duration,
    ) {
        let reason = kept_permissions::reason_to_keep(function, unit);
        match (ended, reason) {
            (AttemptEnd::Denied, None) => print_done("denied", line, took),
            (AttemptEnd::NeverAsked, Some(reason)) => {
                print_done("kept", &format!("{line}  {reason}"), took);
            }
            (AttemptEnd::Denied, Some(_)) => {
                self.report_wrong(format!("{line}  is needed: remove its justification"));
            }
            (AttemptEnd::NeverAsked, None) => {
                self.report_wrong(format!("{line}  was never used: remove it, or justify it"));
            }
            (AttemptEnd::Stuck(why), _) => self.report_wrong(format!("{line}  {why}")),
        }
    }

    fn report_wrong(&mut self, line: String) {
        print_failure(&line);
        self.wrong.push(line);
    }

    /// Runs the function's steps until the removed action is denied.
    async fn attempt_steps(
        &mut self,
        function: &str,
        steps: &[ProbeStep],
        taken: Option<&AllowedAction>,
    ) -> AttemptEnd {
        self.number += 1;
        self.restart_function(function).await;
        _ = self.witness.take_denials();
        let name = self.world.stack.physical_id(function).to_owned();
        for step in steps {
            let over = step(self.world, self.number).await;
            match self.watch(&over, &name, taken).await {
                AttemptEnd::NeverAsked => {}
                ended => return ended,
            }
        }
        AttemptEnd::NeverAsked
    }

    async fn watch(
        &self,
        over: &StepGoal,
        function: &str,
        taken: Option<&AllowedAction>,
    ) -> AttemptEnd {
        let began = Instant::now();
        let (mut why, mut others) = (String::new(), BTreeSet::new());
        while began.elapsed() < PATIENCE {
            for one in self.witness.take_denials() {
                if one.function == function
                    && taken.is_some_and(|unit| unit.is_denied_by(&one.action, &one.resource))
                {
                    return AttemptEnd::Denied;
                }
                others.insert(one);
            }
            match over.check_reached(self.world).await {
                Ok(()) => return AttemptEnd::NeverAsked,
                Err(not_yet) => why = not_yet,
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        AttemptEnd::Stuck(format!(
            "{over:?} not within {PATIENCE:?}: {why}; denied: {others:?}"
        ))
    }

    /// Restores the permissions and lets the function finish what it had begun.
    async fn recover(&self, function: &str) -> Result<(), String> {
        self.world.dingtalk.disarm().await;
        probe::set_paused(self.world, false).await;
        probe::restore_secret(self.world).await;
        self.restart_function(function).await;
        // Only a renewed token ends an error of the token.
        probe::expire_stored_token(self.world).await;
        probe::invoke_as_rule(self.world, "TokenRefresh").await;
        let mut ends = vec![StepGoal::HasToken];
        // An event may be lost, and a person may have left without one. Two sweeps find everything.
        for _ in 0..2 {
            ends.push(StepGoal::SweptAfter(
                probe::make_sweep_due(self.world).await,
            ));
            for over in ends.drain(..) {
                if let AttemptEnd::Stuck(why) = self.watch(&over, "", None).await {
                    return Err(format!("{function} did not recover: {why}"));
                }
            }
        }
        match self.watch(&StepGoal::Settled, "", None).await {
            AttemptEnd::Stuck(why) => Err(format!("{function} did not recover: {why}")),
            _ => Ok(()),
        }
    }

    /// Changes the function's memory size, so that it restarts and remembers no secret.
    async fn restart_function(&self, function: &str) {
        let memory = MEMORY_MB + self.number % 64;
        let change =
            json!({"FunctionName": self.world.stack.physical_id(function), "MemorySize": memory});
        self.world
            .aws
            .call("lambda", "update_function_configuration", change)
            .await
            .expect("it can be changed");
    }

    async fn read_policy(&self, role: &str) -> Result<(String, Value), String> {
        let call = async |operation, parameters| {
            self.world
                .aws
                .call("iam", operation, parameters)
                .await
                .map_err(|err| err.to_string())
        };
        let listed = call("list_role_policies", json!({"RoleName": role})).await?;
        let Some([Value::String(name)]) = listed["PolicyNames"].as_array().map(Vec::as_slice)
        else {
            return Err(format!("{role} has not exactly one policy: {listed}"));
        };
        let policy = call(
            "get_role_policy",
            json!({"RoleName": role, "PolicyName": name}),
        )
        .await?;
        Ok((name.clone(), policy["PolicyDocument"].clone()))
    }

    async fn put_policy(&self, role: &str, policy: &str, document: &Value) -> Result<(), String> {
        let put =
            json!({"RoleName": role, "PolicyName": policy, "PolicyDocument": document.to_string()});
        self.world
            .aws
            .call("iam", "put_role_policy", put)
            .await
            .map(|_| ())
            .map_err(|err| err.to_string())
    }
}

/// Makes failed messages visible again soon and often enough. Also removes the bucket's own policy,
/// which refuses plain HTTP, because the emulator speaks nothing else. `cloud check` checks that
/// the template has this policy.
async fn shorten_timeouts(world: &CloudWorld) {
    let bucket = json!({"Bucket": world.stack.physical_id("Archive")});
    world
        .aws
        .call("s3", "delete_bucket_policy", bucket)
        .await
        .expect("the policy can be taken away");
    for queue in ["Wakes", "Sweeps", "RefusedTokens", "Outbox"] {
        let dead = world.stack.physical_id(&format!("{queue}Dead"));
        let dead = dead.rsplit('/').next().unwrap_or_default();
        let arn = format!(
            "arn:aws:sqs:{}:{}:{dead}",
            checks::emulator::REGION,
            checks::emulator::ACCOUNT
        );
        let redrive = json!({"deadLetterTargetArn": arn, "maxReceiveCount": 100}).to_string();
        let attributes = json!({"VisibilityTimeout": VISIBILITY, "RedrivePolicy": redrive});
        let set = json!({"QueueUrl": world.stack.physical_id(queue), "Attributes": attributes});
        world
            .aws
            .call("sqs", "set_queue_attributes", set)
            .await
            .expect("the queue can be changed");
    }
}
