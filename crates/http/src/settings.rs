//! What the interface is told at its start; where the values come from is the server's business.

use std::{net::IpAddr, sync::Arc};

use aumsos_persistence::access::SigningAlgorithm;

use crate::access::OutsideProvider;

/// Plain values, judged before they come here.
#[derive(Clone)]
pub struct Settings {
    /// The address that clients use, without a slash at its end.
    pub public_url: String,
    /// Whether an address is a proxy whose forwarding headers are believed.
    pub is_trusted_proxy: Arc<dyn Fn(IpAddr) -> bool + Send + Sync>,
    /// The largest body of a request, in bytes.
    pub body_limit_bytes: usize,
    /// The largest file that can be uploaded, in bytes.
    pub upload_limit_bytes: usize,
    /// Requests a minute for one caller with a token; 0 lifts the limit.
    pub requests_per_minute: u32,
    /// Requests that a caller may make at once.
    pub burst: u32,
    /// Requests a minute for one address without a token; 0 lifts the limit.
    pub anonymous_requests_per_minute: u32,
    /// Whether tries to sign in and mails that strangers ask for are limited.
    pub are_sign_ins_limited: bool,
    /// How access tokens are signed.
    pub signing_algorithm: SigningAlgorithm,
    /// An outside `OpenID` provider whose access tokens are accepted.
    pub outside_provider: Option<OutsideProvider>,
    /// How many passwords are checked at once.
    pub passwords_at_once: usize,
    /// Whether mail comes anywhere.
    pub can_send_mail: bool,
    /// Whether people whose roles see personal data must sign in with a second factor.
    pub is_second_factor_required: bool,
    /// Writes the metrics in the text format of Prometheus.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}
