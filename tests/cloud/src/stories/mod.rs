//! The stories of a deployed stack, in an order in which each finds what it needs.

mod callback;
mod failed_push;
mod figures;
mod first_sync;
mod message;
mod poison;
mod schedule;
mod token;

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use sandbox::world::Act;
use serde_json::json;
use stories::polling::wait_until;

use crate::screen::{print_done, print_failure};
use crate::world::CloudWorld;

/// Limit for any wait.
pub(crate) const PATIENCE: Duration = Duration::from_secs(150);

/// Lines of a function's log that a failure shows.
const LOG_TAIL_LINES: usize = 15;

type StoryFuture<'a> = Pin<Box<dyn Future<Output = String> + 'a>>;

/// A story: its name and its function. The function panics if an expectation fails, and returns
/// what it saw.
pub struct Story {
    /// Name for the printed line.
    pub name: &'static str,
    /// Function of the story.
    pub tell: fn(&CloudWorld) -> StoryFuture<'_>,
}

/// All stories.
pub const ALL_STORIES: [Story; 9] = [
    Story {
        name: "token schedule",
        tell: |world| Box::pin(schedule::renews_the_token(world)),
    },
    Story {
        name: "first sync",
        tell: |world| Box::pin(first_sync::brings_everybody(world)),
    },
    Story {
        name: "sweep schedule",
        tell: |world| Box::pin(schedule::sweeps_the_company(world)),
    },
    Story {
        name: "callback",
        tell: |world| Box::pin(callback::brings_changes_in(world)),
    },
    Story {
        name: "failed push",
        tell: |world| Box::pin(failed_push::is_fetched_back(world)),
    },
    Story {
        name: "poison",
        tell: |world| Box::pin(poison::ends_alone(world)),
    },
    Story {
        name: "refused token",
        tell: |world| Box::pin(token::is_replaced(world)),
    },
    Story {
        name: "message",
        tell: |world| Box::pin(message::arrives(world)),
    },
    Story {
        name: "figures",
        tell: |world| Box::pin(figures::are_in_the_logs(world)),
    },
];

/// Stories that all others build on.
pub const FIRST_STORIES: [Story; 2] = [
    Story {
        name: "first sync",
        tell: |world| Box::pin(first_sync::brings_everybody(world)),
    },
    Story {
        name: "callback",
        tell: |world| Box::pin(callback::brings_changes_in(world)),
    },
];

/// Runs stories until one fails; returns how many there were.
///
/// # Errors
/// The name of the story that failed. The reason is printed, with the functions' logs.
pub async fn run_stories(world: &CloudWorld, stories: &[Story]) -> Result<usize, String> {
    for story in stories {
        let began = Instant::now();
        match AssertUnwindSafe((story.tell)(world)).catch_unwind().await {
            Ok(seen) => print_done(story.name, &seen, began.elapsed()),
            Err(_) => {
                show_logs(world).await;
                return Err(format!(
                    "{} failed; its reason is above the logs",
                    story.name
                ));
            }
        }
    }
    Ok(stories.len())
}

/// Checks that the ledger equals DingTalk; returns every difference if not.
pub(crate) async fn check_sides_equal(world: &CloudWorld) -> Result<(), String> {
    let differences =
        stories::find_differences(&world.dingtalk.truth().await, &world.ledger().await);
    if differences.is_empty() {
        Ok(())
    } else {
        Err(stories::compare::format_differences(&differences))
    }
}

/// Waits until a queue is empty, with messages in flight.
pub(crate) async fn wait_until_empty(world: &CloudWorld, logical: &str) {
    wait_until(PATIENCE, "the queue is empty", async || {
        match world.count_waiting(logical).await {
            0 => Ok(()),
            waiting => Err(format!("{waiting} messages in {logical}")),
        }
    })
    .await;
}

/// Renames as many people as there are names, without events; returns their ids.
pub(crate) async fn silent_rename(world: &CloudWorld, names: &[&str]) -> Vec<String> {
    let silence = json!({"kind": "event_never", "times": null});
    world
        .dingtalk
        .arm(serde_json::from_value(silence).expect("a fault"))
        .await;
    let mut renamed: Vec<String> = Vec::new();
    for name in names {
        let others: Vec<&str> = renamed.iter().map(String::as_str).collect();
        let userid = world.dingtalk.bystander(&others).await.userid;
        world
            .dingtalk
            .act(Act::Rename {
                userid: userid.clone(),
                name: (*name).to_owned(),
            })
            .await;
        renamed.push(userid);
    }
    world.dingtalk.disarm().await;
    assert!(
        check_sides_equal(world).await.is_err(),
        "no change was found yet"
    );
    renamed
}

async fn show_logs(world: &CloudWorld) {
    for function in [
        "Callback",
        "Reconcile",
        "FullSync",
        "TokenRefresh",
        "MessagePush",
    ] {
        let log = world.log(function).await;
        let frame = ["START ", "END ", "REPORT "];
        let lines: Vec<&str> = log
            .lines()
            .filter(|line| !frame.iter().any(|mark| line.starts_with(mark)))
            .collect();
        print_failure(&format!(
            "{function}\n{}",
            lines
                .get(lines.len().saturating_sub(LOG_TAIL_LINES)..)
                .unwrap_or_default()
                .join("\n")
        ));
    }
    let log = world.emulator().log();
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| !line.contains("hypercorn.access"))
        .collect();
    print_failure(&format!(
        "emulator\n{}",
        lines
            .get(lines.len().saturating_sub(LOG_TAIL_LINES)..)
            .unwrap_or_default()
            .join("\n")
    ));
}
