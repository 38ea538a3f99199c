//! Where dead letters are: the queues of a stack, or of this machine.

use std::path::Path;
use std::sync::Arc;

use runtime::aws::{AwsSettings, AwsTimeouts};
use runtime::variables::{AWS_ENDPOINT_URL, AWS_REGION};
use state::DeadLetters;
use state::queue::dead_letters_of_stack;

use super::{DeadLettersError, QueueSourceArgs};
use crate::embedded::Database;
use crate::machine::{self, StartError, StateLock};

/// Dead letters and the name of their queue.
pub(super) struct NamedQueue {
    pub(super) name: String,
    pub(super) letters: Arc<dyn DeadLetters>,
}

/// The queues, and what has to live as long.
pub(super) struct OpenQueues {
    pub(super) all: Vec<NamedQueue>,
    database: Option<Database>,
    _hold: Option<StateLock>,
}

impl OpenQueues {
    pub(super) fn find_queue(&self, name: &str) -> Result<&NamedQueue, DeadLettersError> {
        self.all
            .iter()
            .find(|line| line.name == name)
            .ok_or_else(|| {
                let known: Vec<&str> = self.all.iter().map(|line| line.name.as_str()).collect();
                DeadLettersError::NoQueue {
                    name: name.to_owned(),
                    known: known.join(", "),
                }
            })
    }

    pub(super) async fn close(self) {
        if let Some(database) = self.database
            && let Err(err) = database.stop().await
        {
            tracing::warn!(reason = %err, "the database had stopped before");
        }
    }
}

/// Opens them; to write, this machine's state has to be nobody else's.
pub(super) async fn open(
    args: &QueueSourceArgs,
    writes: bool,
) -> Result<OpenQueues, DeadLettersError> {
    match &args.data {
        Some(data) => of_machine(data, writes).await,
        None => of_stack(args).await,
    }
}

async fn of_stack(args: &QueueSourceArgs) -> Result<OpenQueues, DeadLettersError> {
    let given = |name: &str| match name {
        AWS_REGION => args.region.clone(),
        AWS_ENDPOINT_URL => args.endpoint_url.clone(),
        _ => None,
    };
    let sdk = AwsSettings::from_vars(
        &|name| given(name).or_else(|| runtime::read_variable(name)),
        AwsTimeouts::WORKER,
    )?
    .sdk_config()?;
    let prefix = format!("{}-", args.stack);
    let found = dead_letters_of_stack(&runtime::aws::sqs_client(&sdk), &prefix)
        .await
        .map_err(DeadLettersError::Queues)?;
    if found.is_empty() {
        return Err(DeadLettersError::NoQueues(args.stack.clone()));
    }
    let named = |(name, letters)| NamedQueue {
        name,
        letters: Arc::new(letters) as Arc<dyn DeadLetters>,
    };
    Ok(OpenQueues {
        all: found.into_iter().map(named).collect(),
        database: None,
        _hold: None,
    })
}

/// Reading may happen beside a running `bangding up`; putting back may not, because it keeps its queues in memory.
async fn of_machine(data: &Path, writes: bool) -> Result<OpenQueues, DeadLettersError> {
    let file = data.join("state.db");
    if !file.exists() {
        return Err(DeadLettersError::NoState(data.to_owned()));
    }
    let hold = if writes {
        Some(machine::lock_state(data)?)
    } else {
        None
    };
    let database = Database::open(&file).await.map_err(StartError::from)?;
    let queues = machine::open_queues(&database.client())
        .await
        .map_err(StartError::from)?;
    let named = |name: &str, letters| NamedQueue {
        name: name.to_owned(),
        letters,
    };
    let all = vec![
        named("outbox", queues.outbox as Arc<dyn DeadLetters>),
        named("refused-tokens", queues.refused),
        named("sweeps", queues.sweeps),
        named("wakes", queues.wakes),
    ];
    Ok(OpenQueues {
        all,
        database: Some(database),
        _hold: hold,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use state::{Queue as _, QueueMessage};

    use super::*;
    use crate::machine::{Machine, MachineConfig};

    /// A machine with one wake that was delivered too often.
    async fn machine_with_dead_letter(data: &Path) -> Machine {
        let place = MachineConfig {
            data: data.to_owned(),
            dynamodb: None,
            allow_loopback: true,
        };
        let machine = Machine::start(&place).await.unwrap();
        let message = QueueMessage {
            body: "{}".into(),
            group: Some("g".into()),
            deduplication: Some("d".into()),
            delay_s: 0,
        };
        machine.queues.wakes.send(message).await.unwrap();
        while let Some(received) = machine
            .queues
            .wakes
            .receive(1, Duration::ZERO)
            .await
            .unwrap()
            .pop()
        {
            machine
                .queues
                .wakes
                .release(&received.receipt)
                .await
                .unwrap();
        }
        machine
    }

    #[tokio::test]
    async fn dead_letters_are_listed_while_up_runs_and_redriven_only_when_it_does_not() {
        let home = tempfile::tempdir().unwrap();
        assert!(matches!(
            of_machine(home.path(), false).await,
            Err(DeadLettersError::NoState(_))
        ));
        let machine = machine_with_dead_letter(home.path()).await;
        let beside = of_machine(home.path(), false).await.unwrap();
        let letters = beside
            .find_queue("wakes")
            .unwrap()
            .letters
            .list(10)
            .await
            .unwrap();
        assert_eq!((letters.len(), letters[0].receives), (1, 8));
        assert!(matches!(
            beside.find_queue("wake"),
            Err(DeadLettersError::NoQueue { .. })
        ));
        beside.close().await;
        let in_use = of_machine(home.path(), true).await;
        assert!(matches!(
            in_use,
            Err(DeadLettersError::Machine(StartError::InUse(_)))
        ));
        machine.stop().await;
        let alone = of_machine(home.path(), true).await.unwrap();
        let wakes = &alone.find_queue("wakes").unwrap().letters;
        assert_eq!(wakes.redrive(Some(&letters[0].id)).await, Ok(1));
        assert_eq!(wakes.count().await, Ok(0));
        alone.close().await;
    }
}
