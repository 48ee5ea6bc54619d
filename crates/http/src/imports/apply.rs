//! Applying an import: what its rows say goes into the register.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    imports::import::{IMPORT_ROW_WAITS_FOR_NONE, IMPORT_SAME_AS_NOT_LIVE, IMPORT_STATUS_DOES_NOT_ALLOW},
};
use aumsos_persistence::{
    IsContended,
    imports::{ImportError, ImportSight},
};
use uuid::Uuid;

use super::model::{ImportApply, ImportOut};
use crate::{
    access::Caller,
    command::{Command, Reply},
    conditional::MaybeIfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/imports/{import_id}/apply", "apply_import", handle)
        .tag(Tag::Imports)
        .needs(Permission::ImportsRun)
        .summary("Apply an import")
        .description(
            "New institutions become active, verified by the caller, each with its AUMSOS code and its first census; \
             known ones are brought up to date. Done in the background: `status` and `waiting_rows` of the import say \
             how far it has come. What breaks off goes on by itself, and nothing is written twice. Rows that may be \
             duplicates are written when a decision comes with them, now or by applying again. The rows are judged \
             anew where the register may have moved on since the dry run.",
        )
        .optional_body::<ImportApply>()
        .repeatable()
        .conditional()
        .answers_record::<ImportOut>(StatusCode::ACCEPTED, "The import, being applied")
        .refuses(&[&IMPORT_STATUS_DOES_NOT_ALLOW, &IMPORT_ROW_WAITS_FOR_NONE, &IMPORT_SAME_AS_NOT_LIVE])
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Refused(refusal) => refusal.into(),
            ImportError::Store(error) => error.into(),
        }
    }
}

/// How often it is planned anew when the import was changed by others between the plan and the step.
const PLANS: u32 = 3;

async fn handle(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<ImportApply>,
) -> Result<HttpResponse, Problem> {
    let mut plans = 1;
    loop {
        match planned(&caller, *id, &expected, &command).await {
            Err(problem) if problem.is_contended() && plans < PLANS => plans += 1,
            outcome => return outcome,
        }
    }
}

async fn planned(
    caller: &Caller,
    id: Uuid,
    expected: &MaybeIfMatch,
    command: &Command<ImportApply>,
) -> Result<HttpResponse, Problem> {
    let (scope, sight) = (caller.scope(), ImportSight::of(caller.actor()));
    let decisions = command.body.decisions()?;
    let plan = caller.store().plan_import(id, &sight, &scope).await?.ok_or_else(Problem::not_found)?;
    caller
        .run_large(command.repeat(), async |work| {
            expected.check(plan.version())?;
            let import = work.begin_import(&plan, &decisions, &scope).await?;
            let progress = work.import_progress(import.id).await?;
            let shown = ImportOut::of(&import, progress);
            Reply::accepted(&shown.tag(), &shown)
        })
        .await
}
