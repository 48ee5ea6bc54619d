//! Where things are: the database, the object store, web addresses, networks.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use actix_web::http::Uri;
use aumsos_domain::access::Network;

use super::{secret::MASK, values::Scalar};

/// The database systems that the service runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// Embedded, one file.
    Sqlite,
    /// A server, or a distributed engine that speaks its protocol.
    Postgres,
}

/// Which database, and how to reach it. `Debug` and `Display` mask the password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    system: Database,
    url: String,
}

impl DatabaseUrl {
    /// Which system answers there.
    pub fn system(&self) -> Database {
        self.system
    }

    /// The whole URL with its password, for the connection pool alone.
    pub fn expose(&self) -> &str {
        &self.url
    }

    /// The database's file, when it is one.
    pub fn file(&self) -> Option<&Path> {
        let path = self.url.strip_prefix("sqlite://").filter(|_| self.system == Database::Sqlite)?;
        Some(Path::new(path.split_once('?').map_or(path, |(path, _)| path)))
    }
}

impl Scalar for DatabaseUrl {
    /// What is wrong is said without the URL itself, which may hold a password.
    fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").unwrap_or((text, ""));
        let system = match scheme {
            "sqlite" => Database::Sqlite,
            "postgres" | "postgresql" => Database::Postgres,
            _ => return Err("it must begin with sqlite:// or postgres://".to_owned()),
        };
        if rest.is_empty() || rest.starts_with('?') {
            return Err("it names no database: write sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME".to_owned());
        }
        if system == Database::Sqlite && rest.starts_with(":memory:") {
            return Err("a database in memory is not durable: name a file".to_owned());
        }
        Ok(Self { system, url: text.to_owned() })
    }

    fn shown(&self) -> String {
        let (address, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let mut shown = match self.system {
            Database::Sqlite => address.to_owned(),
            Database::Postgres => without_password(address),
        };
        for (index, parameter) in query.split('&').filter(|parameter| !parameter.is_empty()).enumerate() {
            shown.push(if index == 0 { '?' } else { '&' });
            shown.push_str(match parameter.get(..PASSWORD.len()) {
                Some(name) if name.eq_ignore_ascii_case(PASSWORD) => MASKED_PASSWORD,
                _ => parameter,
            });
        }
        shown
    }
}

/// The parameter of a PostgreSQL URL that may hold the password, and how it is shown.
const PASSWORD: &str = "password=";
const MASKED_PASSWORD: &str = "password=***";

/// `scheme://user:password@host/…` with the password masked, whatever signs it holds.
fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return MASK.to_owned() };
    let Some((user, host)) = rest.rsplit_once('@') else { return address.to_owned() };
    match user.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:{MASK}@{host}"),
        None => address.to_owned(),
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

/// Where photographs and documents are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectsUrl {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket that speaks S3.
    Bucket {
        /// The bucket's name.
        name: String,
        /// What every key begins with; may be empty, never begins or ends with a slash.
        prefix: String,
    },
}

impl Scalar for ObjectsUrl {
    /// What is wrong is said without the URL itself: somebody may have put a secret into it.
    fn parse(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            Some(("file", path)) if !path.is_empty() => Ok(Self::Folder(path.into())),
            Some(("s3", place)) if !place.is_empty() && !place.starts_with('/') && !place.contains('@') => {
                let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
                Ok(Self::Bucket { name: name.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
            }
            _ => Err("it must be file://FOLDER or s3://BUCKET/PREFIX".to_owned()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Folder(path) => format!("file://{}", path.display()),
            Self::Bucket { name, prefix } if prefix.is_empty() => format!("s3://{name}"),
            Self::Bucket { name, prefix } => format!("s3://{name}/{prefix}"),
        }
    }
}

/// An http or https address without credentials, query or a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl(String);

impl HttpUrl {
    /// The address; it never ends in a slash, so that a path can follow.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether clients reach it on this machine alone.
    pub fn is_of_this_machine(&self) -> bool {
        let host = self.0.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default();
        matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]")
    }

    /// The address with the port that was really bound in place of port 0, which lets the system choose one.
    #[must_use]
    pub fn at(&self, bound: SocketAddr) -> Self {
        match self.0.strip_suffix(":0") {
            Some(host) => Self(format!("{host}:{}", bound.port())),
            None => self.clone(),
        }
    }
}

impl Scalar for HttpUrl {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "it is not an address such as https://data.example.org".to_owned();
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let authority = uri.authority().ok_or_else(wrong)?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) || authority.host().is_empty() {
            return Err(wrong());
        }
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err("it must hold neither a user, a password nor a query".to_owned());
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Web pages that may call the service from a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebOrigin {
    /// Pages from anywhere, written `*`.
    Any,
    /// Pages of one origin: scheme, host and port (RFC 6454), as browsers send it.
    Site(HttpUrl),
}

impl Scalar for WebOrigin {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let url = HttpUrl::parse(text)?;
        match url.0.split_once("://") {
            Some((_, host)) if !host.contains('/') => Ok(Self::Site(HttpUrl(url.0.to_ascii_lowercase()))),
            _ => Err(format!("`{text}` has a path: an origin is a scheme, a host and perhaps a port")),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Any => "*".to_owned(),
            Self::Site(url) => url.to_string(),
        }
    }
}

impl Scalar for Network {
    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|wrong| wrong.to_string())
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_database_is_told_from_its_url() {
        let embedded = DatabaseUrl::parse("sqlite://data/aumsos.db?mode=rwc").unwrap();
        assert_eq!((embedded.system(), embedded.file()), (Database::Sqlite, Some(Path::new("data/aumsos.db"))));
        let server = DatabaseUrl::parse("postgresql://db/aumsos").unwrap();
        assert_eq!((server.system(), server.file()), (Database::Postgres, None));
        for wrong in ["", "data/aumsos.db", "mysql://db/aumsos", "sqlite://", "sqlite::memory:", "sqlite://:memory:"] {
            assert!(DatabaseUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_database_password_is_never_shown() {
        for url in [
            "postgres://aumsos:sesame@db:5432/aumsos",
            "postgres://aumsos:ses@me:sesame@db/aumsos",
            "postgres://db/aumsos?user=aumsos&password=sesame",
            "postgres://db/aumsos?PASSWORD=sesame&sslmode=require",
        ] {
            let read = DatabaseUrl::parse(url).unwrap();
            assert!(!format!("{read} {read:?}").contains("sesame"), "{read}");
            assert_eq!(read.expose(), url);
        }
        assert_eq!(
            DatabaseUrl::parse("postgres://aumsos:sesame@db/aumsos?sslmode=require").unwrap().to_string(),
            "postgres://aumsos:***@db/aumsos?sslmode=require"
        );
    }

    #[test]
    fn objects_are_in_a_folder_or_a_bucket() {
        let bucket = |name: &str, prefix: &str| ObjectsUrl::Bucket { name: name.into(), prefix: prefix.into() };
        assert_eq!(ObjectsUrl::parse("file://data/objects").unwrap(), ObjectsUrl::Folder("data/objects".into()));
        assert_eq!(ObjectsUrl::parse("s3://aumsos").unwrap(), bucket("aumsos", ""));
        assert_eq!(ObjectsUrl::parse("s3://aumsos/a/b/").unwrap(), bucket("aumsos", "a/b"));
        for wrong in ["", "data/objects", "file://", "s3://", "s3:///objects", "s3://id:sesame@store", "ftp://objects"]
        {
            assert!(ObjectsUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_web_address_is_whole_and_holds_no_secret() {
        assert_eq!(
            HttpUrl::parse("https://data.example.org/aumsos/").unwrap().as_str(),
            "https://data.example.org/aumsos"
        );
        assert!(HttpUrl::parse("http://[::1]:8080").is_ok());
        for wrong in
            ["", "data.example.org", "ftp://example.org", "https://", "https://u:p@example.org", "http://a?b=c"]
        {
            assert!(HttpUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_port_left_to_the_system_becomes_the_one_that_was_bound() {
        let bound = "127.0.0.1:40123".parse().unwrap();
        assert_eq!(HttpUrl::parse("http://127.0.0.1:0").unwrap().at(bound).as_str(), "http://127.0.0.1:40123");
        assert_eq!(HttpUrl::parse("http://127.0.0.1:8080").unwrap().at(bound).as_str(), "http://127.0.0.1:8080");
        assert_eq!(HttpUrl::parse("http://[::1]:0").unwrap().at(bound).as_str(), "http://[::1]:40123");
    }

    #[test]
    fn an_origin_has_no_path() {
        assert_eq!(WebOrigin::parse("*").unwrap(), WebOrigin::Any);
        assert_eq!(WebOrigin::parse("https://App.example.org").unwrap().shown(), "https://app.example.org");
        assert!(WebOrigin::parse("https://app.example.org/page").is_err());
        assert!(WebOrigin::parse("app.example.org").is_err());
    }
}
