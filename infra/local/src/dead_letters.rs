//! `bangding cloud dead-letters`: what was delivered too often, on AWS or on this machine. Nobody's data is shown: kind,
//! binding, age and deliveries.

mod letter_failures;
mod letter_table;
mod queue_source;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand};
use runtime::SystemClock;
use state::{DeadLetter, QueueError};

use crate::language::{Language, text};
use crate::machine::StartError;
use queue_source::{NamedQueue, OpenQueues};

/// Letters that are shown of one queue.
const SHOWN: usize = 100;

/// `bangding cloud dead-letters`.
#[derive(Debug, Clone, ClapArgs)]
pub struct DeadLettersArgs {
    /// What to do with them
    #[command(subcommand)]
    pub action: DeadLetterAction,
    #[command(flatten)]
    place: QueueSourceArgs,
}

/// Where the queues are.
#[derive(Debug, Clone, ClapArgs)]
struct QueueSourceArgs {
    /// The stack on AWS. Credentials and region come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and
    /// AWS_REGION (`aws configure export-credentials --format env` sets the first three)
    #[arg(
        long,
        global = true,
        default_value = "bangding",
        conflicts_with = "data"
    )]
    stack: String,
    /// The region, instead of AWS_REGION
    #[arg(long, global = true)]
    region: Option<String>,
    /// Where AWS answers, instead of AWS_ENDPOINT_URL: an emulator
    #[arg(long, global = true)]
    endpoint_url: Option<String>,
    /// This machine's queues, by the directory of `bangding up`, instead of a stack
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    /// A line of JSON per message, for programs
    #[arg(long, global = true)]
    json: bool,
    /// The language of what is printed
    #[arg(
        long,
        value_enum,
        ignore_case = true,
        default_value = "zh-CN",
        global = true
    )]
    lang: Language,
}

/// What can be done with dead letters.
#[derive(Debug, Clone, Subcommand)]
pub enum DeadLetterAction {
    /// All of them, or those of one queue
    List {
        /// `wakes`, `sweeps`, `outbox` or `refused-tokens`
        queue: Option<String>,
    },
    /// One of them
    Show {
        /// Its queue
        queue: String,
        /// Its id, as `list` shows it
        id: String,
    },
    /// Put one, or all of a queue, back behind those who wait
    Redrive {
        /// Its queue
        queue: String,
        /// Its id; all of the queue unless given
        id: Option<String>,
    },
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeadLettersError {
    /// The environment lacks something.
    #[error("AWS cannot be asked")]
    Missing(#[from] runtime::MissingVariableError),
    /// TLS.
    #[error("the HTTPS client for AWS could not be made")]
    Tls(#[from] runtime::aws::AwsClientError),
    /// This machine's state.
    #[error("the state of this machine cannot be opened")]
    Machine(#[from] StartError),
    /// There is none.
    #[error("there is no state in {}: run `bangding up` first", .0.display())]
    NoState(PathBuf),
    /// A queue.
    #[error(
        "the queue {queue} could not be worked on; what was put back before stays so, and it can be run again"
    )]
    Queue {
        /// Which.
        queue: String,
        /// Why.
        #[source]
        source: QueueError,
    },
    /// The queues of the stack.
    #[error("the queues could not be found")]
    Queues(#[source] QueueError),
    /// No queue.
    #[error("there are no queues of the stack {0} in this region: check --stack and the region")]
    NoQueues(String),
    /// Another name.
    #[error("there is no queue {name} here, but {known}")]
    NoQueue {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// No such letter.
    #[error(
        "{queue} has no dead letter {id} that can be seen now; `list` shows them, and SQS shows ten of a group at a time"
    )]
    NoLetter {
        /// Where.
        queue: String,
        /// Which.
        id: String,
    },
}

/// Runs the command.
pub(crate) async fn run(args: &DeadLettersArgs) -> ExitCode {
    match run_action(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            let why = letter_failures::describe_failure(&err, args.place.lang);
            crate::print_failure(&why)
        }
    }
}

async fn run_action(args: &DeadLettersArgs) -> Result<(), DeadLettersError> {
    let writes = matches!(args.action, DeadLetterAction::Redrive { .. });
    let lines = queue_source::open(&args.place, writes).await?;
    let ended = apply_action(args, &lines).await;
    lines.close().await;
    ended
}

async fn apply_action(args: &DeadLettersArgs, lines: &OpenQueues) -> Result<(), DeadLettersError> {
    match &args.action {
        DeadLetterAction::List { queue: None } => list(args, &lines.all).await,
        DeadLetterAction::List { queue: Some(name) } => {
            list(args, std::slice::from_ref(lines.find_queue(name)?)).await
        }
        DeadLetterAction::Show { queue, id } => show(args, lines.find_queue(queue)?, id).await,
        DeadLetterAction::Redrive { queue, id } => {
            redrive(args, lines.find_queue(queue)?, id.as_deref()).await
        }
    }
}

async fn list(args: &DeadLettersArgs, lines: &[NamedQueue]) -> Result<(), DeadLettersError> {
    let now = SystemClock.now();
    let mut rows = Vec::new();
    for line in lines {
        let (letters, count) = letters(line).await?;
        if letters.len() < count && !args.place.json {
            say(&text!(
                args.place.lang,
                "letters-shown",
                queue = &line.name,
                shown = letters.len(),
                count = count
            ));
        }
        rows.extend(
            letters
                .iter()
                .map(|letter| letter_table::LetterRow::from_letter(&line.name, letter, now)),
        );
    }
    if args.place.json {
        rows.iter().for_each(|row| say(&row.json()));
    } else if rows.is_empty() {
        say(&text!(args.place.lang, "letters-none"));
    } else {
        say(letter_table::format_table(&rows).trim_end());
    }
    Ok(())
}

async fn letters(line: &NamedQueue) -> Result<(Vec<DeadLetter>, usize), DeadLettersError> {
    let failed = |source| DeadLettersError::Queue {
        queue: line.name.clone(),
        source,
    };
    Ok((
        line.letters.list(SHOWN).await.map_err(failed)?,
        line.letters.count().await.map_err(failed)?,
    ))
}

async fn show(args: &DeadLettersArgs, line: &NamedQueue, id: &str) -> Result<(), DeadLettersError> {
    let (letters, _) = letters(line).await?;
    let found = letters.iter().find(|letter| letter.id == id);
    let letter = found.ok_or_else(|| DeadLettersError::NoLetter {
        queue: line.name.clone(),
        id: id.to_owned(),
    })?;
    let row = letter_table::LetterRow::from_letter(&line.name, letter, SystemClock.now());
    say(&if args.place.json {
        row.json()
    } else {
        row.in_full()
    });
    Ok(())
}

async fn redrive(
    args: &DeadLettersArgs,
    line: &NamedQueue,
    id: Option<&str>,
) -> Result<(), DeadLettersError> {
    let failed = |source| DeadLettersError::Queue {
        queue: line.name.clone(),
        source,
    };
    let count = line.letters.redrive(id).await.map_err(failed)?;
    if let (0, Some(id)) = (count, id) {
        return Err(DeadLettersError::NoLetter {
            queue: line.name.clone(),
            id: id.to_owned(),
        });
    }
    let left = line.letters.count().await.map_err(failed)?;
    say(&if args.place.json {
        serde_json::json!({"queue": line.name, "redriven": count, "left": left}).to_string()
    } else {
        text!(
            args.place.lang,
            "letters-put-back",
            queue = &line.name,
            count = count,
            left = left
        )
    });
    Ok(())
}

fn say(text: &str) {
    // A closed pipe changes nothing of what was done.
    _ = writeln!(std::io::stdout(), "{text}");
}
