//! stub
#![allow(missing_docs)]
use std::collections::BTreeSet;
pub fn index_words(t: &[&str]) -> BTreeSet<String> {
    t.iter().flat_map(|t| t.split(' ').map(str::to_lowercase)).collect()
}
pub fn deletions(w: &str) -> BTreeSet<String> {
    [w.to_owned()].into()
}
pub fn is_within_one_edit(_: &str, _: &str) -> bool {
    true
}
pub struct Query {
    pub words: Vec<QueryWord>,
}
pub struct QueryWord {
    pub text: String,
    pub low: String,
    pub high: String,
    pub deletions: BTreeSet<String>,
}
impl Query {
    pub fn parse(_: &str) -> Self {
        Self { words: vec![] }
    }
}
