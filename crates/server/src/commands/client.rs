//! `aumsos client`: machines' credentials.

use std::path::{Path, PathBuf};

use aumsos_domain::{
    CodeList,
    access::{ClientKind, Network, Permission, RedirectUri},
    clients::{ClientProfile, Jwks},
    role_assignments::CLIENT_ACTS_FOR_PEOPLE,
    text_value::Name,
};
use aumsos_persistence::{
    Author, Store, StoreError, Vault, Work,
    access::{ListedClient, NewClient},
};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use clap::Subcommand;
use uuid::Uuid;

use super::{
    block_on,
    places::{self, PLACES, RoleAt},
    say,
};
use crate::{
    config::{Config, Overrides},
    failure::Failure,
    opening,
};

/// Make, list and revoke the credentials of programs
#[derive(Debug, clap::Args)]
pub(crate) struct Client {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Create(Create),
    /// List all clients: what they may do where, from where, until when
    List {
        #[command(flatten)]
        overrides: Overrides,
    },
    /// End a client: its secret and its tokens let nobody in any more
    Revoke {
        #[command(flatten)]
        overrides: Overrides,
        /// The id that the client authenticates with
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// Make a client and print its secret, once: the service keeps a hash of it and cannot show it again
#[derive(Debug, clap::Args)]
#[command(after_long_help = PLACES)]
struct Create {
    #[command(flatten)]
    overrides: Overrides,
    /// The id that the client authenticates with: letters, digits, `.`, `_` and `-`
    #[arg(long, value_name = "ID", value_parser = client_id)]
    id: String,
    /// What the client is, for people
    #[arg(long, value_name = "NAME", value_parser = name)]
    name: Name,
    /// What kind of program it is: service acts for itself; web and public apps act for the people who use them, with a
    /// server of their own or without
    #[arg(long, value_name = "KIND", value_parser = kind, default_value = "service")]
    kind: ClientKind,
    /// A role at a place, for a service; may be repeated
    #[arg(long = "role", value_name = "ROLE@PLACE", required_unless_present = "redirect_uris")]
    roles: Vec<RoleAt>,
    /// An exact address that people are sent back to, for an app; may be repeated
    #[arg(long = "redirect-uri", value_name = "URI", value_parser = redirect_uri)]
    redirect_uris: Vec<RedirectUri>,
    /// A permission that the client's tokens can carry; may be repeated. Default: all that its roles or its people hold
    #[arg(long = "scope", value_name = "PERMISSION", value_parser = permission)]
    scopes: Vec<Permission>,
    /// A file with the public keys (JWKS) with which the client signs its assertions, in the place of a secret
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// The client may read and never write, whatever its roles allow
    #[arg(long)]
    read_only: bool,
    /// Addresses or networks (CIDR) that the client may come from; may be repeated. Default: from anywhere
    #[arg(long = "from", value_name = "CIDR")]
    networks: Vec<Network>,
    /// The last day on which the client may come in (WIB). Default: no end
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
}

/// What needs no escaping in the header of HTTP basic authentication, a form or a log.
fn client_id(text: &str) -> Result<String, String> {
    let right = (1..=100).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if right {
        Ok(text.to_owned())
    } else {
        Err("use 1 to 100 letters, digits, dots, underscores and hyphens".to_owned())
    }
}

fn kind(text: &str) -> Result<ClientKind, String> {
    ClientKind::from_code(text).ok_or_else(|| {
        let known: Vec<_> = ClientKind::ALL.iter().map(|kind| kind.code()).collect();
        format!("the kinds are {}", known.join(", "))
    })
}

fn redirect_uri(text: &str) -> Result<RedirectUri, String> {
    RedirectUri::parse(text).map_err(|wrong| wrong.to_string())
}

fn permission(text: &str) -> Result<Permission, String> {
    Permission::from_code(text).ok_or_else(|| format!("there is no permission `{text}`; see docs/permissions.md"))
}

fn keys_in(file: &Path) -> Result<Jwks, Failure> {
    let refused = |why: String| Failure::Refused(format!("--jwks {}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| refused(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| refused(error.to_string()))
}

fn name(text: &str) -> Result<Name, String> {
    Name::parse(text).map_err(|wrong| wrong.to_string())
}

/// The end of a day in the time zone of the capital (WIB, UTC+7), by which the council's days are told.
fn end_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    let next = day.checked_add_days(Days::new(1))?;
    Some(next.and_time(NaiveTime::MIN).and_utc() - chrono::Duration::hours(7))
}

impl Client {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match &self.what {
            What::Create(create) => {
                let (config, _) = Config::load(&create.overrides)?;
                block_on(create.create(&config))
            }
            What::List { overrides } => {
                let (config, _) = Config::load(overrides)?;
                block_on(list(&config))
            }
            What::Revoke { overrides, id } => {
                let (config, _) = Config::load(overrides)?;
                block_on(revoke(&config, id))
            }
        }
    }
}

impl Create {
    async fn create(&self, config: &Config) -> Result<(), Failure> {
        let expires_at = match self.until {
            None => None,
            Some(day) => match end_of(day) {
                Some(end) if end > Utc::now() => Some(end),
                _ => return Err(Failure::Refused(format!("--until {day}: that day is over"))),
            },
        };
        let profile = self.profile(expires_at)?;
        let store = opening::open_migrated(config).await?;
        let made = self.make(&store, &profile).await;
        store.close().await?;
        let secret = made?;
        say(format_args!("client_id:     {}", self.id));
        if let Some(secret) = secret {
            say(format_args!("client_secret: {secret}"));
            say("Keep the secret now: it is not shown again.");
        }
        Ok(())
    }

    /// What was asked for, held against the rules of the interface.
    fn profile(&self, expires_at: Option<DateTime<Utc>>) -> Result<ClientProfile, Failure> {
        let profile = ClientProfile {
            name: self.name.clone(),
            unit_id: None,
            redirect_uris: self.redirect_uris.clone(),
            scopes: (!self.scopes.is_empty()).then(|| self.scopes.clone()),
            jwks: self.jwks.as_deref().map(keys_in).transpose()?,
            read_only: self.read_only,
            allowed_networks: self.networks.clone(),
            expires_at,
        };
        if let Some(broken) = profile.broken_rules(self.kind).first() {
            return Err(Failure::Refused(broken.reason.en.to_owned()));
        }
        if self.kind.acts_for_people() && !self.roles.is_empty() {
            return Err(Failure::Refused(CLIENT_ACTS_FOR_PEOPLE.en.to_owned()));
        }
        Ok(profile)
    }

    /// Makes the client; gives its secret, where it has one.
    async fn make(&self, store: &Store, profile: &ClientProfile) -> Result<Option<String>, Failure> {
        let has_secret = self.kind.keeps_a_secret() && profile.jwks.is_none();
        let secret = if has_secret { Some(Vault::fresh_secret()?) } else { None };
        let jwks = profile.jwks.as_ref().map(serde_json::to_string).transpose();
        let new = NewClient {
            id: Uuid::now_v7(),
            client_id: self.id.clone(),
            name: profile.name.to_string(),
            kind: self.kind,
            secret: secret.clone(),
            redirect_uris: profile.redirect_uris.clone(),
            scopes: profile.scopes.is_some().then(|| profile.allowed()),
            jwks: jwks.map_err(|error| Failure::Refused(error.to_string()))?,
            unit_id: None,
            is_read_only: profile.read_only,
            allowed_networks: profile.allowed_networks.clone(),
            expires_at: profile.expires_at,
            roles: places::find(store, &self.roles).await?,
        };
        let made = store.write(&Author::system(), async |work: &mut Work| work.create_client(new.clone()).await).await;
        match made {
            Ok(()) => Ok(secret),
            Err(StoreError::Taken) => {
                Err(Failure::Refused(format!("there is a client {} already; ids are never used again", self.id)))
            }
            Err(error) => Err(error.into()),
        }
    }
}

async fn list(config: &Config) -> Result<(), Failure> {
    let store = opening::open_migrated(config).await?;
    let clients = store.clients().await?;
    store.close().await?;
    for client in &clients {
        say(format_args!("{} ({}): {}", client.client_id, client.name, standing(client)));
        say(format_args!("    {}", places::listed(&client.roles)));
    }
    Ok(())
}

fn standing(client: &ListedClient) -> String {
    if !client.is_active {
        return "revoked".to_owned();
    }
    let mut said = vec![if client.is_read_only { "reads only" } else { "reads and writes" }.to_owned()];
    if !client.allowed_networks.is_empty() {
        let networks: Vec<_> = client.allowed_networks.iter().map(ToString::to_string).collect();
        said.push(format!("from {}", networks.join(", ")));
    }
    match client.expires_at {
        Some(end) if end <= Utc::now() => said.push(format!("over since {}", end.format("%FT%TZ"))),
        Some(end) => said.push(format!("until {}", end.format("%FT%TZ"))),
        None => {}
    }
    said.join(", ")
}

async fn revoke(config: &Config, id: &str) -> Result<(), Failure> {
    let store = opening::open_migrated(config).await?;
    let revoked = store.write(&Author::system(), async |work: &mut Work| work.revoke_client(id).await).await;
    store.close().await?;
    if revoked? {
        say(format_args!("{id} is revoked."));
        Ok(())
    } else {
        Err(Failure::Refused(format!("there is no client {id} that could be revoked")))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_day_ends_when_it_ends_in_the_capital() {
        let end = end_of("2026-12-31".parse().unwrap()).unwrap();
        // Midnight in Jakarta is 17:00 in UTC.
        assert_eq!(end.to_rfc3339(), "2026-12-31T17:00:00+00:00");
    }

    #[test]
    fn an_id_needs_no_escaping() {
        assert!(client_id("app-1.demo_x").is_ok());
        for wrong in ["", "a b", "a:b", "é", "a/b"] {
            assert!(client_id(wrong).is_err(), "{wrong}");
        }
    }
}
