//! stub
#![allow(missing_docs)]
pub fn fold(t: &str) -> String {
    t.to_lowercase()
}
