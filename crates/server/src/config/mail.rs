//! Where mail goes, and whom it is from.

use std::fmt;

use lettre::{AsyncSmtpTransport, Tokio1Executor, message::Mailbox, transport::smtp::AsyncSmtpTransportBuilder};

use super::{secret::MASK, values::Scalar};

/// A mail server with the password that it asks for. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl(String);

impl SmtpUrl {
    /// How to speak to it.
    pub fn transport(&self) -> Result<AsyncSmtpTransportBuilder, String> {
        AsyncSmtpTransport::<Tokio1Executor>::from_url(&self.0).map_err(|error| error.to_string())
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Scalar for SmtpUrl {
    /// What is wrong is said without the URL itself, which may hold a password.
    fn parse(text: &str) -> Result<Self, String> {
        let url = Self(text.to_owned());
        match url.transport() {
            Ok(_) => Ok(url),
            Err(_) => {
                Err("it must be smtps://USER:PASSWORD@HOST:465 or smtp://USER:PASSWORD@HOST:587?tls=required"
                    .to_owned())
            }
        }
    }

    fn shown(&self) -> String {
        let scheme = self.0.split_once("://").map_or("smtp", |(scheme, _)| scheme);
        format!("{scheme}://{MASK}")
    }
}

/// A name and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress(Mailbox);

impl MailAddress {
    /// As mail has it.
    pub const fn mailbox(&self) -> &Mailbox {
        &self.0
    }
}

impl Scalar for MailAddress {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("`{text}` is not an address such as aumsos <aumsos@example.org>"))
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_mail_server_is_shown_without_its_password() {
        let url = SmtpUrl::parse("smtp://user:hunter2@mail.example.org:587?tls=required").unwrap();
        assert_eq!(url.shown(), "smtp://***");
        assert_eq!(format!("{url:?}"), "***");
        for wrong in ["mail.example.org", "http://mail.example.org", ""] {
            assert!(SmtpUrl::parse(wrong).is_err(), "{wrong}");
        }
        assert!(MailAddress::parse("aumsos <aumsos@example.org>").is_ok());
        assert!(MailAddress::parse("aumsos").is_err());
    }
}
