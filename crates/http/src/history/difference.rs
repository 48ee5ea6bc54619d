//! What differs between two states of a record.

use serde_json::{Map, Value};

use super::model::FieldChange;

/// What every step changes, and tells itself.
const TOLD_BY_THE_STEP: [&str; 2] = ["version", "updated_at"];

/// The fields that differ, each with its JSON pointer (RFC 6901). Objects are walked into; an array is one value, as in a
/// merge patch.
pub(super) fn between(before: Option<&Value>, after: Option<&Value>) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    walk(String::new(), before, after, &mut changes);
    changes
}

fn walk(pointer: String, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<FieldChange>) {
    let nothing = Map::new();
    let (old, new) = match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => (old, new),
        // A record that was made or is gone is told field by field.
        (None, Some(Value::Object(new))) if pointer.is_empty() => (&nothing, new),
        (Some(Value::Object(old)), None) if pointer.is_empty() => (old, &nothing),
        _ => {
            let [old, new] = [before, after].map(|value| value.filter(|value| !value.is_null()).cloned());
            if old != new {
                changes.push(FieldChange { pointer, old, new, is_sealed: false });
            }
            return;
        }
    };
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    for name in names.filter(|name| !pointer.is_empty() || !TOLD_BY_THE_STEP.contains(&name.as_str())) {
        let escaped = name.replace('~', "~0").replace('/', "~1");
        walk(format!("{pointer}/{escaped}"), old.get(name), new.get(name), changes);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: Option<&Value>, after: Option<&Value>) -> Vec<(String, Option<Value>, Option<Value>)> {
        between(before, after).into_iter().map(|one| (one.pointer, one.old, one.new)).collect()
    }

    #[test]
    fn only_what_differs_is_told_and_where() {
        let before =
            json!({"version": 1, "name": "A", "address": {"street": "X", "region": "35"}, "phones": ["1"], "a/b": 1});
        let after = json!({"version": 2, "name": "A", "address": {"street": "Y", "region": "35"}, "phones": ["1", "2"], "a/b": 2});
        assert_eq!(
            told(Some(&before), Some(&after)),
            [
                ("/a~1b".to_owned(), Some(json!(1)), Some(json!(2))),
                ("/address/street".to_owned(), Some(json!("X")), Some(json!("Y"))),
                ("/phones".to_owned(), Some(json!(["1"])), Some(json!(["1", "2"]))),
            ]
        );
        assert!(told(Some(&before), Some(&before)).is_empty());
    }

    #[test]
    fn null_and_nothing_are_the_same() {
        assert!(told(Some(&json!({"code": null})), Some(&json!({}))).is_empty());
        assert_eq!(
            told(Some(&json!({"code": null})), Some(&json!({"code": "x"}))),
            [("/code".to_owned(), None, Some(json!("x")))]
        );
    }

    #[test]
    fn a_record_that_was_made_or_is_gone_is_told_field_by_field() {
        let record = json!({"version": 1, "name": "A", "updated_at": "2026-01-01T00:00:00Z"});
        assert_eq!(told(None, Some(&record)), [("/name".to_owned(), None, Some(json!("A")))]);
        assert_eq!(told(Some(&record), None), [("/name".to_owned(), Some(json!("A")), None)]);
        assert!(told(None, None).is_empty());
    }
}
