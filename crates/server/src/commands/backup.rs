//! `aumsos backup`: a consistent copy while the service runs.

use std::path::{Path, PathBuf};

use super::{block_on, say};
use crate::{
    config::{Config, Database, ObjectsUrl, Overrides},
    failure::Failure,
    opening,
};

/// Copy the SQLite database into a new file, also while it is being served
///
/// The copy is one consistent state; it is checked, and has its name only when it is whole. No file is overwritten.
/// The master key and uploaded files are not in it: keep copies of those too, the key in another place.
/// For PostgreSQL use pg_dump or pg_basebackup.
#[derive(Debug, clap::Args)]
pub(crate) struct Backup {
    #[command(flatten)]
    overrides: Overrides,
    /// The file to make
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Backup {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (config, _) = Config::load(&self.overrides)?;
        if config.storage.database_url.system() == Database::Postgres {
            return Err(Failure::Refused(
                "the database is PostgreSQL: copy it with `pg_dump --format=custom --file=FILE`, or the whole cluster, \
                 with point-in-time recovery, with `pg_basebackup`"
                    .to_owned(),
            ));
        }
        block_on(copy(&config, &self.file))
    }
}

async fn copy(config: &Config, file: &Path) -> Result<(), Failure> {
    let store = opening::open_existing(config).await?;
    let copied = store.backup_to(file).await;
    store.close().await?;
    let copied = copied?;
    say(format_args!(
        "{}: {} bytes, the ledger to position {}; checked.",
        file.display(),
        copied.bytes,
        copied.last_position
    ));
    if config.secrets.master_key.is_none() {
        let key = config.storage.data_dir.join("master.key");
        say(format_args!("Personal data in it can only be read with the master key: {}.", key.display()));
    }
    if let ObjectsUrl::Folder(folder) = &config.objects.url {
        say(format_args!("Uploaded files are in {}, and not in this copy.", folder.display()));
    }
    Ok(())
}
