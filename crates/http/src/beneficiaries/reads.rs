//! Who looked at a person's record: shown to those who are in charge of it.

use actix_web::{HttpResponse, web};
use aumsos_domain::access::Permission;
use aumsos_persistence::beneficiaries::BeneficiaryFound;
use uuid::Uuid;

use crate::{
    listing::{ByTimeQuery, ListQuery},
    operation::{Operation, Tag},
    problem::Problem,
    safeguarding_codes::Pledged,
    sensitive_reads::SensitiveReadOut,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/beneficiaries/{beneficiary_id}/reads", "list_beneficiary_reads", handle)
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesRead)
        .summary("List who looked at a person's record")
        .description(
            "Every read, from wherever: by those in charge, by look-up, by emergency access (whose reason is the purpose). The \
             latest first. It stays to be seen when the person is erased.",
        )
        .lists::<ByTimeQuery, SensitiveReadOut>()
}

async fn handle(caller: Pledged, id: web::Path<Uuid>, query: ListQuery<ByTimeQuery>) -> Result<HttpResponse, Problem> {
    let store = caller.store();
    if let BeneficiaryFound::Unknown = store.beneficiary(*id, &caller.scope()).await? {
        return Err(Problem::not_found());
    }
    let reads = store.reads_of(*id, query.direction(), &query.page_and_one()).await?;
    let count = if query.with_count { Some(store.count_reads_of(*id).await?) } else { None };
    let rows = reads.into_iter().map(|read| {
        let key = read.key();
        (SensitiveReadOut::from(read), key)
    });
    query.answer(&caller, rows.collect(), count)
}
