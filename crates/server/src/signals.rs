//! The signals by which the service is asked to stop.

use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;

/// Ends when SIGTERM or SIGINT comes, with its name. A second one ends the process at once, as if it were killed: the
/// database is made for that.
pub(crate) fn stop_asked() -> Result<impl Future<Output = &'static str>, Failure> {
    let heard = |kind| signal(kind).map_err(|error| Failure::io("signals cannot be heard", error));
    let mut terminate = heard(SignalKind::terminate())?;
    let mut interrupt = heard(SignalKind::interrupt())?;
    Ok(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::warn!("asked twice to stop: not waiting any longer");
            std::process::exit(130);
        });
        name
    })
}
