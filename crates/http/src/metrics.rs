//! Metrics in the text format of Prometheus.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::access::Permission;

use crate::{
    access::Caller,
    operation::{Operation, Tag},
};

/// `GET /metrics`.
pub fn operation() -> Operation {
    Operation::get("/metrics", "get_metrics", |caller: Caller| async move {
        HttpResponse::Ok().content_type("text/plain; version=0.0.4").body((caller.service().settings.metrics)())
    })
    .tag(Tag::Operation)
    .needs(Permission::MetricsRead)
    .summary("Metrics of the running service")
    .description("In the text format of Prometheus. Configuration can serve them on an address of their own instead.")
    .answers_media(StatusCode::OK, "Metrics", "text/plain")
}
