//! The caller of an operation: identified, and allowed what the operation's row in the table asks for.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::{
        StatusCode,
        header::{HeaderValue, WWW_AUTHENTICATE},
    },
    web,
};
use aumsos_domain::access::{Actor, ActorId, Permission, Scope};
use aumsos_persistence::{Author, Store};

use super::Identity;
use crate::{
    frame::RequestId,
    operation::{Access, Named},
    problem::{Problem, reasons},
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
/// What is kept of it, in bytes.
const LONGEST_PURPOSE: usize = 200;

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

    /// What personal data is read for, where the caller says so.
    pub fn purpose(&self) -> Option<&str> {
        self.purpose.as_deref()
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
            purpose: purpose_of(request),
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

fn purpose_of(request: &HttpRequest) -> Option<String> {
    let said = request.headers().get(PURPOSE)?.to_str().ok()?.trim();
    (1..=LONGEST_PURPOSE).contains(&said.len()).then(|| said.to_owned())
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
