//! DingTalk event callback: verify, decrypt, enqueue, acknowledge. Nothing else.

use callback::{Config, Deps, HttpEvent, handle_http};
use runtime::{SystemClock, random};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    runtime::init_logging("callback");
    // A broken configuration fails the cold start, never a request.
    let config = Config::from_vars(runtime::variable)?;
    let deps = Deps::connect(&config).await?;
    let deps = &deps;
    runtime::serve(move |event: HttpEvent, _| async move {
        handle_http(deps, &event, SystemClock.now(), random().ok()).await
    })
    .await?;
    Ok(())
}
