//! The flags of the command line that stand above every other source of configuration.

use std::path::PathBuf;

use super::secret::Secret;

/// The flags that every command takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Overrides {
    /// The configuration file, instead of aumsos.toml in the working directory
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database, `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`
    #[arg(long, value_name = "URL", value_parser = secret)]
    pub database_url: Option<Secret<String>>,
    /// The folder for everything that is kept in files
    #[arg(long, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
}

/// The flags of `aumsos serve`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ServeFlags {
    /// What every command takes.
    #[command(flatten)]
    pub overrides: Overrides,
    /// A replica of the database that reads may follow, `postgres://USER:PASSWORD@HOST/NAME`
    #[arg(long, value_name = "URL", value_parser = secret)]
    pub replica_url: Option<Secret<String>>,
    /// The address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Fill a new database with invented data, and serve it on this machine only
    #[arg(long)]
    pub demo: bool,
    /// Bring a PostgreSQL database to the newest schema first (SQLite always is)
    #[arg(long)]
    pub migrate: bool,
}

/// Clap reads a flag by a function that may fail; text cannot.
#[expect(clippy::unnecessary_wraps, reason = "the form that clap asks for")]
fn secret(text: &str) -> Result<Secret<String>, std::convert::Infallible> {
    Ok(Secret::from(text.to_owned()))
}

/// The settings that have a flag.
pub(super) const FLAGS: &[(&str, &str)] = &[
    ("database_url", "--database-url"),
    ("database.replica_url", "--replica-url"),
    ("data_dir", "--data-dir"),
    ("http.listen", "--listen"),
];

impl ServeFlags {
    /// The settings that were given, by key.
    pub(super) fn given(&self) -> impl Iterator<Item = (&'static str, String)> {
        let Overrides { database_url, data_dir, .. } = &self.overrides;
        [
            ("database_url", database_url.as_ref().map(|url| url.expose().clone())),
            ("database.replica_url", self.replica_url.as_ref().map(|url| url.expose().clone())),
            ("data_dir", data_dir.as_ref().map(|folder| folder.display().to_string())),
            ("http.listen", self.listen.clone()),
        ]
        .into_iter()
        .filter_map(|(key, given)| given.map(|given| (key, given)))
    }
}
