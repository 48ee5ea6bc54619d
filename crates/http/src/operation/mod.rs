//! An operation of the interface: one row from which come its route, its check, its place in the OpenAPI document, the
//! table in `docs/permissions.md` and the who-may-not test. What has no row has no route.

mod described;
mod handler;
mod tag;

use std::any::TypeId;

use actix_web::{
    Handler, HttpMessage, Responder, Route, guard,
    http::{Method, StatusCode},
    web,
};
use aumsos_domain::{Reason, access::Permission};
use serde::de::DeserializeOwned;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{RefOr, Schema, path::ParameterIn},
};

pub(crate) use self::described::{AnswerDoc, Content, ListDoc, QueryDoc, SchemaOf};
use self::handler::Unwinding;
pub use self::{handler::CallerFirst, tag::Tag};
use crate::listing::ListFilters;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everyone; what is seen depends on the caller.
    Anyone,
    /// Whoever shows a token.
    SignedIn,
    /// Whoever holds the permission somewhere; where, the handler's scope says.
    Holding(Permission),
}

#[expect(clippy::struct_excessive_bools, reason = "each is one line of the document")]
/// One operation. Build it with [`Operation::get`] and its siblings.
pub struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) tag: Tag,
    pub(crate) access: Access,
    pub(crate) summary: &'static str,
    pub(crate) description: &'static str,
    pub(crate) query: Option<QueryDoc>,
    pub(crate) list: Option<ListDoc>,
    pub(crate) body: Content,
    pub(crate) body_is_optional: bool,
    pub(crate) answers: Vec<AnswerDoc>,
    pub(crate) refusals: Vec<&'static Reason>,
    pub(crate) needs_if_match: bool,
    pub(crate) takes_if_match: bool,
    pub(crate) takes_idempotency_key: bool,
    pub(crate) takes_last_event_id: bool,
    pub(crate) takes_range: bool,
    pub(crate) tells_feed_cursor: bool,
    /// Whether it may be answered from a replica.
    pub(crate) may_follow: bool,
    pub(crate) is_deprecated: bool,
    /// Whether its answer can hold personal data: such reads are on the trail.
    pub(crate) is_sensitive: bool,
    /// Further statuses that a problem of this operation can have.
    pub(crate) also: Vec<StatusCode>,
    /// Schemas that only the query names.
    pub(crate) query_schemas: Vec<SchemaOf>,
    path_parameters: Vec<PathParameter>,
    is_read: bool,
    route: Box<dyn Fn() -> Route + Send + Sync>,
}

/// Name, description and schema of a parameter of the path.
type PathParameter = (&'static str, &'static str, fn() -> RefOr<Schema>);

/// The operation that a request was routed to.
#[derive(Clone, Copy)]
pub(crate) struct Named(pub(crate) &'static Operation);

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.id, self.method, self.path)
    }
}

/// A route for those who read, and those who only ask what they would get (RFC 9110 §9.3.2).
pub(crate) fn reading() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

impl Operation {
    fn new<H, Args>(method: Method, path: &'static str, id: &'static str, handler: H) -> Self
    where
        H: Handler<Args> + Send + Sync,
        Args: CallerFirst + 'static,
        H::Output: Responder + 'static,
    {
        let verb = method.clone();
        Self {
            id,
            is_read: method == Method::GET,
            method,
            path,
            tag: Tag::Operation,
            access: Access::SignedIn,
            summary: "",
            description: "",
            query: None,
            list: None,
            body: Content::Empty,
            body_is_optional: false,
            answers: Vec::new(),
            refusals: Vec::new(),
            needs_if_match: false,
            takes_if_match: false,
            takes_idempotency_key: false,
            takes_last_event_id: false,
            takes_range: false,
            tells_feed_cursor: false,
            may_follow: false,
            is_deprecated: false,
            is_sensitive: false,
            also: Vec::new(),
            query_schemas: Vec::new(),
            path_parameters: Vec::new(),
            route: Box::new(move || {
                let verb = verb.clone();
                let route = if verb == Method::GET { reading() } else { web::method(verb) };
                route.to(Unwinding(handler.clone()))
            }),
        }
    }

    /// An operation that reads.
    pub fn get<H, Args>(path: &'static str, id: &'static str, handler: H) -> Self
    where
        H: Handler<Args> + Send + Sync,
        Args: CallerFirst + 'static,
        H::Output: Responder + 'static,
    {
        Self::new(Method::GET, path, id, handler)
    }

    /// An operation that writes, safe to repeat with an `Idempotency-Key`.
    pub fn post<H, Args>(path: &'static str, id: &'static str, handler: H) -> Self
    where
        H: Handler<Args> + Send + Sync,
        Args: CallerFirst + 'static,
        H::Output: Responder + 'static,
    {
        Self::new(Method::POST, path, id, handler)
    }

    /// An operation that replaces a record; needs `If-Match`.
    pub fn put<H, Args>(path: &'static str, id: &'static str, handler: H) -> Self
    where
        H: Handler<Args> + Send + Sync,
        Args: CallerFirst + 'static,
        H::Output: Responder + 'static,
    {
        Self { needs_if_match: true, ..Self::new(Method::PUT, path, id, handler) }
    }

    /// An operation that changes a record by a merge patch; needs `If-Match`.
    pub fn patch<H, Args>(path: &'static str, id: &'static str, handler: H) -> Self
    where
        H: Handler<Args> + Send + Sync,
        Args: CallerFirst + 'static,
        H::Output: Responder + 'static,
    {
        Self { needs_if_match: true, ..Self::new(Method::PATCH, path, id, handler) }
    }

    /// An operation that deletes a record; needs `If-Match`.
    pub fn delete<H, Args>(path: &'static str, id: &'static str, handler: H) -> Self
    where
        H: Handler<Args> + Send + Sync,
        Args: CallerFirst + 'static,
        H::Output: Responder + 'static,
    {
        Self { needs_if_match: true, ..Self::new(Method::DELETE, path, id, handler) }
    }

    /// What it belongs to.
    pub const fn tag(mut self, tag: Tag) -> Self {
        self.tag = tag;
        self
    }

    /// Who may call it.
    pub const fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// Who may call it: whoever holds a permission.
    pub const fn needs(self, permission: Permission) -> Self {
        self.access(Access::Holding(permission))
    }

    /// What it does, in a few words.
    pub const fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// What it does, in full.
    pub const fn description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// The parameters of its query.
    pub fn query<T: IntoParams + DeserializeOwned + 'static>(mut self) -> Self {
        self.query =
            Some(QueryDoc { type_id: TypeId::of::<T>(), parameters: || T::into_params(|| Some(ParameterIn::Query)) });
        self
    }

    /// A schema that the query's parameters refer to by name.
    pub fn with_schema<T: ToSchema + 'static>(mut self) -> Self {
        self.query_schemas.push(SchemaOf::of::<T>());
        self
    }

    /// A parameter of the path that is no UUID.
    pub fn path_parameter<T: PartialSchema>(mut self, name: &'static str, description: &'static str) -> Self {
        self.path_parameters.push((name, description, T::schema));
        self
    }

    /// The schema and the description of a parameter of the path.
    pub(crate) fn path_parameter_schema(&self, name: &str) -> (serde_json::Value, &'static str) {
        let given = self.path_parameters.iter().find(|(known, ..)| *known == name);
        match given {
            Some((_, description, schema)) => (serde_json::to_value(schema()).unwrap_or_default(), description),
            None => (serde_json::json!({ "type": "string", "format": "uuid" }), "The id of the record (UUIDv7)."),
        }
    }

    /// Further statuses that a problem of this operation can have.
    pub fn also(mut self, statuses: &[StatusCode]) -> Self {
        self.also.extend_from_slice(statuses);
        self
    }

    /// A list: its filters, its sorts, paging, `fields`, `count` and the forms of the whole answer.
    pub fn lists<F: ListFilters, T: ToSchema + 'static>(mut self) -> Self {
        self.query =
            Some(QueryDoc { type_id: TypeId::of::<F>(), parameters: || F::into_params(|| Some(ParameterIn::Query)) });
        self.list = Some(ListDoc {
            sorts: || F::SORTS.iter().map(|(name, _)| *name).collect(),
            default_sort: F::DEFAULT_SORT,
            forms: F::FORMS,
        });
        self.answer(StatusCode::OK, "A page of the list", Content::List(SchemaOf::of::<T>()))
    }

    /// The POST twin of a list: the same parameters as a JSON object, for what does not belong in a URL.
    pub fn searches<F: ListFilters, T: ToSchema + 'static>(self) -> Self {
        Self { is_read: true, ..self.lists::<F, T>() }
    }

    /// Its body, as JSON.
    pub fn body<T: ToSchema + DeserializeOwned + 'static>(mut self) -> Self {
        self.body = Content::Json(SchemaOf::of::<T>());
        self
    }

    /// Its body, as JSON, which may be left out.
    pub fn optional_body<T: ToSchema + DeserializeOwned + 'static>(mut self) -> Self {
        self.body_is_optional = true;
        self.body::<T>()
    }

    /// Its body: a merge patch of what [`Self::put`] takes.
    pub fn merge_patch<T: ToSchema + DeserializeOwned + 'static>(mut self) -> Self {
        self.body = Content::MergePatch(SchemaOf::of::<T>());
        self
    }

    /// Its body, as a form.
    pub fn form<T: ToSchema + DeserializeOwned + 'static>(mut self) -> Self {
        self.body = Content::Form(SchemaOf::of::<T>());
        self
    }

    /// Its body, as a multipart upload; the schema names the parts.
    pub fn multipart<T: ToSchema + 'static>(mut self) -> Self {
        self.body = Content::Multipart(SchemaOf::of::<T>());
        self
    }

    /// It answers with JSON.
    pub fn answers<T: ToSchema + 'static>(self, status: StatusCode, description: &'static str) -> Self {
        self.answer(status, description, Content::Json(SchemaOf::of::<T>()))
    }

    /// It answers with a record and its `ETag`.
    pub fn answers_record<T: ToSchema + 'static>(self, status: StatusCode, description: &'static str) -> Self {
        let mut operation = self.answers::<T>(status, description);
        if let Some(answer) = operation.answers.last_mut() {
            answer.has_etag = true;
            answer.has_location = status == StatusCode::CREATED;
        }
        operation
    }

    /// It answers with something that is not JSON: one media type, or several with a comma and a space between them.
    pub fn answers_media(self, status: StatusCode, description: &'static str, media_type: &'static str) -> Self {
        self.answer(status, description, Content::Media(media_type))
    }

    /// It answers with a file of one of several media types, whole or a range of its bytes.
    pub fn answers_file(self, description: &'static str, media_types: &'static str) -> Self {
        let mut operation = self
            .answers_media(StatusCode::OK, description, media_types)
            .answers_media(StatusCode::PARTIAL_CONTENT, "The bytes that were asked for", media_types)
            .also(&[StatusCode::RANGE_NOT_SATISFIABLE]);
        for answer in &mut operation.answers {
            answer.has_etag = true;
        }
        operation.takes_range = true;
        operation
    }

    /// It answers without a body.
    pub fn answers_nothing(self, status: StatusCode, description: &'static str) -> Self {
        self.answer(status, description, Content::Empty)
    }

    fn answer(mut self, status: StatusCode, description: &'static str, content: Content) -> Self {
        self.answers.push(AnswerDoc { status, description, content, has_etag: false, has_location: false });
        self
    }

    /// It answers that the record goes by another address now.
    pub fn answers_moved(self, description: &'static str) -> Self {
        let mut operation = self.answers_nothing(StatusCode::MOVED_PERMANENTLY, description);
        if let Some(answer) = operation.answers.last_mut() {
            answer.has_location = true;
        }
        operation
    }

    /// Its answer can hold personal data: who reads it is on the trail, and may say what for in `X-Purpose`.
    pub const fn sensitive(mut self) -> Self {
        self.is_sensitive = true;
        self
    }

    /// It takes an `Idempotency-Key`.
    pub const fn repeatable(mut self) -> Self {
        self.takes_idempotency_key = true;
        self
    }

    /// It takes an `If-Match`, without needing one.
    pub const fn conditional(mut self) -> Self {
        self.takes_if_match = true;
        self
    }

    /// It needs an `If-Match`.
    pub const fn needs_version(mut self) -> Self {
        self.needs_if_match = true;
        self
    }

    /// A stream that goes on from a `Last-Event-ID`.
    pub const fn resumable(mut self) -> Self {
        self.takes_last_event_id = true;
        self
    }

    /// Its answer has a `Feed-Cursor` (`Caller::feed_cursor`).
    pub const fn tells_feed_cursor(mut self) -> Self {
        self.tells_feed_cursor = true;
        self
    }

    /// It reads the register and nothing that must be felt at once, so that it may be answered from a replica
    /// (`Store::following`): no identity, no right, nobody in care, and nothing that a write is decided on.
    pub const fn may_follow(mut self) -> Self {
        self.may_follow = true;
        self
    }

    /// The rules of the domain that can refuse it.
    pub fn refuses(mut self, reasons: &[&'static Reason]) -> Self {
        self.refusals.extend_from_slice(reasons);
        self
    }

    /// Whether it changes anything.
    pub const fn writes(&self) -> bool {
        !self.is_read
    }

    /// A POST that changes nothing: a search, a check.
    pub const fn reads(mut self) -> Self {
        self.is_read = true;
        self
    }

    /// The name that generated clients call it by.
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// Its method.
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// Its path, with parameters in braces.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Who may call it.
    pub const fn who(&self) -> Access {
        self.access
    }

    pub(crate) fn route(&'static self) -> Route {
        (self.route)().guard(guard::fn_guard(move |context| {
            context.req_data_mut().insert(Named(self));
            true
        }))
    }
}

/// The operation that a request was routed to, for logs and metrics.
pub(crate) fn of(request: &impl HttpMessage) -> Option<&'static Operation> {
    request.extensions().get::<Named>().map(|named| named.0)
}
