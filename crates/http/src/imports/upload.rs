//! The file of an import, by multipart or as the body itself, read within bounds.

use std::{collections::BTreeMap, future::Future, pin::Pin, time::Duration};

use actix_multipart::{Field, Multipart};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
};
use aumsos_domain::{
    imports::{Mapping, files::IMPORT_FILE_TOO_LARGE},
    text_value::Line,
};
use bytes::Bytes;
use chrono::NaiveDate;
use futures_util::StreamExt;
use uuid::Uuid;

use crate::{
    body,
    command::Repeat,
    problem::{FieldError, Problem, reasons},
};

/// How long a whole upload may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// The largest part that is no file.
const SMALL_PART: usize = 64 * 1024;

/// An upload as it came.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) file: Vec<u8>,
    pub(super) file_name: Option<Line>,
    pub(super) id: Option<Uuid>,
    pub(super) as_of: Option<NaiveDate>,
    pub(super) mapping: Mapping,
    pub(super) repeat: Repeat,
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            tokio::time::timeout(PATIENCE, read(&request, payload))
                .await
                .unwrap_or_else(|_| Err(Problem::new(StatusCode::REQUEST_TIMEOUT, &reasons::BODY_TOO_SLOW)))
        })
    }
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, &IMPORT_FILE_TOO_LARGE)
}

fn unreadable() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, &reasons::REQUEST_UNREADABLE)
}

async fn read(request: &HttpRequest, payload: Payload) -> Result<Upload, Problem> {
    let limit = body::service(request)?.settings.upload_limit_bytes;
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, &reasons::ENCODING_UNSUPPORTED));
    }
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let parts = match essence.as_str() {
        "multipart/form-data" => parts_of(request, payload, limit).await?,
        "text/csv"
        | "application/octet-stream"
        | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => {
            Parts { file: Some(whole(payload, limit).await?), ..Parts::default() }
        }
        _ => return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, &reasons::MEDIA_TYPE_UNSUPPORTED)),
    };
    parts.understood(request)
}

async fn whole(mut payload: Payload, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| unreadable())?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The parts of a form, as they came.
#[derive(Default)]
struct Parts {
    file: Option<Vec<u8>>,
    file_name: Option<String>,
    fields: BTreeMap<String, String>,
}

async fn parts_of(request: &HttpRequest, payload: Payload, limit: usize) -> Result<Parts, Problem> {
    let mut form = Multipart::new(request.headers(), payload);
    let mut parts = Parts::default();
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|_| unreadable())?;
        let name = field.name().unwrap_or_default().to_owned();
        let is_known = matches!(name.as_str(), "file" | "id" | "as_of" | "mapping");
        if !is_known || parts.fields.contains_key(&name) || name == "file" && parts.file.is_some() {
            let pointer = format!("/{}", name.chars().take(100).collect::<String>());
            return Err(Problem::invalid_value(FieldError::in_body(pointer, &reasons::UNKNOWN_FIELD)));
        }
        if name == "file" {
            parts.file_name =
                field.content_disposition().and_then(|disposition| disposition.get_filename()).map(str::to_owned);
            parts.file = Some(bytes_of(&mut field, limit).await?.to_vec());
        } else {
            let bytes = bytes_of(&mut field, SMALL_PART).await?;
            let text = std::str::from_utf8(&bytes).map_err(|_| unreadable())?;
            parts.fields.insert(name, text.trim().to_owned());
        }
    }
    Ok(parts)
}

async fn bytes_of(field: &mut Field, limit: usize) -> Result<Bytes, Problem> {
    field.bytes(limit).await.map_err(|_| too_large())?.map_err(|_| unreadable())
}

impl Parts {
    fn understood(self, request: &HttpRequest) -> Result<Upload, Problem> {
        let mut errors = Vec::new();
        let field = |name: &str| self.fields.get(name).filter(|text| !text.is_empty());
        let mut wrong = |pointer: &str, reason| errors.push(FieldError::in_body(pointer.to_owned(), reason));
        let id = field("id").and_then(|text| match text.parse::<Uuid>() {
            Ok(id) if id.get_version_num() == 7 => Some(id),
            _ => {
                wrong("/id", &reasons::ID_NOT_V7);
                None
            }
        });
        let as_of = field("as_of").and_then(|text| {
            let day = text.parse().ok();
            if day.is_none() {
                wrong("/as_of", &reasons::WRONG_FORMAT);
            }
            day
        });
        let mapping = match field("mapping").map(|text| serde_json::from_str::<BTreeMap<String, String>>(text)) {
            None => Mapping::default(),
            Some(Ok(entries)) => Mapping::parse(&entries).unwrap_or_else(|(column, reason)| {
                wrong(&format!("/mapping/{}", escaped(&column)), reason);
                Mapping::default()
            }),
            Some(Err(_)) => {
                wrong("/mapping", &reasons::WRONG_TYPE);
                Mapping::default()
            }
        };
        if self.file.is_none() {
            wrong("/file", &reasons::REQUIRED);
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let file = self.file.unwrap_or_default();
        // What the request says, whatever boundary stands between its parts.
        let mut content = serde_json::to_vec(&self.fields).unwrap_or_default();
        content.push(0);
        content.extend_from_slice(&file);
        Ok(Upload {
            repeat: Repeat::of(request, &content, id)?,
            file_name: self.file_name.as_deref().and_then(|name| Line::parse(name).ok()),
            file,
            id,
            as_of,
            mapping,
        })
    }
}

/// A member's name in a JSON pointer (RFC 6901 §3).
pub(super) fn escaped(name: &str) -> String {
    name.chars().take(200).collect::<String>().replace('~', "~0").replace('/', "~1")
}
