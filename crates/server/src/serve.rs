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

use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, dev::Service as _, web};
use aumsos_persistence::Store;
use tokio::{net::TcpSocket, task::JoinHandle, time};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, HttpUrl, WebOrigin, values::Scalar},
    failure::Failure,
    metrics,
};

/// How long requests in flight may take to finish once the service was asked to stop.
const DRAIN: Duration = Duration::from_secs(20);
/// How often a draining server looks whether it is empty.
const LOOK: Duration = Duration::from_millis(20);
/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
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
    pub async fn start(config: &Config, store: &Store, stop: &CancellationToken) -> Result<Self, Failure> {
        metrics::start();
        let listener = listen(config.http.listen)?;
        let address = listener.local_addr().map_err(|error| Failure::io(config.http.listen, error))?;
        let public_url = config.http.public_url.at(address);
        let service = Service::new(store.clone(), settings(config, &public_url)).await?;
        tell_of_stop(&service, stop);
        let in_flight = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&in_flight);
        let origins = config.http.cors_origins.clone();
        let app = move || {
            let count = Arc::clone(&count);
            let service = service.clone();
            App::new()
                .configure(move |app| service.configure(app))
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
        };
        let server = HttpServer::new(app)
            .workers(config.http.worker_count())
            .disable_signals()
            .client_request_timeout(HEAD_TIMEOUT)
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
        let mut outcome = Ok(());
        for Listening { handle, task } in self.listening {
            let rest = end.saturating_duration_since(Instant::now());
            if time::timeout(rest, handle.stop(true)).await.is_err() {
                tracing::warn!("requests were cut off: they took longer than {} s", DRAIN.as_secs());
                handle.stop(false).await;
            }
            match task.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => outcome = Err(Failure::io(self.address, error)),
                Err(error) => outcome = Err(Failure::io(self.address, io::Error::other(error))),
            }
        }
        outcome
    }
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

/// What the interface is told of the configuration.
fn settings(config: &Config, public_url: &HttpUrl) -> Settings {
    let http = &config.http;
    let proxies = http.trusted_proxies.clone();
    Settings {
        public_url: public_url.to_string(),
        cors_origins: http.cors_origins.iter().map(Scalar::shown).collect(),
        is_trusted_proxy: Arc::new(move |address| proxies.iter().any(|network| network.contains(address))),
        body_limit_bytes: http.body_limit_bytes,
        upload_limit_bytes: http.upload_limit_bytes,
        requests_per_minute: config.rate_limit.requests_per_minute,
        burst: config.rate_limit.burst,
        anonymous_requests_per_minute: config.rate_limit.anonymous_requests_per_minute,
        metrics: Arc::new(metrics::written),
    }
}

/// Passes the stop on to the interface, from a thread that is not busy with requests.
fn tell_of_stop(service: &Service, stop: &CancellationToken) {
    let (service, stop) = (service.clone(), stop.clone());
    tokio::spawn(async move {
        stop.cancelled().await;
        service.stop();
    });
}

/// Which web pages may call. No cookies are used, so that no origin can borrow a visitor's rights.
fn cors(origins: &[WebOrigin]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
        .allow_any_header()
        .expose_any_header()
        .max_age(3600);
    origins.iter().fold(cors, |cors, origin| match origin {
        WebOrigin::Any => cors.allow_any_origin().send_wildcard(),
        WebOrigin::Site(url) => cors.allowed_origin(url.as_str()),
    })
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
