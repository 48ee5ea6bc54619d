//! The frame around every request: its id and trace, who calls, how often, the language of problems, the headers that
//! every answer has, the log line and the metrics.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use aumsos_domain::Language;
use opentelemetry::{global, propagation::Extractor};
use tracing::Instrument;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{
    access::{Identity, tokens::TokenError},
    metered,
    oauth::token::invalid_token,
    operation::{self, Operation},
    pace::step_aside,
    problem::{Occurrence, Problem, reasons},
    rate_limit::{RATE_LIMIT, RATE_LIMIT_POLICY, Standing},
    remembered::{Asked, Found, Moment},
    service::Service,
};

/// The id of a request, in its log lines, in the ledger and in its answer.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Where clients authenticate, and are counted by it.
const FOR_TOKENS: [&str; 3] = ["/oauth/token", "/oauth/introspect", "/oauth/revoke"];

/// Wraps the whole app.
pub async fn frame<B: MessageBody + 'static>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse, Error> {
    let Some(service) = request.app_data::<web::Data<Service>>().map(|data| data.get_ref().clone()) else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let id = request_id(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = span_of(&request, &id);
    answer(service, request, next, id).instrument(span).await
}

async fn answer<B: MessageBody + 'static>(
    service: Service,
    request: ServiceRequest,
    next: Next<B>,
    id: String,
) -> Result<ServiceResponse, Error> {
    let begun = Instant::now();
    let is_anonymous;
    let mut standing = None;
    let admitted = admit(&service, &request).await;
    let response = match admitted {
        Ok((identity, told)) => {
            is_anonymous = identity.is_anonymous();
            standing = told;
            answer_admitted(&service, request, next, &identity).await?
        }
        Err(problem) => {
            is_anonymous = true;
            let (request, _) = request.into_parts();
            ServiceResponse::new(request, HttpResponse::from_error(problem))
        }
    };
    let mut response = with_problem_rendered(&service, response, &id);
    finish(&mut response, &id, standing, is_anonymous);
    record(response.request(), response.status(), begun);
    step_aside(begun);
    Ok(response)
}

/// The answer that is kept for this caller, or the one that the operation makes now.
async fn answer_admitted<B: MessageBody + 'static>(
    service: &Service,
    request: ServiceRequest,
    next: Next<B>,
    identity: &Arc<Identity>,
) -> Result<ServiceResponse, Error> {
    let Some(asked) = Asked::by(&request, identity) else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let mut now = Moment::now(&service.store);
    let mut found = service.remembered.find(&asked, now);
    let mut turn = None;
    if let Found::Past(past) = &found {
        turn = past.turn().await;
        if turn.is_none() {
            found = service.remembered.find(&asked, now);
        }
        now = Moment::now(&service.store);
    }
    let kept = match found {
        Found::Good(kept) => {
            let answer = kept.answer(request.request());
            return Ok(request.into_response(answer));
        }
        Found::Aging(kept, ours) => {
            turn = Some(ours);
            Some(kept)
        }
        Found::Past(kept) => Some(kept),
        Found::Nothing => None,
    };
    if let Some(kept) = kept {
        now = now.with_ledger(&service.store).await;
        if kept.is_good_at(now) {
            service.remembered.renew(asked, now, &kept);
            let answer = kept.answer(request.request());
            return Ok(request.into_response(answer));
        }
    }
    let answer = service.remembered.keep(asked, now, next.call(request).await?);
    drop(turn);
    Ok(answer)
}

/// Who calls, and whether they may call just now. Health checks are never counted, and requests for tokens where they are
/// answered.
async fn admit(service: &Service, request: &ServiceRequest) -> Result<(Arc<Identity>, Option<Standing>), Problem> {
    let address = peer(service, request.request());
    let identity = identify(service, request, address).await?;
    let is_counted = !request.path().starts_with("/health/") && !FOR_TOKENS.contains(&request.path());
    let standing = if is_counted { service.rate_limits.check(identity.actor.id, address)? } else { None };
    request.extensions_mut().insert(Arc::clone(&identity));
    Ok((identity, standing))
}

async fn identify(
    service: &Service,
    request: &ServiceRequest,
    address: Option<IpAddr>,
) -> Result<Arc<Identity>, Problem> {
    let given = request.headers().get(header::AUTHORIZATION);
    match (bearer(request.headers()), given) {
        (Some(token), _) => match service.tokens.identify(&service.store, token).await {
            Ok(identity) if identity.may_come_from(address) => Ok(identity),
            Ok(_) | Err(TokenError::Invalid) => Err(invalid_token()),
            Err(TokenError::Store(error)) => Err(error.into()),
        },
        // Where clients authenticate HTTP Basic is read there; anywhere else it is no way in.
        (None, Some(_)) if !request.path().starts_with("/oauth/") => Err(invalid_token()),
        _ => Ok(Arc::new(Identity::anonymous())),
    }
}

/// The token that a request shows.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The real address of the peer: forwarding headers are believed only from configured proxies, and of a chain of them
/// the last that is no proxy of ours.
pub(crate) fn peer(service: &Service, request: &HttpRequest) -> Option<IpAddr> {
    let direct = request.peer_addr()?.ip();
    let is_proxy = &service.settings.is_trusted_proxy;
    if !is_proxy(direct) {
        return Some(direct);
    }
    let forwarded = request.headers().get_all("x-forwarded-for").map(|value| value.to_str().unwrap_or_default());
    let chain: Vec<&str> = forwarded.flat_map(|list| list.split(',')).collect();
    let mut nearest_first = chain.into_iter().rev().map(address_of);
    // What stands before something that is no address, the client may have written itself.
    Some(nearest_first.find(|one| !one.is_some_and(|address| is_proxy(address))).flatten().unwrap_or(direct))
}

/// An address as proxies write it: alone, in brackets, or with a port.
fn address_of(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// A request's id: the client's where it is short and plain, else one of the service's own.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(&X_REQUEST_ID).and_then(|value| value.to_str().ok());
    // An id of digits alone may be somebody's number, and would stand in the log.
    let plain = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            && id.bytes().any(|b| b.is_ascii_alphabetic())
    };
    given.filter(plain).map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}

fn span_of(request: &ServiceRequest, id: &str) -> tracing::Span {
    // Neither path nor query: whoever makes a mistake may write a name or a number into them.
    let span = tracing::info_span!("request", request_id = id, method = %request.method());
    if request.headers().contains_key("traceparent") {
        let caller = global::get_text_map_propagator(|propagator| propagator.extract(&Headers(request.headers())));
        // Without a collector there is no trace to continue.
        let _ = span.set_parent(caller);
    }
    span
}

/// The headers of a request, as the propagator of W3C Trace Context reads them.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

/// Every error becomes a problem in the language of the caller.
fn with_problem_rendered(service: &Service, response: ServiceResponse, id: &str) -> ServiceResponse {
    let Some(error) = response.response().error() else { return response };
    let fallback;
    let problem = match error.as_error::<Problem>() {
        Some(problem) => problem,
        None => {
            fallback = problem_of(response.status());
            &fallback
        }
    };
    let language = response
        .request()
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map_or_else(Language::default, Language::negotiate);
    let occurrence =
        Occurrence { public_url: &service.settings.public_url, path: response.request().path(), request_id: id };
    let rendered = problem.render(language, &occurrence);
    response.into_response(rendered)
}

/// What the framework itself refused.
fn problem_of(status: StatusCode) -> Problem {
    let reason = match status.as_u16() {
        404 => &reasons::NOT_FOUND,
        408 => &reasons::BODY_TOO_SLOW,
        413 => &reasons::BODY_TOO_LARGE,
        415 => &reasons::MEDIA_TYPE_UNSUPPORTED,
        400..=499 => return Problem::new(StatusCode::BAD_REQUEST, &reasons::REQUEST_UNREADABLE),
        _ => return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, &reasons::INTERNAL),
    };
    Problem::new(status, reason)
}

fn finish<B>(response: &mut ServiceResponse<B>, id: &str, standing: Option<Standing>, is_anonymous: bool) {
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    let is_read = matches!(*response.request().method(), Method::GET | Method::HEAD);
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(X_REQUEST_ID, id);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if let Some(standing) = standing {
        set(RATE_LIMIT_POLICY, &standing.policy);
        set(RATE_LIMIT, &standing.left);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        // Kept only to be asked about again: what is public today may be withdrawn tomorrow.
        let policy = match (is_error || !is_read, is_anonymous) {
            (true, _) => "no-store",
            (false, true) => "no-cache",
            (false, false) => "private, no-cache",
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
    }
    headers.append(header::VARY, HeaderValue::from_static("authorization, accept, accept-language"));
}

fn record(request: &HttpRequest, status: StatusCode, begun: Instant) {
    let took = begun.elapsed();
    let operation = operation::of(request);
    let name = operation.map_or("none", Operation::id);
    // A page is no operation. To find its route once more is dear: it is held against all patterns.
    let found = if operation.is_none() { request.match_pattern() } else { None };
    let route = operation.map(Operation::path).or(found.as_deref());
    metered::count(name, request.method(), status, took);
    let duration_ms = took.as_secs_f64() * 1000.0;
    tracing::info!(operation = name, route, status = status.as_u16(), duration_ms, "answered");
}
