//! A file as it comes in: its parts read within bounds, the file itself streamed into the store of objects.

use std::{collections::BTreeMap, future::Future, pin::Pin, time::Duration};

use actix_multipart::Multipart;
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
};
use aumsos_domain::institutions::attachment::AttachmentProfile;
use aumsos_persistence::objects::{ObjectError, StoredObject};
use futures_util::StreamExt;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::model::AttachmentUpload;
use crate::{
    access::Caller,
    body::{check_media_type, new_id, service, typed},
    command::Repeat,
    problem::{FieldError, Problem, reasons},
};

/// How long a whole upload may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// The largest part that is no file.
const SMALL_PART: usize = 16 * 1024;

/// A file that lies in the store of objects already, and what is said of it.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) id: Uuid,
    pub(super) profile: AttachmentProfile,
    pub(super) object: StoredObject,
    pub(super) repeat: Repeat,
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            // Nothing is stored for somebody who may not call this at all.
            Caller::from_request(&request, &mut payload).await?;
            tokio::time::timeout(PATIENCE, read(&request, payload))
                .await
                .unwrap_or_else(|_| Err(Problem::new(StatusCode::REQUEST_TIMEOUT, &reasons::BODY_TOO_SLOW)))
        })
    }
}

async fn read(request: &HttpRequest, payload: Payload) -> Result<Upload, Problem> {
    check_media_type(request, &["multipart/form-data"])?;
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, &reasons::ENCODING_UNSUPPORTED));
    }
    let mut form = Multipart::new(request.headers(), payload);
    let (mut fields, mut object) = (BTreeMap::new(), None);
    let taken = take_parts(request, &mut form, &mut fields, &mut object).await;
    match taken.and_then(|()| understood(request, &fields, object.as_ref())) {
        Ok((id, profile, repeat)) => match object {
            Some(object) => Ok(Upload { id, profile, object, repeat }),
            None => Err(missing("/file")),
        },
        Err(problem) => {
            if let Some(object) = object {
                forget(service(request)?, &object).await;
            }
            Err(problem)
        }
    }
}

/// Removes a file that no record will name. What cannot be removed now, the sweep removes later.
pub(super) async fn forget(service: &crate::Service, object: &StoredObject) {
    if let Err(error) = service.objects.delete(&object.name).await {
        tracing::warn!(%error, "a file without a record stays until the next sweep");
    }
}

async fn take_parts(
    request: &HttpRequest,
    form: &mut Multipart,
    fields: &mut BTreeMap<String, String>,
    object: &mut Option<StoredObject>,
) -> Result<(), Problem> {
    let service = service(request)?;
    let limit = service.settings.upload_limit_bytes as u64;
    while let Some(part) = form.next().await {
        let mut part = part.map_err(|_| unreadable())?;
        let name = part.name().unwrap_or_default().to_owned();
        let is_known = matches!(name.as_str(), "file" | "id" | "purpose" | "audience" | "title");
        if !is_known || fields.contains_key(&name) || name == "file" && object.is_some() {
            let pointer = format!("/{}", name.chars().take(100).collect::<String>());
            return Err(Problem::invalid_value(FieldError::in_body(pointer, &reasons::UNKNOWN_FIELD)));
        }
        if name == "file" {
            *object = Some(service.objects.put(limit, part).await.map_err(problem_of)?);
        } else {
            let bytes = part.bytes(SMALL_PART).await.map_err(|_| too_large())?.map_err(|_| unreadable())?;
            let text = std::str::from_utf8(&bytes).map_err(|_| unreadable())?;
            fields.insert(name, text.trim().to_owned());
        }
    }
    Ok(())
}

fn understood(
    request: &HttpRequest,
    fields: &BTreeMap<String, String>,
    object: Option<&StoredObject>,
) -> Result<(Uuid, AttachmentProfile, Repeat), Problem> {
    let mut said: Map<String, Value> =
        fields.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.clone(), json!(text))).collect();
    said.extend(object.map(|object| ("file".to_owned(), json!(object.facts.sha256))));
    let AttachmentUpload { id, purpose, audience, title, file } = typed(service(request)?, Value::Object(said))?;
    // What the request says, whatever boundary stands between its parts.
    let content = json!({ "fields": fields, "file": file }).to_string();
    let profile = AttachmentProfile { purpose, audience, title };
    Ok((new_id(id)?, profile, Repeat::of(request, content.as_bytes(), id)?))
}

fn missing(pointer: &str) -> Problem {
    Problem::invalid_value(FieldError::in_body(pointer.to_owned(), &reasons::REQUIRED))
}

fn unreadable() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, &reasons::REQUEST_UNREADABLE)
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, &reasons::BODY_TOO_LARGE)
}

/// What the store of objects says, as a problem.
pub(super) fn problem_of(error: ObjectError) -> Problem {
    match error {
        ObjectError::TooLarge { .. } => too_large(),
        ObjectError::UnknownType => Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, &reasons::FILE_TYPE_UNSUPPORTED),
        ObjectError::BrokeOff => unreadable(),
        // A record names it: it is not there for the moment, and the record is.
        ObjectError::Missing => {
            tracing::error!("a file that a record names is not in the store of objects");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, &reasons::FILES_UNAVAILABLE)
        }
        ObjectError::Full => Problem::new(StatusCode::INSUFFICIENT_STORAGE, &reasons::STORE_FULL),
        ObjectError::Unavailable(error) => {
            tracing::error!(%error, "the store of objects failed");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, &reasons::FILES_UNAVAILABLE)
        }
        ObjectError::Store(error) => error.into(),
    }
}
