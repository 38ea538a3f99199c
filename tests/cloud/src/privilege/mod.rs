//! `cloud least-privilege`: every action that a role allows is taken away once, and the function is made to do all that it
//! does. What it needs is denied then; what is never denied was never needed, and has to be justified or removed.
//!
//! Policies are exchanged on the running emulator, which asks for them at each request; the function begins anew each
//! time, so that it remembers nothing. Between the functions and AWS stands a witness that reads the denials.

mod kept;
mod probe;
mod unit;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::deploy::{self, Endpoint};
use crate::screen::{done, failed, remark};
use crate::stories::{self, tell};
use crate::witness::Witness;
use crate::world::World;
use crate::zips::Programs;
use probe::{Over, PROBES, Step};
use unit::Unit;

/// A company that is small, since every look compares all of it.
const PEOPLE: usize = 30;

/// Seconds until a failed message is seen again; minutes in the template.
const VISIBILITY: &str = "2";

/// Without a denial and without an end after this, something else is wrong.
const PATIENCE: Duration = Duration::from_secs(45);

/// How often one permission is tried where nothing ends.
const TRIES: usize = 3;

/// Nothing here is measured, so that any size will do.
const MEMORY_MB: u32 = 512;

const LOOK: Duration = Duration::from_millis(100);

/// What became of a function without one of its permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ended {
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
    let wanted: Vec<_> = PROBES.into_iter().filter(|(function, _)| only.is_none_or(|only| only == *function)).collect();
    if wanted.is_empty() {
        let all = PROBES.map(|(function, _)| function).join(", ");
        return Err(format!("there is no such function; these are there: {all}"));
    }
    let witness = Witness::start().await;
    let world = deploy::deployed(Programs::Built, PEOPLE, Endpoint::Witness(&witness)).await?;
    tell(&world, &stories::BEGINNING).await?;
    hurry(&world).await;
    let mut attempts = Attempts { world: &world, witness: &witness, number: 0, wrong: Vec::new() };
    for (function, steps) in wanted {
        attempts.function(function, steps).await?;
    }
    let wrong = attempts.wrong;
    deploy::tear_down(world).await?;
    if !wrong.is_empty() {
        return Err(format!("{} permissions are not as they have to be:\n{}", wrong.len(), wrong.join("\n")));
    }
    done("least privilege", "each permission is needed, or its reason is given", began.elapsed());
    Ok(())
}

struct Attempts<'a> {
    world: &'a World,
    witness: &'a Witness,
    number: u32,
    wrong: Vec<String>,
}

impl Attempts<'_> {
    async fn function(&mut self, function: &str, steps: &[Step]) -> Result<(), String> {
        let role = self.world.stack.physical(&format!("{function}Role")).to_owned();
        let (policy, document) = self.policy(&role).await?;
        let whole = self.attempt(function, steps, None).await;
        probe::pause(self.world, false).await;
        if whole != Ended::NeverAsked {
            return Err(format!("{function} with all of its permissions: {whole:?}"));
        }
        for unit in Unit::of(&document) {
            let line = format!("{function:<13} {:<31} {}", unit.action, unit.what());
            if unit.is_lambdas_own() {
                remark(&format!("{line}  Lambda's own, which the emulator does not ask for"));
                continue;
            }
            let step = Instant::now();
            let mut ended = Ended::NeverAsked;
            // What the recovery set off may still be under way when the function begins anew, and is cut off with it.
            for _ in 0..TRIES {
                self.put(&role, &policy, &unit.without(&document)).await?;
                ended = self.attempt(function, steps, Some(&unit)).await;
                self.put(&role, &policy, &document).await?;
                self.recover(function).await?;
                if !matches!(ended, Ended::Stuck(_)) {
                    break;
                }
            }
            self.verdict(function, &unit, &line, &ended, step.elapsed());
        }
        Ok(())
    }

    fn verdict(&mut self, function: &str, unit: &Unit, line: &str, ended: &Ended, took: Duration) {
        let reason = kept::reason(function, unit);
        match (ended, reason) {
            (Ended::Denied, None) => done("denied", line, took),
            (Ended::NeverAsked, Some(reason)) => done("kept", &format!("{line}  {reason}"), took),
            (Ended::Denied, Some(_)) => self.wrong(format!("{line}  is needed, and its justification is not")),
            (Ended::NeverAsked, None) => self.wrong(format!("{line}  was never asked for: remove it, or say why not")),
            (Ended::Stuck(why), _) => self.wrong(format!("{line}  {why}")),
        }
    }

    fn wrong(&mut self, line: String) {
        failed(&line);
        self.wrong.push(line);
    }

    /// The function's steps, until it is denied what was taken away.
    async fn attempt(&mut self, function: &str, steps: &[Step], taken: Option<&Unit>) -> Ended {
        self.number += 1;
        self.anew(function).await;
        _ = self.witness.denied();
        let name = self.world.stack.physical(function).to_owned();
        for step in steps {
            let over = step(self.world, self.number).await;
            match self.watch(&over, &name, taken).await {
                Ended::NeverAsked => {}
                ended => return ended,
            }
        }
        Ended::NeverAsked
    }

    async fn watch(&self, over: &Over, function: &str, taken: Option<&Unit>) -> Ended {
        let began = Instant::now();
        let (mut why, mut others) = (String::new(), BTreeSet::new());
        while began.elapsed() < PATIENCE {
            for one in self.witness.denied() {
                if one.function == function && taken.is_some_and(|unit| unit.is_denied_by(&one.action, &one.resource)) {
                    return Ended::Denied;
                }
                others.insert(one);
            }
            match over.look(self.world).await {
                Ok(()) => return Ended::NeverAsked,
                Err(not_yet) => why = not_yet,
            }
            tokio::time::sleep(LOOK).await;
        }
        Ended::Stuck(format!("{over:?} not within {PATIENCE:?}: {why}; denied: {others:?}"))
    }

    /// With its permissions back the function ends what it had begun.
    async fn recover(&self, function: &str) -> Result<(), String> {
        self.world.dingtalk.disarm().await;
        probe::pause(self.world, false).await;
        probe::restore_secret(self.world).await;
        self.anew(function).await;
        // Only a token that is renewed ends the trouble with it.
        probe::outlive(self.world).await;
        probe::rule(self.world, "TokenRefresh").await;
        let mut ends = vec![Over::HasToken];
        // An event that never came in, and somebody who left without one: two sweeps find everything.
        for _ in 0..2 {
            ends.push(Over::SweptAfter(probe::due(self.world).await));
            for over in ends.drain(..) {
                if let Ended::Stuck(why) = self.watch(&over, "", None).await {
                    return Err(format!("{function} did not recover: {why}"));
                }
            }
        }
        match self.watch(&Over::Settled, "", None).await {
            Ended::Stuck(why) => Err(format!("{function} did not recover: {why}")),
            _ => Ok(()),
        }
    }

    /// A function whose memory changes begins anew, and remembers no secret.
    async fn anew(&self, function: &str) {
        let memory = MEMORY_MB + self.number % 64;
        let change = json!({"FunctionName": self.world.stack.physical(function), "MemorySize": memory});
        self.world.aws.call("lambda", "update_function_configuration", change).await.expect("it can be changed");
    }

    async fn policy(&self, role: &str) -> Result<(String, Value), String> {
        let call = async |operation, parameters| {
            self.world.aws.call("iam", operation, parameters).await.map_err(|err| err.to_string())
        };
        let listed = call("list_role_policies", json!({"RoleName": role})).await?;
        let Some([Value::String(name)]) = listed["PolicyNames"].as_array().map(Vec::as_slice) else {
            return Err(format!("{role} has not exactly one policy: {listed}"));
        };
        let policy = call("get_role_policy", json!({"RoleName": role, "PolicyName": name})).await?;
        Ok((name.clone(), policy["PolicyDocument"].clone()))
    }

    async fn put(&self, role: &str, policy: &str, document: &Value) -> Result<(), String> {
        let put = json!({"RoleName": role, "PolicyName": policy, "PolicyDocument": document.to_string()});
        self.world.aws.call("iam", "put_role_policy", put).await.map(|_| ()).map_err(|err| err.to_string())
    }
}

/// What failed is to be seen again soon, and often enough. And the archive is asked over plain HTTP, as the emulator speaks
/// nothing else: the bucket's own policy, which refuses that, goes. That the template has it is `cloud check`'s to see.
async fn hurry(world: &World) {
    let bucket = json!({"Bucket": world.stack.physical("Archive")});
    world.aws.call("s3", "delete_bucket_policy", bucket).await.expect("the policy can be taken away");
    for queue in ["Wakes", "Sweeps", "RefusedTokens", "Outbox"] {
        let dead = world.stack.physical(&format!("{queue}Dead"));
        let dead = dead.rsplit('/').next().unwrap_or_default();
        let arn = format!("arn:aws:sqs:{}:{}:{dead}", local::cloud::emulator::REGION, local::cloud::emulator::ACCOUNT);
        let redrive = json!({"deadLetterTargetArn": arn, "maxReceiveCount": 100}).to_string();
        let attributes = json!({"VisibilityTimeout": VISIBILITY, "RedrivePolicy": redrive});
        let set = json!({"QueueUrl": world.stack.physical(queue), "Attributes": attributes});
        world.aws.call("sqs", "set_queue_attributes", set).await.expect("the queue can be changed");
    }
}
