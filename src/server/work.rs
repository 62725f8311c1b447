//! Analysis off the protocol's thread, with its panics caught.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::task::AbortHandle;

/// Runs `work` on a thread that may block. `None` when it panicked, which is logged with what was asked; the
/// server lives on. Dropping the future takes work back that has not begun.
pub async fn off_thread<T: Send + 'static>(
    kind: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let task = tokio::task::spawn_blocking(move || caught(kind, work));
    let _guard = AbortOnDrop(task.abort_handle());
    task.await.ok().flatten()
}

/// Runs `work` here; `None` when it panicked. What `work` shares is immutable or swapped in whole, so that a panic
/// leaves nothing half done.
pub fn caught<T>(kind: &'static str, work: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(work));
    result.inspect_err(|_| tracing::error!(kind, "a panic was caught; this request is not answered")).ok()
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_answer_and_the_next_work_runs() {
        assert_eq!(off_thread("test", || -> u8 { panic!("caught") }).await, None);
        assert_eq!(off_thread("test", || 1).await, Some(1));
        assert_eq!(caught("test", || -> u8 { panic!("caught") }), None);
    }
}
