//! Staying up: a line for every change, a sweep now and then, until it is interrupted.

use std::sync::Arc;
use std::time::Duration;

use directory::plan::ActionCounts;
use directory::reason::Reason;
use engine::LookReport;
use engine::report::RunReport;
use message_push::{MessageContent, MessageDraft, compose_message};
use serde::Serialize;

use super::binding::{BoundCompany, wait_until_verified};
use super::screen::Screen;
use super::target::DingTalkTarget;
use crate::language::{Language, text};
use crate::machine::Machine;
use crate::workers;

/// How long `check_url` is waited for at a time.
const VERIFY_INTERVAL: Duration = Duration::from_secs(5);

#[derive(Serialize)]
struct EventLine<'a> {
    event: &'a str,
    record: String,
    created: u64,
    updated: u64,
    removed: u64,
    /// Records that wait for a person.
    held: usize,
    notes: &'a [Reason],
}

/// Prints what each event did.
pub(crate) fn print_events(screen: &Arc<Screen>) -> reconcile::LookSink {
    let screen = Arc::clone(screen);
    Arc::new(move |wake, looked| {
        let record = wake.queue_group();
        let event = &wake.because;
        screen.print_object(&event_line(event, &record, looked));
        let language = screen.language();
        let result = text!(language, result_id(looked));
        let held = looked.held.iter().map(|held| &held.reason);
        let notes: Vec<String> = held
            .chain(&looked.notes)
            .map(|reason| screen.describe(reason))
            .collect();
        let notes = language.join(&notes);
        let time = clock_time();
        screen.print_line(&format!("{time} → {event}  {record}  {result} {notes}"));
    })
}

fn event_line<'a>(event: &'a str, record: &str, looked: &'a LookReport) -> EventLine<'a> {
    let ActionCounts {
        created,
        updated,
        removed,
        ..
    } = looked.counts;
    let (record, held, notes) = (
        record.to_owned(),
        looked.held.len(),
        looked.notes.as_slice(),
    );
    EventLine {
        event,
        record,
        created,
        updated,
        removed,
        held,
        notes,
    }
}

/// The text of what came of a look. What waits for a person comes before what was done.
fn result_id(looked: &LookReport) -> &'static str {
    let counts = looked.counts;
    match (counts.created, counts.updated, counts.removed) {
        _ if !looked.held.is_empty() => "up-event-held",
        (0, 0, 0) => "up-event-unchanged",
        (0, _, 0) => "up-event-updated",
        (0, 0, _) => "up-event-removed",
        _ => "up-event-created",
    }
}

/// The time of day where the company is; DingTalk's companies are in China.
fn clock_time() -> String {
    let now =
        jiff::Timestamp::from_millisecond(runtime::SystemClock.now().millis()).unwrap_or_default();
    jiff::tz::TimeZone::get("Asia/Shanghai").map_or_else(
        |_| now.to_string(),
        |zone| now.to_zoned(zone).strftime("%H:%M:%S").to_string(),
    )
}

/// Follows changes until Ctrl+C.
pub(crate) async fn follow_changes(
    screen: &Arc<Screen>,
    target: &DingTalkTarget,
    machine: &Machine,
    bound: &BoundCompany,
    confirmed: bool,
    failed_every: Duration,
    first: &RunReport,
) {
    let watching = Arc::clone(screen);
    let schedule = workers::start_schedule(
        machine,
        Arc::new(move |swept| print_sweep(&watching, swept)),
        failed_every,
    );
    if bound.is_new && first.complete {
        welcome(machine, bound).await;
    }
    let language = screen.language();
    screen.print_line(&match &target.sandbox {
        Some(sandbox) => text!(language, "up-following-sandbox", url = &sandbox.url),
        None => text!(language, "up-following"),
    });
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = watch_callback(screen, machine, bound, confirmed) => {}
    }
    drop(schedule);
}

/// Says so once DingTalk has verified the address; never ends otherwise.
async fn watch_callback(screen: &Screen, machine: &Machine, bound: &BoundCompany, confirmed: bool) {
    let mut waiting = !confirmed;
    loop {
        if waiting {
            match wait_until_verified(machine, &bound.binding.id, VERIFY_INTERVAL).await {
                Ok(false) => {}
                Ok(true) => {
                    waiting = false;
                    screen.print_line(&text!(screen.language(), "up-callback-verified-later"));
                }
                // One failed read is no reason to stop following.
                Err(refusal) => {
                    tracing::warn!(reason = %refusal, "whether the callback is verified was not read");
                }
            }
        }
        tokio::time::sleep(VERIFY_INTERVAL).await;
    }
}

fn print_sweep(screen: &Screen, swept: Result<RunReport, full_sync::SweepError>) {
    let language = screen.language();
    match swept {
        Ok(run) => {
            screen.print_object(&run);
            let counts = run.counts;
            let changes = counts.created + counts.updated + counts.removed;
            if changes > 0 || !run.complete || !run.held.is_empty() {
                let seconds = format!("{:.1}", run.seconds());
                screen.print_line(&text!(
                    language,
                    "up-swept",
                    people = run.people,
                    changes = changes,
                    seconds = &seconds
                ));
                screen.remarks(&run);
            }
        }
        Err(err) => {
            let reason = screen.describe(&Reason::from(&err));
            screen.print_line(&text!(language, "up-sweep-failed", reason = &reason));
        }
    }
}

/// Tells the primary administrator in DingTalk, once, that the company is bound.
async fn welcome(machine: &Machine, bound: &BoundCompany) {
    let Ok(client) = machine.corps().open_client(&bound.binding).await else {
        return;
    };
    let Ok(admins) = engine::ports::DingTalk::list_admins(&client).await else {
        return;
    };
    let people = admins.into_iter().take(1).collect();
    let id = format!("bound-{}", bound.binding.id);
    // DingTalk's administrators read Chinese, whoever sits at this terminal.
    let text = text!(Language::ZhCn, "up-bound-message");
    let draft = MessageDraft {
        binding: &bound.binding,
        id: &id,
        people: &people,
        content: MessageContent::Text(text),
    };
    if let Err(err) = send(machine, bound, draft).await {
        tracing::warn!(reason = %err, "the administrator was not told");
    }
}

async fn send(
    machine: &Machine,
    bound: &BoundCompany,
    draft: MessageDraft<'_>,
) -> Result<(), Box<dyn std::error::Error>> {
    let keys = machine.secrets.get_keys(&bound.binding.id).await?;
    let now = runtime::SystemClock.now();
    compose_message(
        &machine.store,
        machine.queues.outbox.as_ref(),
        &keys.seal_key(),
        draft,
        now,
        runtime::random_bytes()?,
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::link::WriteAction;
    use directory::plan::HeldItem;
    use directory::{Kind, LinkId};

    #[test]
    fn an_event_line_counts_held_records() {
        let mut looked = LookReport {
            counts: ActionCounts::default(),
            notes: vec![],
            held: vec![],
            troubles: vec![],
            sweep_due: false,
            asks: vec![],
        };
        assert_eq!(result_id(&looked), "up-event-unchanged");
        looked.held.push(HeldItem {
            link: LinkId([1; 16]),
            kind: Kind::Person,
            action: WriteAction::Create,
            reason: Reason::new(directory::ReasonCode::IdentityTwoAccounts),
            fingerprint: None,
            too_much: Vec::new(),
        });
        assert_eq!(result_id(&looked), "up-event-held");
        let line = serde_json::to_value(event_line("user_modify_org", "person", &looked)).unwrap();
        assert_eq!((&line["held"], &line["updated"]), (&1.into(), &0.into()));
    }
}
