//! The pages that the `type` of every problem leads to.

use std::fmt::Write;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use aumsos_domain::{Language, Reason};

use super::{Problem, reasons, text};

/// Every reason that any answer of the service can name.
pub fn every_reason() -> impl Iterator<Item = &'static Reason> {
    reasons::REASONS.iter().copied().chain(aumsos_domain::vocabulary::reasons())
}

/// `GET /problems/{code}`: what it means and what to do, in both languages.
pub async fn show(request: HttpRequest, code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let reason = every_reason().find(|reason| reason.code == code.as_str()).ok_or_else(Problem::not_found)?;
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("json") && !accept.contains("html") {
        let body = serde_json::json!({ "code": reason.code, "id": reason.id, "en": reason.en });
        return Ok(HttpResponse::Ok().json(body));
    }
    let mut page =
        format!("<!doctype html><html lang=\"id\"><meta charset=\"utf-8\"><title>{0}</title><h1>{0}</h1>", reason.code);
    for language in [Language::Indonesian, Language::English] {
        let paragraph = text(reason, language).replace('&', "&amp;").replace('<', "&lt;");
        // Writing to a string cannot fail.
        let _ = write!(page, "<p lang=\"{}\">{paragraph}</p>", language.tag());
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'"))
        .content_type("text/html; charset=utf-8")
        .body(page))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_stands_for_one_reason() {
        let mut seen = BTreeSet::new();
        for reason in every_reason() {
            assert!(seen.insert(reason.code), "{} stands twice", reason.code);
            assert!(reason.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
        }
    }
}
