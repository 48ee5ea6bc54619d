//! `aumsos keys`: changing the master key.

use clap::Subcommand;

use super::{block_on, say};
use crate::{
    config::{Config, Overrides},
    failure::Failure,
    opening,
    progress::Progress,
};

/// Change the master key
///
/// First give every process the new key in secrets.previous_master_keys, so that each can read what another seals under
/// it; then make it secrets.master_key everywhere, and the old one the previous. Then seal anew. When nothing is left, and
/// a day later, the old key can be taken out of the configuration and destroyed.
#[derive(Debug, clap::Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Seal all that lies under an older master key under the newest, while the service runs; stopped, it goes on
    Rotate {
        #[command(flatten)]
        overrides: Overrides,
    },
    /// Say how much lies under an older master key
    Status {
        #[command(flatten)]
        overrides: Overrides,
    },
}

impl Keys {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match &self.what {
            What::Rotate { overrides } => {
                let (config, _) = Config::load(overrides)?;
                block_on(rotate(&config))
            }
            What::Status { overrides } => {
                let (config, _) = Config::load(overrides)?;
                block_on(status(&config))
            }
        }
    }
}

async fn rotate(config: &Config) -> Result<(), Failure> {
    let store = opening::open_migrated(config).await?;
    let progress = Progress::of(store.keys_under_older().await?, "keys");
    let mut sealed = 0;
    loop {
        let done = store.seal_keys_anew().await?;
        if done == 0 {
            break;
        }
        sealed += done;
        progress.advance(done);
    }
    sealed += store.seal_rest_anew().await?;
    progress.finish();
    let left = store.keys_under_older().await? + store.rest_under_older().await?;
    let newest = store.vault().id().to_owned();
    store.close().await?;
    say(format_args!("{sealed} sealed anew under the master key {newest}, {left} left under older ones."));
    Ok(())
}

async fn status(config: &Config) -> Result<(), Failure> {
    let store = opening::open_migrated(config).await?;
    let left = store.keys_under_older().await? + store.rest_under_older().await?;
    let newest = store.vault().id().to_owned();
    store.close().await?;
    say(format_args!("The newest master key is {newest}; {left} keys lie under older ones."));
    Ok(())
}
