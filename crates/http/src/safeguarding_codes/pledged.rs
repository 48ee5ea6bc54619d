//! A caller who has accepted the safeguarding code that is in force.

use std::{future::Future, ops::Deref, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode};
use aumsos_domain::safeguarding_codes::SAFEGUARDING_CODE_NOT_ACCEPTED;
use aumsos_persistence::safeguarding_codes::CodeStanding;
use serde_json::json;

use crate::{access::Caller, problem::Problem};

/// The first argument of every handler that shows or changes people in care: a [`Caller`] who has accepted the version in
/// force. While none was ever published, nobody has.
#[derive(Debug, Clone)]
pub struct Pledged(Caller);

impl Deref for Pledged {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl FromRequest for Pledged {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload).into_inner();
        Box::pin(async move {
            let caller = caller?;
            let code = match caller.store().code_standing(caller.id()).await? {
                CodeStanding::Accepted => return Ok(Self(caller)),
                CodeStanding::NotAccepted(code) => Some(code),
                CodeStanding::NonePublished => None,
            };
            let problem = Problem::new(StatusCode::FORBIDDEN, &SAFEGUARDING_CODE_NOT_ACCEPTED);
            Err(problem.with_details(json!({ "safeguarding_code_id": code })))
        })
    }
}
