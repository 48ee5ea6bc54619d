//! Changing one's own name and language.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{
    access::ActorId,
    people::{NOT_A_PERSON, OwnProfile, PersonProfile},
    role_assignments::HolderKind,
};
use aumsos_persistence::people::OwnAccount;

use super::model::MeOut;
use crate::{
    access::Caller,
    body::MergePatch,
    command::Reply,
    conditional::IfMatch,
    operation::{Access, Operation, Tag},
    problem::Problem,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::patch("/v1/me", "update_me", handle)
        .tag(Tag::Access)
        .access(Access::SignedIn)
        .summary("Change one's own name and language")
        .description("For people. The address that one signs in with is changed by whoever keeps the account.")
        .merge_patch::<OwnProfile>()
        .answers_record::<MeOut>(StatusCode::OK, "The caller")
        .refuses(&[&NOT_A_PERSON])
}

async fn handle(caller: Caller, expected: IfMatch, patch: MergePatch) -> Result<HttpResponse, Problem> {
    let ActorId::Person(id) = caller.id() else { return Err(Problem::refused(&NOT_A_PERSON)) };
    let roles = caller.store().held_roles(caller.id()).await?;
    caller
        .run_once(async |work| {
            let before = work.own_account_for_update(id).await?.ok_or_else(Problem::not_found)?.person;
            expected.check(before.version)?;
            let known = before.known()?.clone();
            let own: OwnProfile = patch.apply(&OwnProfile { name: known.name.clone(), language: known.language })?;
            let profile = PersonProfile { name: own.name, language: own.language, ..known };
            let after = before.clone().change(profile.clone(), work.at())?;
            let account = OwnAccount {
                version: after.version,
                name: profile.name.to_string(),
                email: Some(profile.email.to_string()),
                language: Some(profile.language),
                client_id: None,
            };
            work.save_person("changed", Some(&before), &after).await?;
            let me = MeOut::of(&caller, HolderKind::Person, id, account, roles.clone());
            Reply::record(&me.tag()?, &me)
        })
        .await
}
