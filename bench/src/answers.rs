//! Bare actix-web: answers from memory with bytes that the service answered before, and with the same headers.

use std::{collections::HashMap, fs, io, path::Path, sync::Arc};

use actix_web::{
    App, HttpResponse, HttpServer,
    http::header::{HeaderName, HeaderValue},
    web::{self, Bytes},
};

/// One answer: its headers and its bytes.
struct Answer {
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

type Answers = HashMap<String, Answer>;

/// Serves each file `NAME` of a folder at `/NAME`, with the headers of `NAME.headers` (one `name: value` a line).
pub(crate) async fn serve(address: &str, workers: usize, folder: &Path) -> io::Result<()> {
    let answers = web::Data::from(Arc::new(answers_in(folder)?));
    HttpServer::new(move || App::new().app_data(answers.clone()).route("/{name}", web::get().to(answer)))
        .workers(workers)
        .bind(address)?
        .run()
        .await
}

/// The answers that lie in a folder, by name.
fn answers_in(folder: &Path) -> io::Result<Answers> {
    let mut answers = HashMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let (Some(name), None) = (path.file_name().and_then(|name| name.to_str()), path.extension()) else { continue };
        let headers = fs::read_to_string(path.with_extension("headers"))?
            .lines()
            .filter_map(|line| {
                let (name, value) = line.split_once(':')?;
                Some((name.trim().parse().ok()?, value.trim().parse().ok()?))
            })
            .collect();
        answers.insert(name.to_owned(), Answer { headers, body: fs::read(&path)?.into() });
    }
    Ok(answers)
}

async fn answer(answers: web::Data<Answers>, name: web::Path<String>) -> HttpResponse {
    let Some(known) = answers.get(name.as_str()) else { return HttpResponse::NotFound().finish() };
    let mut response = HttpResponse::Ok();
    for (name, value) in &known.headers {
        response.insert_header((name.clone(), value.clone()));
    }
    response.body(known.body.clone())
}
