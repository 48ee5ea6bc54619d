//! A consistent copy of the embedded database while it is being served.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sea_orm::{ConnectionTrait, Database, DbBackend, DbErr, Statement};

use crate::{Store, StoreError};

/// A copy that was made and looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copy {
    /// Its size.
    pub bytes: u64,
    /// The last sealed position of the ledger in it.
    pub last_position: i64,
}

/// Why there is no copy. Nothing is left behind in its place.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Only the embedded database is copied by the service.
    #[error("only an SQLite database is copied by the service itself")]
    NotEmbedded,
    /// A copy never takes the place of a file.
    #[error("{} stands already, and is not overwritten", .0.display())]
    Taken(PathBuf),
    /// The file cannot be written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The copy was written and is not sound.
    #[error("the copy is not sound: {0}")]
    Unsound(String),
    /// The database did not give the copy.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Copies the SQLite database into a new file, readable by its owner alone (`VACUUM INTO`: one consistent state,
    /// whatever is written meanwhile). The file has its name only when it is whole, sound and on the disk.
    pub async fn backup_to(&self, file: &Path) -> Result<Copy, CopyError> {
        if !self.is_sqlite() {
            return Err(CopyError::NotEmbedded);
        }
        if file.exists() {
            return Err(CopyError::Taken(file.to_owned()));
        }
        let mut draft = file.as_os_str().to_owned();
        draft.push(".incomplete");
        let draft = PathBuf::from(draft);
        let failed = |source| CopyError::File { path: draft.clone(), source };
        // SQLite fills an empty file that stands there, and keeps its permissions.
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(failed)?;
        let made = match self.vacuum_into(&draft).await {
            Ok(()) => keep(&draft, file).await,
            Err(error) => Err(error),
        };
        fs::remove_file(&draft).or_else(|error| match made {
            // The name is given by a second link, so that it cannot be taken away from another file.
            Ok(_) => Err(failed(error)),
            Err(_) => Ok(()),
        })?;
        made
    }

    async fn vacuum_into(&self, file: &Path) -> Result<(), CopyError> {
        let target = file.to_str().ok_or(StoreError::Unreadable("the name of the file is no text"))?;
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [target.into()]);
        // The readers may not even write elsewhere. SQLite holds no lock on the database meanwhile but that of a reader.
        self.write.execute_raw(statement).await.map_err(StoreError::from)?;
        Ok(())
    }
}

async fn keep(draft: &Path, file: &Path) -> Result<Copy, CopyError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => CopyError::Taken(file.to_owned()),
        _ => CopyError::File { path: file.to_owned(), source },
    };
    let last_position = look_through(draft).await?;
    let written = File::open(draft).map_err(failed)?;
    written.sync_all().map_err(failed)?;
    fs::hard_link(draft, file).map_err(failed)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(Copy { bytes: written.metadata().map_err(failed)?.len(), last_position })
}

/// Opens the copy as a database that nobody writes to, and has SQLite check every page of it.
async fn look_through(file: &Path) -> Result<i64, CopyError> {
    let copy = Database::connect(format!("sqlite://{}?mode=ro&immutable=1", file.display()))
        .await
        .map_err(StoreError::from)?;
    let asked = async {
        let ask = async |sql: &str| {
            let row = copy.query_one_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, [])).await?;
            row.ok_or_else(|| DbErr::Custom("no answer".to_owned()))
        };
        let sound: String = ask("PRAGMA integrity_check").await?.try_get_by_index(0)?;
        let last: Option<i64> = ask("SELECT MAX(position) FROM change_seal").await?.try_get_by_index(0)?;
        Ok::<_, DbErr>((sound, last))
    };
    let asked = asked.await;
    copy.close().await.map_err(StoreError::from)?;
    match asked.map_err(StoreError::from)? {
        (sound, last) if sound == "ok" => Ok(last.unwrap_or(0)),
        (fault, _) => Err(CopyError::Unsound(fault)),
    }
}
