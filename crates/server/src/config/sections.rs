//! Every setting, once: its name, type, default and meaning. From here come the typed sections, the names of the
//! variables, the check for unknown keys and the reference in `docs/configuration.md`.

use std::{net::SocketAddr, num::NonZero, path::PathBuf, thread};

use aumsos_domain::access::Network;
use aumsos_persistence::access::SigningAlgorithm;

use super::{
    addresses::{Database, DatabaseUrl, HttpUrl, ObjectsUrl, WebOrigin},
    mail::{MailAddress, SmtpUrl},
    reader::Reader,
    secret::{MasterKey, Secret},
    values::{LogFilter, LogFormat},
};

/// One setting, as the reference describes it.
pub(super) struct Setting {
    /// Its place in the file, with a dot between section and name.
    pub(super) key: &'static str,
    /// What it means.
    pub(super) about: &'static str,
    /// What it is when nobody gives it; `<data_dir>` and `<http.listen>` stand for those settings.
    pub(super) default: Option<&'static str>,
    /// Least and greatest value of a number.
    pub(super) range: Option<(u64, u64)>,
}

/// Settings that belong together.
pub(super) struct Section {
    /// What they are about.
    pub(super) about: &'static str,
    /// The settings, in the order in which they are shown.
    pub(super) settings: &'static [Setting],
}

/// Defines a section: the struct, its settings for the reference, and how it is read.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $name:ident at $prefix:literal {
            $( $(#[doc = $doc:literal])+ $field:ident: $type:ty $(= $default:literal)? $(, $low:literal to $high:literal)?; )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone)]
        pub struct $name {
            $( $(#[doc = $doc])+ pub $field: $type, )+
        }

        impl $name {
            const SECTION: Section = Section {
                about: concat!($($about),+),
                settings: &[$( Setting {
                    key: concat!($prefix, stringify!($field)),
                    about: concat!($($doc),+),
                    default: section!(@perhaps $($default)?),
                    range: section!(@perhaps $(($low, $high))?),
                } ),+],
            };

            /// Reads every setting before the first unusable one ends it, so that all problems are found.
            pub(super) fn read(from: &mut Reader<'_>) -> Option<Self> {
                $( let $field = section!(@read from, concat!($prefix, stringify!($field)) $(, $low..=$high)?); )+
                Some(Self { $( $field: $field? ),+ })
            }
        }
    };
    (@perhaps) => { None };
    (@perhaps $given:expr) => { Some($given) };
    (@read $from:ident, $key:expr) => { $from.read($key) };
    (@read $from:ident, $key:expr, $range:expr) => { $from.read_within($key, $range) };
}

/// Every section, in the order in which they are shown.
pub(super) const SECTIONS: &[Section] = &[
    Storage::SECTION,
    Replica::SECTION,
    Http::SECTION,
    RateLimit::SECTION,
    Secrets::SECTION,
    Objects::SECTION,
    Identity::SECTION,
    Mail::SECTION,
    Audit::SECTION,
    Log::SECTION,
    Telemetry::SECTION,
];

/// Every setting of every section.
pub(super) fn settings() -> impl Iterator<Item = &'static Setting> {
    SECTIONS.iter().flat_map(|section| section.settings)
}

section! {
    /// Where the data is. These keys stand at the top of the file, outside any section.
    Storage at "" {
        /// The database: `sqlite://FILE`, or `postgres://USER:PASSWORD@HOST/NAME`.
        database_url: DatabaseUrl = "sqlite://<data_dir>/aumsos.db";
        /// How many connections a process holds for requests, besides three of its own; 0 is one a core on SQLite and 16
        /// on PostgreSQL. On SQLite they are readers beside the one writer. On PostgreSQL each of `http.workers` has its
        /// share of them, two at least, and jobs have four more.
        database_pool: u32 = "0", 0 to 1000;
        /// The folder for everything that the service keeps in files.
        data_dir: PathBuf = "data";
    }
}

section! {
    /// A replica of a PostgreSQL database: a hot standby from which reads of the register are answered. What a process wrote
    /// it shows at once, from the primary where the replica is not as far.
    Replica at "database." {
        /// The replica, `postgres://USER:PASSWORD@HOST/NAME`: a standby that streams from the primary which `database_url`
        /// leads to, directly or by another standby. While it is away or is none, everything is read from the primary.
        replica_url: Option<DatabaseUrl>;
        /// Milliseconds that what is read from the replica may be behind what another process wrote; while it lags more,
        /// reads go to the primary.
        replica_lag_ms: u64 = "500", 100 to 60_000;
    }
}

section! {
    /// How the service is reached.
    Http at "http." {
        /// The address and port that the service listens on. Behind a proxy on another machine: `0.0.0.0:8080`.
        listen: SocketAddr = "127.0.0.1:8080";
        /// The address that clients use, without a slash at its end: links, tokens and the documentation name it.
        public_url: HttpUrl = "http://<http.listen>";
        /// Worker threads; 0 is one a core.
        workers: usize = "0", 0 to 1024;
        /// Origins of web pages that may call the service from a browser, such as `https://app.example.org`; `*` is any.
        cors_origins: Vec<WebOrigin> = "";
        /// Addresses or networks (CIDR) of the proxies whose `X-Forwarded-For` headers are believed. Where
        /// something in that header is no address, the proxy itself counts as the client.
        trusted_proxies: Vec<Network> = "";
        /// The largest body of a request, in bytes, where nothing else is said.
        body_limit_bytes: usize = "1048576", 1_024 to 67_108_864;
        /// The largest file that can be uploaded, in bytes.
        upload_limit_bytes: usize = "20971520", 1_024 to 1_073_741_824;
        /// An address and port of its own for `/metrics`; without one `/metrics` needs its permission.
        metrics_listen: Option<SocketAddr>;
    }
}

section! {
    /// How often one caller may ask. A rate of 0 lifts the limit; how often somebody may try to sign in is limited all the same.
    RateLimit at "rate_limit." {
        /// Requests a minute for one caller with a token.
        requests_per_minute: u32 = "600", 0 to 1_000_000;
        /// Requests that a caller may make at once before the rate counts.
        burst: u32 = "100", 1 to 1_000_000;
        /// Requests a minute for one address without a token.
        anonymous_requests_per_minute: u32 = "120", 0 to 1_000_000;
        /// Whether tries to sign in, of people and of clients, and mails that strangers ask for are limited. Without it
        /// passwords can be guessed: for trials alone.
        limit_sign_ins: bool = "true";
    }
}

section! {
    /// Keys. Give them by variable or by file, not in `aumsos.toml`.
    Secrets at "secrets." {
        /// The key that wraps all other keys: base64 of 32 bytes. What it has encrypted cannot be read without
        /// it. With SQLite the service makes one at its first start if none is given, and keeps it in
        /// `<data_dir>/master.key`: back that up, apart from the data. With PostgreSQL it must be given.
        master_key: Option<MasterKey>;
        /// A file that holds the master key, in place of `secrets.master_key`.
        master_key_file: Option<PathBuf>;
        /// A command that prints the master key, in place of `secrets.master_key`: how a key-management service is asked for
        /// it, such as `aws kms decrypt …` or `vault kv get …`. Its words are separated by spaces; no shell reads them.
        master_key_command: Option<String>;
        /// Master keys from before, the newest first: what was sealed under them can still be read, until
        /// `aumsos keys rotate` has sealed it under the newest.
        previous_master_keys: Vec<MasterKey> = "";
    }
}

section! {
    /// Where photographs and documents are kept.
    Objects at "objects." {
        /// `file://FOLDER`, or `s3://BUCKET/PREFIX` for a store that speaks S3. Let the bucket end incomplete uploads
        /// after a day (a lifecycle rule): parts that were on their way when an upload broke off stay otherwise.
        url: ObjectsUrl = "file://<data_dir>/objects";
        /// The address of an S3-compatible store; without one, Amazon's.
        endpoint: Option<HttpUrl>;
        /// The region of the bucket.
        region: Option<String>;
        /// The access key; without one, the credentials of the machine are used.
        access_key_id: Option<String>;
        /// The secret that belongs to the access key.
        secret_access_key: Option<Secret<String>>;
    }
}

section! {
    /// How people and programs come in.
    Identity at "identity." {
        /// How access tokens are signed: `EdDSA` (Ed25519) or `ES256`. A change makes a new key; the old one verifies
        /// until its tokens end.
        signing_algorithm: SigningAlgorithm = "EdDSA";
        /// Whether people whose roles see personal data must sign in with a second factor.
        second_factor_required: bool = "false";
        /// An outside `OpenID` provider (Keycloak and the like) whose access tokens are accepted, as far as they end
        /// within a day: its issuer.
        outside_issuer: Option<HttpUrl>;
        /// What the outside provider's tokens must name as their audience.
        outside_audience: Option<String>;
        /// The claim of the outside provider's tokens that lists roles, each as `ROLE@PLACE`; dots lead into objects, such
        /// as `realm_access.roles`. Without one, people have the roles that they hold here.
        outside_roles_claim: Option<String>;
        /// What `acr` of the outside provider's tokens says of whoever showed a second factor, such as `2`. `amr` with
        /// `mfa`, `otp` or `hwk` says so without it (RFC 8176). Where a second factor is compulsory, a token that says
        /// neither gives no personal data.
        outside_second_factor_acr: Option<String>;
    }
}

section! {
    /// How mail is sent: invitations, resets of passwords, alarms.
    Mail at "mail." {
        /// `smtps://USER:PASSWORD@HOST:465`, or `smtp://USER:PASSWORD@HOST:587?tls=required`. Without one, mail is
        /// written to the log where service and clients are on one machine (a developer's run), and else cannot be sent.
        smtp_url: Option<SmtpUrl>;
        /// The address that mail is from.
        from: MailAddress = "aumsos <aumsos@localhost>";
    }
}

section! {
    /// Proof that the audit trail is whole.
    Audit at "audit." {
        /// The file to which signed checkpoints of the trail are appended, best on a medium that the service can only
        /// append to.
        checkpoint_file: Option<PathBuf>;
        /// Seconds between two checkpoints.
        checkpoint_interval_seconds: u64 = "300", 1 to 86_400;
    }
}

section! {
    /// What is logged, and how.
    Log at "log." {
        /// A level (`error`, `warn`, `info`, `debug`, `trace`, `off`), or several directives such as
        /// `info,aumsos_http=debug`. SQL statements stay silent unless `sqlx` or `sea_orm` is named.
        level: LogFilter = "info";
        /// `text`, `json`, or `auto`: text on a terminal, JSON otherwise.
        format: LogFormat = "auto";
    }
}

section! {
    /// Traces for an OpenTelemetry collector.
    Telemetry at "telemetry." {
        /// The collector's address for OTLP over HTTP, such as `http://localhost:4318`; without one, no traces are sent.
        otlp_endpoint: Option<HttpUrl>;
        /// The name under which the traces appear.
        service_name: String = "aumsos";
    }
}

impl Storage {
    /// How many connections to hold: what was set, or what suits the database system.
    pub fn connections(&self) -> u32 {
        match (self.database_pool, self.database_url.system()) {
            (0, Database::Sqlite) => u32::try_from(cores()).unwrap_or(u32::MAX),
            (0, Database::Postgres) => 16,
            (set, _) => set,
        }
    }
}

impl Http {
    /// How many worker threads to start: what was set, or one a core.
    pub fn worker_count(&self) -> usize {
        if self.workers == 0 { cores() } else { self.workers }
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}
