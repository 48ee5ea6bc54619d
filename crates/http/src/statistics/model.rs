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

use crate::institutions::query::InstitutionQuery;

/// A question to the figures: the filters of the list of institutions, and what is asked of those that they leave.
#[derive(Debug, Clone)]
pub struct StatisticsQuery {
    /// Groups, in the order of the answer.
    pub group_by: Vec<GroupKey>,
    /// What is counted.
    pub measures: Vec<Measure>,
    /// Which institutions.
    pub filters: InstitutionQuery,
}

impl StatisticsQuery {
    /// The filters; without a status, only institutions at work are counted.
    pub(super) fn filters(&self) -> InstitutionFilters {
        let mut filters = self.filters.filters();
        if filters.status.is_empty() {
            filters.status.push(InstitutionStatus::Active);
        }
        filters
    }
}

/// Codes of a list with commas between them, each at most once.
fn listed<L: CodeList>(text: &str) -> Option<Vec<L>> {
    let mut all = Vec::new();
    for code in text.split(',') {
        let value = L::from_code(code).filter(|value| !all.contains(value))?;
        all.push(value);
    }
    Some(all)
}

fn pattern<L: CodeList>() -> String {
    let codes: Vec<&str> = L::ALL.iter().map(|value| value.code()).collect();
    let one = format!("({})", codes.join("|"));
    format!("^{one}(,{one}){{0,{}}}$", codes.len() - 1)
}

impl<'de> Deserialize<'de> for StatisticsQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let mut asked = Value::deserialize(deserializer)?;
        let mut take = |name: &str| asked.as_object_mut()?.remove(name)?.as_str().map(str::to_owned);
        let (group_by, measures) = (take("group_by"), take("measure"));
        let repeated = || D::Error::custom("a code stands twice");
        Ok(Self {
            group_by: group_by.map_or(Some(Vec::new()), |text| listed(&text)).ok_or_else(repeated)?,
            measures: measures.map_or(Some(vec![Measure::Count]), |text| listed(&text)).ok_or_else(repeated)?,
            filters: serde_json::from_value(asked).map_err(D::Error::custom)?,
        })
    }
}

impl IntoParams for StatisticsQuery {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = |name: &str, text: &str, pattern: String, example: &str| {
            let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).examples([example]);
            ParameterBuilder::new()
                .name(name)
                .parameter_in(place().unwrap_or(ParameterIn::Query))
                .required(Required::False)
                .description(Some(text))
                .schema(Some(schema))
                .build()
        };
        let mut all = vec![
            parameter(
                "group_by",
                "Groups, with commas between them; none for one figure on all.",
                pattern::<GroupKey>(),
                "province,grade",
            ),
            parameter(
                "measure",
                "What is counted, with commas between them. `residents` only for whoever may read the census.",
                pattern::<Measure>(),
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
    /// People inside homes, by the last census of each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residents_inside: Option<i64>,
    /// People cared for in families, by the last census of each institution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residents_outside: Option<i64>,
}

impl GroupOut {
    pub(super) fn of(group: Group, query: &StatisticsQuery) -> Self {
        let shows = |measure| query.measures.contains(&measure);
        Self {
            group: query.group_by.iter().map(|key| key.code()).zip(group.keys).collect(),
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
    "institutions": 550, "accredited": {"a": 46, "b": 95, "c": 18, "total": 159}, "in_process": 37, "not_accredited": 354
}))]
pub struct AccreditationOut {
    /// All that are at work.
    pub institutions: i64,
    /// Those with a grade.
    pub accredited: AccreditedOut,
    /// Those whose accreditation is under way.
    pub in_process: i64,
    /// The others.
    pub not_accredited: i64,
}
