//! A PostgreSQL cluster of this test run alone, from the binaries that are installed; or the server that
//! `AUMSOS_TEST_POSTGRES_URL` names (`postgres://USER:PASSWORD@HOST/NAME`, a role that may create databases).

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
};

/// The variable that names a server to use instead.
const GIVEN: &str = "AUMSOS_TEST_POSTGRES_URL";

/// Settings of the cluster: nothing of it must outlive the tests, so nothing is waited for to reach the disk.
const SETTINGS: &str = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=400 \
                        -c shared_buffers=64MB -c jit=off -c log_min_messages=fatal";

/// A PostgreSQL server where databases can be made.
pub(super) struct Cluster {
    /// What comes before the name of a database.
    before: String,
    /// What comes after it.
    after: String,
    /// The database to connect to for making others.
    maintenance: String,
    /// Whether it ends with this process, so that nothing need be tidied up.
    pub(super) is_own: bool,
    /// Stops the cluster and removes it when this process ends, however it ends.
    _watcher: Option<Child>,
}

impl Cluster {
    /// The one of this process, started when it is first needed. Without one the test fails with the reason.
    pub(super) fn get() -> &'static Self {
        static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
        let made = CLUSTER.get_or_init(|| match env::var(GIVEN) {
            Ok(url) => Self::given(&url),
            Err(_) => Self::start(),
        });
        made.as_ref().unwrap_or_else(|reason| panic!("no PostgreSQL to test on: {reason}"))
    }

    /// The URL of a database.
    pub(super) fn url_of(&self, database: &str) -> String {
        format!("{}{database}{}", self.before, self.after)
    }

    /// The URL of the database from which others are made.
    pub(super) fn maintenance_url(&self) -> String {
        self.url_of(&self.maintenance)
    }

    fn given(url: &str) -> Result<Self, String> {
        let (address, query) =
            url.split_once('?').map_or((url, String::new()), |(url, query)| (url, format!("?{query}")));
        let (before, name) = address
            .rsplit_once('/')
            .filter(|(before, _)| !before.ends_with('/'))
            .ok_or_else(|| format!("{GIVEN} must be postgres://USER:PASSWORD@HOST/NAME"))?;
        Ok(Self {
            before: format!("{before}/"),
            after: query,
            maintenance: name.to_owned(),
            is_own: false,
            _watcher: None,
        })
    }

    fn start() -> Result<Self, String> {
        let runner = Runner::new()?;
        let folder = runner.folder.clone();
        let watcher = runner.watch(&["data"])?;
        runner.init("data")?;
        runner.start("data", &format!("{SETTINGS} -c unix_socket_directories={}", folder.display()))?;
        Ok(Self {
            before: "postgres://postgres@localhost/".to_owned(),
            after: format!("?host={}", folder.display()),
            maintenance: "postgres".to_owned(),
            is_own: true,
            _watcher: Some(watcher),
        })
    }
}

/// The folder of the newest PostgreSQL that is installed.
fn programs() -> Result<PathBuf, String> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| Some((version.file_name().to_str()?.parse().ok()?, version.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").exists())
        .collect();
    found.sort();
    found
        .pop()
        .map(|(_, folder)| folder)
        .ok_or_else(|| format!("install it (Debian: `apt-get install postgresql`), or name a server in {GIVEN}"))
}

/// Runs PostgreSQL's programs, which refuse to run as root, in a folder of their own.
pub(super) struct Runner {
    programs: PathBuf,
    pub(super) folder: PathBuf,
}

impl Runner {
    pub(super) fn new() -> Result<Self, String> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("aumsos-pg-").tempdir().map_err(|error| error.to_string())?.keep();
        let runner = Self { programs, folder };
        runner.open_folder()?;
        Ok(runner)
    }

    /// Makes an empty cluster in a folder below.
    pub(super) fn init(&self, data: &str) -> Result<(), String> {
        let mut initdb = self.command("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions"]);
        // A locale that sorts by the rules of a language: what must sort by code point has to say so itself.
        initdb.args(["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=id", "--pgdata", data]);
        done("initdb", &mut initdb)
    }

    /// Starts the cluster in a folder below.
    pub(super) fn start(&self, data: &str, settings: &str) -> Result<(), String> {
        let log = self.folder.join(format!("{data}.log"));
        let mut start = self.command("pg_ctl");
        start
            .args(["start", "--wait", "--timeout=60", "--silent", "--pgdata", data, "-o", settings, "--log"])
            .arg(&log);
        // A server that inherits a pipe would keep whoever reads from it waiting.
        start.stdout(Stdio::null()).stderr(Stdio::null());
        if start.status().is_ok_and(|status| status.success()) {
            return Ok(());
        }
        Err(format!("pg_ctl start failed: {}", fs::read_to_string(log).unwrap_or_default()))
    }

    /// Runs one of the programs to its end.
    pub(super) fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        done(program, self.command(program).args(arguments))
    }

    fn is_root() -> bool {
        fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        if Self::is_root() {
            command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(self.programs.join(program));
        }
        command.current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    /// The folder is the server's, and the socket in it for everyone.
    fn open_folder(&self) -> Result<(), String> {
        if Self::is_root() {
            done("chown", Command::new("chown").arg("postgres").arg(&self.folder))?;
        }
        done("chmod", Command::new("chmod").arg("755").arg(&self.folder))
    }

    /// A child that waits until this process is gone or lets go of it, whichever way, and then takes the clusters in these
    /// folders away. In a group of its own, so that what ends the tests at the terminal does not end it.
    pub(super) fn watch(&self, data: &[&str]) -> Result<Child, String> {
        let script = r#"cat >/dev/null
            for data in $DATA; do "$@" stop --mode=immediate --silent --pgdata "$FOLDER/$data" >/dev/null 2>&1; done
            rm -rf "$FOLDER""#;
        let stop = self.command("pg_ctl");
        let mut watcher = Command::new("sh");
        watcher.args(["-c", script, "sh"]).arg(stop.get_program()).args(stop.get_args());
        watcher.env("FOLDER", &self.folder).env("DATA", data.join(" ")).current_dir("/");
        watcher.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        std::os::unix::process::CommandExt::process_group(&mut watcher, 0);
        watcher.spawn().map_err(|error| format!("sh: {error}"))
    }
}

fn done(what: &str, command: &mut Command) -> Result<(), String> {
    let Output { status, stderr, .. } = command.output().map_err(|error| format!("{what}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{what}: {}", String::from_utf8_lossy(&stderr).trim())) }
}

/// Whether a path is there, for tests of this module's own promise.
#[test]
fn the_cluster_is_where_it_says() {
    let cluster = Cluster::get();
    if let Some(folder) = cluster.after.strip_prefix("?host=").filter(|_| cluster.is_own) {
        assert!(Path::new(folder).join("data/PG_VERSION").exists());
    }
}
