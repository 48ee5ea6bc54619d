//! The sources of configuration, one above the other: defaults, the file, variables, flags.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Metadata, Profile, Provider, Source,
    error::Kind,
    providers::{Format, Toml},
    util::nest,
    value::{Dict, Map, Value},
};

use super::{
    flags::{FLAGS, ServeFlags},
    origins::Origin,
    problems::Problem,
    sections::settings,
};

/// The file that is read from the working directory when none is named.
const FILE: &str = "aumsos.toml";
/// What every variable of the service begins with.
const PREFIX: &str = "AUMSOS_";
/// The variable that names the configuration file, as `--config` does.
const FILE_VARIABLE: &str = "AUMSOS_CONFIG";

/// What surrounds the process: read once at the start, or made up by a test.
#[derive(Default)]
pub(super) struct Surroundings {
    /// The working directory.
    pub(super) directory: PathBuf,
    /// The environment variables.
    pub(super) variables: Vec<(OsString, OsString)>,
}

impl Surroundings {
    /// Those of this process.
    pub(super) fn of_this_process() -> Self {
        Self { directory: PathBuf::new(), variables: std::env::vars_os().collect() }
    }
}

/// The variable that sets a key: `AUMSOS_HTTP__LISTEN` for `http.listen`.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// The sources on top of each other; the upper one wins.
pub(super) struct Layers(Figment);

/// One setting as one source gives it.
struct Given {
    key: &'static str,
    value: Value,
    origin: Origin,
}

impl Provider for Given {
    fn metadata(&self) -> Metadata {
        match self.origin.0.clone() {
            Some(source) => Metadata::from(self.key, source),
            None => Metadata::named(self.key),
        }
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let nested = nest(self.key, self.value.clone()).into_dict().unwrap_or_default();
        Ok(Profile::Default.collect(nested))
    }
}

impl Layers {
    /// Collects what every source gives, and everything in them that is not a setting.
    pub(super) fn collect(flags: &ServeFlags, around: &Surroundings) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut given = from_file(flags, around, &mut problems);
        given.extend(from_variables(around, &mut problems));
        given.extend(from_flags(flags));
        let layers = given.into_iter().fold(Figment::new(), Figment::merge);
        (Self(with_defaults(layers)), problems)
    }

    /// The setting's value and its origin, if anybody gave one.
    pub(super) fn find(&self, key: &str) -> Option<(Value, Origin)> {
        let value = self.0.find_value(key).ok()?;
        let origin = Origin(self.0.get_metadata(value.tag()).and_then(|metadata| metadata.source.clone()));
        Some((value, origin))
    }
}

/// Defaults fill what is left open; those that speak of another setting follow what that setting is.
fn with_defaults(layers: Figment) -> Figment {
    settings().fold(layers, |layers, setting| match setting.default {
        Some(default) => {
            let value = ["data_dir", "http.listen"]
                .into_iter()
                .fold(default.to_owned(), |text, named| text.replace(&format!("<{named}>"), &text_of(&layers, named)));
            layers.join(Given { key: setting.key, value: value.into(), origin: Origin::default() })
        }
        None => layers,
    })
}

/// What is given for a setting that others speak of, or its own default.
fn text_of(layers: &Figment, key: &str) -> String {
    let given = layers.find_value(key).ok().and_then(Value::into_string);
    let default = || settings().find(|setting| setting.key == key).and_then(|setting| setting.default);
    given.or_else(|| default().map(str::to_owned)).unwrap_or_default()
}

fn from_file(flags: &ServeFlags, around: &Surroundings, problems: &mut Vec<Problem>) -> Vec<Given> {
    let by_variable = || around.variables.iter().find(|(name, value)| name == FILE_VARIABLE && !value.is_empty());
    let named = flags.overrides.config.clone().or_else(|| by_variable().map(|(_, path)| path.into()));
    let path = around.directory.join(named.as_deref().unwrap_or(Path::new(FILE)));
    let origin = Origin(Some(Source::File(path.clone())));
    let mut given = Vec::new();
    match fs::read_to_string(&path) {
        Ok(text) => match table(&text) {
            Ok(table) => gather(&table, "", &origin, &mut given, problems),
            Err(what) => problems.push(Problem { key: String::new(), origin, what }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {}
        Err(error) => {
            let what = format!("the configuration file cannot be read: {error}");
            problems.push(Problem { key: String::new(), origin, what });
        }
    }
    given
}

/// Reads TOML. What is wrong with it is said without the line itself, which may hold a secret.
fn table(text: &str) -> Result<Dict, String> {
    match Toml::string(text).data() {
        Ok(mut profiles) => Ok(profiles.remove(&Profile::Default).unwrap_or_default()),
        Err(figment::Error { kind: Kind::Message(message), .. }) => {
            let said: Vec<_> = message.lines().filter(|line| !line.contains(" |")).map(str::trim).collect();
            Err(said.join(": "))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Takes the settings out of a table of the file, and notes every key that is none.
fn gather(table: &Dict, section: &str, origin: &Origin, given: &mut Vec<Given>, problems: &mut Vec<Problem>) {
    for (name, value) in table {
        let key = format!("{section}{name}");
        let inner = format!("{key}.");
        if let Some(setting) = settings().find(|setting| setting.key == key) {
            given.push(Given { key: setting.key, value: value.clone(), origin: origin.clone() });
        } else if let (Some(table), true) = (value.as_dict(), settings().any(|s| s.key.starts_with(&inner))) {
            gather(table, &inner, origin, given, problems);
        } else {
            let what = no_such_setting(&key, settings().map(|setting| setting.key.to_owned()));
            problems.push(Problem { key, origin: origin.clone(), what });
        }
    }
}

/// An empty variable counts as not set: that is how a compose file passes on what its own environment lacks.
fn from_variables(around: &Surroundings, problems: &mut Vec<Problem>) -> Vec<Given> {
    let mut given = Vec::new();
    for (name, value) in &around.variables {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX) && *name != FILE_VARIABLE) else {
            continue;
        };
        let origin = Origin(Some(Source::Custom(name.to_owned())));
        match (settings().find(|setting| variable(setting.key) == name), value.to_str()) {
            (Some(_), Some("")) => {}
            (Some(setting), Some(text)) => given.push(Given { key: setting.key, value: text.into(), origin }),
            (Some(_), None) => {
                problems.push(Problem { key: String::new(), origin, what: "its value is not UTF-8 text".to_owned() });
            }
            (None, _) => {
                let what = no_such_setting(name, settings().map(|setting| variable(setting.key)));
                problems.push(Problem { key: String::new(), origin, what });
            }
        }
    }
    given
}

fn from_flags(flags: &ServeFlags) -> impl Iterator<Item = Given> {
    flags.given().map(|(key, text)| {
        let flag = FLAGS.iter().find(|(named, _)| *named == key).map_or(key, |(_, flag)| flag);
        Given { key, value: text.into(), origin: Origin(Some(Source::Custom(flag.to_owned()))) }
    })
}

/// Says so, and names the setting that was probably meant.
fn no_such_setting(name: &str, known: impl Iterator<Item = String>) -> String {
    let nearest = known.map(|known| (strsim::normalized_damerau_levenshtein(name, &known), known));
    match nearest.max_by(|(one, _), (other, _)| one.total_cmp(other)) {
        Some((similarity, known)) if similarity > 0.7 => format!("there is no such setting; did you mean {known}?"),
        _ => "there is no such setting".to_owned(),
    }
}
