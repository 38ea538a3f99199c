//! Outbox queue → work notifications.

use message_push::{PushDeps, handle};
use runtime::batch::QueueBatch;
use runtime::worker::WorkerConfig;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    runtime::init_logging("message-push");
    let config = WorkerConfig::from_vars(&runtime::read_variable)?;
    let deps = PushDeps::connect(&config)?;
    let deps = &deps;
    runtime::serve_invocations(
        move |items: QueueBatch, _| async move { handle(deps, &items).await },
    )
    .await?;
    Ok(())
}
