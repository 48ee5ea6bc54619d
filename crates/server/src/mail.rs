//! Who carries mail: a mail server, or the log of a developer's run.

use aumsos_persistence::mail::{Carried, Mail, MailCarrier};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor, message::Mailbox, message::header::ContentType,
};

use crate::{
    config::{Config, HttpUrl},
    failure::Failure,
};

/// Whoever carries mail under a configuration.
pub enum Carrier {
    /// A mail server.
    Smtp {
        /// How it is reached.
        server: AsyncSmtpTransport<Tokio1Executor>,
        /// Whom mail is from.
        from: Mailbox,
    },
    /// The log: the developer reads it where the service runs.
    Log,
    /// Nobody.
    Nobody,
}

impl std::fmt::Debug for Carrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Smtp { .. } => "Smtp",
            Self::Log => "Log",
            Self::Nobody => "Nobody",
        })
    }
}

impl Carrier {
    /// The one of the configuration.
    pub fn of(config: &Config, public_url: &HttpUrl) -> Result<Self, Failure> {
        if let Some(url) = &config.mail.smtp_url {
            let server = url.transport().map_err(Failure::Refused)?.build();
            return Ok(Self::Smtp { server, from: config.mail.from.mailbox().clone() });
        }
        // Only where nobody else can reach the service is its log for the eyes of the one who may read the mail.
        let is_developers = config.http.listen.ip().is_loopback() && public_url.is_of_this_machine();
        Ok(if is_developers { Self::Log } else { Self::Nobody })
    }

    /// Whether mail comes anywhere.
    pub const fn can_carry(&self) -> bool {
        !matches!(self, Self::Nobody)
    }
}

impl MailCarrier for Carrier {
    fn carry<'a>(&'a self, mail: &'a Mail) -> Carried<'a> {
        Box::pin(async move {
            match self {
                Self::Smtp { server, from } => {
                    let message = written(mail, from.clone())?;
                    server.send(message).await.map(drop).map_err(|error| error.to_string())
                }
                Self::Log => {
                    tracing::info!(to = mail.to, subject = mail.subject, text = mail.text, "mail (no mail.smtp_url)");
                    Ok(())
                }
                Self::Nobody => Err("mail.smtp_url is not set".to_owned()),
            }
        })
    }
}

fn written(mail: &Mail, from: Mailbox) -> Result<Message, String> {
    Message::builder()
        .from(from)
        .to(mail.to.parse().map_err(|_| "the address cannot be read".to_owned())?)
        .subject(&mail.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(mail.text.clone())
        .map_err(|error| error.to_string())
}
