//! The configuration as an operator meets it: files, variables and flags in, a configuration or problems out.

#![allow(clippy::unwrap_used)]

use std::fs;

use super::{layers::Surroundings, *};

/// A working directory of its own with what surrounds the process.
struct Trial {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
    flags: ServeFlags,
}

impl Trial {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new(), flags: ServeFlags::default() }
    }

    fn file(self, text: &str) -> Self {
        fs::write(self.folder.path().join("aumsos.toml"), text).unwrap();
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn flags(mut self, set: impl FnOnce(&mut ServeFlags)) -> Self {
        set(&mut self.flags);
        self
    }

    fn load(&self) -> Result<(Config, Origins), ConfigError> {
        let variables = self.variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Config::load_among(&self.flags, &Surroundings { directory: self.folder.path().to_owned(), variables })
    }

    fn config(&self) -> Config {
        self.load().unwrap().0
    }

    /// Each problem as it is printed.
    fn problems(&self) -> Vec<String> {
        self.load().unwrap_err().problems().iter().map(ToString::to_string).collect()
    }

    /// The only problem, without the name of the folder that the trial runs in.
    fn problem(&self) -> String {
        let problems = self.problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems[0].replace(&format!("{}/", self.folder.path().display()), "")
    }
}

#[test]
fn with_nothing_given_the_defaults_hold() {
    let (config, origins) = Trial::new().load().unwrap();
    assert_eq!(config.storage.database_url.expose(), "sqlite://data/aumsos.db");
    assert_eq!(config.storage.data_dir, Path::new("data"));
    assert_eq!(config.http.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(config.http.public_url.as_str(), "http://127.0.0.1:8080");
    assert_eq!(config.http.body_limit_bytes, 1 << 20);
    assert_eq!(config.objects.url, ObjectsUrl::Folder("data/objects".into()));
    assert_eq!(config.log.level.as_str(), "info");
    assert_eq!(config.log.format, LogFormat::Auto);
    assert!(config.http.cors_origins.is_empty() && config.http.trusted_proxies.is_empty());
    assert!(config.secrets.master_key.is_none() && config.telemetry.otlp_endpoint.is_none());
    assert!(config.storage.connections() >= 1 && config.http.worker_count() >= 1);
    assert!(origins.of("http.listen").is_default());
}

#[test]
fn each_source_stands_above_the_one_before() {
    let file = Trial::new().file("[http]\nlisten = '127.0.0.1:1'\nworkers = 3\n[log]\nlevel = 'warn'");
    let (config, origins) = file.load().unwrap();
    assert_eq!(config.http.listen.port(), 1);
    assert!(origins.of("http.listen").to_string().ends_with("aumsos.toml"));

    let variable = file.variable("AUMSOS_HTTP__LISTEN", "127.0.0.1:2");
    let (config, origins) = variable.load().unwrap();
    assert_eq!(config.http.listen.port(), 2);
    assert_eq!(origins.of("http.listen").to_string(), "AUMSOS_HTTP__LISTEN");

    let flag = variable.flags(|flags| flags.listen = Some("127.0.0.1:3".to_owned()));
    let (config, origins) = flag.load().unwrap();
    assert_eq!(config.http.listen.port(), 3);
    assert_eq!(origins.of("http.listen").to_string(), "--listen");
    assert_eq!((config.http.workers, config.log.level.as_str()), (3, "warn"), "what is not overridden stays");
}

#[test]
fn a_default_follows_the_setting_it_speaks_of() {
    let config = Trial::new()
        .variable("AUMSOS_DATA_DIR", "/var/lib/aumsos")
        .flags(|flags| flags.listen = Some("[::1]:9000".to_owned()))
        .config();
    assert_eq!(config.storage.database_url.expose(), "sqlite:///var/lib/aumsos/aumsos.db");
    assert_eq!(config.objects.url, ObjectsUrl::Folder("/var/lib/aumsos/objects".into()));
    assert_eq!(config.http.public_url.as_str(), "http://[::1]:9000");
}

#[test]
fn lists_come_from_files_and_variables() {
    let proxy = "10.1.2.3".parse().unwrap();
    let file = Trial::new().file("[http]\ntrusted_proxies = ['10.0.0.0/8', '::1']").config();
    let variable = Trial::new().variable("AUMSOS_HTTP__TRUSTED_PROXIES", "10.0.0.0/8, ::1").config();
    assert_eq!(file.http.trusted_proxies, variable.http.trusted_proxies);
    assert!(file.http.trusted_proxies.iter().any(|network| network.contains(proxy)));
}

#[test]
fn a_wrong_value_is_named_with_its_place() {
    let expected = "`8080` is not an address with a port, such as 127.0.0.1:8080";
    assert_eq!(Trial::new().file("[http]\nlisten = 8080").problem(), format!("http.listen (aumsos.toml): {expected}"));
    assert_eq!(
        Trial::new().variable("AUMSOS_HTTP__LISTEN", "8080").problem(),
        format!("http.listen (AUMSOS_HTTP__LISTEN): {expected}")
    );
    assert_eq!(
        Trial::new().flags(|flags| flags.listen = Some("8080".to_owned())).problem(),
        format!("http.listen (--listen): {expected}")
    );
}

#[test]
fn an_unknown_key_is_named_with_the_one_that_was_meant() {
    assert_eq!(
        Trial::new().file("[http]\nlisten_on = 'x'").problem(),
        "http.listen_on (aumsos.toml): there is no such setting; did you mean http.listen?"
    );
    assert_eq!(Trial::new().file("[storage]\nx = 1").problem(), "storage (aumsos.toml): there is no such setting");
    assert_eq!(Trial::new().file("http = 3").problem(), "http (aumsos.toml): there is no such setting");
    assert_eq!(
        Trial::new().variable("AUMSOS_HTTP_LISTEN", "x").problem(),
        "AUMSOS_HTTP_LISTEN: there is no such setting; did you mean AUMSOS_HTTP__LISTEN?"
    );
}

#[test]
fn all_problems_are_named_at_once() {
    let problems = Trial::new()
        .file("typo = 1\n[rate_limit]\nburst = 0\n[log]\nlevel = 'loud'")
        .variable("AUMSOS_HTTP__WORKERS", "many")
        .variable("AUMSOS_NONSENSE", "1")
        .flags(|flags| flags.overrides.database_url = Some("mysql://db".to_owned().into()))
        .problems();
    assert_eq!(problems.len(), 6, "{problems:#?}");
}

#[test]
fn a_named_file_must_exist_and_be_toml() {
    let trial = Trial::new().flags(|flags| flags.overrides.config = Some("other.toml".into()));
    assert!(trial.problem().starts_with("other.toml: the configuration file cannot be read"));
    assert!(
        Trial::new().variable("AUMSOS_CONFIG", "gone.toml").problem().starts_with("gone.toml: "),
        "the variable names a file as the flag does"
    );
    let broken = Trial::new().file("[objects]\nsecret_access_key = \"sesame\nregion = 1").problem();
    assert!(broken.starts_with("aumsos.toml: TOML parse error at line 2"), "{broken}");
    assert!(!broken.contains("sesame"), "{broken}");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let (config, origins) = Trial::new().variable("AUMSOS_HTTP__METRICS_LISTEN", "").load().unwrap();
    assert!(config.http.metrics_listen.is_none());
    assert!(origins.of("http.metrics_listen").is_default());
}

#[test]
fn variables_of_others_are_none_of_our_business() {
    assert!(Trial::new().variable("PATH", "/bin").variable("AUMSOSX", "1").load().is_ok());
}

#[test]
fn the_master_key_may_lie_in_a_file() {
    let key = "//////////////////////////////////////////8=";
    let trial = Trial::new();
    let path = trial.folder.path().join("key");
    fs::write(&path, format!("{key}\n")).unwrap();
    let trial = trial.variable("AUMSOS_SECRETS__MASTER_KEY_FILE", path.to_str().unwrap());
    assert_eq!(trial.config().secrets.master_key.unwrap().expose(), &[255; 32]);

    assert!(trial.variable("AUMSOS_SECRETS__MASTER_KEY", key).problem().contains("given twice"));
    let gone = Trial::new().variable("AUMSOS_SECRETS__MASTER_KEY_FILE", "/nowhere/key");
    assert!(gone.problem().starts_with("secrets.master_key_file (AUMSOS_SECRETS__MASTER_KEY_FILE): /nowhere/key"));
}

#[test]
fn postgresql_needs_a_master_key_that_was_given() {
    let trial = Trial::new().variable("AUMSOS_DATABASE_URL", "postgres://db/aumsos");
    assert!(matches!(trial.config().master_key(|| Ok([7; 32])), Err(MasterKeyError::Missing)));
    let key = "//////////////////////////////////////////8=";
    let given = trial.variable("AUMSOS_SECRETS__MASTER_KEY", key).config();
    assert_eq!(given.master_key(|| Ok([7; 32])).unwrap().expose(), &[255; 32]);
}

#[test]
fn a_replica_is_another_postgresql_server_than_the_primary() {
    let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let primary = || {
        Trial::new()
            .variable("AUMSOS_SECRETS__MASTER_KEY", key)
            .variable("AUMSOS_DATABASE_URL", "postgres://aumsos:sesame@primary/aumsos")
    };
    let with = |url: &str| primary().variable("AUMSOS_DATABASE__REPLICA_URL", url);
    let (config, origins) = with("postgres://aumsos:sesame@standby/aumsos").load().unwrap();
    assert_eq!(config.replica.replica_url.unwrap().expose(), "postgres://aumsos:sesame@standby/aumsos");
    assert_eq!(config.replica.replica_lag_ms, 500);
    assert!(!origins.to_string().contains("sesame") && origins.to_string().contains("postgres://aumsos:***@standby"));
    let place = "database.replica_url (AUMSOS_DATABASE__REPLICA_URL): ";
    let same = with("postgres://aumsos:sesame@primary/aumsos").problem();
    assert_eq!(same, format!("{place}it is the primary itself: database_url is the same"));
    assert!(with("sqlite://copy.db").problem().starts_with(&format!("{place}a replica is a PostgreSQL server")));
    let embedded = Trial::new().flags(|flags| flags.replica_url = Some("postgres://standby/aumsos".to_owned().into()));
    assert!(embedded.problem().starts_with("database.replica_url (--replica-url): only a PostgreSQL database has"));
    let lag = primary().file("[database]\nreplica_lag_ms = 20").problem();
    assert_eq!(lag, "database.replica_lag_ms (aumsos.toml): 20 is out of range: from 100 to 60000");
}

#[test]
fn a_demonstration_stays_on_this_machine() {
    let demo = |listen: &str| Trial::new().flags(|flags| (flags.demo, flags.listen) = (true, Some(listen.to_owned())));
    assert!(demo("127.0.0.1:8080").load().is_ok());
    assert!(demo("[::1]:8080").load().is_ok());
    assert!(demo("0.0.0.0:8080").problem().starts_with("http.listen (--listen): --demo"));
    assert!(demo("127.0.0.1:0").variable("AUMSOS_HTTP__METRICS_LISTEN", "0.0.0.0:9100").problem().contains("--demo"));
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let id = Trial::new().variable("AUMSOS_OBJECTS__ACCESS_KEY_ID", "id");
    assert!(id.problem().contains("objects.secret_access_key is missing"));
    assert!(id.variable("AUMSOS_OBJECTS__SECRET_ACCESS_KEY", "sesame").load().is_ok());
    let same = Trial::new().variable("AUMSOS_HTTP__METRICS_LISTEN", "127.0.0.1:8080");
    assert!(same.problem().starts_with("http.metrics_listen"));
}

#[test]
fn what_is_in_force_is_printed_as_toml_with_its_origin_and_without_secrets() {
    let trial = Trial::new()
        .file("[rate_limit]\nburst = 7")
        .variable("AUMSOS_DATABASE_URL", "postgres://aumsos:sesame@db/aumsos")
        .variable("AUMSOS_SECRETS__MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        .variable("AUMSOS_OBJECTS__ACCESS_KEY_ID", "id")
        .variable("AUMSOS_OBJECTS__SECRET_ACCESS_KEY", "sesame")
        .variable("AUMSOS_HTTP__CORS_ORIGINS", "https://a.example,https://b.example");
    let (config, origins) = trial.load().unwrap();
    let printed = origins.to_string();
    let line = |start: &str| {
        let line = printed.lines().find(|line| line.starts_with(start)).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("database_url"), r#"database_url = "postgres://aumsos:***@db/aumsos" # AUMSOS_DATABASE_URL"#);
    assert!(line("rate_limit.burst").starts_with("rate_limit.burst = 7 # "));
    assert!(line("rate_limit.burst").ends_with("aumsos.toml"));
    assert_eq!(line("secrets.master_key"), r#"secrets.master_key = "***" # AUMSOS_SECRETS__MASTER_KEY"#);
    assert_eq!(line("# http.metrics_listen"), "# http.metrics_listen is not set");
    assert_eq!(
        line("http.cors_origins"),
        r#"http.cors_origins = ["https://a.example", "https://b.example"] # AUMSOS_HTTP__CORS_ORIGINS"#
    );
    for shown in [printed, format!("{config:?}"), format!("{:?}", trial.flags)] {
        assert!(!shown.contains("sesame") && !shown.contains("AAAA"), "{shown}");
    }
}

#[test]
fn what_is_printed_reads_as_the_same_configuration() {
    let (_, origins) = Trial::new().variable("AUMSOS_HTTP__WORKERS", "5").load().unwrap();
    let again = Trial::new().file(&origins.to_string()).load().unwrap().1;
    let values = |origins: &Origins| {
        let printed = origins.to_string();
        printed.lines().map(|line| line.split("  # ").next().unwrap().trim_end().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(values(&origins), values(&again));
    assert!(values(&origins).contains(&"http.workers = 5".to_owned()));
}
