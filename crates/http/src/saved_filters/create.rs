//! Saving a filter.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{
    access::Actor,
    saved_filters::{SavedFilter, SavedFilterProfile, TOO_MANY_FILTERS},
};
use aumsos_persistence::Work;

use super::model::{SavedFilterOut, tag};
use crate::{
    access::Caller,
    body::refuse_value,
    command::{Command, Reply},
    creation::New,
    operation::{Access, Operation, Tag},
    problem::{Problem, reasons},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/saved-filters", "create_saved_filter", handle)
        .tag(Tag::SavedFilters)
        .access(Access::SignedIn)
        .summary("Save a filter")
        .description(
            "For oneself, or shared with a unit that the caller holds a role at or above. Where the list takes a time, a \
             day relative to today will do: `today`, `-30d`, `-6m`.",
        )
        .body::<New<SavedFilterProfile>>()
        .repeatable()
        .answers_record::<SavedFilterOut>(StatusCode::CREATED, "The filter")
        .refuses(&[&TOO_MANY_FILTERS, &reasons::ID_TAKEN])
}

async fn handle(caller: Caller, command: Command<New<SavedFilterProfile>>) -> Result<HttpResponse, Problem> {
    let id = command.body.id()?;
    caller
        .run(command.repeat(), async |work| {
            let profile = command.body.record.clone();
            check(work, &profile, caller.actor()).await?;
            let kept = work.count_saved_filters_of(caller.id()).await?;
            let filter = SavedFilter::new(id, caller.id(), profile, kept, work.at())?;
            work.save_saved_filter(None, &filter).await?;
            let location = format!("/v1/saved-filters/{id}");
            Reply::created(location, &tag(&filter), &SavedFilterOut::of(filter, caller.id()))
        })
        .await
}

/// Refuses a filter that breaks a rule, or is shared beyond where its owner holds a role.
pub(super) async fn check(work: &mut Work, profile: &SavedFilterProfile, actor: &Actor) -> Result<(), Problem> {
    Problem::unless_sound(profile.query.broken_rules(profile.resource))?;
    match profile.shared_with {
        Some(unit) if !work.may_share_with(unit, actor).await? => {
            Err(refuse_value("/shared_with", &reasons::RECORD_UNKNOWN))
        }
        _ => Ok(()),
    }
}
