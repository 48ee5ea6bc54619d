//! `aumsos audit verify`: whether the ledger is what it was when it was written.

use std::{
    fs,
    path::{Path, PathBuf},
};

use aumsos_persistence::{
    Store,
    ledger::{
        checkpoint::Checkpoint,
        verify::{Fault, Verdict},
    },
};
use clap::Subcommand;

use super::{block_on, say};
use crate::{
    config::{Config, Overrides},
    failure::Failure,
    opening,
    progress::Progress,
};

/// Prove that the audit trail is whole
#[derive(Debug, clap::Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Verify(Verify),
}

/// Walk the ledger's chain of hashes and find every edited, removed or reordered row
///
/// Exits with 0 when all is well, with 1 when faults were found; each is named with its place. The chain alone cannot
/// show that its end was cut off: signed checkpoints can, see audit.checkpoint_file in docs/configuration.md.
#[derive(Debug, clap::Args)]
struct Verify {
    #[command(flatten)]
    overrides: Overrides,
    /// The file of signed checkpoints to compare with, instead of audit.checkpoint_file
    #[arg(long, value_name = "FILE")]
    checkpoints: Option<PathBuf>,
    /// Print the verdict as one JSON object
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match &self.what {
            What::Verify(verify) => {
                let (config, _) = Config::load(&verify.overrides)?;
                block_on(verify.verify(&config))
            }
        }
    }
}

impl Verify {
    async fn verify(&self, config: &Config) -> Result<(), Failure> {
        let store = opening::open_existing(config).await?;
        opening::require_newest_schema(&store).await?;
        let checkpoints = match self.checkpoints.as_ref().or(config.audit.checkpoint_file.as_ref()) {
            Some(file) => read_checkpoints(file, &store)?,
            None => Vec::new(),
        };
        let rows = u64::try_from(store.last_position().await?).unwrap_or(0);
        let progress = Progress::of(rows, "rows of the ledger");
        let shown = progress.clone();
        let verdict =
            store.verify_ledger(&checkpoints, move |walked| shown.advance(walked.saturating_sub(shown.done()))).await?;
        progress.finish();
        store.close().await?;
        if self.json {
            say(serde_json::to_string(&verdict).map_err(|error| Failure::io("the verdict", error.into()))?);
        } else {
            tell(&verdict, !checkpoints.is_empty());
        }
        if verdict.faults.is_empty() { Ok(()) } else { Err(Failure::Found) }
    }
}

/// Every line of the file with its number; nothing for a line that is no checkpoint signed by this service.
fn read_checkpoints(file: &Path, store: &Store) -> Result<Vec<(usize, Option<Checkpoint>)>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::io(file.display(), error))?;
    let key = store.checkpoint_public_key()?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    Ok(lines.map(|(at, line)| (at + 1, Checkpoint::read(line, &key))).collect())
}

fn tell(verdict: &Verdict, has_checkpoints: bool) {
    let Verdict { rows, last_position, last_hash, waiting, checkpoints, faults } = verdict;
    say(format_args!("{rows} rows walked, to position {last_position} (hash {last_hash})."));
    if *waiting > 0 {
        say(format_args!("{waiting} rows wait for their position; they get it while the service runs."));
    }
    if has_checkpoints {
        say(format_args!("{checkpoints} signed checkpoints agree with the chain."));
    }
    for fault in faults {
        say(format_args!("FAULT {}", described(fault)));
    }
    match (faults.len(), has_checkpoints) {
        (0, true) => say("The ledger is whole."),
        (0, false) => say("The chain is whole. Without signed checkpoints, a cut at its end would not show."),
        (found, _) => say(format_args!("{found} faults: the ledger is NOT what it was when it was written.")),
    }
}

fn described(fault: &Fault) -> String {
    match fault {
        Fault::Edited { position, change_id } => {
            format!("at position {position}: row {change_id} or its place in the chain was edited")
        }
        Fault::PositionMissing { position } => {
            format!("at position {position}: the position is missing; a seal was removed")
        }
        Fault::RowMissing { position, change_id } => format!("at position {position}: row {change_id} was removed"),
        Fault::NeverSealed { change_id } => {
            format!(
                "row {change_id} has no position and waits for none: its seal was removed, or it was put in by hand"
            )
        }
        Fault::CheckpointBroken { position } => {
            format!(
                "at position {position}: the chain is not what was signed there; it was rewritten, or its end cut off"
            )
        }
        Fault::CheckpointForged { line } => {
            format!("in line {line} of the checkpoints: it was not signed by this service")
        }
    }
}
