//! The whole service while it runs: the store, the workers and the HTTP server, started and stopped together.

use std::{io, net::SocketAddr, time::Duration};

use aumsos_http::Interface;
use aumsos_persistence::{Author, Store, StoreError, Work, access::LinkPurpose, objects::Objects};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, Database, HttpUrl, ServeFlags},
    demo,
    failure::Failure,
    mail::Carrier,
    opening,
    serve::{self, Server},
    workers::Workers,
};

/// How long the workers may take to end once the requests have.
const WORKERS_END: Duration = Duration::from_secs(3);
/// How long the database may take to be closed.
const STORE_CLOSES: Duration = Duration::from_secs(1);

/// The service, up and answering.
#[derive(Debug)]
pub struct Running {
    store: Store,
    server: Server,
    workers: Workers,
    stop: CancellationToken,
    first_administrator: Option<String>,
}

impl Running {
    /// Opens the store, brings the schema up to date where that may be done, and starts everything. When this gives
    /// back, the service answers.
    pub async fn start(config: &Config, flags: &ServeFlags) -> Result<Self, Failure> {
        let interface = tokio::task::spawn_blocking(Interface::of_all);
        let store = opening::open_to_serve(config).await?;
        if flags.migrate || config.storage.database_url.system() == Database::Sqlite {
            store.migrate_up().await?;
        } else {
            opening::require_newest_schema(&store).await?;
        }
        if flags.demo {
            demo::ensure(&store).await?;
        } else {
            demo::refuse(&store).await?;
            store.plant_roots().await?;
        }
        let stop = CancellationToken::new();
        let objects = serve::objects(config)?;
        tokio::spawn(say_whether_files_can_be_kept(objects.clone()));
        let interface = interface.await.map_err(|error| Failure::io("the interface", io::Error::other(error)))?;
        let server = Server::start(config, interface, &store, &objects, &stop).await?;
        let carrier = Carrier::of(config, server.public_url())?;
        let workers = Workers::start(&store, &objects, carrier, &config.audit, &stop);
        let first_administrator = first_administrator(&store, server.public_url()).await?;
        Ok(Self { store, server, workers, stop, first_administrator })
    }

    /// The address that was really bound.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The address that clients use.
    pub fn public_url(&self) -> &HttpUrl {
        self.server.public_url()
    }

    /// Where the first administrator makes their account, as long as there is none; good once.
    pub fn first_administrator(&self) -> Option<&str> {
        self.first_administrator.as_deref()
    }

    /// The store, for whoever runs the service inside another program.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Stops: says at once that it is not ready, lets the requests in flight finish for at most 20 seconds while
    /// streams end, then ends the workers and closes the store. Takes at most 25 seconds.
    pub async fn stop(self) -> Result<(), Failure> {
        self.stop.cancel();
        let stopped = self.server.drain().await;
        if timeout(WORKERS_END, self.workers.finish()).await.is_err() {
            tracing::warn!("the workers did not end in time");
        }
        if let Ok(closed) = timeout(STORE_CLOSES, self.store.close()).await {
            closed?;
        } else {
            tracing::warn!("the database was not closed in time");
        }
        stopped
    }
}

/// A link for the first administrator of an empty service; one that was made before is over.
async fn first_administrator(store: &Store, public_url: &HttpUrl) -> Result<Option<String>, Failure> {
    if store.has_administrator().await? {
        return Ok(None);
    }
    let author = Author::system();
    let made = store.write::<_, StoreError>(&author, async |work: &mut Work| {
        work.make_link(LinkPurpose::FirstAdministrator, None).await
    });
    Ok(Some(format!("{public_url}/first-administrator?token={}", made.await?)))
}

/// Wrong credentials are better seen at the start than at the first upload. The register itself goes on without its files.
async fn say_whether_files_can_be_kept(objects: Objects) {
    if let Err(error) = objects.ping().await {
        tracing::error!(%error, "photos and documents cannot be kept or shown");
    }
}
