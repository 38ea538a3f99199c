//! Wakes → the engine.

use reconcile::{ReconcileConfig, ReconcileDeps, handle};
use runtime::batch::QueueBatch;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    runtime::init_logging("reconcile");
    // A broken configuration fails the cold start, never a wake.
    let config = ReconcileConfig::from_vars(runtime::read_variable)?;
    let deps = ReconcileDeps::connect(&config)?;
    let deps = &deps;
    runtime::serve_invocations(
        move |wakes: QueueBatch, _| async move { handle(deps, &wakes).await },
    )
    .await?;
    Ok(())
}
