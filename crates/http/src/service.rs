//! What every request shares: the store, the settings, the contract, the keys; and the table of routes.

use std::{collections::BTreeMap, sync::Arc};

use actix_web::{HttpRequest, HttpResponse, Resource, http::header::ALLOW, web};
use aumsos_persistence::{Store, StoreError, access::Passwords, objects::Objects};
use tokio::sync::watch;

use crate::{
    access::Tokens,
    changes::live::{self, Live},
    contract::Contract,
    docs,
    health::Readiness,
    openapi,
    operation::{Operation, reading},
    operations, pages,
    problem::{Problem, page, reasons},
    rate_limit::RateLimits,
    remembered::Remembered,
    rendered::RenderedRecords,
    settings::Settings,
};

/// What the service answers to, and what it says of that. Made of nothing but the program, in some tens of milliseconds: a
/// start makes it beside opening the database.
pub struct Interface {
    operations: &'static [Operation],
    document: Arc<openapi::Document>,
    contract: Contract,
}

impl Interface {
    /// All operations, with their document and their contract.
    pub fn of_all() -> Self {
        let operations = operations::all();
        let document = Arc::new(openapi::Document::of(operations));
        Self { operations, contract: Contract::of(operations, &document), document }
    }
}

/// The interface over one store. Cheap to clone; every worker has one.
#[derive(Clone)]
pub struct Service {
    pub(crate) store: Store,
    shared: Arc<Shared>,
}

/// What the copies of one [`Service`] share.
pub struct Shared {
    pub(crate) objects: Objects,
    pub(crate) settings: Settings,
    pub(crate) contract: Contract,
    pub(crate) document: Arc<openapi::Document>,
    pub(crate) tokens: Tokens,
    pub(crate) passwords: Passwords,
    pub(crate) rate_limits: RateLimits,
    pub(crate) remembered: Remembered,
    pub(crate) rendered: RenderedRecords,
    pub(crate) readiness: Readiness,
    pub(crate) live: Live,
    stopping: watch::Sender<bool>,
    operations: &'static [Operation],
}

impl std::ops::Deref for Service {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Service {
    /// Lays the interface over a store, whose signing keys are loaded.
    pub async fn new(
        interface: Interface,
        store: Store,
        objects: Objects,
        settings: Settings,
    ) -> Result<Self, StoreError> {
        let Interface { operations, document, contract } = interface;
        let tokens = Tokens::load(&store, &settings).await?;
        let passwords = Passwords::new(settings.passwords_at_once);
        let rate_limits = RateLimits::new(&settings);
        let live = Live::new(store.installation().await?.feed_epoch, store.learn_sealed().await?);
        let shared = Shared {
            objects,
            settings,
            contract,
            document,
            tokens,
            passwords,
            rate_limits,
            remembered: Remembered::default(),
            rendered: RenderedRecords::default(),
            readiness: Readiness::default(),
            live,
            stopping: watch::Sender::new(false),
            operations,
        };
        Ok(Self { store, shared: Arc::new(shared) })
    }

    /// The same, with the connections of one worker.
    pub fn of_worker(&self, number: usize) -> Self {
        Self { store: self.store.of_worker(number), shared: Arc::clone(&self.shared) }
    }

    /// From now on readiness says no, and streams end.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether the service was told to stop.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Hears that the service was told to stop.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Hands the change feed to the streams that follow it, until the service is told to stop.
    pub async fn follow_feed(&self) {
        live::run(self.clone()).await;
    }

    /// Puts every route in its place.
    pub fn configure(&self, app: &mut web::ServiceConfig) {
        app.app_data(web::Data::new(self.clone()));
        let mut areas: BTreeMap<&str, BTreeMap<&str, Vec<&'static Operation>>> = BTreeMap::new();
        for operation in self.operations {
            let (area, rest) = in_area(operation.path);
            areas.entry(area).or_default().entry(rest).or_default().push(operation);
        }
        // Area by area, so that no path is held against the patterns of another: each of them is a regular expression.
        for (area, by_path) in areas {
            // Literal segments before parameters: `/institutions/search` is no institution.
            let mut paths: Vec<_> = by_path.into_iter().collect();
            paths.sort_by_key(|(path, _)| path.split('/').map(|part| part.starts_with('{')).collect::<Vec<_>>());
            app.service(
                paths
                    .into_iter()
                    .fold(web::scope(area), |scope, (path, operations)| scope.service(resource(path, &operations))),
            );
        }
        app.service(web::resource("/problems/{code}").route(reading().to(page::show)));
        docs::configure(app);
        pages::configure(app);
        app.default_service(web::to(|_: HttpRequest| async { Err::<HttpResponse, _>(Problem::not_found()) }));
    }
}

/// The first two segments of a path, by which areas are told apart, and the rest.
fn in_area(path: &str) -> (&str, &str) {
    let third = path.match_indices('/').nth(2).map_or(path.len(), |(at, _)| at);
    path.split_at(third)
}

/// The operations of one path within an area; any other method is refused.
fn resource(path: &str, operations: &[&'static Operation]) -> Resource {
    let mut allowed: Vec<&str> = operations.iter().map(|operation| operation.method.as_str()).collect();
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    let allowed = allowed.join(", ");
    operations
        .iter()
        .fold(web::resource(path.to_owned()), |resource, operation| resource.route(operation.route()))
        .default_service(web::to(move || {
            let allow = allowed.clone();
            async move { Err::<HttpResponse, _>(not_allowed(&allow)) }
        }))
}

fn not_allowed(allow: &str) -> Problem {
    let problem = Problem::new(actix_web::http::StatusCode::METHOD_NOT_ALLOWED, &reasons::METHOD_NOT_ALLOWED);
    match allow.parse() {
        Ok(value) => problem.with_header(ALLOW, value),
        Err(_) => problem,
    }
}
