//! `/v1/code-lists`: every set of known values with its labels, so that apps need not hard-code them.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{code_list::CodeListEntry, vocabulary::CODE_LISTS};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::Caller,
    operation::{Access, Operation, Tag},
    problem::Problem,
};

/// A text in the two languages of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct Label {
    /// Indonesian.
    pub id: &'static str,
    /// English.
    pub en: &'static str,
}

/// One value.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeOut {
    /// The code on the wire. It never changes its meaning.
    pub code: &'static str,
    /// For people.
    pub label: Label,
    /// Whether it is no longer to be chosen; records that hold it stay valid.
    pub is_retired: bool,
}

/// One list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "name": "operator", "title": {"id": "Pengelola", "en": "Operator"},
    "codes": [{"code": "muhammadiyah", "label": {"id": "Muhammadiyah", "en": "Muhammadiyah"}, "is_retired": false}]
}))]
pub struct CodeListOut {
    /// Its name in addresses.
    pub name: &'static str,
    /// For people.
    pub title: Label,
    /// The values, in the order people expect to see them.
    pub codes: Vec<CodeOut>,
}

/// All lists.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "name": "operator", "title": {"id": "Pengelola", "en": "Operator"},
    "codes": [{"code": "muhammadiyah", "label": {"id": "Muhammadiyah", "en": "Muhammadiyah"}, "is_retired": false}]
}]}))]
pub struct CodeListsOut {
    /// In a fixed order.
    pub items: Vec<CodeListOut>,
}

impl From<&CodeListEntry> for CodeListOut {
    fn from(list: &CodeListEntry) -> Self {
        let [id, en] = list.title;
        let codes =
            list.values.iter().map(|&(code, id, en)| CodeOut { code, label: Label { id, en }, is_retired: false });
        Self { name: list.name, title: Label { id, en }, codes: codes.collect() }
    }
}

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/v1/code-lists", "list_code_lists", |_: Caller| async {
            HttpResponse::Ok().json(CodeListsOut { items: CODE_LISTS.iter().map(CodeListOut::from).collect() })
        })
        .tag(Tag::CodeLists)
        .access(Access::Anyone)
        .summary("List all code lists")
        .description("Every enumeration of the interface with its labels. Values are retired, never removed.")
        .answers::<CodeListsOut>(StatusCode::OK, "All code lists"),
        Operation::get("/v1/code-lists/{name}", "get_code_list", show)
            .tag(Tag::CodeLists)
            .access(Access::Anyone)
            .path_parameter::<String>("name", "The name of the list, as `institution_kind`.")
            .summary("Get one code list")
            .description("One enumeration of the interface with its labels.")
            .answers::<CodeListOut>(StatusCode::OK, "The code list"),
    ]
}

async fn show(_: Caller, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let list = CODE_LISTS.iter().find(|list| list.name == name.as_str()).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(CodeListOut::from(list)))
}
