//! The credentials of programs: what kind of program it is, what its tokens can carry, how it shows who it is, from
//! where and until when.

pub mod jwks;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use self::jwks::{Jwk, Jwks, KeyType};
use crate::{
    access::{Actor, ClientKind, Network, Permission, PermissionSet, RedirectUri, account::ClientId, granting},
    institutions::rules::Broken,
    reason::{Reason, Refusal},
    text_value::Name,
};

crate::code_list! {
    /// Whether a client may come in.
    ClientStatus = "client_status" ("Status klien", "Status of a client") {
        Active = "active" ("Aktif", "Active"),
        Expired = "expired" ("Lewat masanya", "Past its time"),
        Revoked = "revoked" ("Dicabut", "Revoked"),
    }
}

/// An app needs somewhere to send people back to.
pub const REDIRECT_URI_MISSING: Reason = Reason {
    code: "redirect_uri_missing",
    id: "Aplikasi yang dipakai orang memerlukan paling sedikit satu redirect_uri.",
    en: "An app that people use needs at least one redirect URI.",
};
/// A system that acts for itself sends nobody anywhere.
pub const REDIRECT_URI_NEEDLESS: Reason = Reason {
    code: "redirect_uri_needless",
    id: "Sistem yang bertindak sendiri tidak memakai redirect_uri.",
    en: "A system that acts for itself has no redirect URIs.",
};
/// What everybody can read on a phone is no secret.
pub const CLIENT_KEEPS_NO_SECRET: Reason = Reason {
    code: "client_keeps_no_secret",
    id: "Aplikasi publik tidak dapat menyimpan rahasia atau kunci; ia memakai PKCE.",
    en: "A public app cannot keep a secret or a key; it uses PKCE.",
};
/// Then nothing would tell it from any other.
pub const CLIENT_NEEDS_SECRET: Reason = Reason {
    code: "client_needs_secret",
    id: "Klien ini tidak punya rahasia; buat rahasia baru sebelum menghapus jwks.",
    en: "This client has no secret; rotate its secret before its keys are taken away.",
};
/// Revoked for good.
pub const CLIENT_IS_REVOKED: Reason = Reason {
    code: "client_is_revoked",
    id: "Klien ini sudah dicabut; daftarkan yang baru.",
    en: "This client was revoked; register a new one.",
};
/// It would be over before it begins.
pub const CLIENT_EXPIRY_PAST: Reason = Reason {
    code: "client_expiry_past",
    id: "Akhir masa berlaku sudah lewat; untuk mengakhiri sekarang, cabut kliennya.",
    en: "This end has passed; to end the client now, revoke it.",
};
/// The id of another client; ids are never used again.
pub const CLIENT_ID_TAKEN: Reason = Reason {
    code: "client_id_taken",
    id: "client_id ini sudah dipakai; pilih yang lain.",
    en: "This client_id is taken; choose another.",
};
/// A narrow credential never obtains a wider one.
pub const CREDENTIAL_WIDER_THAN_OWN: Reason = Reason {
    code: "credential_wider_than_own",
    id: "Kredensial Anda terikat jaringan atau waktu; yang Anda buat atau ubah harus terikat sama atau lebih sempit.",
    en: "Your own credential is bound to networks or to a time; one that it makes or changes must be bound at least as tightly.",
};

/// The reasons of this area.
pub const REASONS: &[&Reason] = &[
    &REDIRECT_URI_MISSING,
    &REDIRECT_URI_NEEDLESS,
    &CLIENT_KEEPS_NO_SECRET,
    &CLIENT_NEEDS_SECRET,
    &CLIENT_IS_REVOKED,
    &CLIENT_EXPIRY_PAST,
    &CLIENT_ID_TAKEN,
    &CREDENTIAL_WIDER_THAN_OWN,
    &jwks::JWK_INCOMPLETE,
];

/// What can be changed of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientWrite, example = json!({
    "name": "Aplikasi panti", "redirect_uris": ["org.contoh.aplikasi:/masuk"],
    "scopes": ["institutions.read", "census.read", "census.submit"]
}))]
pub struct ClientProfile {
    /// For people: they see it when they let the app in.
    pub name: Name,
    /// The unit that keeps it; the central unit of Muhammadiyah when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<Uuid>,
    /// Where codes may be sent: compared to the byte.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub redirect_uris: Vec<RedirectUri>,
    /// What its tokens can carry at most; all that its roles or its people hold when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 64)]
    pub scopes: Option<Vec<Permission>>,
    /// The public keys with which it signs its assertions (RFC 7523), in the place of a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Jwks>,
    /// Whether it may only read, whatever else it may.
    #[serde(default)]
    pub read_only: bool,
    /// Addresses and networks that it may come from; from anywhere when there is none.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub allowed_networks: Vec<Network>,
    /// When its time is over; never when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

impl ClientProfile {
    /// What its tokens can carry.
    pub fn allowed(&self) -> PermissionSet {
        self.scopes.as_ref().map_or(PermissionSet::ALL, |scopes| scopes.iter().copied().collect())
    }

    /// The same, with each scope once and in the order of the permission table, as it is kept.
    fn in_order(self) -> Self {
        let scopes = self.scopes.is_some().then(|| self.allowed().iter().collect());
        Self { scopes, ..self }
    }

    /// Every rule that it breaks, for a client of a kind.
    pub fn broken_rules(&self, kind: ClientKind) -> Vec<Broken> {
        let mut broken = Vec::new();
        let mut say = |pointer: &str, reason| broken.push(Broken { pointer: pointer.to_owned(), reason });
        match (kind.acts_for_people(), self.redirect_uris.is_empty()) {
            (true, true) => say("/redirect_uris", &REDIRECT_URI_MISSING),
            (false, false) => say("/redirect_uris", &REDIRECT_URI_NEEDLESS),
            _ => {}
        }
        if !kind.keeps_a_secret() && self.jwks.is_some() {
            say("/jwks", &CLIENT_KEEPS_NO_SECRET);
        }
        broken.extend(self.jwks.iter().flat_map(|jwks| jwks.broken_rules("/jwks")));
        broken
    }

    /// Whether nothing differs from another profile of how the client comes in, and with what.
    pub fn comes_in_like(&self, other: &Self) -> bool {
        (&self.redirect_uris, self.allowed(), &self.jwks, self.read_only, &self.allowed_networks, self.expires_at)
            == (
                &other.redirect_uris,
                other.allowed(),
                &other.jwks,
                other.read_only,
                &other.allowed_networks,
                other.expires_at,
            )
    }
}

/// How a credential is bound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounds {
    /// Where it may be used; anywhere when there is none.
    pub networks: Vec<Network>,
    /// Until when; without an end when there is none.
    pub until: Option<DateTime<Utc>>,
}

/// Refuses to let a credential be given more than that of the one who gives it: permissions, networks, time. `own` are
/// the bounds of a client that acts for itself; people are bound by nothing.
pub fn check_not_wider(by: &Actor, own: &Bounds, given: &ClientProfile) -> Result<(), Refusal> {
    granting::check_scopes(by, given.allowed())?;
    let is_within = |network: &Network| own.networks.iter().any(|own| own.covers(network));
    let from_within =
        own.networks.is_empty() || !given.allowed_networks.is_empty() && given.allowed_networks.iter().all(is_within);
    let ends_in_time = own.until.is_none_or(|own| given.expires_at.is_some_and(|given| given <= own));
    if from_within && ends_in_time { Ok(()) } else { Err(Refusal::from(&CREDENTIAL_WIDER_THAN_OWN)) }
}

/// A client as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its id in the ledger and in tokens.
    pub id: Uuid,
    /// Counts the changes of the record, from 1; it is the `ETag`.
    pub version: i64,
    /// What it is known by.
    pub client_id: ClientId,
    /// What kind of program it is.
    pub kind: ClientKind,
    /// What can be changed of it.
    pub profile: ClientProfile,
    /// Whether it has a secret.
    pub has_secret: bool,
    /// Whether it was not revoked.
    pub is_active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Client {
    /// A new client. It gets a secret if it keeps one and signs nothing.
    pub fn register(
        id: Uuid,
        client_id: ClientId,
        kind: ClientKind,
        profile: ClientProfile,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        check_expiry(&profile, at)?;
        Ok(Self {
            id,
            version: 1,
            client_id,
            kind,
            has_secret: kind.keeps_a_secret() && profile.jwks.is_none(),
            profile: profile.in_order(),
            is_active: true,
            created_at: at,
            updated_at: at,
        })
    }

    /// Whether it may come in.
    pub fn status(&self, at: DateTime<Utc>) -> ClientStatus {
        match (self.is_active, self.profile.expires_at) {
            (false, _) => ClientStatus::Revoked,
            (true, Some(end)) if end <= at => ClientStatus::Expired,
            (true, _) => ClientStatus::Active,
        }
    }

    /// Writes what can be changed anew. Keys that come take the place of the secret: a client has one way to show who it
    /// is, until it is given another.
    pub fn change(self, profile: ClientProfile, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.check_not_revoked()?;
        if profile.expires_at != self.profile.expires_at {
            check_expiry(&profile, at)?;
        }
        let brings_keys = profile.jwks.is_some() && profile.jwks != self.profile.jwks;
        let has_secret = self.has_secret && !brings_keys;
        if self.kind.keeps_a_secret() && profile.jwks.is_none() && !has_secret {
            return Err(Refusal::from(&CLIENT_NEEDS_SECRET));
        }
        let profile = profile.in_order();
        if profile == self.profile {
            return Ok(self);
        }
        Ok(Self { profile, has_secret, version: self.version + 1, updated_at: at, ..self })
    }

    /// Gives it another secret; the one before opens nothing any more.
    pub fn rotate_secret(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.check_not_revoked()?;
        if !self.kind.keeps_a_secret() {
            return Err(Refusal::from(&CLIENT_KEEPS_NO_SECRET));
        }
        Ok(Self { has_secret: true, version: self.version + 1, updated_at: at, ..self })
    }

    /// Ends it for good.
    pub fn revoke(self, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.check_not_revoked()?;
        Ok(Self { is_active: false, version: self.version + 1, updated_at: at, ..self })
    }

    /// Refuses a step for clients that may come in again.
    pub fn check_not_revoked(&self) -> Result<(), Refusal> {
        if self.is_active { Ok(()) } else { Err(Refusal::from(&CLIENT_IS_REVOKED)) }
    }
}

fn check_expiry(profile: &ClientProfile, at: DateTime<Utc>) -> Result<(), Refusal> {
    if profile.expires_at.is_some_and(|end| end <= at) { Err(Refusal::from(&CLIENT_EXPIRY_PAST)) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
