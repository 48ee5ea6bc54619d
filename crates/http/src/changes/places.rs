//! How many streams there may be: in all, and for one reader.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use actix_web::http::{
    StatusCode,
    header::{HeaderValue, RETRY_AFTER},
};

use crate::{
    problem::{Problem, reasons},
    service::Service,
};

/// Streams of one process.
const IN_ALL: usize = 10_000;
/// Streams of one reader: a token's holder, or an address where there is no token.
const FOR_ONE: usize = 2_000;

/// Who holds how many streams.
#[derive(Default)]
pub(crate) struct Places(Mutex<HashMap<String, usize>>);

impl Places {
    fn taken(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one stream; given back when it is dropped.
pub(super) struct Taken {
    service: Service,
    reader: String,
}

impl Taken {
    /// Takes a place for a reader.
    pub(super) fn of(service: &Service, reader: String) -> Result<Self, Problem> {
        let mut taken = service.live.places.taken();
        let in_all: usize = taken.values().sum();
        let own = taken.get(&reader).copied().unwrap_or(0);
        if in_all >= IN_ALL || own >= FOR_ONE {
            let status = if own >= FOR_ONE { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::SERVICE_UNAVAILABLE };
            let problem = Problem::new(status, &reasons::TOO_MANY_STREAMS);
            return Err(problem.with_header(RETRY_AFTER, HeaderValue::from_static("30")));
        }
        taken.insert(reader.clone(), own + 1);
        tell(in_all + 1);
        drop(taken);
        Ok(Self { service: service.clone(), reader })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut taken = self.service.live.places.taken();
        if let Some(own) = taken.get_mut(&self.reader) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.reader);
            }
        }
        tell(taken.values().sum());
    }
}

fn tell(in_all: usize) {
    metrics::gauge!("feed_streams").set(u32::try_from(in_all).unwrap_or(u32::MAX));
}
