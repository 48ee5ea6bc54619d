//! The master key in force: the one that was given, or one of the service's own beside its embedded database.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use data_encoding::BASE64;

use super::{Config, Database, MasterKey, values::Scalar};

/// The file in the data folder that holds a key of the service's own.
const FILE: &str = "master.key";

/// Why there is no master key. Nothing may start without one.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// Several processes may share a PostgreSQL database: they must all be given the same key.
    #[error(
        "secrets.master_key, secrets.master_key_file or secrets.master_key_command must be given with a PostgreSQL database"
    )]
    Missing,
    /// The service's own key could not be read or kept.
    #[error("{}: {source}", path.display())]
    File {
        /// The file of the key.
        path: PathBuf,
        /// What went wrong with it.
        source: io::Error,
    },
    /// The database is there, and the key that it was made under is not.
    #[error(
        "{} is missing, and without the master key what {} holds cannot be read: put the key back from its backup",
        path.display(), database.display()
    )]
    Lost {
        /// The file of the key.
        path: PathBuf,
        /// The database file.
        database: PathBuf,
    },
    /// The service's own key has been damaged; a new one could not read what the old one encrypted.
    #[error("{}: {what}", path.display())]
    Damaged {
        /// The file of the key.
        path: PathBuf,
        /// What it should be.
        what: String,
    },
}

/// How long a command may take to print the master key.
const PATIENCE: Duration = Duration::from_secs(30);

/// The key that a command prints. What it says of a failure is not shown: it may hold the key.
pub(super) fn printed_by(command: &str) -> Result<MasterKey, String> {
    let mut words = command.split_whitespace();
    let program = words.next().ok_or("the command is empty")?;
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| format!("{program} cannot be run: {error}"))?;
    let begun = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if begun.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(20)),
            _ => {
                // It may have ended meanwhile.
                let _ = child.kill();
                return Err(format!("{program} did not end within {} s", PATIENCE.as_secs()));
            }
        }
    };
    let mut printed = String::new();
    let read = child.stdout.take().map(|mut out| out.read_to_string(&mut printed));
    match (status.success(), read) {
        (true, Some(Ok(_))) => MasterKey::parse(&printed).map_err(|what| format!("what {program} prints: {what}")),
        _ => Err(format!("{program} failed ({status})")),
    }
}

impl Config {
    /// The master key. When none was given and the database is embedded, the service's own: `fresh`, which must be
    /// random, is kept in the data folder at the first start and read from there ever after.
    pub fn master_key(&self, fresh: impl FnOnce() -> io::Result<[u8; 32]>) -> Result<MasterKey, MasterKeyError> {
        match (&self.secrets.master_key, self.storage.database_url.system()) {
            (Some(given), _) => Ok(given.clone()),
            (None, Database::Sqlite) => own_key(&self.storage.data_dir, self.storage.database_url.file(), fresh),
            (None, Database::Postgres) => Err(MasterKeyError::Missing),
        }
    }
}

/// `database` is where the database is or will be: a new key is only made when it is not there yet.
fn own_key(
    folder: &Path,
    database: Option<&Path>,
    fresh: impl FnOnce() -> io::Result<[u8; 32]>,
) -> Result<MasterKey, MasterKeyError> {
    let path = folder.join(FILE);
    let read = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound && database.is_some_and(Path::exists) => {
            let database = database.map(Path::to_owned).unwrap_or_default();
            return Err(MasterKeyError::Lost { path, database });
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fresh().and_then(|key| keep(&path, &BASE64.encode(&key))).and_then(|()| fs::read_to_string(&path))
        }
        read => read,
    };
    match read {
        Ok(text) => MasterKey::parse(&text).map_err(|what| MasterKeyError::Damaged { path, what }),
        Err(source) => Err(MasterKeyError::File { path, source }),
    }
}

/// Writes the key whole before giving it its name, so that of two first starts at once one wins and both read its key.
fn keep(path: &Path, key: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("{}.new", process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    writeln!(file, "{key}")?;
    file.sync_all()?;
    let named = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match named {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        named => named,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_first_start_makes_a_key_and_every_later_one_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert_eq!(own_key(&data, None, || Ok([7; 32])).unwrap().expose(), &[7; 32]);
        assert_eq!(own_key(&data, None, || Ok([8; 32])).unwrap().expose(), &[7; 32]);
        assert_eq!(fs::metadata(data.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&data).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn whoever_gives_no_key_is_told_every_way_to_give_one() {
        let told = MasterKeyError::Missing.to_string();
        for way in ["secrets.master_key,", "secrets.master_key_file", "secrets.master_key_command"] {
            assert!(told.contains(way), "{way} in {told}");
        }
    }

    #[test]
    fn of_two_first_starts_one_wins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        keep(&path, "first").unwrap();
        keep(&path, "second").unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), "first\n");
    }

    #[test]
    fn a_key_that_is_lost_is_not_replaced_by_another() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("aumsos.db");
        assert!(own_key(&folder.path().join("new"), Some(&database), || Ok([7; 32])).is_ok());
        fs::write(&database, "").unwrap();
        assert!(matches!(own_key(folder.path(), Some(&database), || Ok([7; 32])), Err(MasterKeyError::Lost { .. })));
        assert!(!folder.path().join(FILE).exists());
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "AAAA").unwrap();
        assert!(matches!(own_key(folder.path(), None, || Ok([7; 32])), Err(MasterKeyError::Damaged { .. })));
        assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), "AAAA");
    }
}
