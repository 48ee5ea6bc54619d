//! Raw sqlx: sends PostgreSQL the statements that the service was seen to send, and answers with the documents of the
//! rows as they stand. Nothing is read into a record, redacted or written out anew.

use std::{collections::HashMap, fs, io, path::Path, sync::Arc};

use actix_web::{App, HttpResponse, HttpServer, http::header, web};
use serde::Deserialize;
use sqlx::{
    AssertSqlSafe, Column, Either, Executor, PgPool, Row, SqlSafeStr, Statement, TypeInfo,
    postgres::{PgArguments, PgPoolOptions, PgRow, PgStatement},
    query::Query,
};
use uuid::Uuid;

/// The column that holds a record as it is shown.
const DOCUMENT: &str = "document";

/// A statement as it was seen, and the values that came with it, as PostgreSQL writes them.
#[derive(Deserialize)]
struct Seen {
    name: String,
    statement: String,
    parameters: Vec<Option<String>>,
}

/// A value in the type that its statement takes.
enum Value {
    Whole(i64),
    Small(i32),
    Number(f64),
    Truth(bool),
    Id(Uuid),
    Text(String),
    Nothing,
}

/// A statement that is ready to be sent.
struct Ready {
    statement: PgStatement,
    values: Vec<Value>,
}

struct Served {
    pool: PgPool,
    statements: HashMap<String, Ready>,
}

/// Serves each statement of a file (JSON, an array of `name`, `statement` and `parameters`) at `/NAME`.
pub(crate) async fn serve(
    address: &str,
    workers: usize,
    database: &str,
    connections: u32,
    file: &Path,
) -> io::Result<()> {
    let seen: Vec<Seen> = serde_json::from_slice(&fs::read(file)?)?;
    let options = PgPoolOptions::new().max_connections(connections).min_connections(connections);
    let pool = options.test_before_acquire(false).connect(database).await.map_err(io::Error::other)?;
    let mut statements = HashMap::new();
    for seen in seen {
        statements.insert(seen.name.clone(), ready(&pool, seen).await.map_err(io::Error::other)?);
    }
    let served = web::Data::from(Arc::new(Served { pool, statements }));
    HttpServer::new(move || App::new().app_data(served.clone()).route("/{name}", web::get().to(answer)))
        .workers(workers)
        .bind(address)?
        .run()
        .await
}

/// Asks the database which types a statement takes, and reads its values as such.
async fn ready(pool: &PgPool, seen: Seen) -> Result<Ready, Box<dyn std::error::Error + Send + Sync>> {
    let statement = pool.prepare(AssertSqlSafe(seen.statement).into_sql_str()).await?;
    let types: Vec<String> = match statement.parameters() {
        Some(Either::Left(types)) => types.iter().map(|taken| taken.name().to_owned()).collect(),
        _ => Vec::new(),
    };
    let values = types.iter().zip(seen.parameters).map(|(taken, text)| value(taken, text)).collect::<Result<_, _>>()?;
    Ok(Ready { statement, values })
}

fn value(taken: &str, text: Option<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    let Some(text) = text else { return Ok(Value::Nothing) };
    Ok(match taken {
        "INT8" => Value::Whole(text.parse()?),
        "INT4" => Value::Small(text.parse()?),
        "FLOAT8" => Value::Number(text.parse()?),
        "BOOL" => Value::Truth(matches!(text.as_str(), "t" | "true")),
        "UUID" => Value::Id(text.parse()?),
        "TEXT" | "VARCHAR" | "UNKNOWN" => Value::Text(text),
        other => return Err(format!("a value of the type {other} is not known how to send").into()),
    })
}

fn bound(ready: &Ready) -> Query<'_, sqlx::Postgres, PgArguments> {
    ready.values.iter().fold(ready.statement.query(), |query, value| match value {
        Value::Whole(whole) => query.bind(whole),
        Value::Small(small) => query.bind(small),
        Value::Number(number) => query.bind(number),
        Value::Truth(truth) => query.bind(truth),
        Value::Id(id) => query.bind(id),
        Value::Text(text) => query.bind(text),
        Value::Nothing => query.bind(None::<String>),
    })
}

async fn answer(served: web::Data<Served>, name: web::Path<String>) -> HttpResponse {
    let Some(ready) = served.statements.get(name.as_str()) else { return HttpResponse::NotFound().finish() };
    match bound(ready).fetch_all(&served.pool).await.and_then(|rows| joined(&rows)) {
        Ok(body) => HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(body),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

/// The documents of rows as a JSON array.
fn joined(rows: &[PgRow]) -> Result<String, sqlx::Error> {
    let mut body = String::from("[");
    for (at, row) in rows.iter().enumerate() {
        if at > 0 {
            body.push(',');
        }
        body.push_str(row.try_get(document_in(row))?);
    }
    body.push(']');
    Ok(body)
}

/// Where the document stands in a row; the last column when none has its name.
fn document_in(row: &PgRow) -> usize {
    let columns = row.columns();
    columns.iter().position(|column| column.name() == DOCUMENT).unwrap_or(columns.len().saturating_sub(1))
}
