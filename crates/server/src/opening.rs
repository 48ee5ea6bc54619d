//! Opening the store that the configuration names.

use std::{fs::DirBuilder, io, os::unix::fs::DirBuilderExt, path::Path, time::Duration};

use aumsos_persistence::{ReplicaSettings, Store, StoreSettings, Vault};

use crate::{config::Config, failure::Failure};

/// Opens the database; an embedded one is made when it is not there, with its folder.
pub async fn open(config: &Config) -> Result<Store, Failure> {
    open_for(0, config).await
}

/// Opens the database for a server and all of its workers.
pub async fn open_to_serve(config: &Config) -> Result<Store, Failure> {
    open_for(config.http.worker_count(), config).await
}

async fn open_for(workers: usize, config: &Config) -> Result<Store, Failure> {
    let storage = &config.storage;
    make_folder(&storage.data_dir)?;
    if let Some(folder) = storage.database_url.file().and_then(Path::parent) {
        make_folder(folder)?;
    }
    // Only when one is needed: the first chance that a process asks for takes 30 ms to gather.
    let master_key = config.master_key(|| Vault::fresh_master_key().map_err(io::Error::other))?;
    let settings = StoreSettings {
        workers: u32::try_from(workers).unwrap_or(u32::MAX),
        replica: config.replica.replica_url.as_ref().map(|replica| ReplicaSettings {
            url: replica.expose().to_owned(),
            lag: Duration::from_millis(config.replica.replica_lag_ms),
        }),
        ..StoreSettings::new(storage.database_url.expose(), storage.connections())
    };
    // The connections' options make a large future; every command would carry it.
    let previous: Vec<[u8; 32]> = config.secrets.previous_master_keys.iter().map(|key| *key.expose()).collect();
    Ok(Box::pin(Store::open(&settings, Vault::rotating(master_key.expose(), &previous)?)).await?)
}

/// Opens a database that must be there.
pub async fn open_existing(config: &Config) -> Result<Store, Failure> {
    match config.storage.database_url.file() {
        Some(file) if !file.exists() => Err(Failure::NoDatabase(file.to_owned())),
        _ => open(config).await,
    }
}

/// Opens a database that must be there, with the newest schema.
pub async fn open_migrated(config: &Config) -> Result<Store, Failure> {
    let store = open_existing(config).await?;
    require_newest_schema(&store).await?;
    Ok(store)
}

/// How many steps of the schema the database lacks.
pub async fn missing_steps(store: &Store) -> Result<usize, Failure> {
    Ok(store.migration_status().await?.iter().filter(|(_, is_taken)| !is_taken).count())
}

/// Refuses a database whose schema is behind.
pub async fn require_newest_schema(store: &Store) -> Result<(), Failure> {
    match missing_steps(store).await? {
        0 => Ok(()),
        missing => Err(Failure::SchemaBehind(missing)),
    }
}

/// What lies in it is not for everyone on the machine.
fn make_folder(folder: &Path) -> Result<(), Failure> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    let made = DirBuilder::new().recursive(true).mode(0o750).create(folder);
    made.map_err(|error| Failure::io(folder.display(), error))
}
