//! Answering with one record: its entity tag, 304 for who has it, only the fields that were asked for.

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, http::header};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::{
    access::Caller,
    conditional::Tag,
    listing,
    problem::{Place, Problem},
};

/// The query of an operation that shows one record.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RecordQuery {
    /// Only these fields, with commas between them; `id` always comes.
    #[serde(default)]
    #[param(min_length = 1, max_length = 2000)]
    pub fields: Option<String>,
}

/// How one record is to be shown.
#[derive(Debug)]
pub struct Show {
    request: HttpRequest,
    fields: Option<Vec<String>>,
}

impl Show {
    /// Reads what is asked beside the record itself.
    pub fn of(request: &HttpRequest, caller: &Caller, fields: Option<&str>) -> Result<Self, Problem> {
        let mut errors = Vec::new();
        let known = caller.service().document.fields_of(caller.operation());
        let fields = fields.map(|text| listing::chosen_fields(text, known, Place::Query, &mut errors));
        if errors.is_empty() { Ok(Self { request: request.clone(), fields }) } else { Err(Problem::invalid(errors)) }
    }

    /// Whether a field of the record is shown.
    pub fn shows(&self, field: &str) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.iter().any(|chosen| chosen == field))
    }

    /// Whether the client has this version already, and is shown nothing.
    pub fn is_known(&self, tag: &Tag) -> bool {
        tag.is_known_to(&self.request)
    }

    /// Answers with the record, or 304 when the client has this version already.
    pub fn answer<T: Serialize>(&self, tag: &Tag, record: &T) -> Result<HttpResponse, Problem> {
        if tag.is_known_to(&self.request) {
            return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag.as_str())).finish());
        }
        let mut answer = HttpResponse::Ok();
        answer.insert_header((header::ETAG, tag.as_str()));
        match &self.fields {
            None => Ok(answer.json(record)),
            fields => Ok(answer.json(listing::only_fields(record, fields.as_deref())?)),
        }
    }
}

impl FromRequest for Show {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut read = || {
            let caller = Caller::from_request(request, payload).into_inner()?;
            let query = listing::Query::<RecordQuery>::from_request(request, payload).into_inner()?;
            Self::of(request, &caller, query.0.fields.as_deref())
        };
        std::future::ready(read())
    }
}
