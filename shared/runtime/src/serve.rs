//! The loop that asks Lambda for work.

use std::future::Future;
use std::pin::Pin;

use directory::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One invocation, apart from its event.
#[derive(Debug, Clone, Copy)]
pub struct Invocation {
    /// When Lambda kills it. Emulators give nonsense here: treat a moment in the past as unknown.
    pub deadline: Timestamp,
}

/// The loop ended, or could not begin.
#[derive(Debug, thiserror::Error)]
#[error("the Lambda runtime loop ended")]
pub struct ServeError(#[source] lambda_runtime::Error);

/// Serves invocations until the environment is taken away. The handler is total: what it cannot do it says in its answer.
///
/// # Errors
/// [`ServeError`] when the runtime API cannot be reached or answers nonsense.
///
/// # Panics
/// Outside of Lambda, where the variables of its runtime API are missing.
pub async fn serve_invocations<I, O, F, Fut>(handler: F) -> Result<(), ServeError>
where
    I: DeserializeOwned + Send,
    O: Serialize + Send,
    F: Fn(I, Invocation) -> Fut + Send,
    Fut: Future<Output = O> + Send,
{
    let handler = &handler;
    let one = service_fn(move |event: LambdaEvent<I>| async move {
        let deadline = Timestamp(i64::try_from(event.context.deadline).unwrap_or(i64::MAX));
        // Boxed: the type of a whole function's future is too deep for the compiler.
        let answer: Pin<Box<dyn Future<Output = O> + Send + '_>> =
            Box::pin(handler(event.payload, Invocation { deadline }));
        Ok::<O, std::convert::Infallible>(answer.await)
    });
    lambda_runtime::run(one).await.map_err(ServeError)
}
