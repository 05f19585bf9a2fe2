//! The one place where asynchronous clients meet the rest, which is written in plain calls.

use std::future::Future;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

/// Waits for an answer from the network. Connections live on two threads of their own, which serve the whole process.
///
/// # Panics
/// If the operating system gives no more threads, or when called from within the runtime.
pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}

/// The runtime, for what goes on in the background.
pub(super) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let builder = Builder::new_multi_thread().worker_threads(2).thread_name("endcap-net").enable_all().build();
        builder.expect("two threads and a poller are to be had")
    })
}
