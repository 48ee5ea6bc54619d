//! Commands: requests that write, safe to repeat with an `Idempotency-Key`.

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
    Work,
    idempotency::{Answer, IdempotencyKey},
};
use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

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

/// The key of a request and the hash of all that it says.
#[derive(Debug, Clone)]
pub struct Repeat(Option<(String, String)>);

impl Repeat {
    /// Reads the key, for a request whose body was read elsewhere; `content` is what the body says.
    pub(crate) fn of(request: &HttpRequest, content: &[u8]) -> Result<Self, Problem> {
        let Some(given) = request.headers().get(IDEMPOTENCY_KEY) else { return Ok(Self(None)) };
        let key = given
            .to_str()
            .ok()
            .filter(|key| (1..=255).contains(&key.len()) && key.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        let key = key.ok_or_else(|| {
            Problem::invalid_value(FieldError {
                place: Place::Header,
                pointer: format!("/{IDEMPOTENCY_KEY}"),
                reason: &reasons::IDEMPOTENCY_KEY_MALFORMED,
                limit: None,
            })
        })?;
        let mut context = digest::Context::new(&digest::SHA256);
        for part in [request.method().as_str(), request.path(), request.query_string()] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        context.update(content);
        // Keyed: of a body that holds little but a NIK, a plain hash would tell it.
        let hash = HEXLOWER.encode(context.finish().as_ref());
        let keyed = body::service(request)?.store.vault().blind(&format!("request\0{hash}"));
        Ok(Self(Some((key.to_owned(), keyed))))
    }

    fn key_for(&self, caller: &Caller) -> Option<IdempotencyKey> {
        let (key, request_hash) = self.0.clone()?;
        Some(IdempotencyKey { client: caller.name(), key, request_hash })
    }
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
            let repeat = Repeat::of(&request, &bytes)?;
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
        Self(Answer { status: 204, headers: Vec::new(), body: String::new() })
    }

    fn with<T: Serialize>(status: StatusCode, headers: Vec<(String, String)>, body: &T) -> Result<Self, Problem> {
        let body = serde_json::to_string(body)
            .map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, &reasons::INTERNAL))?;
        Ok(Self(Answer { status: status.as_u16(), headers, body }))
    }
}

impl Caller {
    /// Runs a command as one unit of work: all of it lasts, or none of it; once, however often it is sent.
    pub async fn run(
        &self,
        repeat: &Repeat,
        command: impl AsyncFn(&mut Work) -> Result<Reply, Problem>,
    ) -> Result<HttpResponse, Problem> {
        let key = repeat.key_for(self);
        let answer = self
            .store()
            .write_once::<Problem>(&self.author(), key.as_ref(), async |work| Ok(command(work).await?.0))
            .await?;
        Ok(respond(answer))
    }

    /// Runs a command that is safe to repeat by its nature: PUT, PATCH, DELETE.
    pub async fn run_once(
        &self,
        command: impl AsyncFn(&mut Work) -> Result<Reply, Problem>,
    ) -> Result<HttpResponse, Problem> {
        self.run(&Repeat(None), command).await
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
