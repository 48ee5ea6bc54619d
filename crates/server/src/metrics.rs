//! The numbers that the process counts, in the text format of Prometheus.

use std::sync::OnceLock;

use aumsos_persistence::ReplicaState;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Upper ends of the buckets for durations, in seconds.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 20.0];

/// The one recorder of the process; the first who asks installs it.
fn handle() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().set_buckets(&SECONDS).ok()?.install_recorder().ok()).as_ref()
}

/// Begins to count.
pub(crate) fn start() {
    if handle().is_none() {
        tracing::warn!("metrics are not counted: another recorder is installed");
    }
}

/// All numbers as Prometheus reads them.
pub(crate) fn written() -> String {
    handle().map(PrometheusHandle::render).unwrap_or_default()
}

/// Tells how it stands with the replica; how far behind it is, only where that is known.
pub(crate) fn tell_of_replica(state: ReplicaState) {
    metrics::gauge!("replica_followed").set(f64::from(u8::from(state.is_followed)));
    metrics::gauge!("replica_behind_seconds").set(state.behind.map_or(f64::NAN, |behind| behind.as_secs_f64()));
}

/// Folds what was measured since the last time into the buckets; to be called regularly, or it piles up in memory.
pub(crate) fn tidy_up() {
    if let Some(handle) = handle() {
        handle.run_upkeep();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_written() {
        start();
        start();
        let recorder = handle().map(PrometheusHandle::render);
        assert!(recorder.is_some());
        assert_eq!(recorder.unwrap_or_default(), written());
    }
}
