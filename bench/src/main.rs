//! The reference: bare actix-web that answers with bytes which the service answered before, from memory, with the same
//! headers, asking nobody who they are. `aumsos-bench ADDRESS WORKERS FOLDER` serves each file `NAME` of the folder at
//! `/NAME`, with the headers of `NAME.headers` (one `name: value` a line).

use std::{collections::HashMap, env, fs, io, path::Path, sync::Arc};

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

#[actix_web::main]
async fn main() -> io::Result<()> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidInput, "usage: aumsos-bench ADDRESS WORKERS FOLDER");
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [address, workers, folder] = arguments.as_slice() else { return Err(wrong()) };
    let workers = workers.parse().map_err(|_| wrong())?;
    let answers = web::Data::from(Arc::new(answers_in(Path::new(folder))?));
    HttpServer::new(move || App::new().app_data(answers.clone()).route("/{name}", web::get().to(answer)))
        .workers(workers)
        .bind(address)?
        .run()
        .await
}
