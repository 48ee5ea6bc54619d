//! Logs and traces: what the service tells about itself while it runs.
//!
//! Logs go to standard error, so that what a command prints stays clean. Traces go to an OpenTelemetry collector when
//! one is configured; the trace that a caller began (W3C Trace Context) is continued through the global propagator.

use std::{env, io, io::IsTerminal, time::Duration};

use opentelemetry::{global, trace::TracerProvider};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt, util::TryInitError,
};

use crate::config::{Log, LogFilter, LogFormat, Telemetry};

/// Who stays silent unless the configured filter names them: SQL statements are theirs, at the level of `info`, and
/// what happens to each worker thread.
const QUIET: &str = "sqlx=warn,sea_orm=warn,opentelemetry=warn,actix_server=warn";
/// What is traced. SQL does not leave the machine, and the exporter's own requests are not traced.
const TRACED: &str = "info,sqlx=off,sea_orm=off,hyper=off,reqwest=off,opentelemetry=off";
/// How long the end of the process waits for the collector.
const FLUSH: Duration = Duration::from_secs(5);

/// Why logs and traces could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The exporter of traces cannot work with what is configured.
    #[error("traces cannot be exported: {0}")]
    Exporter(#[from] ExporterBuildError),
    /// Logging was started before.
    #[error("logging cannot be started: {0}")]
    Logging(#[from] TryInitError),
}

/// Keeps the traces going. When it is dropped, what has not been sent yet is sent; hold it until the process ends.
#[derive(Debug)]
#[must_use = "traces end when this is dropped"]
pub struct TelemetryGuard {
    traces: Option<SdkTracerProvider>,
}

impl Drop for TelemetryGuard {
    fn drop(&mut self) {
        let sent = self.traces.take().map(|traces| traces.shutdown_with_timeout(FLUSH));
        if let Some(Err(error)) = sent {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// Starts logging, and tracing when a collector is configured, for the whole process. Can be called once.
pub fn start(log: &Log, telemetry: &Telemetry) -> Result<TelemetryGuard, TelemetryError> {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let traces = traces_to_collector(telemetry)?;
    if let Some(traces) = &traces {
        global::set_tracer_provider(traces.clone());
    }
    let looks = Looks::on(io::stderr().is_terminal(), log.format);
    let layers = vec![log_lines(&log.level, looks, io::stderr)];
    let layers = layers.into_iter().chain(traces.as_ref().map(spans)).collect::<Vec<_>>();
    tracing_subscriber::registry().with(layers).try_init()?;
    Ok(TelemetryGuard { traces })
}

/// One consumer of what the service tells about itself.
type Consumer = Box<dyn Layer<Registry> + Send + Sync>;

/// How log lines look, once it is known where they go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    Text { coloured: bool },
    Json,
}

impl Looks {
    fn on(terminal: bool, format: LogFormat) -> Self {
        match (format, terminal) {
            (LogFormat::Json, _) | (LogFormat::Auto, false) => Self::Json,
            // NO_COLOR is how people ask every program for plain text (no-color.org).
            _ => Self::Text { coloured: terminal && env::var_os("NO_COLOR").is_none_or(|asked| asked.is_empty()) },
        }
    }
}

fn log_lines<W>(level: &LogFilter, looks: Looks, writer: W) -> Consumer
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    match looks {
        Looks::Text { coloured } => lines.with_ansi(coloured).with_filter(filter(level)).boxed(),
        Looks::Json => lines.json().flatten_event(true).with_span_list(false).with_filter(filter(level)).boxed(),
    }
}

/// The configured filter, with the noisy ones silenced before it so that it can still name them.
fn filter(level: &LogFilter) -> EnvFilter {
    let configured = EnvFilter::new(level.as_str());
    if configured.max_level_hint().is_some_and(|most| most <= LevelFilter::WARN) {
        return configured;
    }
    EnvFilter::new(format!("{QUIET},{}", level.as_str()))
}

fn spans(traces: &SdkTracerProvider) -> Consumer {
    tracing_opentelemetry::layer()
        .with_tracer(traces.tracer("aumsos"))
        .with_location(false)
        .with_threads(false)
        .with_filter(EnvFilter::new(TRACED))
        .boxed()
}

/// OTLP over HTTP, sent in batches from a thread of its own.
fn traces_to_collector(telemetry: &Telemetry) -> Result<Option<SdkTracerProvider>, ExporterBuildError> {
    let Some(endpoint) = &telemetry.otlp_endpoint else { return Ok(None) };
    let exporter = SpanExporter::builder().with_http().with_endpoint(format!("{endpoint}/v1/traces")).build()?;
    let service = Resource::builder().with_service_name(telemetry.service_name.clone()).build();
    Ok(Some(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(service).build()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{
        io::{BufRead, BufReader, Read, Write},
        net::TcpListener,
        sync::{Arc, Mutex},
        thread,
    };

    use super::*;
    use crate::config::{HttpUrl, values::Scalar};

    /// A place to log to that can be read afterwards.
    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged under a filter while `tell` runs.
    fn logged(filter: &str, looks: Looks, tell: impl FnOnce()) -> String {
        let sink = Sink::default();
        let writer = sink.clone();
        let level = LogFilter::parse(filter).unwrap();
        let subscriber = Registry::default().with(log_lines(&level, looks, move || writer.clone()));
        tracing::subscriber::with_default(subscriber, tell);
        String::from_utf8(sink.0.lock().unwrap().clone()).unwrap()
    }

    const PLAIN: Looks = Looks::Text { coloured: false };

    #[test]
    fn no_sql_statement_is_logged_unless_it_is_asked_for() {
        let tell = || {
            tracing::info!(target: "sqlx::query", "SELECT 1");
            tracing::info!(target: "sea_orm::driver", "SELECT 2");
            tracing::info!(target: "aumsos", "ready");
        };
        for filter in ["info", "debug", "trace"] {
            let lines = logged(filter, PLAIN, tell);
            assert!(lines.contains("ready") && !lines.contains("SELECT"), "{filter}: {lines}");
        }
        assert!(logged("info,sqlx=info", PLAIN, tell).contains("SELECT 1"));
    }

    #[test]
    fn a_filter_for_silence_silences_everyone() {
        let tell = || tracing::warn!(target: "sqlx::query", "slow");
        assert!(logged("info", PLAIN, tell).contains("slow"));
        assert_eq!(logged("error", PLAIN, tell) + &logged("off", PLAIN, tell), "");
    }

    #[test]
    fn a_json_line_carries_the_fields_of_its_request() {
        let line = logged("info", Looks::Json, || {
            tracing::info_span!("request", request_id = "r-1").in_scope(|| tracing::info!(status = 200, "answered"));
        });
        let line: serde_json::Value = serde_json::from_str(line.trim()).unwrap();
        assert_eq!((&line["message"], &line["status"]), (&"answered".into(), &200.into()));
        assert_eq!(line["span"]["request_id"], "r-1");
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn a_terminal_gets_text_and_a_collector_json() {
        assert!(matches!(Looks::on(true, LogFormat::Auto), Looks::Text { .. }));
        assert_eq!(Looks::on(false, LogFormat::Auto), Looks::Json);
        assert_eq!(Looks::on(false, LogFormat::Text), PLAIN);
        assert_eq!(Looks::on(true, LogFormat::Json), Looks::Json);
    }

    /// Takes one request and gives back its first line and its body.
    fn one_request(listener: &TcpListener) -> (String, Vec<u8>) {
        let mut reader = BufReader::new(listener.accept().unwrap().0);
        let (mut first, mut length) = (String::new(), 0);
        reader.read_line(&mut first).unwrap();
        for line in reader.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()) {
            if let Some((_, value)) = line.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case("content-length")) {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
        (first, body)
    }

    #[test]
    fn spans_reach_the_collector_when_the_guard_is_dropped() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = HttpUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let telemetry = Telemetry { otlp_endpoint: Some(endpoint), service_name: "aumsos-under-test".to_owned() };
        let collector = thread::spawn(move || one_request(&listener));

        let traces = traces_to_collector(&telemetry).unwrap().unwrap();
        tracing::subscriber::with_default(Registry::default().with(spans(&traces)), || {
            tracing::info_span!("verify_institution").in_scope(|| tracing::info!(target: "sqlx", "SELECT 1"));
        });
        drop(TelemetryGuard { traces: Some(traces) });

        let (first, body) = collector.join().unwrap();
        let holds = |text: &str| body.windows(text.len()).any(|window| window == text.as_bytes());
        assert_eq!(first.trim(), "POST /v1/traces HTTP/1.1");
        assert!(holds("aumsos-under-test") && holds("verify_institution") && !holds("SELECT"));
    }
}
