//! Rate limits: a bucket for each caller with a token, for each address without one, and for each account that is tried
//! to be signed in to. Told in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use actix_web::http::{
    StatusCode,
    header::{HeaderName, HeaderValue, RETRY_AFTER},
};
use aumsos_domain::access::ActorId;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};

use crate::{
    problem::{Problem, reasons},
    settings::Settings,
};

const MINUTE: Duration = Duration::from_mins(1);
/// Tries a minute of one client to authenticate, from one address. Whoever tries its secret elsewhere does not lock it out:
/// no secret of 256 bits is guessed, and a client has no other browser.
const CLIENT_TRIES: u32 = 30;
/// Tries a minute of all clients from one address.
const CLIENT_TRIES_OF_ADDRESS: u32 = 300;
/// Tries to sign in as one person from browsers that never did, or from one that did, before each costs a minute.
const SIGN_INS: u32 = 10;
/// Tries to sign in from one address before each costs four seconds, whoever is tried: passwords are not sprayed.
const SIGN_INS_OF_ADDRESS: u32 = 30;
/// Mails to one address before each costs ten minutes.
const MAILS: u32 = 3;
/// After so many checks, callers whose buckets are full again are forgotten: memory stays bounded.
const SWEEP_EVERY: u64 = 10_000;

/// Whose bucket it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Caller(ActorId),
    Address(IpAddr),
    Client(String, Option<IpAddr>),
    ClientsFrom(IpAddr),
    SignIn(String),
    SignInFrom(IpAddr),
    Mail(String),
}

/// What is left of a quota (draft-ietf-httpapi-ratelimit-headers).
pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The quota.
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

type Buckets = RateLimiter<Key, DefaultKeyedStateStore<Key>, DefaultClock, StateInformationMiddleware>;

/// The limits in force.
pub struct RateLimits {
    callers: Option<Limit>,
    addresses: Option<Limit>,
    clients: Option<Limit>,
    clients_of_addresses: Option<Limit>,
    sign_ins: Option<Limit>,
    sign_ins_of_addresses: Option<Limit>,
    mails: Option<Limit>,
    checks: AtomicU64,
}

struct Limit {
    buckets: Buckets,
    burst: u32,
    window_seconds: u64,
}

/// What the headers tell.
#[derive(Debug, Clone)]
pub struct Standing {
    /// `RateLimit-Policy`.
    pub policy: String,
    /// `RateLimit`.
    pub left: String,
}

impl Limit {
    fn new(per_minute: u32, burst: u32) -> Option<Self> {
        let rate = NonZeroU32::new(per_minute)?;
        Self::one_in(MINUTE / rate.get(), burst)
    }

    fn one_in(period: Duration, burst: u32) -> Option<Self> {
        let burst = NonZeroU32::new(burst)?;
        let quota = Quota::with_period(period)?.allow_burst(burst);
        let buckets = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        let window_seconds = (u128::from(burst.get()) * period.as_nanos()).div_ceil(1_000_000_000);
        let window_seconds = u64::try_from(window_seconds).unwrap_or(u64::MAX);
        Some(Self { buckets, burst: burst.get(), window_seconds })
    }

    fn check(&self, key: &Key) -> Result<Standing, Problem> {
        let policy = format!("\"requests\";q={};w={}", self.burst, self.window_seconds);
        match self.buckets.check_key(key) {
            Ok(state) => {
                let left = format!("\"requests\";r={}", state.remaining_burst_capacity());
                Ok(Standing { policy, left })
            }
            Err(refused) => {
                let wait = refused.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
                let mut problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, &reasons::RATE_LIMITED)
                    .with_header(RETRY_AFTER, HeaderValue::from(wait))
                    .with_header(RATE_LIMIT, HeaderValue::from_static("\"requests\";r=0"));
                if let Ok(policy) = HeaderValue::from_str(&policy) {
                    problem = problem.with_header(RATE_LIMIT_POLICY, policy);
                }
                Err(problem)
            }
        }
    }
}

impl RateLimits {
    /// The limits of the configuration.
    pub(crate) fn new(settings: &Settings) -> Self {
        let unless_lifted = |limit: Option<Limit>| limit.filter(|_| settings.are_sign_ins_limited);
        Self {
            callers: Limit::new(settings.requests_per_minute, settings.burst),
            addresses: Limit::new(settings.anonymous_requests_per_minute, settings.anonymous_requests_per_minute),
            clients: unless_lifted(Limit::new(CLIENT_TRIES, CLIENT_TRIES)),
            clients_of_addresses: unless_lifted(Limit::new(CLIENT_TRIES_OF_ADDRESS, CLIENT_TRIES_OF_ADDRESS)),
            sign_ins: unless_lifted(Limit::one_in(MINUTE, SIGN_INS)),
            sign_ins_of_addresses: unless_lifted(Limit::one_in(Duration::from_secs(4), SIGN_INS_OF_ADDRESS)),
            mails: unless_lifted(Limit::one_in(MINUTE * 10, MAILS)),
            checks: AtomicU64::new(0),
        }
    }

    /// Counts a request of a caller, or of an address where there is no token. Nothing when there is no limit.
    pub(crate) fn check(&self, caller: ActorId, address: Option<IpAddr>) -> Result<Option<Standing>, Problem> {
        self.sweep();
        let (limit, key) = match (caller, address) {
            (ActorId::Anonymous, Some(address)) => (&self.addresses, Key::Address(of_network(address))),
            (caller, _) => (&self.callers, Key::Caller(caller)),
        };
        limit.as_ref().map(|limit| limit.check(&key)).transpose()
    }

    /// Counts a request for tokens from an address, whoever asks. Such requests take nothing of what others behind the same
    /// address may ask without a token.
    pub(crate) fn check_token_request(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        let network = address.map(of_network);
        network.map_or(Ok(()), |network| checked(self.clients_of_addresses.as_ref(), &Key::ClientsFrom(network)))
    }

    /// Counts a try of a client to authenticate, right or wrong; the name is made canonical first.
    pub(crate) fn check_client(&self, client: &str, address: Option<IpAddr>) -> Result<(), Problem> {
        checked(self.clients.as_ref(), &Key::Client(canonical(client), address.map(of_network)))
    }

    /// Counts a try to sign in as a person, right or wrong. A browser that the person signed in with before has a bucket
    /// of its own: whoever tries their password elsewhere does not lock them out.
    pub(crate) fn check_sign_in(
        &self,
        email: &str,
        known_browser: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<(), Problem> {
        if let Some(address) = address {
            checked(self.sign_ins_of_addresses.as_ref(), &Key::SignInFrom(of_network(address)))?;
        }
        let browser = known_browser.unwrap_or_default();
        checked(self.sign_ins.as_ref(), &Key::SignIn(format!("{browser}:{}", canonical(email))))
    }

    /// Counts a mail that somebody who is not known asks for.
    pub(crate) fn check_mail(&self, email: &str, address: Option<IpAddr>) -> Result<(), Problem> {
        if let Some(address) = address {
            checked(self.sign_ins_of_addresses.as_ref(), &Key::SignInFrom(of_network(address)))?;
        }
        checked(self.mails.as_ref(), &Key::Mail(canonical(email)))
    }

    fn sweep(&self) {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            let all = [
                &self.callers,
                &self.addresses,
                &self.clients,
                &self.clients_of_addresses,
                &self.sign_ins,
                &self.sign_ins_of_addresses,
                &self.mails,
            ];
            for limit in all.into_iter().flatten() {
                limit.buckets.retain_recent();
                limit.buckets.shrink_to_fit();
            }
        }
    }
}

fn checked(limit: Option<&Limit>, key: &Key) -> Result<(), Problem> {
    limit.map_or(Ok(()), |limit| limit.check(key).map(drop))
}

/// A name without what makes one account look like several.
fn canonical(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).take(200).collect()
}

/// One household has one IPv6 network of 64 bits: its addresses share a bucket.
fn of_network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
        },
    }
}
