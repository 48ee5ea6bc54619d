//! The configuration: defaults, above them `aumsos.toml`, above that `AUMSOS_*` variables, above all the flags of the
//! command line.
//!
//! [`Config::load`] reads all four and judges every value; what is wrong is named with its place, all of it at once,
//! and then there is no [`Config`]. Settings are defined in one place, `sections.rs`, from which
//! `docs/configuration.md` is written too.

mod addresses;
mod flags;
mod layers;
mod mail;
mod master_key;
mod origins;
mod problems;
mod reader;
mod reference;
mod secret;
mod sections;
pub(crate) mod values;

#[cfg(test)]
mod tests;

use std::{ffi::OsString, fs, path::Path};

pub use self::{
    addresses::{Database, DatabaseUrl, HttpUrl, ObjectsUrl, WebOrigin},
    flags::{Overrides, ServeFlags},
    mail::{MailAddress, SmtpUrl},
    master_key::MasterKeyError,
    origins::{Origin, Origins},
    problems::{ConfigError, Problem},
    reference::reference,
    secret::{MasterKey, Secret},
    sections::{Audit, Http, Identity, Log, Mail, Objects, RateLimit, Replica, Secrets, Storage, Telemetry},
    values::{LogFilter, LogFormat},
};
use self::{layers::Layers, layers::Surroundings, reader::Reader, values::Scalar};

/// Everything that can be configured. Every value has been judged, alone and beside the others.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the data is.
    pub storage: Storage,
    /// Where reads may go.
    pub replica: Replica,
    /// How the service is reached.
    pub http: Http,
    /// How often one caller may ask.
    pub rate_limit: RateLimit,
    /// Keys.
    pub secrets: Secrets,
    /// Where photographs and documents are kept.
    pub objects: Objects,
    /// How people and programs come in.
    pub identity: Identity,
    /// How mail is sent.
    pub mail: Mail,
    /// Proof that the audit trail is whole.
    pub audit: Audit,
    /// What is logged, and how.
    pub log: Log,
    /// Traces for an OpenTelemetry collector.
    pub telemetry: Telemetry,
}

impl Config {
    /// Reads the configuration of a command, and says where each value came from.
    pub fn load(flags: &Overrides) -> Result<(Self, Origins), ConfigError> {
        Self::load_for_serving(&ServeFlags { overrides: flags.clone(), ..ServeFlags::default() })
    }

    /// Reads the configuration of `aumsos serve`, whose flags say more.
    pub fn load_for_serving(flags: &ServeFlags) -> Result<(Self, Origins), ConfigError> {
        Self::load_among(flags, &Surroundings::of_this_process())
    }

    /// Reads the configuration as it would be in that working directory with these variables and no others: for
    /// whoever runs the service inside another program.
    pub fn load_within(
        directory: &Path,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        flags: &ServeFlags,
    ) -> Result<(Self, Origins), ConfigError> {
        let variables = variables.into_iter().collect();
        Self::load_among(flags, &Surroundings { directory: directory.to_owned(), variables })
    }

    fn load_among(flags: &ServeFlags, around: &Surroundings) -> Result<(Self, Origins), ConfigError> {
        let (layers, mut problems) = Layers::collect(flags, around);
        let mut reader = Reader::new(&layers);
        let config = Self::read(&mut reader);
        let (origins, unreadable) = reader.finish();
        // A default can only be wrong because the setting that it follows is, and that one is named already.
        problems.extend(unreadable.into_iter().filter(|problem| !problem.origin.is_default()));
        match config {
            Some(mut config) => {
                config.fetch_master_key(&origins, &mut problems);
                config.judge(flags, &origins, &mut problems);
                if problems.is_empty() { Ok((config, origins)) } else { Err(ConfigError::new(problems)) }
            }
            None => Err(ConfigError::new(problems)),
        }
    }

    /// Every section is read before the first unusable one ends it, so that all problems are found.
    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let storage = Storage::read(from);
        let replica = Replica::read(from);
        let http = Http::read(from);
        let rate_limit = RateLimit::read(from);
        let secrets = Secrets::read(from);
        let objects = Objects::read(from);
        let identity = Identity::read(from);
        let mail = Mail::read(from);
        let audit = Audit::read(from);
        let log = Log::read(from);
        let telemetry = Telemetry::read(from);
        Some(Self {
            storage: storage?,
            replica: replica?,
            http: http?,
            rate_limit: rate_limit?,
            secrets: secrets?,
            objects: objects?,
            identity: identity?,
            mail: mail?,
            audit: audit?,
            log: log?,
            telemetry: telemetry?,
        })
    }

    /// The master key from where it is kept: a file, or whatever a command asks.
    fn fetch_master_key(&mut self, origins: &Origins, problems: &mut Vec<Problem>) {
        let from_file = self.secrets.master_key_file.as_ref().map(|path| {
            let read = fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()));
            let parsed =
                read.and_then(|text| MasterKey::parse(&text).map_err(|what| format!("{}: {what}", path.display())));
            ("secrets.master_key_file", parsed)
        });
        let from_command = self
            .secrets
            .master_key_command
            .as_ref()
            .map(|command| ("secrets.master_key_command", master_key::printed_by(command)));
        for (key, fetched) in [from_file, from_command].into_iter().flatten() {
            let fetched = match self.secrets.master_key {
                Some(_) => Err("the master key is given twice: leave one of them out".to_owned()),
                None => fetched,
            };
            match fetched {
                Ok(fetched) => self.secrets.master_key = Some(fetched),
                Err(what) => problems.push(problem(key, origins, what)),
            }
        }
    }

    /// What no single setting can show to be wrong.
    fn judge(&self, flags: &ServeFlags, origins: &Origins, problems: &mut Vec<Problem>) {
        let mut refuse = |key: &str, what: &str| problems.push(problem(key, origins, what.to_owned()));
        if let Some(replica) = &self.replica.replica_url {
            let (database, key) = (&self.storage.database_url, "database.replica_url");
            if database.system() != Database::Postgres {
                refuse(key, "only a PostgreSQL database has a replica, and database_url is none");
            } else if replica.system() != Database::Postgres {
                refuse(key, "a replica is a PostgreSQL server: write postgres://USER:PASSWORD@HOST/NAME");
            } else if replica == database {
                refuse(key, "it is the primary itself: database_url is the same");
            }
        }
        match (&self.objects.access_key_id, &self.objects.secret_access_key) {
            (Some(_), None) => refuse("objects.access_key_id", "objects.secret_access_key is missing beside it"),
            (None, Some(_)) => refuse("objects.secret_access_key", "objects.access_key_id is missing beside it"),
            _ => {}
        }
        if self.identity.outside_issuer.is_some() != self.identity.outside_audience.is_some() {
            refuse(
                "identity.outside_issuer",
                "identity.outside_issuer and identity.outside_audience are given together",
            );
        }
        if self.http.metrics_listen == Some(self.http.listen) && self.http.listen.port() != 0 {
            refuse("http.metrics_listen", "http.listen is the same: metrics need an address or port of their own");
        }
        if flags.demo && !self.http.listen.ip().is_loopback() {
            refuse("http.listen", "--demo serves on this machine only: listen on 127.0.0.1 or [::1]");
        }
        if flags.demo && self.http.metrics_listen.is_some_and(|address| !address.ip().is_loopback()) {
            refuse("http.metrics_listen", "--demo serves on this machine only: listen on 127.0.0.1 or [::1]");
        }
    }
}

fn problem(key: &str, origins: &Origins, what: String) -> Problem {
    Problem { key: key.to_owned(), origin: origins.of(key), what }
}
