//! The same step for many institutions: tried out, all or nothing, or each for itself.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{Reason, institutions::life::LifeStep, text_value::Prose};
use aumsos_persistence::{IsContended, StoreError, Work};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::commands;
use crate::{
    access::Caller,
    command::{Command, Reply},
    conditional::MaybeIfMatch,
    operation::{Access, Operation, Tag},
    problem::{FieldError, Problem, reasons},
};

/// How a bulk request is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkMode {
    /// Tried out and undone: the answer tells what would happen.
    DryRun,
    /// All of them, or none when one is refused.
    AllOrNothing,
    /// Each for itself.
    PerItem,
}

/// One step for one institution.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkItem {
    /// The institution.
    pub id: Uuid,
    /// The step.
    pub action: LifeStep,
    /// Why; goes with `return`, `suspend` and `close`, and with `resume` where the institution was closed; with no others.
    #[serde(default)]
    pub reason: Option<Prose>,
    /// The `ETag` that the institution must still have.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub if_match: Option<String>,
}

/// Many steps, taken in their order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "mode": "dry_run", "items": [{"id": "0190a0a0-0000-7000-8000-000000000042", "action": "verify"}]
}))]
pub struct BulkIn {
    /// How.
    pub mode: BulkMode,
    /// The steps.
    #[schema(min_items = 1, max_items = 100)]
    pub items: Vec<BulkItem>,
}

/// What came of one step.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BulkItemOut {
    /// The institution.
    pub id: Uuid,
    /// The step.
    pub action: LifeStep,
    /// The status that the endpoint of the step would have answered with.
    #[schema(minimum = 200, maximum = 499)]
    pub status: u16,
    /// `applied`, or the code of the problem.
    pub code: &'static str,
    /// The version that the record has now, where the step was taken.
    pub version: Option<i64>,
    /// What a client needs to act on a refusal.
    #[schema(value_type = Object, nullable)]
    pub details: Option<Value>,
}

/// What came of all of them, in their order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"mode": "dry_run", "is_applied": false, "items": [{
    "id": "0190a0a0-0000-7000-8000-000000000042", "action": "verify", "status": 200, "code": "applied", "version": 4,
    "details": null
}]}))]
pub struct BulkOut {
    /// As asked for.
    pub mode: BulkMode,
    /// Whether what is told was done, and not only tried out.
    pub is_applied: bool,
    /// One for each step.
    pub items: Vec<BulkItemOut>,
}

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/institutions/bulk", "change_institutions_in_bulk", handle)
        .tag(Tag::Institutions)
        .access(Access::SignedIn)
        .summary("Take steps for many institutions")
        .description(
            "Each step is that of its own endpoint, with the same permission and the same refusals. `dry_run` tries all of \
             them out and undoes them; `all_or_nothing` answers 409 `bulk_not_applied` with every outcome in `details.items` \
             when one is refused; `per_item` carries out those that are not refused.",
        )
        .body::<BulkIn>()
        .repeatable()
        .answers::<BulkOut>(StatusCode::OK, "What came of each step")
        .refuses(&[&reasons::BULK_NOT_APPLIED])
}

async fn handle(caller: Caller, command: Command<BulkIn>) -> Result<HttpResponse, Problem> {
    let BulkIn { mode, items } = &command.body;
    check_items(items)?;
    if *mode == BulkMode::DryRun {
        let items = try_out(&caller, items).await?;
        return Ok(HttpResponse::Ok().json(BulkOut { mode: *mode, is_applied: false, items }));
    }
    caller
        .run(command.repeat(), async |work| {
            let outcomes = take_all(work, &caller, items).await?;
            if *mode == BulkMode::AllOrNothing && outcomes.iter().any(|one| one.status != 200) {
                let problem = Problem::refused(&reasons::BULK_NOT_APPLIED);
                return Err(problem.with_details(json!({ "items": outcomes })));
            }
            Reply::json(StatusCode::OK, &BulkOut { mode: *mode, is_applied: true, items: outcomes })
        })
        .await
}

/// A reason goes with the steps that take one, and only with them; a tag is one that can be read.
fn check_items(items: &[BulkItem]) -> Result<(), Problem> {
    let mut errors = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if let Some(reason) = wrong_with_reason(item) {
            errors.push(FieldError::in_body(format!("/items/{at}/reason"), reason));
        }
        if MaybeIfMatch::given(item.if_match.as_deref()).is_err() {
            errors.push(FieldError::in_body(format!("/items/{at}/if_match"), &reasons::IF_MATCH_UNREADABLE));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}

fn wrong_with_reason(item: &BulkItem) -> Option<&'static Reason> {
    match item.reason {
        None => item.action.needs_reason().then_some(&reasons::REQUIRED),
        Some(_) => (!item.action.takes_reason()).then_some(&reasons::NOT_ALLOWED_HERE),
    }
}

/// Takes every step that is not refused. What a rule refuses is an outcome; what the store cannot do ends it all.
async fn take_all(work: &mut Work, caller: &Caller, items: &[BulkItem]) -> Result<Vec<BulkItemOut>, Problem> {
    let mut outcomes = Vec::with_capacity(items.len());
    for item in items {
        let expected = MaybeIfMatch::given(item.if_match.as_deref())?;
        let taken = commands::take(work, caller.actor(), item.id, &expected, item.action, item.reason.as_ref()).await;
        let (status, code, version, details) = match taken {
            Ok(record) => (200, "applied", Some(record.version), None),
            Err(problem) if problem.status().is_client_error() => {
                (problem.status().as_u16(), problem.code(), None, problem.details().cloned())
            }
            Err(problem) => return Err(problem),
        };
        outcomes.push(BulkItemOut { id: item.id, action: item.action, status, code, version, details });
    }
    Ok(outcomes)
}

/// Why a unit of work that only tries something out is undone.
enum Undone {
    TriedOut(Vec<BulkItemOut>),
    Failed(Problem),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl IsContended for Undone {
    fn is_contended(&self) -> bool {
        matches!(self, Self::Failed(problem) if problem.is_contended())
    }
}

async fn try_out(caller: &Caller, items: &[BulkItem]) -> Result<Vec<BulkItemOut>, Problem> {
    let never: Result<std::convert::Infallible, Undone> = caller
        .store()
        .write(&caller.author(), async |work| {
            let outcomes = take_all(work, caller, items).await.map_err(Undone::Failed)?;
            Err(Undone::TriedOut(outcomes))
        })
        .await;
    match never {
        Ok(never) => match never {},
        Err(Undone::TriedOut(outcomes)) => Ok(outcomes),
        Err(Undone::Failed(problem)) => Err(problem),
    }
}
