//! Figures on institutions, kept with every write, so that statistics are no walk through the register.
//!
//! A row is a summand: so many institutions of one cell, told by all that figures are grouped and filtered by. A trigger adds
//! one for each institution that is written, and takes away what it was before; no two writers meet in one row. The sealer
//! adds summands of one cell together: such a row has the name of its cell.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What tells a cell, as `institution` has it.
const CELL: &[&str] =
    &["province", "regency", "kind", "operator", "grade", "accreditation_status", "status", "is_public", "unit_id"];

/// The columns of a cell in the order that is asked for most.
const IN_ORDER: &[&str] =
    &["province", "grade", "kind", "operator", "regency", "accreditation_status", "status", "is_public", "unit_id"];

/// What is summed, as `institution` has it.
const SUMS: &[&str] = &["capacity", "residents_in", "residents_out"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut figures = with_figures("institution_figure");
        figures.col(big_integer("id").primary_key().auto_increment()).col(text_null("cell").unique_key());
        manager.create_table(figures).await?;
        keep_cells_in_order(manager).await?;
        count_into("institution_figure", manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        count_no_more(manager).await?;
        crate::drop_tables(manager, &["institution_figure"]).await
    }
}

/// A table with what tells a cell and what is summed.
pub(crate) fn with_figures(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(string("province"))
        .col(string("regency"))
        .col(string("kind"))
        .col(string("operator"))
        .col(string_null("grade"))
        .col(string("accreditation_status"))
        .col(string("status"))
        .col(boolean("is_public"))
        .col(uuid("unit_id"))
        .col(big_integer("institutions"))
        .col(big_integer("capacity"))
        .col(big_integer("residents_in"))
        .col(big_integer("residents_out"))
        .to_owned()
}

/// SQLite groups by sorting, unless an index has the order. PostgreSQL groups by hashing, and changes a row in its place only
/// where no index holds what changes.
pub(crate) async fn keep_cells_in_order(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Sqlite {
        return Ok(());
    }
    let columns = [IN_ORDER, &["institutions"], SUMS].concat();
    crate::create_indexes(manager, "institution_figure", &[("institution_figure_by_province", &columns)]).await
}

/// Counts what is there, and has triggers add what changes.
pub(crate) async fn count_into(table: &str, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let counted = std::iter::once(counted_so_far(table));
    for statement in counted.chain(added_by_triggers(table, manager.get_database_backend())) {
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// Takes the triggers away.
pub(crate) async fn count_no_more(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let forgotten: &[&str] = match manager.get_database_backend() {
        DbBackend::Postgres => &[
            "DROP TRIGGER institution_is_counted ON institution",
            "DROP TRIGGER institution_is_counted_anew ON institution",
            "DROP FUNCTION count_institution()",
        ],
        _ => &[
            "DROP TRIGGER institution_is_counted",
            "DROP TRIGGER institution_is_counted_anew",
            "DROP TRIGGER institution_is_counted_no_more",
        ],
    };
    for statement in forgotten {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// What is there already, a summand each cell.
fn counted_so_far(table: &str) -> String {
    let cell = CELL.join(", ");
    let sums: Vec<String> = SUMS.iter().map(|sum| format!("COALESCE(SUM({sum}), 0)")).collect();
    format!(
        "INSERT INTO {table} ({cell}, institutions, {}) \
         SELECT {cell}, COUNT(*), {} FROM institution WHERE deleted_at IS NULL GROUP BY {cell}",
        SUMS.join(", "),
        sums.join(", "),
    )
}

/// A summand for a row as it was (`OLD`, taken away) or is (`NEW`, added), unless it is a tombstone.
fn summand(table: &str, row: &str, sign: &str) -> String {
    let cell: Vec<String> = CELL.iter().map(|column| format!("{row}.{column}")).collect();
    let sums: Vec<String> = SUMS.iter().map(|sum| format!("{sign}COALESCE({row}.{sum}, 0)")).collect();
    format!(
        "INSERT INTO {table} ({}, institutions, {}) SELECT {}, {sign}1, {} WHERE {row}.deleted_at IS NULL",
        CELL.join(", "),
        SUMS.join(", "),
        cell.join(", "),
        sums.join(", "),
    )
}

fn added_by_triggers(table: &str, backend: DbBackend) -> Vec<String> {
    let (before, after) = (summand(table, "OLD", "-"), summand(table, "NEW", ""));
    let told = |row: &str| {
        let columns: Vec<String> =
            CELL.iter().chain(SUMS).chain(&["deleted_at"]).map(|column| format!("{row}.{column}")).collect();
        columns.join(", ")
    };
    let (old, new) = (told("OLD"), told("NEW"));
    if backend == DbBackend::Postgres {
        return vec![
            format!(
                "CREATE FUNCTION count_institution() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 IF TG_OP <> 'INSERT' THEN {before}; END IF; IF TG_OP <> 'DELETE' THEN {after}; END IF; \
                 RETURN NULL; END $$"
            ),
            "CREATE TRIGGER institution_is_counted AFTER INSERT OR DELETE ON institution \
             FOR EACH ROW EXECUTE FUNCTION count_institution()"
                .to_owned(),
            format!(
                "CREATE TRIGGER institution_is_counted_anew AFTER UPDATE ON institution FOR EACH ROW \
                 WHEN (ROW({old}) IS DISTINCT FROM ROW({new})) EXECUTE FUNCTION count_institution()"
            ),
        ];
    }
    vec![
        format!("CREATE TRIGGER institution_is_counted AFTER INSERT ON institution BEGIN {after}; END"),
        format!(
            "CREATE TRIGGER institution_is_counted_anew AFTER UPDATE ON institution WHEN ({old}) IS NOT ({new}) \
             BEGIN {before}; {after}; END"
        ),
        format!("CREATE TRIGGER institution_is_counted_no_more AFTER DELETE ON institution BEGIN {before}; END"),
    ]
}
