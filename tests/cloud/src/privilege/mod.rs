//! `cloud least-privilege`: every action that a role allows is taken away once, and the function is made to do all that it
//! does. What it needs is denied then; what is never denied was never needed, and has to be justified or removed.
//!
//! Before that, every kind of secret is asked for under each role's own credentials.
//!
//! Policies are exchanged on the running emulator, which asks for them at each request; the function begins anew each
//! time, so that it remembers nothing. Between the functions and AWS stands a witness that reads the denials.

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

/// A company that is small, since every look compares all of it.
const PEOPLE: usize = 30;

/// Seconds until a failed message is seen again; minutes in the template.
const VISIBILITY: &str = "2";

/// Without a denial and without an end after this, something else is wrong.
const PATIENCE: Duration = Duration::from_secs(45);

/// How often one permission is tried where nothing ends.
const ATTEMPTS_PER_ACTION: usize = 3;

/// Nothing here is measured, so that any size will do.
const MEMORY_MB: u32 = 512;

const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// What became of a function without one of its permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
enum AttemptEnd {
    /// AWS denied it, as it has to be.
    Denied,
    /// It did everything all the same.
    NeverAsked,
    /// Neither within the time.
    Stuck(String),
}

/// Takes every action away once, from all functions or `only` from one, and prints a line for each.
///
/// # Errors
/// A name that no function has; permissions that nobody needs and nobody justifies, and functions that did not do their work.
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
            "{} permissions are not as they have to be:\n{}",
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
            // What the recovery set off may still be under way when the function begins anew, and is cut off with it.
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
                print_done("kept", &format!("{line}  {reason}"), took)
            }
            (AttemptEnd::Denied, Some(_)) => {
                self.report_wrong(format!("{line}  is needed, and its justification is not"))
            }
            (AttemptEnd::NeverAsked, None) => self.report_wrong(format!(
                "{line}  was never asked for: remove it, or say why not"
            )),
            (AttemptEnd::Stuck(why), _) => self.report_wrong(format!("{line}  {why}")),
        }
    }

    fn report_wrong(&mut self, line: String) {
        print_failure(&line);
        self.wrong.push(line);
    }

    /// The function's steps, until it is denied what was taken away.
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

    /// With its permissions back the function ends what it had begun.
    async fn recover(&self, function: &str) -> Result<(), String> {
        self.world.dingtalk.disarm().await;
        probe::set_paused(self.world, false).await;
        probe::restore_secret(self.world).await;
        self.restart_function(function).await;
        // Only a token that is renewed ends the trouble with it.
        probe::expire_stored_token(self.world).await;
        probe::invoke_as_rule(self.world, "TokenRefresh").await;
        let mut ends = vec![StepGoal::HasToken];
        // An event that never came in, and somebody who left without one: two sweeps find everything.
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

    /// A function whose memory changes begins anew, and remembers no secret.
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

/// What failed is to be seen again soon, and often enough. And the archive is asked over plain HTTP, as the emulator speaks
/// nothing else: the bucket's own policy, which refuses that, goes. That the template has it is `cloud check`'s to see.
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
            local::cloud::emulator::REGION,
            local::cloud::emulator::ACCOUNT
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
