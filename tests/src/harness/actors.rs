//! Somebody who asks the service something: with a token, or without one.

#![allow(clippy::needless_pass_by_value, reason = "stories write `json!` in place; a `&` before each would be noise")]

use std::{fmt, pin::Pin};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use super::{Answer, databases::PUBLIC_URL};

/// A caller. Cheap to clone; several can ask at once.
#[derive(Clone)]
pub(crate) struct Actor {
    http: Client,
    url: String,
    token: Option<String>,
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actor").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Actor {
    /// A caller of a service without a token.
    pub(super) fn anonymous(url: String) -> Self {
        // Where a record leads on is for the story to see.
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, url, token: None }
    }

    /// The same caller with a token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The token that the caller shows.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// Reads.
    pub(crate) fn get(&self, path: impl AsRef<str>) -> Ask {
        self.ask(Method::GET, path)
    }

    /// Makes or does something.
    pub(crate) fn post(&self, path: impl AsRef<str>, body: Value) -> Ask {
        self.ask(Method::POST, path).json(body)
    }

    /// Puts something in the place of what there is.
    pub(crate) fn put(&self, path: impl AsRef<str>, body: Value) -> Ask {
        self.ask(Method::PUT, path).json(body)
    }

    /// Changes some of it (RFC 7396).
    pub(crate) fn patch(&self, path: impl AsRef<str>, body: Value) -> Ask {
        self.ask(Method::PATCH, path).body("application/merge-patch+json", body.to_string())
    }

    /// Takes it away.
    pub(crate) fn delete(&self, path: impl AsRef<str>) -> Ask {
        self.ask(Method::DELETE, path)
    }

    /// Any request. A link that the service gave is followed to the process that the actor speaks to.
    pub(crate) fn ask(&self, method: Method, path: impl AsRef<str>) -> Ask {
        let path = path.as_ref();
        let url = format!("{}{}", self.url, path.strip_prefix(PUBLIC_URL).unwrap_or(path));
        let mut request = self.http.request(method.clone(), &url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        Ask { method, url, request }
    }

    /// The token that a client gets for its secret (RFC 6749 §4.4).
    pub(crate) fn token_for(&self, client_id: &str, secret: &str) -> Ask {
        let mut ask = self.ask(Method::POST, "/oauth/token");
        ask.request = ask.request.basic_auth(client_id, Some(secret)).form(&[("grant_type", "client_credentials")]);
        ask
    }
}

/// A request that is sent when it is awaited.
#[must_use = "a request is sent when it is awaited"]
pub(crate) struct Ask {
    method: Method,
    url: String,
    request: RequestBuilder,
}

impl Ask {
    fn json(self, body: Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// With a body of any sort.
    pub(crate) fn body(self, media_type: &str, body: impl Into<reqwest::Body>) -> Self {
        let request = self.request.header("content-type", media_type).body(body);
        Self { request, ..self }
    }

    /// With a header.
    pub(crate) fn header(self, name: &str, value: impl AsRef<str>) -> Self {
        Self { request: self.request.header(name, value.as_ref()), ..self }
    }

    /// Only if the record still has this version.
    pub(crate) fn if_match(self, etag: impl AsRef<str>) -> Self {
        self.header("if-match", etag)
    }

    /// At most once for this key.
    pub(crate) fn idempotency_key(self, key: impl AsRef<str>) -> Self {
        self.header("idempotency-key", key)
    }

    /// Sends it and gives the answer as it comes in, for streams; nothing when the service cannot be reached.
    pub(crate) async fn try_stream(self) -> Option<reqwest::Response> {
        self.request.send().await.ok()
    }

    /// Sends it; nothing when the service cannot be reached or breaks off.
    pub(crate) async fn try_send(self) -> Option<Answer> {
        let response = self.request.send().await.ok()?;
        Some(Answer::to(self.method, &self.url, response).await)
    }
}

impl IntoFuture for Ask {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let response = self.request.send().await.unwrap_or_else(|error| panic!("{}: {error:?}", self.url));
            Answer::to(self.method, &self.url, response).await
        })
    }
}
