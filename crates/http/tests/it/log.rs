//! What the router logs, kept for the test that runs on the thread.

use std::cell::RefCell;
use std::io::Write;
use std::marker::PhantomData;
use std::sync::LazyLock;

thread_local! {
    /// What was logged on this thread since its test began to listen; nobody listens to the others.
    static LOGGED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// One subscriber for the whole process. A subscriber for each test would not do: `tracing` remembers at each place that
/// logs whether anybody listens, and with one subscriber alive it asks the thread that passes first, whoever that is.
static SUBSCRIBER: LazyLock<()> = LazyLock::new(|| {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(|| ToThread)
        .init();
});

/// Sets the subscriber up; before anything logs, or its place is remembered as one that nobody listens to.
pub(crate) fn subscribe() {
    LazyLock::force(&SUBSCRIBER);
}

struct ToThread;

impl Write for ToThread {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| {
            if let Some(logged) = logged {
                logged.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Listens on this thread until it is dropped.
pub(crate) struct Log(PhantomData<*const ()>);

impl Log {
    pub(crate) fn begin() -> Self {
        LOGGED.set(Some(Vec::new()));
        Self(PhantomData)
    }

    /// The lines that the router wrote.
    pub(crate) fn requests(&self) -> Vec<String> {
        let logged = LOGGED.with_borrow(Clone::clone).unwrap_or_default();
        let text = String::from_utf8(logged).unwrap();
        text.lines()
            .filter(|line| line.contains("countersign_http"))
            .map(str::to_owned)
            .collect()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        LOGGED.set(None);
    }
}
