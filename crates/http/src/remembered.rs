//! Rendered answers, kept for a moment: what many ask at once is read and written out once.
//!
//! An answer is kept for one caller with the very rights that it was made for, and never where it shows personal data:
//! such reads are on the trail one by one. It is good until this process commits a change of any record, and at most for
//! [`LONGEST`]: that bounds how stale it can be where another process wrote. Where the end of the ledger says that no
//! process has written since, it is good for as long again, and so on up to [`OLDEST`]: time itself changes what is shown.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode, Uri,
        header::{self, HeaderName, HeaderValue},
    },
    web::Bytes,
};
use aumsos_persistence::Store;
use quick_cache::{Weighter, sync::Cache};

use crate::{
    access::Identity,
    operation::Named,
    turn::{Turn, Turns},
};

/// How long an answer is kept at most; what another process wrote is seen after that.
const LONGEST: Duration = Duration::from_millis(500);
/// When an answer that is asked for is made anew, so that nobody waits for it.
const RENEWED: Duration = Duration::from_millis(250);
/// How old an answer becomes of which the ledger says that nothing has changed.
const OLDEST: Duration = Duration::from_mins(1);
/// What all kept answers weigh together, in bytes.
const CAPACITY: u64 = 12 << 20;
/// What one answer weighs at most, in bytes.
const LARGEST: usize = 1 << 20;
/// What an answer weighs beside its body: its key, its headers.
const OVERHEAD: u64 = 1024;
/// About so many lists fit. Each 32 of them have a part of the memory to themselves, which is to take the largest.
const ITEMS: usize = 256;

/// The headers that an answer depends on.
const READ: [HeaderName; 3] = [header::ACCEPT, header::ACCEPT_LANGUAGE, header::IF_NONE_MATCH];

/// Who asks, with which rights, for what, in which form: all that an answer depends on beside the records and the time.
#[derive(Clone)]
pub(crate) struct Asked {
    identity: Arc<Identity>,
    target: Uri,
    headers: [Option<HeaderValue>; 3],
}

/// The moment at which somebody began to make an answer, before anything was read for it.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    /// How many changes this process had committed.
    commits: u64,
    /// The end of the ledger, where it was looked at.
    settled: Option<i64>,
    at: Instant,
}

/// An answer as it was made.
#[derive(Clone)]
pub(crate) struct Kept {
    /// Since when it is known that what it shows is so.
    moment: Moment,
    made: Instant,
    /// Of those who look whether it is still good, or make it anew.
    turns: Turns,
    operation: Named,
    status: StatusCode,
    headers: Arc<[(HeaderName, HeaderValue)]>,
    body: Bytes,
}

/// What a handler says of an answer that may be kept.
struct MayBeKept;

/// The answers that are kept.
pub(crate) struct Remembered(Cache<Asked, Kept, Weight>);

#[derive(Clone)]
struct Weight;

impl Weighter<Asked, Kept> for Weight {
    fn weight(&self, _: &Asked, kept: &Kept) -> u64 {
        OVERHEAD + u64::try_from(kept.body.len()).unwrap_or(CAPACITY)
    }
}

impl Asked {
    /// What a request asks for, where it is one whose answer could be kept.
    pub(crate) fn by(request: &ServiceRequest, identity: &Arc<Identity>) -> Option<Self> {
        let is_said_once = |name| request.headers().get_all(name).count() < 2;
        (request.method() == Method::GET && READ.iter().all(is_said_once)).then(|| Self {
            identity: Arc::clone(identity),
            target: request.uri().clone(),
            headers: READ.map(|name| request.headers().get(name).cloned()),
        })
    }
}

impl Moment {
    /// This moment.
    pub(crate) fn now(store: &Store) -> Self {
        Self { commits: store.commits(), settled: None, at: Instant::now() }
    }

    /// This moment, with the end of the ledger where it can be read.
    pub(crate) async fn with_ledger(self, store: &Store) -> Self {
        Self { settled: store.settled_position().await.ok().flatten(), ..self }
    }
}

/// Stands with a request that is answered from a replica, which may be behind what the end of the ledger says.
pub(crate) struct FromReplica;

/// What is known of an answer.
pub(crate) enum Found {
    /// It is good.
    Good(Kept),
    /// Whoever hears this is to look whether it is still good, or to make it anew; the others are served it meanwhile.
    Aging(Kept, Turn),
    /// It may be shown no longer as it is. One looks whether it is still good, or makes it anew; the others wait for that.
    Past(Kept),
    /// There is none.
    Nothing,
}

impl Kept {
    /// Whether nothing has changed since it was made, as the ledger says.
    pub(crate) fn is_good_at(&self, now: Moment) -> bool {
        let is_the_same = self.moment.settled.is_some() && self.moment.settled == now.settled;
        is_the_same && now.at.duration_since(self.made) < OLDEST
    }

    /// The turn at making it anew. Nothing when somebody else had it, and is done or takes long.
    pub(crate) async fn turn(&self) -> Option<Turn> {
        self.turns.take().await
    }

    /// The answer to a request.
    pub(crate) fn answer(self, request: &HttpRequest) -> HttpResponse {
        request.extensions_mut().insert(self.operation);
        let mut answer = HttpResponse::with_body(self.status, self.body);
        for (name, value) in self.headers.iter() {
            answer.headers_mut().append(name.clone(), value.clone());
        }
        answer.map_into_boxed_body()
    }
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.target == other.target && self.headers == other.headers && self.identity.actor == other.identity.actor
    }
}

impl Eq for Asked {}

impl Hash for Asked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.target.hash(state);
        self.headers.hash(state);
        self.identity.actor.hash(state);
    }
}

impl Default for Remembered {
    fn default() -> Self {
        Self(Cache::with_weighter(ITEMS, CAPACITY, Weight))
    }
}

impl Remembered {
    /// The answer to a request, if it was made a moment ago and this process has changed nothing since.
    pub(crate) fn find(&self, asked: &Asked, now: Moment) -> Found {
        let Some(kept) = self.0.get(asked) else { return Found::Nothing };
        let age = now.at.saturating_duration_since(kept.moment.at);
        if kept.moment.commits < now.commits || age >= LONGEST {
            return Found::Past(kept);
        }
        match kept.turns.try_take() {
            Some(turn) if age >= RENEWED => Found::Aging(kept, turn),
            _ => Found::Good(kept),
        }
    }

    /// Keeps an answer that is still good for as long again.
    pub(crate) fn renew(&self, asked: Asked, now: Moment, kept: &Kept) {
        self.0.insert(asked, Kept { moment: now, turns: Turns::default(), ..kept.clone() });
    }

    /// Keeps an answer that was begun at a moment, if its handler said that it may be kept.
    pub(crate) fn keep<B: MessageBody + 'static>(
        &self,
        asked: Asked,
        moment: Moment,
        response: ServiceResponse<B>,
    ) -> ServiceResponse {
        let may_be_kept = response.response().extensions().contains::<MayBeKept>();
        let operation = response.request().extensions().get::<Named>().copied();
        let is_behind = response.request().extensions().contains::<FromReplica>();
        let moment = if is_behind { Moment { settled: None, ..moment } } else { moment };
        let status = response.status();
        let is_kept = may_be_kept && matches!(status, StatusCode::OK | StatusCode::NOT_MODIFIED);
        let (true, Some(operation)) = (is_kept, operation) else {
            return response.map_into_boxed_body();
        };
        let headers = response.headers().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        response.map_body(|_, body| match body.try_into_bytes() {
            Ok(body) => {
                if body.len() <= LARGEST {
                    let made = moment.at;
                    let turns = Turns::default();
                    let kept = Kept { moment, made, turns, operation, status, headers, body: body.clone() };
                    self.0.insert(asked, kept);
                }
                body.boxed()
            }
            Err(body) => body.boxed(),
        })
    }
}

/// Says that an answer shows nobody's personal data and depends on nothing but the records, the caller's rights and the
/// request's address and the headers [`READ`]: it may be kept for whoever asks the same in the next moment.
pub(crate) fn may_be_kept(mut answer: HttpResponse) -> HttpResponse {
    answer.extensions_mut().insert(MayBeKept);
    answer
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use actix_web::test::TestRequest;
    use aumsos_domain::access::{
        Actor, ActorId, Permission, PermissionSet, Role, RoleAssignment, RolePlace, SharedPermission,
    };
    use uuid::Uuid;

    use super::*;

    fn asked(actor: &Actor, uri: &str, headers: &[(&str, &str)]) -> Option<Asked> {
        let request =
            headers.iter().fold(TestRequest::get().uri(uri), |request, header| request.insert_header(*header));
        let identity = Identity { actor: actor.clone(), ..Identity::anonymous() };
        Asked::by(&request.to_srv_request(), &Arc::new(identity))
    }

    /// Whatever of a caller or of a request is different makes it another question.
    #[test]
    fn nothing_is_shared_between_those_who_may_see_different_things() {
        let place = RolePlace::Unit(Uuid::from_u128(1));
        let actor = Actor::new(
            ActorId::Client(Uuid::from_u128(7)),
            vec![RoleAssignment { role: Role::RegionalOfficer, place }],
        );
        let shared = SharedPermission { permission: Permission::ALL[0], unit: Uuid::from_u128(2) };
        let others = [
            Actor::anonymous(),
            Actor { id: ActorId::Client(Uuid::from_u128(8)), ..actor.clone() },
            Actor { id: ActorId::Person(Uuid::from_u128(7)), ..actor.clone() },
            Actor { roles: Vec::new(), ..actor.clone() },
            Actor { roles: vec![RoleAssignment { role: Role::Auditor, place }], ..actor.clone() },
            Actor {
                roles: vec![RoleAssignment {
                    role: Role::RegionalOfficer,
                    place: RolePlace::Institution(Uuid::from_u128(1)),
                }],
                ..actor.clone()
            },
            Actor { shared: vec![shared], ..actor.clone() },
            Actor { allowed: PermissionSet::of_personal_data(), ..actor.clone() },
        ];
        let first = asked(&actor, "/v1/institutions?q=a", &[]);
        assert!(first.is_some());
        assert!(first == asked(&actor, "/v1/institutions?q=a", &[]));
        for other in &others {
            assert!(first != asked(other, "/v1/institutions?q=a", &[]), "{other:?}");
        }
        assert!(first != asked(&actor, "/v1/institutions?q=b", &[]));
        assert!(first != asked(&actor, "/v1/institutions", &[]));
        assert!(first != asked(&actor, "/v1/institutions?q=a", &[("accept", "text/csv")]));
        assert!(first != asked(&actor, "/v1/institutions?q=a", &[("accept-language", "en")]));
        assert!(first != asked(&actor, "/v1/institutions?q=a", &[("if-none-match", "\"1\"")]));
    }

    /// An answer that was made so long ago.
    fn kept(remembered: &Remembered, asked: &Asked, age: Duration) -> Moment {
        let now = Moment { commits: 7, settled: None, at: Instant::now() };
        let made = now.at.checked_sub(age).unwrap();
        let moment = Moment { at: made, ..now };
        let (operation, status) = (Named(&crate::operations::all()[0]), StatusCode::OK);
        let (headers, body) = (Arc::default(), Bytes::new());
        remembered
            .0
            .insert(asked.clone(), Kept { moment, made, turns: Turns::default(), operation, status, headers, body });
        now
    }

    #[tokio::test]
    async fn one_makes_an_answer_anew_and_the_others_wait_for_it_or_are_served() {
        let asked = asked(&Actor::anonymous(), "/v1/institutions", &[]).unwrap();
        let remembered = Remembered::default();
        let now = kept(&remembered, &asked, Duration::ZERO);
        assert!(matches!(remembered.find(&asked, now), Found::Good(_)));
        let after_a_commit = Moment { commits: 8, ..now };
        assert!(matches!(remembered.find(&asked, after_a_commit), Found::Past(_)));

        let now = kept(&remembered, &asked, RENEWED);
        let Found::Aging(_, turn) = remembered.find(&asked, now) else { panic!("nobody looks") };
        assert!(matches!(remembered.find(&asked, now), Found::Good(_)), "the others are served");
        drop(turn);
        assert!(matches!(remembered.find(&asked, now), Found::Aging(..)), "who goes away leaves it to the next");

        let now = kept(&remembered, &asked, LONGEST);
        let Found::Past(past) = remembered.find(&asked, now) else { panic!("it is good for ever") };
        let turn = past.turn().await.unwrap();
        let waiting = past.clone();
        let waiting = tokio::spawn(async move { waiting.turn().await.is_none() });
        tokio::task::yield_now().await;
        kept(&remembered, &asked, Duration::ZERO);
        drop(turn);
        assert!(waiting.await.unwrap(), "who waited looks again");
        assert!(matches!(remembered.find(&asked, now), Found::Good(_)));
    }

    #[test]
    fn only_a_get_is_asked_of_what_is_kept() {
        for method in [Method::HEAD, Method::POST, Method::DELETE] {
            let request = TestRequest::default().method(method).to_srv_request();
            assert!(Asked::by(&request, &Arc::new(Identity::anonymous())).is_none());
        }
        // Said in two lines, of which only one could stand in the key.
        let twice = TestRequest::get().append_header(("accept", "a/b")).append_header(("accept", "text/csv"));
        assert!(Asked::by(&twice.to_srv_request(), &Arc::new(Identity::anonymous())).is_none());
    }
}
