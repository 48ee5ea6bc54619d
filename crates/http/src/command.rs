//! Commands: requests that write, safe to repeat with an `Idempotency-Key`, or with the id that the client made for a new
//! record.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
};
use aumsos_persistence::{
    Size, Work,
    idempotency::{Answer, IdempotencyKey, KeySource},
};
use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    access::Caller,
    body,
    conditional::Tag,
    problem::{FieldError, Place, Problem, reasons},
};

/// The header of draft-ietf-httpapi-idempotency-key-header.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A body that says nothing: empty, or `{}`.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct Nothing {}

/// A JSON body together with the key under which its effect happens once.
#[derive(Debug)]
pub struct Command<T> {
    /// What is asked.
    pub body: T,
    repeat: Repeat,
}

/// The keys of a request, each with the hash of all that it says.
#[derive(Debug, Clone, Default)]
pub struct Repeat(Vec<Key>);

#[derive(Debug, Clone)]
struct Key {
    source: KeySource,
    text: String,
    request_hash: String,
}

impl Repeat {
    /// Reads the keys of a request; `content` is what its body says, and `id` the id that the client made for a new
    /// record. The same id and content is the same request, with a key of its own or without one.
    pub(crate) fn of(request: &HttpRequest, content: &[u8], id: Option<Uuid>) -> Result<Self, Problem> {
        let mut keys = Vec::new();
        let request_hash = hash(request, content)?;
        if let Some(given) = request.headers().get(IDEMPOTENCY_KEY) {
            let key = chosen_key(given).ok_or_else(|| {
                Problem::invalid_value(FieldError {
                    place: Place::Header,
                    pointer: format!("/{IDEMPOTENCY_KEY}"),
                    reason: &reasons::IDEMPOTENCY_KEY_MALFORMED,
                    limit: None,
                })
            })?;
            keys.push(Key { source: KeySource::Header, text: key.to_owned(), request_hash: request_hash.clone() });
        }
        if let Some(id) = id {
            // A line break stands in no header: the two sorts of keys never meet.
            keys.push(Key { source: KeySource::RecordId, text: format!("{}\n{id}", request.path()), request_hash });
        }
        Ok(Self(keys))
    }

    fn keys_for(&self, caller: &Caller) -> Vec<IdempotencyKey> {
        let of_caller = |Key { source, text, request_hash }| IdempotencyKey {
            source,
            client: caller.name(),
            key: text,
            request_hash,
        };
        self.0.iter().cloned().map(of_caller).collect()
    }
}

fn chosen_key(given: &HeaderValue) -> Option<&str> {
    let is_printable = |key: &&str| key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    given.to_str().ok().filter(|key| (1..=255).contains(&key.len())).filter(is_printable)
}

/// Keyed: of a body that holds little but a national id, a plain hash would tell it.
fn hash(request: &HttpRequest, content: &[u8]) -> Result<String, Problem> {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in [request.method().as_str(), request.path(), request.query_string()] {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    context.update(content);
    let hash = HEXLOWER.encode(context.finish().as_ref());
    Ok(body::service(request)?.store.vault().blind(&format!("request\0{hash}")))
}

impl<T: DeserializeOwned + 'static> FromRequest for Command<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = body::read_bytes(&request, &mut payload).await?;
            let value = if bytes.is_empty() {
                Value::Object(serde_json::Map::new())
            } else {
                body::check_media_type(&request, &["application/json"])?;
                body::parse(&bytes)?
            };
            // No body but that of a new record has a member of this name.
            let id = value.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
            // As JSON sees it: spaces and the order of members say nothing.
            let repeat = Repeat::of(&request, value.to_string().as_bytes(), id)?;
            Ok(Self { body: body::typed(body::service(&request)?, value)?, repeat })
        })
    }
}

impl<T> Command<T> {
    /// The key under which the effect happens once.
    pub const fn repeat(&self) -> &Repeat {
        &self.repeat
    }
}

/// What a command answers, in a form that can be kept and given again.
#[derive(Debug)]
pub struct Reply(Answer);

impl Reply {
    /// A record as it is now.
    pub fn record<T: Serialize>(tag: &Tag, record: &T) -> Result<Self, Problem> {
        Self::with(StatusCode::OK, vec![("ETag".to_owned(), tag.as_str().to_owned())], record)
    }

    /// A record that was made, at an address.
    pub fn created<T: Serialize>(location: String, tag: &Tag, record: &T) -> Result<Self, Problem> {
        let headers = vec![("ETag".to_owned(), tag.as_str().to_owned()), ("Location".to_owned(), location)];
        Self::with(StatusCode::CREATED, headers, record)
    }

    /// A record whose change is being carried out.
    pub fn accepted<T: Serialize>(tag: &Tag, record: &T) -> Result<Self, Problem> {
        Self::with(StatusCode::ACCEPTED, vec![("ETag".to_owned(), tag.as_str().to_owned())], record)
    }

    /// JSON of any other kind.
    pub fn json<T: Serialize>(status: StatusCode, body: &T) -> Result<Self, Problem> {
        Self::with(status, Vec::new(), body)
    }

    /// Nothing to say.
    pub const fn nothing() -> Self {
        Self(Answer { status: 204, headers: Vec::new(), body: String::new(), reads: Vec::new() })
    }

    fn with<T: Serialize>(status: StatusCode, headers: Vec<(String, String)>, body: &T) -> Result<Self, Problem> {
        let body = serde_json::to_string(body)
            .map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, &reasons::INTERNAL))?;
        Ok(Self(Answer { status: status.as_u16(), headers, body, reads: Vec::new() }))
    }
}

impl Caller {
    /// Runs a command as one unit of work: all of it lasts, or none of it; once, however often it is sent.
    pub async fn run(
        &self,
        repeat: &Repeat,
        command: impl AsyncFn(&mut Work) -> Result<Reply, Problem>,
    ) -> Result<HttpResponse, Problem> {
        self.run_sized(Size::Small, repeat, command).await
    }

    /// Runs a command that writes thousands of rows, as one unit of work and once.
    pub async fn run_large(
        &self,
        repeat: &Repeat,
        command: impl AsyncFn(&mut Work) -> Result<Reply, Problem>,
    ) -> Result<HttpResponse, Problem> {
        self.run_sized(Size::Large, repeat, command).await
    }

    async fn run_sized(
        &self,
        size: Size,
        repeat: &Repeat,
        command: impl AsyncFn(&mut Work) -> Result<Reply, Problem>,
    ) -> Result<HttpResponse, Problem> {
        let (author, keys) = (self.author(), repeat.keys_for(self));
        let once = self.store().write_once::<Problem>(&author, &keys, size, async |work| Ok(command(work).await?.0));
        let answer = once.await?;
        self.note_reads(&answer.reads).await?;
        Ok(respond(answer))
    }

    /// Runs a command that is safe to repeat by its nature: PUT, PATCH, DELETE.
    pub async fn run_once(
        &self,
        command: impl AsyncFn(&mut Work) -> Result<Reply, Problem>,
    ) -> Result<HttpResponse, Problem> {
        self.run(&Repeat::default(), command).await
    }
}

fn respond(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.insert_header((name, value));
        }
    }
    if answer.body.is_empty() {
        return response.finish();
    }
    response.content_type("application/json").body(answer.body)
}
