#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::needless_pass_by_value, reason = "`json!` in place; a `&` before each would be noise")]

use serde_json::json;

use super::*;
use crate::access::{ActorId, Role, RoleAssignment, RolePlace};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn profile(more: serde_json::Value) -> ClientProfile {
    let mut profile = json!({ "name": "LAZISMU" });
    for (name, value) in more.as_object().unwrap() {
        profile[name] = value.clone();
    }
    serde_json::from_value(profile).unwrap()
}

fn key() -> serde_json::Value {
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] })
}

fn register(kind: ClientKind, more: serde_json::Value) -> Client {
    Client::register(Uuid::from_u128(1), ClientId::parse("lazismu").unwrap(), kind, profile(more), at(10)).unwrap()
}

fn code<T>(refused: Result<T, Refusal>) -> Option<&'static str> {
    refused.err().map(|refusal| refusal.reason.code)
}

fn broken(kind: ClientKind, more: serde_json::Value) -> Vec<&'static str> {
    profile(more).broken_rules(kind).into_iter().map(|broken| broken.reason.code).collect()
}

#[test]
fn apps_send_people_back_and_systems_do_not() {
    let with = || json!({ "redirect_uris": ["https://aplikasi.contoh.or.id/masuk"] });
    for kind in [ClientKind::Web, ClientKind::Public] {
        assert_eq!(broken(kind, json!({})), ["redirect_uri_missing"]);
        assert!(broken(kind, with()).is_empty());
    }
    assert_eq!(broken(ClientKind::Service, with()), ["redirect_uri_needless"]);
    let mut public = with();
    public["jwks"] = key();
    assert_eq!(broken(ClientKind::Public, public), ["client_keeps_no_secret"]);
    let bad = json!({ "jwks": { "keys": [{ "kty": "EC" }] } });
    assert_eq!(broken(ClientKind::Service, bad), ["jwk_incomplete"]);
}

#[test]
fn a_client_has_a_secret_or_keys_unless_it_is_public() {
    assert!(register(ClientKind::Service, json!({})).has_secret);
    let signing = register(ClientKind::Service, json!({ "jwks": key() }));
    assert!(!signing.has_secret);
    assert_eq!(code(signing.clone().change(profile(json!({})), at(11))), Some("client_needs_secret"));
    let both = signing.rotate_secret(at(11)).unwrap();
    assert!(both.change(profile(json!({})), at(12)).unwrap().has_secret);
    // Keys take the place of a secret.
    let service = register(ClientKind::Service, json!({}));
    let changed = service.change(profile(json!({ "jwks": key() })), at(11)).unwrap();
    assert!(!changed.has_secret);
    assert!(!changed.change(profile(json!({ "jwks": key(), "read_only": true })), at(12)).unwrap().has_secret);
    let public = register(ClientKind::Public, json!({ "redirect_uris": ["org.contoh.aplikasi:/masuk"] }));
    assert!(!public.has_secret);
    assert_eq!(code(public.rotate_secret(at(11))), Some("client_keeps_no_secret"));
}

#[test]
fn a_client_is_revoked_for_good_and_over_when_its_time_is() {
    let client = register(ClientKind::Service, json!({ "expires_at": "1970-01-01T00:01:00Z" }));
    assert_eq!(client.status(at(59)), ClientStatus::Active);
    assert_eq!(client.status(at(60)), ClientStatus::Expired);
    let scoped =
        register(ClientKind::Service, json!({ "scopes": ["census.read", "institutions.read", "census.read"] }));
    assert_eq!(scoped.profile.scopes, Some(vec![Permission::InstitutionsRead, Permission::CensusRead]));
    let past = profile(json!({ "expires_at": "1970-01-01T00:00:20Z" }));
    assert_eq!(code(client.clone().change(past, at(30))), Some("client_expiry_past"));
    // What is over already can still be renamed.
    assert!(client.clone().change(client.profile.clone(), at(90)).is_ok());
    let revoked = client.revoke(at(30)).unwrap();
    assert_eq!((revoked.status(at(31)), revoked.version), (ClientStatus::Revoked, 2));
    assert_eq!(code(revoked.clone().revoke(at(32))), Some("client_is_revoked"));
    assert_eq!(code(revoked.clone().rotate_secret(at(32))), Some("client_is_revoked"));
    assert_eq!(code(revoked.change(profile(json!({})), at(32))), Some("client_is_revoked"));
}

#[test]
fn a_narrow_credential_never_obtains_a_wider_one() {
    let roles = vec![RoleAssignment { role: Role::CouncilOfficer, place: RolePlace::Unit(Uuid::from_u128(1)) }];
    let whole = Actor::new(ActorId::Client(Uuid::from_u128(9)), roles);
    let narrow = Actor { allowed: [Permission::CensusRead].into_iter().collect(), ..whole.clone() };
    let free = Bounds::default();
    assert!(check_not_wider(&whole, &free, &profile(json!({}))).is_ok());
    assert_eq!(code(check_not_wider(&narrow, &free, &profile(json!({})))), Some("grant_beyond_ones_own"));
    assert!(check_not_wider(&narrow, &free, &profile(json!({ "scopes": ["census.read"] }))).is_ok());
    assert!(check_not_wider(&narrow, &free, &profile(json!({ "scopes": [] }))).is_ok());
    let bound = Bounds { networks: vec![Network::parse("10.0.0.0/8").unwrap()], until: Some(at(100)) };
    let given = |networks: serde_json::Value, until: &str| {
        let given = profile(json!({ "allowed_networks": networks, "expires_at": until }));
        code(check_not_wider(&whole, &bound, &given))
    };
    let (soon, late) = ("1970-01-01T00:01:40Z", "1970-01-01T00:01:41Z");
    assert_eq!(given(json!(["10.1.0.0/16", "10.0.0.7"]), soon), None);
    for (networks, until) in [
        (json!([]), soon),
        (json!(["11.0.0.7"]), soon),
        (json!(["10.0.0.7", "11.0.0.7"]), soon),
        (json!(["10.0.0.7"]), late),
    ] {
        assert_eq!(given(networks, until), Some("credential_wider_than_own"));
    }
    let endless = profile(json!({ "allowed_networks": ["10.0.0.7"] }));
    assert_eq!(code(check_not_wider(&whole, &bound, &endless)), Some("credential_wider_than_own"));
}
