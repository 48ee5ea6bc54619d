//! Cursors: where a page ended, opaque to clients, authenticated by a keyed MAC and bound to the list, its filters and
//! its caller.

use aumsos_persistence::{Vault, page::KeyValue};
use aws_lc_rs::{digest, hmac};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use crate::access::Caller;

/// Length of the MAC that a cursor carries, in bytes.
const MAC: usize = 16;

/// What a cursor belongs to.
#[derive(Debug, Clone)]
pub(super) struct Bound(Vec<u8>);

impl Bound {
    /// To one caller's view of one list in one order.
    pub(super) fn to(caller: &Caller, filters: &Value, sort: &str) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in [caller.operation(), &caller.name(), sort, &filters.to_string()] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        Self(context.finish().as_ref().to_vec())
    }

    /// The cursor behind a record with these sort keys.
    pub(super) fn seal(&self, vault: &Vault, key: &[KeyValue]) -> String {
        let payload = serde_json::to_vec(key).unwrap_or_default();
        let mut bytes = self.mac(vault, &payload);
        bytes.extend_from_slice(&payload);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// The sort keys in a cursor of ours; nothing when it is not one, or of another list or caller.
    pub(super) fn open(&self, vault: &Vault, cursor: &str) -> Option<Vec<KeyValue>> {
        let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
        let (mac, payload) = bytes.split_at_checked(MAC)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(mac, &self.mac(vault, payload)).ok()?;
        serde_json::from_slice(payload).ok()
    }

    fn mac(&self, vault: &Vault, payload: &[u8]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(vault.cursor_key());
        context.update(&self.0);
        context.update(payload);
        context.sign().as_ref().get(..MAC).unwrap_or_default().to_vec()
    }
}
