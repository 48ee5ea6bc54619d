//! The caller of an operation: identified, and allowed what the operation's row in the table asks for.

use std::{
    collections::BTreeSet,
    future::{Ready, ready},
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::{
        StatusCode,
        header::{HeaderValue, WWW_AUTHENTICATE},
    },
    web,
};
use aumsos_domain::{
    CodeList,
    access::{Actor, ActorId, Permission, Role, Scope},
};
use aumsos_persistence::{Author, Store, sensitive_reads::Purpose};

use super::Identity;
use crate::{
    frame::RequestId,
    operation::{Access, Named},
    problem::{FieldError, Place, Problem, reasons},
    remembered::FromReplica,
    service::Service,
};

/// The first argument of every handler: only through it is the store reached, and only when the check has passed.
#[derive(Debug, Clone)]
pub struct Caller {
    service: Service,
    /// The replica instead, where the operation may follow one that has what it must.
    following: Option<Store>,
    identity: std::sync::Arc<Identity>,
    permission: Option<Permission>,
    operation: &'static str,
    request_id: String,
    purpose: Option<String>,
}

/// The header in which a caller says what personal data is read for.
const PURPOSE: &str = "x-purpose";
/// Its longest, in characters.
const LONGEST_PURPOSE: usize = 200;
/// The right of those who hold no role that gives it.
const SHARED: &str = "sharing_agreement";

impl Caller {
    /// Who acts, with the roles that hold now.
    pub fn actor(&self) -> &Actor {
        &self.identity.actor
    }

    /// The credential, with the roles that hold now.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The identity that stands in the ledger.
    pub fn id(&self) -> ActorId {
        self.identity.actor.id
    }

    /// Whether the credential may only read.
    pub fn is_read_only(&self) -> bool {
        self.identity.is_read_only
    }

    /// Where the caller holds the permission of this operation; nowhere when it needs none.
    pub fn scope(&self) -> Scope {
        self.permission.map_or_else(Scope::nowhere, |permission| self.actor().scope(permission))
    }

    /// The store; its reads may follow a replica where the operation says so.
    pub fn store(&self) -> &Store {
        self.following.as_ref().unwrap_or(&self.service.store)
    }

    /// The service.
    pub const fn service(&self) -> &Service {
        &self.service
    }

    /// The author of what this request writes.
    pub fn author(&self) -> Author {
        Author { actor: self.id(), request_id: Some(self.request_id.clone()) }
    }

    /// What personal data is read for: as the caller says, or by what right.
    pub(crate) fn purpose<'a>(&'a self, right: &'a str) -> Purpose<'a> {
        self.purpose.as_deref().map_or(Purpose::Right(right), Purpose::Said)
    }

    /// By what the caller reads: the roles that hold the permission of this operation, or what another unit shares.
    pub(crate) fn right(&self) -> String {
        let gives = |role: &Role| self.permission.is_none_or(|permission| permission.roles().contains(role));
        let roles: BTreeSet<&str> =
            self.actor().roles.iter().filter(|held| gives(&held.role)).map(|held| held.role.code()).collect();
        if roles.is_empty() { SHARED.to_owned() } else { roles.into_iter().collect::<Vec<_>>().join(", ") }
    }

    /// The operation that is called.
    pub const fn operation(&self) -> &'static str {
        self.operation
    }

    /// Who this caller is, for keys and cursors that must not pass to another.
    pub fn name(&self) -> String {
        match self.id().id() {
            Some(id) => format!("{}:{id}", self.id().kind()),
            None => self.id().kind().to_owned(),
        }
    }

    fn check(request: &HttpRequest) -> Result<Self, Problem> {
        let extensions = request.extensions();
        let (Some(service), Some(named), Some(identity)) = (
            request.app_data::<web::Data<Service>>(),
            extensions.get::<Named>(),
            extensions.get::<std::sync::Arc<Identity>>(),
        ) else {
            return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, &reasons::INTERNAL));
        };
        let operation = named.0;
        let is_anonymous = identity.actor.id == ActorId::Anonymous;
        let permission = match operation.access {
            Access::Anyone => None,
            Access::SignedIn | Access::Holding(_) if is_anonymous => {
                return Err(unauthorized(&reasons::TOKEN_MISSING, "Bearer realm=\"aumsos\""));
            }
            Access::SignedIn => None,
            Access::Holding(permission) if identity.actor.holds(permission) => Some(permission),
            Access::Holding(_) => {
                let challenge = "Bearer realm=\"aumsos\", error=\"insufficient_scope\"";
                let problem = Problem::new(StatusCode::FORBIDDEN, &reasons::PERMISSION_MISSING);
                return Err(problem.with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge)));
            }
        };
        if identity.is_read_only && !is_anonymous && operation.writes() {
            return Err(Problem::new(StatusCode::FORBIDDEN, &reasons::READ_ONLY_CLIENT));
        }
        Ok(Self {
            following: operation.may_follow.then(|| follow(service)).flatten(),
            service: service.get_ref().clone(),
            identity: std::sync::Arc::clone(identity),
            permission,
            operation: operation.id,
            request_id: extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
            purpose: if operation.is_sensitive { purpose_of(request)? } else { None },
        })
    }
}

/// The store as it follows the replica, where there is one; counted by where the answer comes from.
fn follow(service: &Service) -> Option<Store> {
    service.store.replica_state()?;
    let store = service.store.following();
    let from = if store.is_following() { "replica" } else { "primary" };
    metrics::counter!("reads_that_may_follow_total", "from" => from).increment(1);
    Some(store)
}

/// What the caller says in the header, percent-encoded where it is not ASCII (RFC 8187 does so too). What cannot be kept is
/// refused: whoever says what they read for means it to stand on the trail.
fn purpose_of(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(given) = request.headers().get(PURPOSE) else { return Ok(None) };
    let said = percent_encoding::percent_decode(given.as_bytes()).decode_utf8().ok();
    let said = said
        .map(|text| text.trim().to_owned())
        .filter(|text| (1..=LONGEST_PURPOSE).contains(&text.chars().count()) && !text.chars().any(char::is_control));
    said.map(Some).ok_or_else(|| {
        Problem::invalid_value(FieldError {
            place: Place::Header,
            pointer: format!("/{PURPOSE}"),
            reason: &reasons::PURPOSE_UNREADABLE,
            limit: None,
        })
    })
}

/// 401 with the challenge that RFC 9110 §11.6.1 asks for.
pub(crate) fn unauthorized(reason: &'static aumsos_domain::Reason, challenge: &'static str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, reason).with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let checked = Self::check(request);
        if checked.as_ref().is_ok_and(|caller| caller.store().is_following()) {
            request.extensions_mut().insert(FromReplica);
        }
        ready(checked)
    }
}
