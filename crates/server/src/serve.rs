//! The HTTP server: the only place that knows both the configuration and the interface of the HTTP crate.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use actix_cors::Cors;
use actix_web::{
    App, HttpResponse, HttpServer,
    dev::{ServerHandle, Service as _},
    middleware::{Compress, from_fn},
    web,
};
use aumsos_http::{Interface, Service, Settings, access::OutsideProvider, changes::SAID_AT_ONCE, frame};
use aumsos_persistence::{
    Store,
    objects::{BucketSettings, ObjectSettings, Objects},
};
use tokio::{net::TcpSocket, task::JoinHandle, time};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, HttpUrl, ObjectsUrl, values::Scalar},
    failure::Failure,
    mail::Carrier,
    metrics,
};

/// How long requests in flight may take to finish once the service was asked to stop.
const DRAIN: Duration = Duration::from_secs(20);
/// How often a draining server looks whether it is empty.
const LOOK: Duration = Duration::from_millis(20);
/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may lie idle: longer than clients and proxies keep theirs (60 s in nginx and most balancers, 90 s in
/// Go and reqwest), so that no request is sent into a connection which the service is just closing.
const KEEP_ALIVE: Duration = Duration::from_secs(100);
/// Connections that wait to be accepted.
const BACKLOG: u32 = 2048;

/// The servers of one process: the interface, and the metrics on an address of their own where that is configured.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    public_url: HttpUrl,
    in_flight: Arc<AtomicUsize>,
    listening: Vec<Listening>,
}

#[derive(Debug)]
struct Listening {
    handle: ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Binds the addresses and begins to answer. After `stop`, readiness says no and streams end.
    pub async fn start(
        config: &Config,
        interface: Interface,
        store: &Store,
        objects: &Objects,
        stop: &CancellationToken,
    ) -> Result<Self, Failure> {
        metrics::start();
        let listener = listen(config.http.listen)?;
        let address = listener.local_addr().map_err(|error| Failure::io(config.http.listen, error))?;
        let public_url = config.http.public_url.at(address);
        let in_flight = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&in_flight);
        let workers = Arc::new(AtomicUsize::new(0));
        let settings = settings(config, &public_url)?;
        let service = Service::new(interface, store.clone(), objects.clone(), settings).await?;
        tell_of_the_end(&service, stop);
        feed_streams(&service);
        let origins: Vec<String> = config.http.cors_origins.iter().map(Scalar::shown).collect();
        let server = HttpServer::new(move || {
            let count = Arc::clone(&count);
            let service = service.of_worker(workers.fetch_add(1, Ordering::Relaxed));
            App::new()
                .configure(|app| service.configure(app))
                .wrap(from_fn(frame))
                .wrap(Compress::default())
                .wrap(cors(&origins))
                .wrap_fn(move |request, routes| {
                    let counted = Counted::new(&count);
                    let answer = routes.call(request);
                    async move {
                        let answer = answer.await;
                        drop(counted);
                        answer
                    }
                })
        });
        let server = server
            .workers(config.http.worker_count())
            .disable_signals()
            .client_request_timeout(HEAD_TIMEOUT)
            .keep_alive(KEEP_ALIVE)
            .h1_write_buffer_size(SAID_AT_ONCE)
            .shutdown_timeout(DRAIN.as_secs())
            .listen(listener)
            .map_err(|error| Failure::io(config.http.listen, error))?
            .run();
        let mut listening = vec![Listening::to(server)];
        if let Some(address) = config.http.metrics_listen {
            listening.push(serve_metrics(address)?);
        }
        Ok(Self { address, public_url, in_flight, listening })
    }

    /// The address that was really bound.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that clients use.
    pub const fn public_url(&self) -> &HttpUrl {
        &self.public_url
    }

    /// Finishes what is in flight and stops listening; to be called when readiness says no already. New connections
    /// are taken as long as requests are in flight, so that whoever asks for readiness is told instead of turned away.
    pub async fn drain(self) -> Result<(), Failure> {
        let end = Instant::now() + DRAIN;
        while self.in_flight.load(Ordering::Relaxed) > 0 && Instant::now() < end {
            time::sleep(LOOK).await;
        }
        // A server that was asked to stop in peace cannot be hurried any more: whoever has no answer yet by now is cut off.
        let is_drained = self.in_flight.load(Ordering::Relaxed) == 0;
        let mut is_cut_off = !is_drained;
        let mut outcome = Ok(());
        for Listening { handle, task } in self.listening {
            let rest = end.saturating_duration_since(Instant::now());
            if !is_drained {
                handle.stop(false).await;
            } else if time::timeout(rest, handle.stop(true)).await.is_err() {
                // Long answers that are still on their way end with the process.
                is_cut_off = true;
                task.abort();
                continue;
            }
            match task.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => outcome = Err(Failure::io(self.address, error)),
                Err(error) => outcome = Err(Failure::io(self.address, io::Error::other(error))),
            }
        }
        if is_cut_off {
            tracing::warn!("requests were cut off: they took longer than {} s", DRAIN.as_secs());
        }
        outcome
    }
}

/// What the interface is told of the configuration.
fn settings(config: &Config, public_url: &HttpUrl) -> Result<Settings, Failure> {
    let proxies = config.http.trusted_proxies.clone();
    Ok(Settings {
        public_url: public_url.to_string(),
        is_trusted_proxy: Arc::new(move |address| proxies.iter().any(|proxy| proxy.contains(address))),
        body_limit_bytes: config.http.body_limit_bytes,
        upload_limit_bytes: config.http.upload_limit_bytes,
        requests_per_minute: config.rate_limit.requests_per_minute,
        burst: config.rate_limit.burst,
        anonymous_requests_per_minute: config.rate_limit.anonymous_requests_per_minute,
        are_sign_ins_limited: config.rate_limit.limit_sign_ins,
        signing_algorithm: config.identity.signing_algorithm,
        outside_provider: config.identity.outside_issuer.as_ref().zip(config.identity.outside_audience.clone()).map(
            |(issuer, audience)| OutsideProvider {
                issuer: issuer.to_string(),
                audience,
                roles_claim: config.identity.outside_roles_claim.clone(),
                second_factor_acr: config.identity.outside_second_factor_acr.clone(),
            },
        ),
        passwords_at_once: config.http.worker_count(),
        can_send_mail: Carrier::of(config, public_url)?.can_carry(),
        is_second_factor_required: config.identity.second_factor_required,
        metrics: Arc::new(metrics::written),
    })
}

/// The store of photos and documents that is configured.
pub(crate) fn objects(config: &Config) -> Result<Objects, Failure> {
    let settings = match &config.objects.url {
        ObjectsUrl::Folder(folder) => ObjectSettings::Folder(folder.clone()),
        ObjectsUrl::Bucket { name, prefix } => ObjectSettings::Bucket(BucketSettings {
            name: name.clone(),
            prefix: prefix.clone(),
            endpoint: config.objects.endpoint.as_ref().map(ToString::to_string),
            region: config.objects.region.clone(),
            credentials: config
                .objects
                .access_key_id
                .clone()
                .zip(config.objects.secret_access_key.as_ref().map(|secret| secret.expose().clone())),
        }),
    };
    Objects::open(&settings).map_err(|error| Failure::io("the store of objects", io::Error::other(error)))
}

/// From the moment the service is asked to stop, readiness says no and streams end.
fn tell_of_the_end(service: &Service, stop: &CancellationToken) {
    let (service, stop) = (service.clone(), stop.clone());
    tokio::spawn(async move {
        stop.cancelled().await;
        service.stop();
    });
}

/// Hands what is sealed to the streams; ends when the service is told to stop.
fn feed_streams(service: &Service) {
    let service = service.clone();
    tokio::spawn(async move { service.follow_feed().await });
}

/// Web pages of the configured origins may call the service and read what its headers tell.
fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allow_any_method()
        .allow_any_header()
        .expose_headers([
            "ETag",
            "Location",
            "Link",
            "X-Request-Id",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "Feed-Cursor",
            "Accept-Ranges",
            "Content-Range",
            "WWW-Authenticate",
            "Deprecation",
            "Sunset",
        ])
        .max_age(3600);
    origins.iter().fold(cors, |cors, origin| match origin.as_str() {
        "*" => cors.allow_any_origin().send_wildcard(),
        origin => cors.allowed_origin(origin),
    })
}

impl Listening {
    fn to(server: actix_web::dev::Server) -> Self {
        Self { handle: server.handle(), task: tokio::spawn(server) }
    }
}

/// One request that is being answered.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Listens before anything is told, so that links name the port that was really bound.
fn listen(address: SocketAddr) -> Result<std::net::TcpListener, Failure> {
    let bound = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)?.into_std()
    };
    bound().map_err(|error| Failure::io(address, error))
}

fn serve_metrics(address: SocketAddr) -> Result<Listening, Failure> {
    let listener = listen(address)?;
    let show = || async {
        HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(metrics::written())
    };
    let server = HttpServer::new(move || App::new().route("/metrics", web::get().to(show)))
        .workers(1)
        .disable_signals()
        .client_request_timeout(HEAD_TIMEOUT)
        .shutdown_timeout(1)
        .listen(listener)
        .map_err(|error| Failure::io(address, error))?
        .run();
    Ok(Listening::to(server))
}
