//! `aumsos serve`: the service itself.

use std::pin::pin;

use super::{block_on, say};
use crate::{
    config::{Config, ServeFlags},
    demo,
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
        let mut stop_asked = pin!(signals::stop_asked()?);
        let running = tokio::select! {
            started = Running::start(config, &self.flags) => started?,
            // What was begun is rolled back: half a migration or half a demonstration never stands.
            signal = &mut stop_asked => {
                tracing::info!(signal, "stopped before the service was up");
                return Ok(());
            }
        };
        tracing::info!(address = %running.address(), "listening on {}", running.public_url());
        tell(&running, self.flags.demo);
        let signal = stop_asked.await;
        tracing::info!(signal, "stopping");
        running.stop().await?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Where to look, for the person who started it.
fn tell(running: &Running, is_demo: bool) {
    let url = running.public_url();
    say(format_args!("aumsos is listening on http://{}", running.address()));
    say(format_args!("  documentation  {url}/docs"));
    say(format_args!("  contract       {url}/openapi.json"));
    if let Some(link) = running.first_administrator() {
        say(format_args!(
            "\nNobody is an administrator yet. Whoever opens this link within a day becomes the first:\n  {link}"
        ));
    }
    if is_demo {
        say(format_args!(
            "\nAll data is invented. Log-ins, clients and people alike, all with the secret {}:",
            demo::SECRET
        ));
        for demo::LogIn { client_id, email, role } in demo::log_ins() {
            say(format_args!("  {client_id:28}  {email:38}  {role}"));
        }
        let officer = demo::log_ins().nth(1).map_or(String::new(), |log_in| log_in.client_id);
        say(format_args!(
            "\nA token: curl -u {officer}:{} -d grant_type=client_credentials {url}/oauth/token",
            demo::SECRET
        ));
    }
}
