//! Lists: filters, sorts, keyset pages, `fields`, `count`, and the forms of the whole answer. One mechanism for every
//! list of the interface.

mod by_time;
mod cursor;
mod form;
mod paging;
mod whole;
mod written;

use std::{any::TypeId, future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, ContentType},
    },
    web,
};
use aumsos_domain::Reason;
use aumsos_persistence::page::{Direction, KeyValue, Page};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use utoipa::IntoParams;

pub use by_time::ByTimeQuery;
pub use form::Form;
pub(crate) use paging::{chosen_fields, parameters, unknown_sort};
pub(crate) use written::Written;

use self::{cursor::Bound, paging::Paging};
use crate::{
    access::Caller,
    body,
    problem::{FieldError, Place, Problem, reasons},
};

/// The filters of a list: what their query parameters are, and what the list can be sorted by.
pub trait ListFilters: IntoParams + DeserializeOwned + std::fmt::Debug + Clone + 'static {
    /// What the list is sorted by.
    type Sort: std::fmt::Debug + Copy + PartialEq + 'static;
    /// The names of the sorts on the wire.
    const SORTS: &'static [(&'static str, Self::Sort)];
    /// The order when none is asked for, as in `sort`.
    const DEFAULT_SORT: &'static str;
    /// The forms of the whole answer beside a page of JSON.
    const FORMS: &'static [Form] = &[];
}

/// A list as it was asked for.
#[derive(Debug, Clone)]
pub struct ListQuery<F: ListFilters> {
    /// The filters.
    pub filters: F,
    /// The order.
    pub sort: Vec<(F::Sort, Direction)>,
    /// Which page.
    pub page: Page,
    /// Whether the total is asked for.
    pub with_count: bool,
    /// The form of the answer.
    pub form: Form,
    /// Only these fields of each record.
    fields: Option<Vec<String>>,
    bound: Bound,
    path: String,
    /// The query without its cursor, for the link to the next page; none for a search by POST.
    link: Option<String>,
}

impl<F: ListFilters> ListQuery<F> {
    fn read(request: &HttpRequest, mut asked: Value, place: Place) -> Result<Self, Problem> {
        let caller = Caller::extract(request).into_inner()?;
        let paging = Paging::take(&mut asked);
        let mut errors = Vec::new();
        let sort = paging.sort::<F>(place, &mut errors);
        let fields = paging.fields(caller.service().document.fields_of(caller.operation()), place, &mut errors);
        let form = paging.form(request, F::FORMS)?;
        paging.check_fit(form, place, &mut errors);
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let sort_text = paging.sort.clone().unwrap_or_else(|| F::DEFAULT_SORT.to_owned());
        let bound = Bound::to(&caller, &asked, &sort_text);
        let after = match &paging.cursor {
            None => None,
            Some(text) => Some(bound.open(caller.store().vault(), text).ok_or_else(|| {
                Problem::invalid_value(FieldError {
                    place,
                    pointer: "/cursor".to_owned(),
                    reason: &reasons::CURSOR_INVALID,
                    limit: None,
                })
            })?),
        };
        let link = (place == Place::Query).then(|| paging::without_cursor(request.query_string()));
        let filters = serde_json::from_value(asked).map_err(|error| {
            tracing::warn!(%error, "a query fits its schema and not its type");
            Problem::new(StatusCode::BAD_REQUEST, &reasons::QUERY_UNREADABLE)
        })?;
        Ok(Self {
            filters,
            sort,
            page: Page { limit: paging.limit, after },
            with_count: paging.count,
            form,
            fields,
            bound,
            path: request.path().to_owned(),
            link,
        })
    }

    /// Something that is wrong with one of the filters, said where it stood.
    pub fn wrong(&self, name: &str, reason: &'static Reason) -> FieldError {
        let place = if self.link.is_some() { Place::Query } else { Place::Body };
        FieldError { place, pointer: format!("/{name}"), reason, limit: None }
    }

    /// Whether a field of the records was asked for by its name.
    pub fn names(&self, field: &str) -> bool {
        self.fields.iter().flatten().any(|chosen| chosen == field)
    }

    /// Whether a field of the records is shown.
    pub fn shows(&self, field: &str) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.iter().any(|chosen| chosen == field))
    }

    /// Whether the records are shown whole.
    pub const fn shows_all(&self) -> bool {
        self.fields.is_none()
    }

    /// Which way a list of one order is read; the latest first when nothing is said.
    pub fn direction(&self) -> Direction {
        self.sort.first().map_or(Direction::Descending, |(_, direction)| *direction)
    }

    /// One row more than the page shows: whether there is a next page is known without counting.
    pub fn page_and_one(&self) -> Page {
        Page { limit: self.page.limit + 1, after: self.page.after.clone() }
    }

    /// Answers with a page. `rows` are what [`Self::page_and_one`] gave: each record, and the values of its sort keys.
    pub fn answer<T: Serialize>(
        &self,
        caller: &Caller,
        mut rows: Vec<(T, Vec<KeyValue>)>,
        count: Option<u64>,
    ) -> Result<HttpResponse, Problem> {
        let next = self.cut(caller, &mut rows, |(_, key)| key);
        let fields = self.fields.as_deref();
        let written = rows.iter().map(|(record, _)| match fields {
            None => Written::of(record),
            Some(_) => Written::of(&only_fields(record, fields)?),
        });
        self.answer_written(&written.collect::<Result<Vec<_>, _>>()?, next.as_deref(), count)
    }

    /// Cuts what [`Self::page_and_one`] gave to the page; gives the cursor of the next one where there is one.
    pub(crate) fn cut<T>(&self, caller: &Caller, rows: &mut Vec<T>, key: fn(&T) -> &Vec<KeyValue>) -> Option<String> {
        let shown = usize::try_from(self.page.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > shown;
        rows.truncate(shown);
        let last = rows.last().filter(|_| has_more)?;
        Some(self.bound.seal(caller.store().vault(), key(last)))
    }

    /// Answers with a page of records that are written out already.
    pub(crate) fn answer_written(
        &self,
        items: &[Written],
        next: Option<&str>,
        count: Option<u64>,
    ) -> Result<HttpResponse, Problem> {
        let mut answer = HttpResponse::Ok();
        if let (Some(cursor), Some(link)) = (next, &self.link) {
            let separator = if link.is_empty() { "" } else { "&" };
            let target = format!("<{}?{link}{separator}cursor={cursor}>; rel=\"next\"", self.path);
            answer.insert_header((header::LINK, target));
        }
        Ok(answer.content_type(ContentType::json()).body(written::page(items, next, count)?))
    }
}

/// A record as JSON, cut to the fields that were asked for; its id always stays.
pub(crate) fn only_fields<T: Serialize>(record: &T, fields: Option<&[String]>) -> Result<Value, Problem> {
    let mut value = serde_json::to_value(record)
        .map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, &reasons::INTERNAL))?;
    if let (Some(fields), Value::Object(object)) = (fields, &mut value) {
        object.retain(|name, _| name == "id" || fields.iter().any(|field| field == name));
    }
    Ok(value)
}

impl<F: ListFilters> FromRequest for ListQuery<F> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = || {
            let asked = read_query(request, TypeId::of::<F>())?;
            Self::read(request, asked, Place::Query)
        };
        std::future::ready(read())
    }
}

/// The POST twin of a list: the same parameters as a JSON object, so that what they say is in no URL.
#[derive(Debug)]
pub struct Search<F: ListFilters>(pub ListQuery<F>);

impl<F: ListFilters> FromRequest for Search<F> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            body::check_media_type(&request, &["application/json"])?;
            let asked = body::parse(&body::read_bytes(&request, &mut payload).await?)?;
            let service = body::service(&request)?;
            let errors = service.contract.parameter_errors(TypeId::of::<F>(), &asked, Place::Body);
            if !errors.is_empty() {
                return Err(Problem::invalid(errors));
            }
            Ok(Self(ListQuery::read(&request, asked, Place::Body)?))
        })
    }
}

/// The query of an operation that is no list.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = || {
            let asked = read_query(request, TypeId::of::<T>())?;
            let typed = serde_json::from_value(asked);
            typed.map(Self).map_err(|error| {
                tracing::warn!(%error, "a query fits its schema and not its type");
                Problem::new(StatusCode::BAD_REQUEST, &reasons::QUERY_UNREADABLE)
            })
        };
        std::future::ready(read())
    }
}

fn read_query(request: &HttpRequest, type_id: TypeId) -> Result<Value, Problem> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, &reasons::QUERY_UNREADABLE))?;
    body::service(request)?.contract.read_query(type_id, pairs.into_inner()).map_err(Problem::invalid)
}

/// The schema of a page of a list.
pub(crate) fn page_schema(item: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": { "type": "array", "items": item },
            "next_cursor": {
                "type": ["string", "null"],
                "description": "Pass it as `cursor` for the next page; null on the last one."
            },
            "count": {
                "type": "integer", "format": "int64", "minimum": 0,
                "description": "How many records there are in all, where `count=true` was asked for."
            }
        }
    })
}
