//! `aumsos migrate`: the steps of the schema.

use std::io::{self, IsTerminal};

use aumsos_persistence::Store;
use clap::Subcommand;

use super::{block_on, say};
use crate::{
    config::{Config, Overrides},
    failure::Failure,
    opening,
};

/// Bring the database's schema up or down, or show where it stands
#[derive(Debug, clap::Args)]
pub(crate) struct Migrate {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    /// Take every step that is missing; several processes may do so at once
    Up {
        #[command(flatten)]
        overrides: Overrides,
        /// Also grant this PostgreSQL role what the server needs and no more
        ///
        /// The role must exist and must not own the tables. It may append to the ledger but never change it, and
        /// cannot change the schema. Run `aumsos serve` as this role, and migrations as the owner.
        #[arg(long, value_name = "NAME")]
        server_role: Option<String>,
    },
    /// Take back the last steps; what their tables held is lost
    Down {
        #[command(flatten)]
        overrides: Overrides,
        /// How many steps to take back
        #[arg(long, default_value_t = 1, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
        /// Do not ask on a terminal
        #[arg(long, short)]
        yes: bool,
    },
    /// Show every step and whether it was taken
    Status {
        #[command(flatten)]
        overrides: Overrides,
    },
}

impl Migrate {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self.step {
            Step::Up { overrides, server_role } => {
                let (config, _) = Config::load(&overrides)?;
                block_on(up(&config, server_role.as_deref()))
            }
            Step::Down { overrides, steps, yes } => {
                let (config, _) = Config::load(&overrides)?;
                if !yes && io::stdin().is_terminal() {
                    confirm(&config, steps)?;
                }
                block_on(down(&config, steps))
            }
            Step::Status { overrides } => {
                let (config, _) = Config::load(&overrides)?;
                block_on(status(&config))
            }
        }
    }
}

async fn up(config: &Config, server_role: Option<&str>) -> Result<(), Failure> {
    let store = opening::open(config).await?;
    let missing = opening::missing_steps(&store).await?;
    store.migrate_up().await?;
    match missing {
        0 => say("The schema is up to date; nothing was to be done."),
        taken => say(format_args!("The schema is up to date; {taken} steps were taken.")),
    }
    if let Some(role) = server_role {
        grant(&store, role).await?;
        say(format_args!("The role {role} may serve: it can append to the ledger, and cannot change it."));
    }
    Ok(store.close().await?)
}

/// Asks the person at the terminal.
fn confirm(config: &Config, steps: u32) -> Result<(), Failure> {
    let database = &config.storage.database_url;
    eprint!("Taking back {steps} steps of {database} drops their tables with all they hold. Type yes to go on: ");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(|error| Failure::io("the terminal", error))?;
    match answer.trim() {
        "yes" => Ok(()),
        _ => Err(Failure::Refused("nothing was done".to_owned())),
    }
}

async fn grant(store: &Store, role: &str) -> Result<(), Failure> {
    if store.is_sqlite() {
        return Err(Failure::Refused("--server-role is for PostgreSQL: SQLite knows no roles".to_owned()));
    }
    Ok(store.grant_to_server(role).await?)
}

async fn down(config: &Config, steps: u32) -> Result<(), Failure> {
    let store = opening::open_existing(config).await?;
    let before = opening::missing_steps(&store).await?;
    store.migrate_down(steps).await?;
    let after = opening::missing_steps(&store).await?;
    say(format_args!("{} steps were taken back.", after - before));
    Ok(store.close().await?)
}

async fn status(config: &Config) -> Result<(), Failure> {
    let store = opening::open_existing(config).await?;
    for (name, is_taken) in store.migration_status().await? {
        say(format_args!("{} {name}", if is_taken { "taken  " } else { "missing" }));
    }
    Ok(store.close().await?)
}
