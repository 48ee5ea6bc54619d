//! `aumsos serve`: the service itself.

use super::{block_on, say};
use crate::{
    config::{Config, ServeFlags},
    failure::Failure,
    running::Running,
    signals, telemetry,
};

/// Serve the registry over HTTP until SIGTERM or SIGINT
///
/// With nothing configured: an SQLite database in ./data, on http://127.0.0.1:8080. An SQLite database is made and
/// brought to the newest schema by itself; a PostgreSQL one only with --migrate.
///
/// On SIGTERM or SIGINT the service says that it is not ready, finishes the requests in flight for at most 20 seconds,
/// and leaves the database in order.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    flags: ServeFlags,
}

impl Serve {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (config, _) = Config::load_for_serving(&self.flags)?;
        // Before the threads start: the exporter of traces makes its own.
        let _telemetry = telemetry::start(&config.log, &config.telemetry)?;
        block_on(self.serve(&config))
    }

    async fn serve(&self, config: &Config) -> Result<(), Failure> {
        // From here on a signal is heard, also one that comes before the service is up.
        let stop_asked = signals::stop_asked()?;
        let running = Running::start(config, &self.flags).await?;
        tracing::info!(address = %running.address(), "listening on {}", running.public_url());
        tell(&running);
        let signal = stop_asked.await;
        tracing::info!(signal, "stopping");
        running.stop().await?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Where to look, for the person who started it.
fn tell(running: &Running) {
    let url = running.public_url();
    say(format_args!("aumsos is listening on {url}"));
    say(format_args!("  documentation  {url}/docs"));
    say(format_args!("  contract       {url}/openapi.json"));
}
