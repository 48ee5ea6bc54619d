//! Answers in the form that OAuth clients read (RFC 6749 §5).

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use aumsos_persistence::{IsContended, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::tokens::TokenError,
    problem::{Problem, reasons},
};

/// An error in the form that OAuth clients read (RFC 6749 §5.2).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"error": "invalid_client", "error_description": "The client or its secret is wrong."}))]
pub struct OAuthError {
    /// `invalid_request`, `invalid_client`, `invalid_grant`, `invalid_scope`, `unauthorized_client`,
    /// `unsupported_grant_type` or `unsupported_token_type`.
    pub error: &'static str,
    /// What to do about it.
    pub error_description: &'static str,
}

/// Why a request is not granted: said to the OAuth client in its form, or a problem as anywhere else.
#[derive(Debug)]
pub(super) enum Refused {
    OAuth(StatusCode, OAuthError),
    Problem(Problem),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IsContended for Refused {
    fn is_contended(&self) -> bool {
        matches!(self, Self::Problem(problem) if problem.is_contended())
    }
}

impl From<TokenError> for Refused {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Store(error) => error.into(),
            TokenError::Invalid => Self::Problem(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, &reasons::INTERNAL)),
        }
    }
}

/// A refusal with status 400.
pub(super) const fn refused(error: &'static str, error_description: &'static str) -> Refused {
    Refused::OAuth(StatusCode::BAD_REQUEST, OAuthError { error, error_description })
}

/// The client is not known, or did not prove that it is the one.
pub(super) const fn invalid_client() -> Refused {
    let error_description = "The client or what it shows is wrong.";
    Refused::OAuth(StatusCode::UNAUTHORIZED, OAuthError { error: "invalid_client", error_description })
}

/// The answer to an OAuth client; never kept anywhere on its way (RFC 6749 §5.1).
pub(super) fn answered<T: Serialize>(outcome: Result<T, Refused>) -> Result<HttpResponse, Problem> {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    match outcome {
        Ok(body) => Ok(answer.json(body)),
        Err(Refused::Problem(problem)) => Err(problem),
        Err(Refused::OAuth(status, error)) => {
            if status == StatusCode::UNAUTHORIZED {
                answer.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"aumsos\""));
            }
            Ok(answer.status(status).json(error))
        }
    }
}
