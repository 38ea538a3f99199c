//! Schedule, command or continuation → the engine, everything.

use full_sync::{SweepConfig, SweepDeps, SweepInput, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    runtime::init_logging("full-sync");
    // A broken configuration fails the cold start, never a sweep.
    let config = SweepConfig::from_vars(runtime::read_variable)?;
    let deps = SweepDeps::connect(&config)?;
    let deps = &deps;
    runtime::serve_invocations(move |input: SweepInput, invocation| async move {
        handle(deps, input, Some(invocation.deadline)).await
    })
    .await?;
    Ok(())
}
