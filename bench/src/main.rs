//! What the service is measured against: servers that do less than it, on the same web framework.
//!
//! - `aumsos-bench answers ADDRESS WORKERS FOLDER` answers from memory with bytes that the service answered before.
//! - `aumsos-bench statements ADDRESS WORKERS DATABASE_URL CONNECTIONS FILE` sends PostgreSQL the statements that the
//!   service sent, and answers with the documents that come back.
//!
//! Neither asks who its caller is.

mod answers;
mod statements;

use std::{env, io, path::Path};

const USAGE: &str = "usage: aumsos-bench answers ADDRESS WORKERS FOLDER\n       aumsos-bench statements ADDRESS WORKERS \
                     DATABASE_URL CONNECTIONS FILE";

fn wrong() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, USAGE)
}

fn number<N: std::str::FromStr>(text: &str) -> io::Result<N> {
    text.parse().map_err(|_| wrong())
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["answers", address, workers, folder] => answers::serve(address, number(workers)?, Path::new(folder)).await,
        ["statements", address, workers, database, connections, file] => {
            statements::serve(address, number(workers)?, database, number(connections)?, Path::new(file)).await
        }
        _ => Err(wrong()),
    }
}
