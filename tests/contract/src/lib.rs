#![doc = include_str!("../README.md")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a contract that cannot go on is broken"
)]

pub mod archive;
pub mod aws;
pub mod embedded;
pub mod faults;
pub mod queue;
pub mod store;
pub mod vault;

/// Makes one test per case and side: `cases!(side, open, module; case, …)`. `open` creates the
/// fixture that the cases of `module` take.
#[macro_export]
macro_rules! cases {
    ($side:ident, $open:path, $port:path; $($case:ident),+ $(,)?) => {
        mod $side {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    use $port as port;
                    let fixture = $open().await;
                    port::$case(&fixture).await;
                }
            )+
        }
    };
}
