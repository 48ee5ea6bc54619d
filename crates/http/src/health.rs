//! Whether the service lives, and whether it is ready.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use actix_web::{HttpResponse, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::Caller,
    operation::{Access, Operation, Tag},
    problem::Problem,
};

/// For how long an answer of the database is remembered: checks must not load it.
const REMEMBERED: Duration = Duration::from_secs(1);

/// One part of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartStatus {
    /// It works.
    Up,
    /// It does not.
    Down,
}

/// The health of the service.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"status": "up", "database": "up", "accepting": "up"}))]
pub struct HealthOut {
    /// Of the whole.
    pub status: PartStatus,
    /// Of the database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<PartStatus>,
    /// Of the replica, where one is configured: down while it is not followed, because it is away or too far behind. Reads
    /// go to the database then, and the whole stays up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica: Option<PartStatus>,
    /// Down from the moment that the service was told to stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepting: Option<PartStatus>,
}

/// The last answer of the database.
#[derive(Default)]
pub struct Readiness(Mutex<Option<(Instant, bool)>>);

impl Readiness {
    fn remembered(&self) -> Option<bool> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.filter(|(at, _)| at.elapsed() < REMEMBERED).map(|(_, is_up)| is_up)
    }

    fn remember(&self, is_up: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), is_up));
    }
}

/// `GET /health/live`.
pub fn live() -> Operation {
    Operation::get("/health/live", "get_liveness", |_: Caller| async {
        HttpResponse::Ok().json(HealthOut { status: PartStatus::Up, database: None, replica: None, accepting: None })
    })
    .tag(Tag::Operation)
    .access(Access::Anyone)
    .summary("Whether the process lives")
    .description("Answers without touching anything.")
    .answers::<HealthOut>(StatusCode::OK, "It lives")
}

/// `GET /health/ready`.
pub fn ready() -> Operation {
    Operation::get("/health/ready", "get_readiness", readiness)
        .tag(Tag::Operation)
        .access(Access::Anyone)
        .summary("Whether the service can do its work")
        .description("Says which part is not ready. The answer of the database is remembered for a second.")
        .answers::<HealthOut>(StatusCode::OK, "It is ready")
        .answers::<HealthOut>(StatusCode::SERVICE_UNAVAILABLE, "A part of it is not ready")
}

async fn readiness(caller: Caller) -> Result<HttpResponse, Problem> {
    let service = caller.service();
    let is_up = match service.readiness.remembered() {
        Some(is_up) => is_up,
        None => {
            let is_up = service.store.ping().await.is_ok();
            service.readiness.remember(is_up);
            is_up
        }
    };
    let part = |is_up| if is_up { PartStatus::Up } else { PartStatus::Down };
    let is_ready = is_up && !service.is_stopping();
    let health = HealthOut {
        status: part(is_ready),
        database: Some(part(is_up)),
        replica: service.store.replica_state().map(|replica| part(replica.is_followed)),
        accepting: Some(part(!service.is_stopping())),
    };
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok(HttpResponse::build(status).json(health))
}
