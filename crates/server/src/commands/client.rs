//! `aumsos client`: machines' credentials.

use aumsos_domain::{access::Network, text_value::Name};
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
    /// A role at a place; may be repeated
    #[arg(long = "role", value_name = "ROLE@PLACE", required = true)]
    roles: Vec<RoleAt>,
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
        let store = opening::open_migrated(config).await?;
        let made = self.make(&store, expires_at).await;
        store.close().await?;
        let secret = made?;
        say(format_args!("client_id:     {}", self.id));
        say(format_args!("client_secret: {secret}"));
        say("Keep the secret now: it is not shown again.");
        Ok(())
    }

    async fn make(&self, store: &Store, expires_at: Option<DateTime<Utc>>) -> Result<String, Failure> {
        let secret = Vault::fresh_secret()?;
        let roles = places::find(store, &self.roles).await?;
        let new = NewClient {
            is_read_only: self.read_only,
            allowed_networks: self.networks.clone(),
            expires_at,
            ..NewClient::service(Uuid::now_v7(), &self.id, self.name.as_str(), &secret, roles)
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
