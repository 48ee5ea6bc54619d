//! The documentation: the contract at `/openapi.json` and, by tag, below `/openapi/`; interactive pages at `/docs`,
//! from files in the binary.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use utoipa_swagger_ui::Config;

use crate::{
    operation::{Tag, reading},
    problem::Problem,
    service::Service,
};

/// The pages run their own scripts only, and talk to this service only.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

pub(crate) fn configure(app: &mut web::ServiceConfig) {
    let config = Arc::new(Config::from("/openapi.json"));
    app.service(web::resource("/openapi.json").route(reading().to(whole)))
        .service(web::resource("/openapi/{tag}.json").route(reading().to(part)))
        .service(web::resource("/").route(reading().to(to_pages)))
        .service(web::resource("/docs").route(reading().to(to_pages)))
        .service(web::resource("/docs/{file:.*}").route(reading().to(move |file: web::Path<String>| {
            let config = Arc::clone(&config);
            async move { page(&file, config) }
        })));
}

async fn whole(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let (document, tag) = service.document.json();
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::ETAG, tag.as_str())).insert_header((header::CACHE_CONTROL, "no-cache"));
    if tag.is_known_to(&request) {
        return answer.status(StatusCode::NOT_MODIFIED).finish();
    }
    answer.content_type("application/json").body(document)
}

async fn part(service: web::Data<Service>, tag: web::Path<String>) -> Result<HttpResponse, Problem> {
    let tag = Tag::ALL.iter().find(|known| known.name() == tag.as_str()).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().content_type("application/json").body(service.document.json_of(*tag)))
}

async fn to_pages() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

fn page(file: &str, config: Arc<Config<'static>>) -> Result<HttpResponse, Problem> {
    let found = utoipa_swagger_ui::serve(file, config).ok().flatten().ok_or_else(Problem::not_found)?;
    let mut answer = HttpResponse::Ok();
    answer.content_type(found.content_type).insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    if found.gzpipped {
        answer.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    Ok(answer.body(found.bytes.into_owned()))
}
