//! OAuth 2.1 for systems and apps: tokens, their revocation and introspection, what clients discover of the service, and
//! the keys that tokens are signed with. Where people sign in and allow an app is in `crate::pages`.

pub mod answers;
pub mod client_authentication;
pub mod discovery;
pub mod introspect;
pub mod revoke;
pub mod signing_keys;
pub mod token;

pub(crate) use client_authentication::form_decoded;

use crate::operation::Operation;

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    [
        vec![token::operation(), introspect::operation(), revoke::operation()],
        vec![discovery::metadata(), discovery::keys()],
        signing_keys::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
