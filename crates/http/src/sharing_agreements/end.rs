//! Ending an agreement before its time.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{access::Permission, sharing_agreements::SHARING_IS_OVER};
use uuid::Uuid;

use super::model::{SharingAgreementOut, tag};
use crate::{
    access::{Caller, appointing::not_allowed},
    command::{Command, Nothing, Reply},
    conditional::MaybeIfMatch,
    operation::{Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/sharing-agreements/{sharing_agreement_id}/end", "end_sharing_agreement", handle)
        .tag(Tag::SharingAgreements)
        .needs(Permission::SharingManage)
        .summary("End a sharing agreement")
        .description("By the unit that shares. From the next second on nothing is seen by it any more.")
        .optional_body::<Nothing>()
        .repeatable()
        .conditional()
        .answers_record::<SharingAgreementOut>(StatusCode::OK, "The agreement")
        .refuses(&[&SHARING_IS_OVER])
}

async fn handle(
    caller: Caller,
    id: web::Path<Uuid>,
    expected: MaybeIfMatch,
    command: Command<Nothing>,
) -> Result<HttpResponse, Problem> {
    let actor = caller.actor();
    let scopes = [Permission::SharingRead, Permission::SharingManage].map(|permission| actor.scope(permission));
    caller
        .run(command.repeat(), async |work| {
            let found = work.sharing_agreement_for_update(*id, &scopes).await?;
            let before = found.ok_or_else(Problem::not_found)?;
            let line = work.line_above(before.from_unit_id).await?;
            if !actor.own_scope(Permission::SharingManage).covers(&line, None) {
                return Err(not_allowed());
            }
            expected.check(before.version)?;
            let after = before.clone().end(work.at())?;
            work.save_sharing_agreement("ended", Some(&before), &after).await?;
            Reply::record(&tag(&after, work.at()), &SharingAgreementOut::of(after, work.at()))
        })
        .await
}
