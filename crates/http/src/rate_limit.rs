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
    header::{HeaderValue, RETRY_AFTER},
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
/// Tries a minute to sign in to one account.
const ACCOUNT_TRIES: u32 = 30;
/// After so many checks, callers whose buckets are full again are forgotten: memory stays bounded.
const SWEEP_EVERY: u64 = 10_000;

/// Whose bucket it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Caller(ActorId),
    Address(IpAddr),
    Account(String),
}

type Buckets = RateLimiter<Key, DefaultKeyedStateStore<Key>, DefaultClock, StateInformationMiddleware>;

/// The limits in force.
pub struct RateLimits {
    callers: Option<Limit>,
    addresses: Option<Limit>,
    accounts: Limit,
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
        let (rate, burst) = (NonZeroU32::new(per_minute)?, NonZeroU32::new(burst)?);
        let quota = Quota::with_period(MINUTE / rate.get())?.allow_burst(burst);
        let buckets = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        let window_seconds = (u64::from(burst.get()) * 60).div_ceil(u64::from(rate.get()));
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
                Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, &reasons::RATE_LIMITED)
                    .with_header(RETRY_AFTER, HeaderValue::from(wait)))
            }
        }
    }
}

impl RateLimits {
    /// The limits of the configuration.
    pub(crate) fn new(settings: &Settings) -> Self {
        let accounts = Limit::new(ACCOUNT_TRIES, ACCOUNT_TRIES);
        let quota = Quota::per_minute(NonZeroU32::MIN);
        Self {
            callers: Limit::new(settings.requests_per_minute, settings.burst),
            addresses: Limit::new(settings.anonymous_requests_per_minute, settings.anonymous_requests_per_minute),
            accounts: accounts.unwrap_or_else(|| Limit {
                buckets: RateLimiter::keyed(quota).with_middleware(),
                burst: 1,
                window_seconds: 60,
            }),
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

    /// Counts a try to sign in to an account, right or wrong; the name is made canonical first. Lifted with the limit of
    /// addresses, which only a trial run does.
    pub(crate) fn check_account(&self, account: &str) -> Result<(), Problem> {
        if self.addresses.is_none() {
            return Ok(());
        }
        let canonical: String =
            account.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).take(200).collect();
        self.accounts.check(&Key::Account(canonical)).map(drop)
    }

    fn sweep(&self) {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            for limit in [&self.callers, &self.addresses].into_iter().flatten().chain([&self.accounts]) {
                limit.buckets.retain_recent();
                limit.buckets.shrink_to_fit();
            }
        }
    }
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
