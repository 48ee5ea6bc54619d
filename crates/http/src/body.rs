//! Bodies of requests: read within bounds, held against their schema, then typed.

use std::{any::TypeId, future::Future, pin::Pin, time::Duration};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
    web,
};
use aumsos_domain::Reason;
use futures_util::StreamExt;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    problem::{FieldError, Problem, reasons},
    service::Service,
};

/// How long a whole body may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body as it came, with its hash for idempotency.
pub(crate) async fn read_bytes(request: &HttpRequest, payload: &mut Payload) -> Result<Vec<u8>, Problem> {
    let limit = service(request)?.settings.body_limit_bytes;
    let too_large = || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, &reasons::BODY_TOO_LARGE);
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, &reasons::ENCODING_UNSUPPORTED));
    }
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let read = async {
        let mut bytes = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, &reasons::REQUEST_UNREADABLE))?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    tokio::time::timeout(PATIENCE, read)
        .await
        .unwrap_or_else(|_| Err(Problem::new(StatusCode::REQUEST_TIMEOUT, &reasons::BODY_TOO_SLOW)))
}

pub(crate) fn service(request: &HttpRequest) -> Result<&Service, Problem> {
    let found = request.app_data::<web::Data<Service>>();
    found.map(web::Data::get_ref).ok_or(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, &reasons::INTERNAL))
}

/// Refuses a body in another form.
pub(crate) fn check_media_type(request: &HttpRequest, allowed: &[&str]) -> Result<(), Problem> {
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if allowed.iter().any(|one| essence.eq_ignore_ascii_case(one)) {
        Ok(())
    } else {
        Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, &reasons::MEDIA_TYPE_UNSUPPORTED))
    }
}

pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(bytes).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, &reasons::BODY_UNREADABLE))
}

/// JSON held against the schema of `T`, then typed.
pub(crate) fn typed<T: DeserializeOwned + 'static>(service: &Service, value: Value) -> Result<T, Problem> {
    let errors = service.contract.body_errors(TypeId::of::<T>(), &value);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    serde_json::from_value(value).map_err(|error| {
        // The schema passed what the type refuses: the two have come apart, and the caller still gets a clear answer.
        tracing::warn!(%error, "a body fits its schema and not its type");
        Problem::invalid_value(FieldError::in_body(String::new(), &reasons::NOT_ALLOWED_HERE))
    })
}

/// A JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            check_media_type(&request, &["application/json"])?;
            let bytes = read_bytes(&request, &mut payload).await?;
            Ok(Self(typed(service(&request)?, parse(&bytes)?)?))
        })
    }
}

/// A merge patch (RFC 7396), to be applied to what the record says now.
#[derive(Debug)]
pub struct MergePatch {
    patch: Value,
    service: Service,
}

impl MergePatch {
    /// The whole after the patch, held against the schema of `T`: what is wrong is found wherever it stands.
    pub fn apply<T: Serialize + DeserializeOwned + 'static>(&self, current: &T) -> Result<T, Problem> {
        let mut whole = serde_json::to_value(current)
            .map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, &reasons::INTERNAL))?;
        merge(&mut whole, &self.patch);
        typed(&self.service, whole)
    }
}

fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    if let Value::Object(object) = target {
        for (name, value) in fields {
            if value.is_null() {
                object.remove(name);
            } else {
                merge(object.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

impl FromRequest for MergePatch {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            check_media_type(&request, &["application/merge-patch+json", "application/json"])?;
            let bytes = read_bytes(&request, &mut payload).await?;
            let patch = parse(&bytes)?;
            if !patch.is_object() {
                return Err(Problem::invalid_value(FieldError::in_body(String::new(), &reasons::WRONG_TYPE)));
            }
            Ok(Self { patch, service: service(&request)?.clone() })
        })
    }
}

/// A new record's id: the client's, which must be a `UUIDv7`, or one of the service's own.
pub fn new_id(given: Option<uuid::Uuid>) -> Result<uuid::Uuid, Problem> {
    match given {
        None => Ok(uuid::Uuid::now_v7()),
        Some(id) if id.get_version_num() == 7 => Ok(id),
        Some(_) => Err(Problem::invalid_value(FieldError::in_body("/id".to_owned(), &reasons::ID_NOT_V7))),
    }
}

/// The reason of a value in the body that its type refuses.
pub fn refuse_value(pointer: &str, reason: &'static Reason) -> Problem {
    Problem::invalid_value(FieldError::in_body(pointer.to_owned(), reason))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::merge;

    /// The table of RFC 7396, appendix A.
    #[test]
    fn merging_follows_the_rfc() {
        for (original, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a":"b"}), json!(["c"]), json!(["c"])),
            (json!({"a":"foo"}), json!(null), json!(null)),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ] {
            let mut merged = original.clone();
            merge(&mut merged, &patch);
            assert_eq!(merged, result, "{original} + {patch}");
        }
    }
}
