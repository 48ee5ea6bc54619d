//! What a handler must be: its first argument is the caller, and its panic is a problem of one request.

use std::panic::AssertUnwindSafe;

use actix_web::{FromRequest, Handler, Responder, http::StatusCode};
use futures_util::{
    FutureExt,
    future::{CatchUnwind, Map},
};

use crate::{
    access::Caller,
    problem::{Problem, reasons},
    safeguarding_codes::Pledged,
};

/// The arguments of a handler, of which the first is the [`Caller`], or one who has also accepted the safeguarding code
/// ([`Pledged`]): the check cannot be forgotten.
pub trait CallerFirst: FromRequest {}

macro_rules! caller_first {
    ($($argument:ident)*) => {
        impl<$($argument: FromRequest + 'static),*> CallerFirst for (Caller, $($argument,)*) {}
        impl<$($argument: FromRequest + 'static),*> CallerFirst for (Pledged, $($argument,)*) {}
    };
}
caller_first! {}
caller_first! { A }
caller_first! { A B }
caller_first! { A B C }
caller_first! { A B C D }
caller_first! { A B C D E }

/// A handler whose panic is a problem of one request: it is answered with 500, and the service lives.
#[derive(Clone)]
pub(super) struct Unwinding<H>(pub(super) H);

type Caught<T> = Result<T, Box<dyn std::any::Any + Send>>;

impl<H, Args> Handler<Args> for Unwinding<H>
where
    H: Handler<Args>,
    H::Output: Responder + 'static,
{
    type Output = Result<H::Output, Problem>;
    type Future = Map<CatchUnwind<AssertUnwindSafe<H::Future>>, fn(Caught<H::Output>) -> Self::Output>;

    fn call(&self, arguments: Args) -> Self::Future {
        AssertUnwindSafe(self.0.call(arguments))
            .catch_unwind()
            .map(|outcome| outcome.map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, &reasons::INTERNAL)))
    }
}
