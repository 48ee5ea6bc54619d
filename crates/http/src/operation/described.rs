//! What the document says of an operation: bodies, answers, queries, lists.

use std::any::TypeId;

use actix_web::http::StatusCode;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema, path::Parameter},
};

/// What a body of a request or an answer is made of.
#[derive(Clone)]
pub(crate) enum Content {
    /// JSON of a named schema.
    Json(SchemaOf),
    /// A page of a list: `{items, next_cursor, count}`.
    List(SchemaOf),
    /// A merge patch (RFC 7396) of a named schema.
    MergePatch(SchemaOf),
    /// A form.
    Form(SchemaOf),
    /// A file upload with further parts described by a named schema.
    Multipart(SchemaOf),
    /// Something that is not JSON, by media type.
    Media(&'static str),
    /// Nothing.
    Empty,
}

/// A schema that a type of ours has.
#[derive(Clone, Copy)]
pub(crate) struct SchemaOf {
    pub(crate) type_id: TypeId,
    pub(crate) name: fn() -> std::borrow::Cow<'static, str>,
    pub(crate) schema: fn() -> RefOr<Schema>,
    pub(crate) collect: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl SchemaOf {
    pub(crate) fn of<T: ToSchema + 'static>() -> Self {
        Self {
            type_id: TypeId::of::<T>(),
            name: <T as ToSchema>::name,
            schema: <T as PartialSchema>::schema,
            collect: <T as ToSchema>::schemas,
        }
    }
}

/// An answer that is no problem.
#[derive(Clone)]
pub(crate) struct AnswerDoc {
    pub(crate) status: StatusCode,
    pub(crate) description: &'static str,
    pub(crate) content: Content,
    pub(crate) has_etag: bool,
    pub(crate) has_location: bool,
}

/// How the parameters of a query are read.
#[derive(Clone, Copy)]
pub(crate) struct QueryDoc {
    pub(crate) type_id: TypeId,
    pub(crate) parameters: fn() -> Vec<Parameter>,
}

/// What a list offers beside its filters.
#[derive(Clone, Copy)]
pub(crate) struct ListDoc {
    pub(crate) sorts: fn() -> Vec<&'static str>,
    pub(crate) default_sort: &'static str,
    pub(crate) forms: &'static [crate::listing::Form],
}
