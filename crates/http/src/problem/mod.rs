//! Problems: the one error type of this layer, answered as RFC 9457 `application/problem+json`.
//!
//! Handlers use `?` and nothing else: what the store or the domain says becomes a [`Problem`] here, and the frame
//! around every request ([`crate::frame`]) renders it in the caller's language.

pub mod page;
pub mod reasons;

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue, RETRY_AFTER},
    },
};
use aumsos_domain::{Invalid, Language, Reason, Refusal, institutions::rules::Broken};
use aumsos_persistence::{IsContended, StoreError};
use serde_json::{Map, Value, json};

use reasons as why;

/// The media type of problems (RFC 9457 §6.1).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Where in a request something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The body; the pointer leads into it.
    Body,
    /// The query string; the pointer is `/` and the name of the parameter.
    Query,
    /// The path; the pointer is `/` and the name of the parameter.
    Path,
    /// A header; the pointer is `/` and its name.
    Header,
}

impl Place {
    const fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Query => "query",
            Self::Path => "path",
            Self::Header => "header",
        }
    }
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where to look.
    pub place: Place,
    /// JSON pointer (RFC 6901).
    pub pointer: String,
    /// Why.
    pub reason: &'static Reason,
    /// What the rule asks for exactly ("at most 200"), in both languages; none where the reason says it all.
    pub limit: Option<String>,
}

impl FieldError {
    /// Something wrong in the body.
    pub const fn in_body(pointer: String, reason: &'static Reason) -> Self {
        Self { place: Place::Body, pointer, reason, limit: None }
    }

    /// Something wrong with a parameter of the query.
    pub fn in_query(name: &str, reason: &'static Reason) -> Self {
        Self { place: Place::Query, pointer: format!("/{name}"), reason, limit: None }
    }

    fn rendered(&self, language: Language) -> Value {
        let message = match &self.limit {
            Some(limit) => format!("{} ({limit})", text(self.reason, language)),
            None => text(self.reason, language).to_owned(),
        };
        json!({ "in": self.place.name(), "pointer": self.pointer, "code": self.reason.code, "message": message })
    }
}

/// Why a request cannot be answered as asked, and what to do about it.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    reason: &'static Reason,
    errors: Vec<FieldError>,
    details: Option<Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    is_contended: bool,
}

impl Problem {
    /// A problem of one status and reason.
    pub const fn new(status: StatusCode, reason: &'static Reason) -> Self {
        Self { status, reason, errors: Vec::new(), details: None, headers: Vec::new(), is_contended: false }
    }

    /// There is nothing here, or nothing that the caller may know of: the same answer, to the byte.
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, &why::NOT_FOUND)
    }

    /// It was here, and the caller could see it.
    pub const fn gone() -> Self {
        Self::new(StatusCode::GONE, &why::GONE)
    }

    /// Something broke.
    pub const fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, &why::INTERNAL)
    }

    /// Values that break rules, all of them at once.
    pub const fn invalid(errors: Vec<FieldError>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            reason: &why::INVALID_VALUES,
            errors,
            details: None,
            headers: Vec::new(),
            is_contended: false,
        }
    }

    /// One value that breaks a rule.
    pub fn invalid_value(error: FieldError) -> Self {
        Self::invalid(vec![error])
    }

    /// Lays its headers over those of an answer that is no problem document.
    pub(crate) fn copy_headers(&self, headers: &mut actix_web::http::header::HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
    }

    /// Refuses when any rule is broken.
    pub fn unless_sound(broken: Vec<Broken>) -> Result<(), Self> {
        if broken.is_empty() {
            return Ok(());
        }
        Err(Self::invalid(broken.into_iter().map(|one| FieldError::in_body(one.pointer, one.reason)).collect()))
    }

    /// A rule of the domain refuses.
    pub const fn refused(reason: &'static Reason) -> Self {
        Self::new(StatusCode::CONFLICT, reason)
    }

    /// The same problem with a header in its answer.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same problem with what a client needs to act on it.
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        self.reason.code
    }

    /// What a client needs to act on it.
    pub const fn details(&self) -> Option<&Value> {
        self.details.as_ref()
    }

    /// The answer in a language, for one request.
    pub fn render(&self, language: Language, occurrence: &Occurrence<'_>) -> HttpResponse {
        let mut body = Map::new();
        body.insert("type".to_owned(), format!("{}/problems/{}", occurrence.public_url, self.reason.code).into());
        body.insert("title".to_owned(), title(self.status, language).into());
        body.insert("status".to_owned(), self.status.as_u16().into());
        body.insert("detail".to_owned(), text(self.reason, language).into());
        body.insert("instance".to_owned(), occurrence.path.into());
        body.insert("request_id".to_owned(), occurrence.request_id.into());
        body.insert("code".to_owned(), self.reason.code.into());
        if !self.errors.is_empty() {
            let errors: Vec<Value> = self.errors.iter().map(|error| error.rendered(language)).collect();
            body.insert("errors".to_owned(), errors.into());
        }
        if let Some(details) = &self.details {
            body.insert("details".to_owned(), details.clone());
        }
        let mut answer = HttpResponse::build(self.status);
        answer.insert_header(("Content-Type", MEDIA_TYPE)).insert_header(("Content-Language", language.tag()));
        for (name, value) in &self.headers {
            answer.insert_header((name.clone(), value.clone()));
        }
        answer.body(Value::Object(body).to_string())
    }
}

/// What one request adds to a problem.
#[derive(Debug, Clone, Copy)]
pub struct Occurrence<'a> {
    /// The address that clients use.
    pub public_url: &'a str,
    /// The path that was asked for, without its query.
    pub path: &'a str,
    /// The id of the request.
    pub request_id: &'a str,
}

/// The text of a reason in a language.
pub const fn text(reason: &'static Reason, language: Language) -> &'static str {
    match language {
        Language::Indonesian => reason.id,
        Language::English => reason.en,
    }
}

fn title(status: StatusCode, language: Language) -> &'static str {
    let (id, en) = match status.as_u16() {
        400 => ("Permintaan tidak terbaca", "The request cannot be read"),
        401 => ("Perlu masuk", "Sign-in is needed"),
        403 => ("Tidak diizinkan", "Not allowed"),
        404 => ("Tidak ditemukan", "Not found"),
        405 => ("Metode tidak berlaku", "The method does not apply"),
        406 => ("Bentuk jawaban tidak tersedia", "No such form of the answer"),
        408 => ("Permintaan terlalu lambat", "The request came too slowly"),
        409 => ("Ditolak oleh aturan", "A rule refuses"),
        410 => ("Sudah dihapus", "Gone"),
        412 => ("Data sudah berubah", "The record has changed"),
        413 => ("Terlalu besar", "Too large"),
        415 => ("Bentuk isi tidak dikenal", "No such form of the body"),
        422 => ("Nilai tidak sah", "Invalid values"),
        428 => ("Perlu If-Match", "If-Match is needed"),
        429 => ("Terlalu sering", "Too many requests"),
        503 => ("Layanan sedang tidak tersedia", "The service is not available"),
        507 => ("Ruang penyimpanan penuh", "No room to write"),
        _ => ("Kesalahan pada layanan", "The service failed"),
    };
    match language {
        Language::Indonesian => id,
        Language::English => en,
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.status.as_u16(), self.reason.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    // The frame renders the problem; this is what stands in for it until then.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status)
    }
}

impl IsContended for Problem {
    fn is_contended(&self) -> bool {
        self.is_contended
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let later = |reason| {
            Self::new(StatusCode::SERVICE_UNAVAILABLE, reason).with_header(RETRY_AFTER, HeaderValue::from_static("2"))
        };
        match error {
            StoreError::Unavailable => later(&why::STORE_UNAVAILABLE),
            StoreError::Contended => Self { is_contended: true, ..later(&why::STORE_BUSY) },
            StoreError::Full => Self::new(StatusCode::INSUFFICIENT_STORAGE, &why::STORE_FULL),
            StoreError::Taken => Self::refused(&why::ID_TAKEN),
            StoreError::TwinRunning => {
                Self::refused(&why::TWIN_RUNNING).with_header(RETRY_AFTER, HeaderValue::from_static("1"))
            }
            StoreError::KeyReused => Self::new(StatusCode::UNPROCESSABLE_ENTITY, &why::IDEMPOTENCY_KEY_REUSED),
            StoreError::Erased => Self::gone(),
            StoreError::Unreadable(_) | StoreError::Database(_) => {
                tracing::error!(%error, "the store failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, &why::INTERNAL)
            }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self { details: refusal.details, ..Self::refused(refusal.reason) }
    }
}

impl From<(Place, &str, Invalid)> for FieldError {
    fn from((place, name, invalid): (Place, &str, Invalid)) -> Self {
        Self { place, pointer: format!("/{name}"), reason: invalid.0, limit: None }
    }
}
