//! Whether the verdicts on the rows of an import still stand: then they are not judged a second time when it is applied.

use aumsos_domain::{
    RecordKind,
    access::Scope,
    imports::{Import, ImportStatus},
};

use super::entity::import;
use crate::{Store, StoreError};

/// After what, and by whose rights, rows were judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judged {
    /// The last sealed position before they were: whatever came while they were judged lies behind it.
    pub(super) after: i64,
    /// A keyed hash of where whoever asked may import, and of the program whose rules they were judged by.
    pub(super) within: String,
}

impl Judged {
    /// As it is kept; nothing where it is not.
    pub(super) fn read(row: &import::Model) -> Option<Self> {
        Some(Self { after: row.judged_after?, within: row.judged_within.clone()? })
    }
}

impl Store {
    /// To be asked before rows are judged.
    pub(super) async fn about_to_judge(&self, scope: &Scope) -> Result<Judged, StoreError> {
        Ok(Judged { after: self.last_position().await?, within: self.judged_within(scope) })
    }

    /// Whether the rows of an import would be judged the same now: none was applied, the rights are the same, and nothing but
    /// the import itself has changed since, in whatever record.
    pub(super) async fn would_judge_the_same(
        &self,
        import: &Import,
        judged: &Judged,
        scope: &Scope,
    ) -> Result<bool, StoreError> {
        Ok(import.status == ImportStatus::DryRun
            && judged.within == self.judged_within(scope)
            && !self.has_another_changed_since(judged.after, RecordKind::Import, import.id).await?)
    }

    fn judged_within(&self, scope: &Scope) -> String {
        let (version, units, institutions) = (env!("CARGO_PKG_VERSION"), scope.units(), scope.institutions());
        self.vault().blind(&format!("import_within {version} {units:?} {institutions:?}"))
    }
}
