//! DingTalk event callback: verify, decrypt, enqueue, acknowledge. Nothing else.

use callback::{CallbackConfig, CallbackDeps, HttpEvent, handle_http};
use runtime::{SystemClock, random_bytes};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    runtime::init_logging("callback");
    // A broken configuration fails the cold start, never a request.
    let config = CallbackConfig::from_vars(runtime::read_variable)?;
    let deps = CallbackDeps::connect(&config).await?;
    let deps = &deps;
    runtime::serve_invocations(move |event: HttpEvent, _| async move {
        handle_http(deps, &event, SystemClock.now(), random_bytes().ok()).await
    })
    .await?;
    Ok(())
}
