//! The contract in force: request bodies and queries are held against the very schemas that the OpenAPI document
//! shows, and everything that is wrong is said at once.

use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use aumsos_domain::{Reason, text_value, vocabulary};
use jsonschema::{
    Draft, ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::{Map, Value, json};

use crate::{
    listing::unknown_sort,
    openapi::Document,
    operation::{Content, Operation},
    problem::{FieldError, Place, reasons},
};

/// A parameter of a query, as far as reading it goes.
struct Parameter {
    is_list: bool,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Whole,
    Number,
    Flag,
}

/// A schema that is compiled when it is first needed: most processes never see most requests, and a start should not
/// wait for them. That every one compiles, a test finds out.
struct Schema {
    written: Value,
    compiled: OnceLock<Option<Validator>>,
}

impl Schema {
    const fn new(written: Value) -> Self {
        Self { written, compiled: OnceLock::new() }
    }

    fn validator(&self, document: &Document) -> Option<&Validator> {
        self.compiled.get_or_init(|| compile(&self.written, document)).as_ref()
    }
}

/// The schema of a query with how its parameters are read from text.
struct Query {
    parameters: HashMap<String, Parameter>,
    /// What the list can be sorted by.
    sorts: Vec<&'static str>,
    schema: Schema,
}

/// All schemas that requests are held against.
pub(crate) struct Contract {
    document: Arc<Document>,
    bodies: HashMap<TypeId, Schema>,
    queries: HashMap<TypeId, Query>,
}

impl Contract {
    /// The schemas of all operations.
    pub(crate) fn of(operations: &[Operation], document: &Arc<Document>) -> Self {
        let mut contract = Self { document: Arc::clone(document), bodies: HashMap::new(), queries: HashMap::new() };
        for operation in operations {
            if let Content::Json(schema) | Content::MergePatch(schema) | Content::Multipart(schema) = &operation.body {
                contract.bodies.entry(schema.type_id).or_insert_with(|| Schema::new(Document::reference(schema)));
            }
            if let Some(query) = &operation.query
                && !contract.queries.contains_key(&query.type_id)
            {
                let described: Vec<_> = Document::parameters_of(operation);
                let mut properties = Map::new();
                let mut required = Vec::new();
                let mut parameters = HashMap::new();
                for (name, schema, is_required) in described {
                    parameters.insert(name.clone(), Parameter::of(document.resolve(&schema), document));
                    if is_required {
                        required.push(Value::from(name.clone()));
                    }
                    properties.insert(name, schema);
                }
                let schema = json!({
                    "type": "object", "properties": properties, "required": required, "additionalProperties": false
                });
                let sorts = operation.list.as_ref().map(|list| (list.sorts)()).unwrap_or_default();
                contract.queries.insert(query.type_id, Query { parameters, sorts, schema: Schema::new(schema) });
            }
        }
        contract
    }

    /// What is wrong with a body; nothing when it fits its schema.
    pub(crate) fn body_errors(&self, type_id: TypeId, body: &Value) -> Vec<FieldError> {
        let validator = self.bodies.get(&type_id).and_then(|schema| schema.validator(&self.document));
        validator.map(|validator| errors_of(validator, body, Place::Body)).unwrap_or_default()
    }

    /// What is wrong with the parameters of a query that came as JSON.
    pub(crate) fn parameter_errors(&self, type_id: TypeId, parameters: &Value, place: Place) -> Vec<FieldError> {
        let Some(query) = self.queries.get(&type_id) else { return Vec::new() };
        let validator = query.schema.validator(&self.document);
        let mut errors = validator.map(|validator| errors_of(validator, parameters, place)).unwrap_or_default();
        // A pattern finds that a sort cannot be read; people are told by what they can sort.
        for error in &mut errors {
            if error.pointer == "/sort" && error.reason == &reasons::WRONG_FORMAT {
                *error = unknown_sort(parameters["sort"].as_str().unwrap_or_default(), &query.sorts, place);
            }
        }
        errors
    }

    /// Reads a query string into an object; values that are not what their parameter asks for stay text, and the
    /// schema finds them.
    pub(crate) fn read_query(&self, type_id: TypeId, pairs: Vec<(String, String)>) -> Result<Value, Vec<FieldError>> {
        let mut object = Map::new();
        let mut errors = Vec::new();
        let known = self.queries.get(&type_id);
        for (name, text) in pairs {
            match known.and_then(|query| query.parameters.get(&name)) {
                Some(parameter) if parameter.is_list => {
                    let list = object.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                    if let Value::Array(items) = list {
                        items.push(parameter.kind.read(text));
                    }
                }
                Some(_) if object.contains_key(&name) => {
                    errors.push(FieldError::in_query(&name, &reasons::PARAMETER_REPEATED));
                }
                Some(parameter) => {
                    object.insert(name, parameter.kind.read(text));
                }
                None => errors.push(FieldError::in_query(&name, &reasons::UNKNOWN_PARAMETER)),
            }
        }
        let object = Value::Object(object);
        errors.extend(self.parameter_errors(type_id, &object, Place::Query));
        if errors.is_empty() { Ok(object) } else { Err(errors) }
    }

    /// Whether a body type and a query type have a compiled schema; for the test that all of them do.
    #[cfg(test)]
    pub(crate) fn knows(&self, operation: &Operation) -> bool {
        let body = match &operation.body {
            Content::Json(schema) | Content::MergePatch(schema) => {
                self.bodies.get(&schema.type_id).is_some_and(|schema| schema.validator(&self.document).is_some())
            }
            _ => true,
        };
        let query =
            |type_id| self.queries.get(type_id).is_some_and(|query| query.schema.validator(&self.document).is_some());
        body && operation.query.as_ref().is_none_or(|known| query(&known.type_id))
    }
}

impl Parameter {
    fn of(schema: &Value, document: &Document) -> Self {
        let is_list = has_type(schema, "array");
        let item = if is_list { document.resolve(&schema["items"]) } else { schema };
        let kind = match () {
            () if has_type(item, "integer") => Kind::Whole,
            () if has_type(item, "number") => Kind::Number,
            () if has_type(item, "boolean") => Kind::Flag,
            () => Kind::Text,
        };
        Self { is_list, kind }
    }
}

fn has_type(schema: &Value, wanted: &str) -> bool {
    match &schema["type"] {
        Value::String(only) => only == wanted,
        Value::Array(several) => several.iter().any(|one| one == wanted),
        _ => false,
    }
}

impl Kind {
    fn read(self, text: String) -> Value {
        let read = match self {
            Self::Text => None,
            Self::Whole => text.parse::<i64>().ok().map(Value::from),
            Self::Number => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from),
            Self::Flag => text.parse::<bool>().ok().map(Value::from),
        };
        read.unwrap_or(Value::String(text))
    }
}

fn compile(schema: &Value, document: &Document) -> Option<Validator> {
    let mut whole = schema.clone();
    if let Value::Object(fields) = &mut whole {
        fields.insert("components".to_owned(), json!({ "schemas": document.schemas_behind(schema) }));
    }
    let mut options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    for &(name, check) in formats() {
        options = options.with_format(name, move |text: &str| check(text).is_ok());
    }
    options.build(&whole).inspect_err(|error| tracing::error!(%error, "a schema does not compile")).ok()
}

/// The formats of text that the service knows beyond those of JSON Schema.
fn formats() -> impl Iterator<Item = &'static text_value::Format> {
    vocabulary::formats()
}

/// The reason behind a format, for the text of the problem.
fn reason_of_format(format: &str, text: &str) -> &'static Reason {
    let found = formats().find(|(name, _)| *name == format).and_then(|(_, check)| check(text).err());
    found.map_or(&reasons::WRONG_FORMAT, |invalid| invalid.0)
}

fn errors_of(validator: &Validator, value: &Value, place: Place) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for error in validator.iter_errors(value) {
        explain(&error, place, &mut errors);
    }
    only_the_most_telling(errors)
}

/// Several rules of a schema often find the same thing; of those at one place, the one that says what to do stays.
fn only_the_most_telling(errors: Vec<FieldError>) -> Vec<FieldError> {
    let mut kept: Vec<FieldError> = Vec::new();
    let mut at: HashMap<String, usize> = HashMap::new();
    for error in errors {
        let Some(&earlier) = at.get(&error.pointer) else {
            at.insert(error.pointer.clone(), kept.len());
            kept.push(error);
            continue;
        };
        if let Some(earlier) = kept.get_mut(earlier)
            && rank(error.reason) < rank(earlier.reason)
        {
            *earlier = error;
        }
    }
    kept
}

/// How little a reason tells beside another about the same value: of a value of another type nothing else can be said, a
/// format has words of its own, and a pattern only says that something is wrong.
fn rank(reason: &Reason) -> u8 {
    match reason {
        _ if reason == &reasons::WRONG_TYPE => 0,
        _ if reason == &reasons::WRONG_FORMAT || reason == &reasons::NOT_ALLOWED_HERE => 4,
        // The bound of the schema says how long it may be.
        _ if reason == &text_value::TEXT_TOO_LONG => 3,
        _ if [reasons::UNKNOWN_VALUE, reasons::TOO_SHORT, reasons::TOO_LONG].contains(reason) => 2,
        _ => 1,
    }
}

fn explain(error: &ValidationError<'_>, place: Place, errors: &mut Vec<FieldError>) {
    use ValidationErrorKind as K;
    let pointer = error.instance_path().as_str().to_owned();
    let unknown = if place == Place::Body { &reasons::UNKNOWN_FIELD } else { &reasons::UNKNOWN_PARAMETER };
    let mut say = |pointer: String, reason: &'static Reason, limit: Option<String>| {
        errors.push(FieldError { place, pointer, reason, limit });
    };
    match error.kind() {
        K::AdditionalProperties { unexpected } | K::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                say(format!("{pointer}/{}", escaped(name)), unknown, None);
            }
        }
        K::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            say(format!("{pointer}/{}", escaped(name)), &reasons::REQUIRED, None);
        }
        K::Type { kind } => say(pointer, &reasons::WRONG_TYPE, Some(types(kind))),
        K::Enum { options } => say(pointer, &reasons::UNKNOWN_VALUE, Some(listed(options))),
        K::Constant { expected_value } => say(pointer, &reasons::UNKNOWN_VALUE, Some(expected_value.to_string())),
        K::Format { format } => {
            let text = error.instance().as_str().unwrap_or_default();
            say(pointer, reason_of_format(format, text), Some(format.clone()));
        }
        K::Pattern { pattern } => say(pointer, &reasons::WRONG_FORMAT, Some(pattern.clone())),
        K::Minimum { limit } | K::ExclusiveMinimum { limit } => {
            say(pointer, &reasons::TOO_SMALL, Some(format!("≥ {limit}")));
        }
        K::Maximum { limit } | K::ExclusiveMaximum { limit } => {
            say(pointer, &reasons::TOO_LARGE, Some(format!("≤ {limit}")));
        }
        K::MinLength { limit } => say(pointer, &reasons::TOO_SHORT, Some(format!("≥ {limit}"))),
        K::MaxLength { limit } => say(pointer, &reasons::TOO_LONG, Some(format!("≤ {limit}"))),
        K::MinItems { limit } => say(pointer, &reasons::TOO_FEW, Some(format!("≥ {limit}"))),
        K::MaxItems { limit } => say(pointer, &reasons::TOO_MANY, Some(format!("≤ {limit}"))),
        K::AnyOf { context } | K::OneOfNotValid { context } => {
            // One branch of an optional field only says that null would do; the other says what is wrong.
            let telling = context.iter().find(|branch| {
                !branch.iter().all(
                    |one| matches!(one.kind(), K::Type { kind: TypeKind::Single(only) } if only.to_string() == "null"),
                )
            });
            match telling {
                Some(branch) => branch.iter().for_each(|one| explain(one, place, errors)),
                None => say(pointer, &reasons::NOT_ALLOWED_HERE, None),
            }
        }
        _ => say(pointer, &reasons::NOT_ALLOWED_HERE, None),
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(only) => only.to_string(),
        TypeKind::Multiple(several) => {
            several.iter().map(|one| one.to_string()).filter(|one| one != "null").collect::<Vec<_>>().join(" | ")
        }
    }
}

fn listed(options: &Value) -> String {
    let codes = options.as_array().map(|codes| codes.iter().filter_map(Value::as_str).collect::<Vec<_>>());
    codes.map_or_else(|| options.to_string(), |codes| codes.join(", "))
}

/// A segment of a JSON pointer (RFC 6901 §3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// What is wrong with a value by any schema of the document; for the tests of examples.
#[cfg(test)]
pub(crate) fn errors_against(schema: &Value, document: &Document, value: &Value) -> Vec<FieldError> {
    compile(schema, document).map(|validator| errors_of(&validator, value, Place::Body)).unwrap_or_default()
}
