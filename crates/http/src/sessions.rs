//! `/v1/me/sessions`: where one is signed in and which apps one allowed, for apps to show; and ending them.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::access::ActorId;
use aumsos_persistence::access::{EndReason, ListedGrant, ListedSession};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::Caller,
    command::{Command, Nothing, Reply},
    operation::{Access, Operation, Tag},
    problem::Problem,
};

/// A browser in which one is signed in, or an app that one allowed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-000000000091", "kind": "app", "name": "Aplikasi Panti", "is_this": true,
    "scope": "institutions.read census.read", "created_at": "2026-01-01T00:00:00Z",
    "last_used_at": "2026-01-02T00:00:00Z", "expires_at": "2026-04-01T00:00:00Z"
}))]
pub struct SessionOut {
    /// UUIDv7.
    pub id: Uuid,
    /// `browser` or `app`.
    #[schema(pattern = "^(browser|app)$")]
    pub kind: &'static str,
    /// What the browser calls itself, or the name of the app.
    pub name: String,
    /// Whether this request was made through it.
    pub is_this: bool,
    /// What the app may do; none where it may do all that the person may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: DateTime<Utc>,
    /// When it is over at the latest.
    pub expires_at: DateTime<Utc>,
}

/// All of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": []}))]
pub struct SessionsOut {
    /// Browsers first, each kind the newest first.
    pub items: Vec<SessionOut>,
}

impl From<ListedSession> for SessionOut {
    fn from(session: ListedSession) -> Self {
        Self {
            id: session.id,
            kind: "browser",
            name: session.device,
            is_this: false,
            scope: None,
            created_at: session.created_at,
            last_used_at: session.last_seen_at,
            expires_at: session.expires_at,
        }
    }
}

impl SessionOut {
    fn of_app(grant: ListedGrant, this: Option<Uuid>) -> Self {
        let is_narrow = grant.scope != aumsos_domain::access::PermissionSet::ALL;
        Self {
            id: grant.id,
            kind: "app",
            name: grant.client_name,
            is_this: this == Some(grant.id),
            scope: is_narrow.then(|| grant.scope.to_scope()),
            created_at: grant.created_at,
            last_used_at: grant.last_used_at,
            expires_at: grant.expires_at,
        }
    }
}

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/v1/me/sessions", "list_own_sessions", list)
            .tag(Tag::Access)
            .access(Access::SignedIn)
            .summary("List one's own sessions")
            .description(
                "The browsers in which the person is signed in, and the apps that they allowed. For a client that acts \
                 for itself there are none.",
            )
            .answers::<SessionsOut>(StatusCode::OK, "The sessions"),
        Operation::post("/v1/me/sessions/{session_id}/end", "end_own_session", end)
            .tag(Tag::Access)
            .access(Access::SignedIn)
            .summary("End one of one's own sessions")
            .description("A browser is signed out; of an app every token ends, on every process within a second.")
            .optional_body::<Nothing>()
            .repeatable()
            .answers_nothing(StatusCode::NO_CONTENT, "It is over"),
    ]
}

async fn list(caller: Caller) -> Result<HttpResponse, Problem> {
    let mut items = Vec::new();
    if let ActorId::Person(person) = caller.id() {
        items.extend(caller.store().sessions_of(person).await?.into_iter().map(SessionOut::from));
        let this = caller.identity().grant;
        let apps = caller.store().grants_of(person).await?;
        items.extend(apps.into_iter().map(|grant| SessionOut::of_app(grant, this)));
    }
    Ok(HttpResponse::Ok().json(SessionsOut { items }))
}

async fn end(caller: Caller, id: web::Path<Uuid>, command: Command<Nothing>) -> Result<HttpResponse, Problem> {
    let ActorId::Person(person) = caller.id() else { return Err(Problem::not_found()) };
    let answer = caller
        .run(command.repeat(), async |work| {
            let is_over =
                work.end_session(person, *id).await? || work.end_grant(person, *id, EndReason::SignedOut).await?;
            if is_over { Ok(Reply::nothing()) } else { Err(Problem::not_found()) }
        })
        .await?;
    caller.service().tokens.forget_roles();
    Ok(answer)
}
