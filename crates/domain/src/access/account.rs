//! Accounts: of people who sign in, and of the programs that act for them or for themselves.

use crate::{
    reason::{Invalid, Reason},
    text_value::Format,
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[&CLIENT_ID_MALFORMED, &REDIRECT_URI_MALFORMED, &SCOPE_UNKNOWN];

/// The formats of this module.
pub const FORMATS: &[Format] = &[
    (ClientId::FORMAT, |text| ClientId::parse(text).map(drop)),
    (RedirectUri::FORMAT, |text| RedirectUri::parse(text).map(drop)),
    (ScopeText::FORMAT, |text| ScopeText::parse(text).map(drop)),
];

/// Characters that would need escaping somewhere.
pub const CLIENT_ID_MALFORMED: Reason = Reason {
    code: "client_id_malformed",
    id: "Pakai 1 sampai 100 huruf, angka, titik, garis bawah, dan tanda hubung.",
    en: "Use 1 to 100 letters, digits, dots, underscores and hyphens.",
};
/// Somewhere that a code must not be sent to.
pub const REDIRECT_URI_MALFORMED: Reason = Reason {
    code: "redirect_uri_malformed",
    id: "Tulis alamat lengkap tanpa fragmen dan tanpa tanda bintang: https://…, http://127.0.0.1/… untuk aplikasi di komputer, atau skema milik aplikasi seperti org.contoh.aplikasi:/masuk.",
    en: "Write a whole address without fragment or wildcard: https://…, http://127.0.0.1/… for programs on a computer, or a scheme of the app's own such as org.example.app:/signed-in.",
};
/// A word that no permission has.
pub const SCOPE_UNKNOWN: Reason = Reason {
    code: "scope_unknown",
    id: "Cakupan ini memuat izin yang tidak dikenal; lihat docs/permissions.md.",
    en: "The scope names a permission that does not exist; see docs/permissions.md.",
};

crate::code_list! {
    /// What kind of program a client is (RFC 6749 §2.1).
    ClientKind = "client_kind" ("Jenis klien", "Kind of client") {
        /// Acts for itself: `client_credentials`.
        Service = "service" ("Sistem yang bertindak sendiri", "A system that acts for itself"),
        /// Acts for people and can keep a secret.
        Web = "web" ("Aplikasi web dengan peladen", "A web application with a server"),
        /// Acts for people and cannot keep a secret: a mobile, desktop or single-page app.
        Public = "public" ("Aplikasi ponsel, desktop, atau peramban", "A mobile, desktop or browser app"),
    }
}

impl ClientKind {
    /// Whether people sign in through it.
    pub const fn acts_for_people(self) -> bool {
        matches!(self, Self::Web | Self::Public)
    }

    /// Whether it authenticates itself.
    pub const fn keeps_a_secret(self) -> bool {
        matches!(self, Self::Service | Self::Web)
    }
}

crate::code_list! {
    /// Whether somebody may sign in.
    AccountStatus = "account_status" ("Status akun", "Status of an account") {
        Invited = "invited" ("Diundang, belum masuk", "Invited, not signed in yet"),
        Active = "active" ("Aktif", "Active"),
        Disabled = "disabled" ("Dinonaktifkan", "Disabled"),
    }
}

crate::text_value! {
    /// What a client is known by: needs no escaping in a header, a form or a log.
    ClientId, "client-id", 100, "aplikasi-panti", |text| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        if (1..=100).contains(&text.len()) && text.bytes().all(is_plain) {
            Ok(text.to_owned())
        } else {
            Err(Invalid(&CLIENT_ID_MALFORMED))
        }
    }
}

crate::text_value! {
    /// Where an authorization code may be sent (RFC 9700 §2.1, RFC 8252 §7): compared to the byte, so it is kept as it
    /// was written.
    RedirectUri, "redirect-uri", 500, "org.contoh.aplikasi:/masuk", |text| {
        if (1..=500).contains(&text.len()) && may_be_redirected_to(text) {
            Ok(text.to_owned())
        } else {
            Err(Invalid(&REDIRECT_URI_MALFORMED))
        }
    }
}

crate::text_value! {
    /// Codes of permissions with spaces between them (RFC 6749 §3.3).
    ScopeText, "oauth-scope", 2000, "institutions.read census.read", |text| {
        if text.len() > 2000 {
            return Err(Invalid(&SCOPE_UNKNOWN));
        }
        super::PermissionSet::from_scope(text).map(super::PermissionSet::to_scope).ok_or(Invalid(&SCOPE_UNKNOWN))
    }
}

impl RedirectUri {
    /// Whether a request for this address may be answered there: the same to the byte, but for the port of a loopback
    /// address, which a program on a computer draws anew each time (RFC 8252 §7.3).
    pub fn admits(&self, asked: &str) -> bool {
        if self.as_str() == asked {
            return true;
        }
        match (loopback(self.as_str()), loopback(asked)) {
            (Some((host, _, rest)), Some((other_host, _, other_rest))) => host == other_host && rest == other_rest,
            _ => false,
        }
    }
}

/// Host, port and the rest of an `http` address of this machine.
fn loopback(uri: &str) -> Option<(&str, &str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let (authority, _) = rest.split_once(['/', '?']).unwrap_or((rest, ""));
    let path = rest.get(authority.len()..).unwrap_or_default();
    let host = ["127.0.0.1", "[::1]"].into_iter().find(|host| authority.starts_with(host))?;
    match authority.get(host.len()..).unwrap_or_default() {
        "" => Some((host, "", path)),
        port => {
            let port = port.strip_prefix(':')?;
            port.parse::<u16>().is_ok().then_some((host, port, path))
        }
    }
}

fn may_be_redirected_to(uri: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_graphic() && !b"\"#<>\\^`{|}*'".contains(&b);
    if !uri.bytes().all(is_plain) {
        return false;
    }
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    match scheme {
        "https" => rest.strip_prefix("//").is_some_and(has_plain_host),
        "http" => loopback(uri).is_some(),
        // A scheme of the app's own is a domain that its makers control, turned round (RFC 8252 §7.1): so it has a dot,
        // and `javascript:` or `data:` are none.
        own => {
            let is_scheme_byte = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b);
            own.contains('.')
                && own.starts_with(|c: char| c.is_ascii_lowercase())
                && own.bytes().all(is_scheme_byte)
                && rest.starts_with('/')
        }
    }
}

/// A host without user or password before it.
fn has_plain_host(rest: &str) -> bool {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(
        authority,
        |(host, port)| {
            if port.parse::<u16>().is_ok() { host } else { "" }
        },
    );
    !host.is_empty()
        && !authority.contains('@')
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-[]:".contains(&b))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_code_is_sent_only_where_its_app_alone_can_read_it() {
        for right in [
            "https://aplikasi.contoh.or.id/masuk",
            "https://aplikasi.contoh.or.id:8443/masuk?asal=aumsos",
            "http://127.0.0.1/masuk",
            "http://127.0.0.1:5173/masuk",
            "http://[::1]:5173/",
            "org.contoh.aplikasi:/masuk",
        ] {
            assert!(RedirectUri::parse(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "/masuk",
            "http://aplikasi.contoh.or.id/masuk",
            "http://localhost/masuk",
            "http://127.0.0.1.contoh.or.id/",
            "http://127.0.0.1@contoh.or.id/",
            "https://*.contoh.or.id/",
            "https://contoh.or.id/#fragment",
            "https://siapa@contoh.or.id/",
            "https:///masuk",
            "https://contoh.or.id/a b",
            "javascript:alert(1)",
            "data:text/html,x",
            "aplikasi:/masuk",
            "org.contoh.aplikasi:masuk",
        ] {
            assert!(RedirectUri::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_is_the_same_to_the_byte_but_for_the_port_of_this_machine() {
        let registered = RedirectUri::parse("http://127.0.0.1/masuk").unwrap();
        assert!(registered.admits("http://127.0.0.1:49152/masuk"));
        assert!(!registered.admits("http://[::1]:49152/masuk"));
        assert!(!registered.admits("http://127.0.0.1:49152/lain"));
        assert!(!registered.admits("http://127.0.0.1:49152@contoh.or.id/masuk"));
        assert!(!registered.admits("http://127.0.0.1:/masuk"));
        let web = RedirectUri::parse("https://aplikasi.contoh.or.id/masuk").unwrap();
        assert!(web.admits("https://aplikasi.contoh.or.id/masuk"));
        for other in [
            "https://aplikasi.contoh.or.id/masuk/",
            "https://aplikasi.contoh.or.id:443/masuk",
            "https://aplikasi.contoh.or.id/masuk?x=1",
            "https://APLIKASI.contoh.or.id/masuk",
        ] {
            assert!(!web.admits(other), "{other}");
        }
    }

    #[test]
    fn a_scope_is_written_in_the_order_of_the_table() {
        assert_eq!(
            ScopeText::parse("census.read institutions.read").unwrap().as_str(),
            "institutions.read census.read"
        );
        assert!(ScopeText::parse("census.read all").is_err());
    }
}
