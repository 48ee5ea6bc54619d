//! What is counted of requests: how many were answered, and how long that took.

use std::{cell::RefCell, collections::HashMap, time::Duration};

use actix_web::http::{Method, StatusCode};
use metrics::{Counter, Histogram};

/// What requests are counted by: operation, method, status.
type Labels = (&'static str, &'static str, u16);

struct Meter {
    answered: Counter,
    took: Histogram,
}

thread_local! {
    /// To find a meter by its labels costs as much as all else that is counted of a request.
    static METERS: RefCell<HashMap<Labels, Meter>> = RefCell::default();
}

/// Counts a request that was answered.
pub(crate) fn count(operation: &'static str, method: &Method, status: StatusCode, took: Duration) {
    let labels = (operation, known(method), status.as_u16());
    METERS.with_borrow_mut(|meters| {
        let meter = meters.entry(labels).or_insert_with(|| Meter::of(labels));
        meter.answered.increment(1);
        meter.took.record(took.as_secs_f64());
    });
}

impl Meter {
    fn of((operation, method, status): Labels) -> Self {
        let status = status.to_string();
        Self {
            answered: metrics::counter!(
                "http_requests_total", "operation" => operation, "method" => method, "status" => status
            ),
            took: metrics::histogram!("http_request_duration_seconds", "operation" => operation),
        }
    }
}

/// The methods of RFC 9110 and RFC 5789; a caller may send any word, and each would be a number that is kept for good.
fn known(method: &Method) -> &'static str {
    const KNOWN: [(Method, &str); 9] = [
        (Method::GET, "GET"),
        (Method::HEAD, "HEAD"),
        (Method::POST, "POST"),
        (Method::PUT, "PUT"),
        (Method::PATCH, "PATCH"),
        (Method::DELETE, "DELETE"),
        (Method::OPTIONS, "OPTIONS"),
        (Method::TRACE, "TRACE"),
        (Method::CONNECT, "CONNECT"),
    ];
    KNOWN.iter().find(|(one, _)| one == method).map_or("other", |(_, name)| name)
}
