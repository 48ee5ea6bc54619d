//! `aumsos user`: people and their roles.

use aumsos_domain::text_value::{Email, Name};
use aumsos_persistence::{Author, Store, StoreError, Work, access::LinkPurpose};
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

/// Make people known to the service, and list them
#[derive(Debug, clap::Args)]
pub(crate) struct User {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Create(Create),
    /// Print a link by which a person chooses a password; good once, for half an hour
    ///
    /// For a service that cannot send mail, and for whoever locked themselves out.
    PasswordLink {
        #[command(flatten)]
        overrides: Overrides,
        /// The email address that the person signs in with
        #[arg(long, value_name = "ADDRESS", value_parser = email)]
        email: Email,
    },
    /// List all people with their roles
    List {
        #[command(flatten)]
        overrides: Overrides,
    },
}

/// Make a person known, with roles
#[derive(Debug, clap::Args)]
#[command(after_long_help = PLACES)]
struct Create {
    #[command(flatten)]
    overrides: Overrides,
    /// The email address that the person signs in with
    #[arg(long, value_name = "ADDRESS", value_parser = email)]
    email: Email,
    /// The person's name
    #[arg(long, value_name = "NAME", value_parser = name)]
    name: Name,
    /// A role at a place; may be repeated
    #[arg(long = "role", value_name = "ROLE@PLACE", required = true)]
    roles: Vec<RoleAt>,
}

fn email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|wrong| wrong.to_string())
}

fn name(text: &str) -> Result<Name, String> {
    Name::parse(text).map_err(|wrong| wrong.to_string())
}

impl User {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match &self.what {
            What::Create(create) => {
                let (config, _) = Config::load(&create.overrides)?;
                block_on(create.create(&config))
            }
            What::PasswordLink { overrides, email } => {
                let (config, _) = Config::load(overrides)?;
                block_on(password_link(&config, email))
            }
            What::List { overrides } => {
                let (config, _) = Config::load(overrides)?;
                block_on(list(&config))
            }
        }
    }
}

impl Create {
    async fn create(&self, config: &Config) -> Result<(), Failure> {
        let store = opening::open_migrated(config).await?;
        let made = self.make(&store).await;
        store.close().await?;
        say(format_args!("{} is known as {}.", self.email, made?));
        Ok(())
    }

    async fn make(&self, store: &Store) -> Result<Uuid, Failure> {
        let roles = places::find(store, &self.roles).await?;
        let id = Uuid::now_v7();
        let made = store
            .write(&Author::system(), async |work: &mut Work| {
                work.create_person(id, self.email.as_str(), self.name.as_str(), &roles).await
            })
            .await;
        match made {
            Ok(()) => Ok(id),
            Err(StoreError::Taken) => Err(Failure::Refused(format!("{} is known already", self.email))),
            Err(error) => Err(error.into()),
        }
    }
}

async fn password_link(config: &Config, email: &Email) -> Result<(), Failure> {
    let store = opening::open_migrated(config).await?;
    let author = Author::system();
    let made = async {
        let found = store.sign_in_record(email.as_str()).await?.filter(|record| record.is_active);
        let Some(record) = found else { return Ok(None) };
        let made = store.write::<_, StoreError>(&author, async |work: &mut Work| {
            work.make_link(LinkPurpose::PasswordReset, Some(record.person)).await
        });
        made.await.map(Some)
    };
    let made = made.await;
    store.close().await?;
    let Some(token) = made? else { return Err(Failure::Refused(format!("nobody who may come in has {email}"))) };
    say(format_args!("{}/password-reset/choose?token={token}", config.http.public_url));
    Ok(())
}

async fn list(config: &Config) -> Result<(), Failure> {
    let store = opening::open_migrated(config).await?;
    let people = store.people().await?;
    store.close().await?;
    for person in people {
        let state = if person.is_active { "" } else { ", switched off" };
        if person.name.is_empty() {
            say(format_args!("{} (erased)", person.id));
            continue;
        }
        say(format_args!("{} {} <{}>{state}", person.id, person.name, person.email));
        say(format_args!("    {}", places::listed(&person.roles)));
    }
    Ok(())
}
