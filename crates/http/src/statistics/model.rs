//! What goes in and out.

use std::collections::BTreeMap;

use aumsos_domain::{
    CodeList,
    institutions::{
        InstitutionStatus,
        statistics::{GroupKey, Measure},
    },
};
use aumsos_persistence::institutions::{Group, InstitutionFilters};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        ObjectBuilder, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use crate::{
    institutions::query::InstitutionQuery,
    problem::{FieldError, Problem, reasons},
};

/// A question to the figures: the filters of the list of institutions, and what is asked of those that they leave.
#[derive(Debug, Clone)]
pub struct StatisticsQuery {
    /// Groups, as they were written.
    group_by: Option<String>,
    /// What is counted, as it was written.
    measure: Option<String>,
    /// Which institutions.
    filters: InstitutionQuery,
}

/// A question that is understood.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Groups, in the order of the answer.
    pub(super) group_by: Vec<GroupKey>,
    /// What is counted.
    pub(super) measures: Vec<Measure>,
    /// Which institutions.
    pub(super) filters: InstitutionFilters,
}

impl StatisticsQuery {
    /// The question, or all that is wrong with it.
    pub(super) fn understood(&self) -> Result<Asked, Problem> {
        let mut errors = Vec::new();
        let group_by = listed("group_by", self.group_by.as_deref(), &mut errors).unwrap_or_default();
        let measures = listed("measure", self.measure.as_deref(), &mut errors).unwrap_or_else(|| vec![Measure::Count]);
        let broken = self.filters.broken_rules();
        errors.extend(broken.into_iter().map(|(name, reason)| FieldError::in_query(name, reason)));
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        Ok(Asked { group_by, measures, filters: at_work(&self.filters) })
    }
}

/// The filters; without a status, only institutions at work are counted.
pub(super) fn at_work(query: &InstitutionQuery) -> InstitutionFilters {
    let mut filters = query.filters();
    if filters.status.is_empty() {
        filters.status.push(InstitutionStatus::Active);
    }
    filters
}

/// The codes of a list with commas between them; one that stands twice is meant once. Nothing where there is no list.
fn listed<L: CodeList>(name: &str, text: Option<&str>, errors: &mut Vec<FieldError>) -> Option<Vec<L>> {
    let mut all = Vec::new();
    for code in text?.split(',') {
        match L::from_code(code) {
            Some(value) if all.contains(&value) => {}
            Some(value) => all.push(value),
            None => {
                let limit = Some(codes::<L>());
                errors.push(FieldError { limit, ..FieldError::in_query(name, &reasons::UNKNOWN_VALUE) });
                break;
            }
        }
    }
    Some(all)
}

fn codes<L: CodeList>() -> String {
    L::ALL.iter().map(|value| value.code()).collect::<Vec<_>>().join(", ")
}

impl<'de> Deserialize<'de> for StatisticsQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let mut asked = Value::deserialize(deserializer)?;
        let mut take = |name: &str| asked.as_object_mut()?.remove(name)?.as_str().map(str::to_owned);
        let (group_by, measure) = (take("group_by"), take("measure"));
        Ok(Self { group_by, measure, filters: serde_json::from_value(asked).map_err(D::Error::custom)? })
    }
}

impl IntoParams for StatisticsQuery {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        // What stands between the commas is checked where it is read: a pattern would tell nobody which code is wrong.
        let parameter = |name: &str, text: &str, codes: &str, example: &str| {
            let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(200)).examples([example]);
            ParameterBuilder::new()
                .name(name)
                .parameter_in(place().unwrap_or(ParameterIn::Query))
                .required(Required::False)
                .description(Some(format!("{text} The codes: {codes}.")))
                .schema(Some(schema))
                .build()
        };
        let mut all = vec![
            parameter(
                "group_by",
                "Groups, with commas between them; none for one figure on all.",
                &codes::<GroupKey>(),
                "province,grade",
            ),
            parameter(
                "measure",
                "What is counted, with commas between them; `count` when left out. `residents` only for whoever may read \
                 the census.",
                &codes::<Measure>(),
                "count,capacity",
            ),
        ];
        all.extend(InstitutionQuery::into_params(&place));
        all
    }
}

/// One group with its figures.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"group": {"province": "35", "grade": "A"}, "count": 12, "capacity": 640}))]
pub struct GroupOut {
    /// The value of each group that was asked for; null where the institutions have none.
    pub group: BTreeMap<&'static str, Option<String>>,
    /// Institutions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Places in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<i64>,
    /// People inside homes, by the last census of each whose census the caller may read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residents_inside: Option<i64>,
    /// People cared for in families, by the last census of each institution whose census the caller may read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residents_outside: Option<i64>,
}

impl GroupOut {
    pub(super) fn of(group: Group, asked: &Asked) -> Self {
        let shows = |measure| asked.measures.contains(&measure);
        Self {
            group: asked.group_by.iter().map(|key| key.code()).zip(group.keys).collect(),
            count: shows(Measure::Count).then_some(group.count),
            capacity: shows(Measure::Capacity).then_some(group.capacity),
            residents_inside: shows(Measure::Residents).then_some(group.residents_in),
            residents_outside: shows(Measure::Residents).then_some(group.residents_out),
        }
    }
}

/// The figures.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"groups": [{"group": {"province": "35", "grade": "A"}, "count": 12, "capacity": 640}]}))]
pub struct StatisticsOut {
    /// In the order of the groups.
    pub groups: Vec<GroupOut>,
}

/// Accredited institutions by grade.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct AccreditedOut {
    /// Grade A, good for five years.
    pub a: i64,
    /// Grade B, good for three.
    pub b: i64,
    /// Grade C, good for two.
    pub c: i64,
    /// All of them.
    pub total: i64,
}

/// Where institutions stand in accreditation.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(example = json!({
    "institutions": 550, "accredited": {"a": 46, "b": 95, "c": 18, "total": 159},
    "expired": {"a": 3, "b": 7, "c": 2, "total": 12}, "in_process": 37, "not_accredited": 354
}))]
pub struct AccreditationOut {
    /// All that are at work.
    pub institutions: i64,
    /// Those with a grade, also where the certificate has lapsed since.
    pub accredited: AccreditedOut,
    /// Those among the accredited whose certificate has lapsed: its last day, as far as it is known, is over.
    pub expired: AccreditedOut,
    /// Those whose accreditation is under way.
    pub in_process: i64,
    /// The others.
    pub not_accredited: i64,
}
