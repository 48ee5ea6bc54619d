//! What the administration of accounts needs beside the accounts themselves: names that are sorted and searched by
//! without entering the vocabulary that everybody's search draws on, and how an account came to its end.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::ConnectionTrait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Columns that are added to the table of people.
fn added(manager: &SchemaManager<'_>) -> [ColumnDef; 4] {
    let mut name_key = crate::sorted_text(manager, "name_key");
    name_key.default("");
    [
        // The name as it is sorted by, written anew with each change.
        name_key,
        // The words of the name with a space between them.
        text("name_words").default("").take(),
        text_null("disabled_reason"),
        big_integer_null("erased_at"),
    ]
}

const INDEXES: &[(&str, &str, &[&str])] = &[
    ("person_by_name", "person", &["name_key", "id"]),
    ("person_by_creation", "person", &["created_at", "id"]),
    ("client_by_creation", "client", &["created_at", "id"]),
    ("role_assignment_by_creation", "role_assignment", &["created_at", "id"]),
    ("role_assignment_by_role", "role_assignment", &["role", "place_id"]),
    ("sharing_agreement_from_unit", "sharing_agreement", &["from_unit_id"]),
    ("sharing_agreement_by_creation", "sharing_agreement", &["created_at", "id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in added(manager) {
            manager.alter_table(Table::alter().table("person").add_column(column).to_owned()).await?;
        }
        // Near enough for accounts that were made before; each gets the exact form with its next change.
        let lower = || Expr::from(Func::lower(Expr::col("name")));
        let mut fill = Query::update();
        fill.table("person").value("name_key", lower()).value("name_words", lower());
        manager.get_connection().execute(&fill).await?;
        for (name, table, columns) in INDEXES {
            let mut index = Index::create();
            index.name(*name).table(*table);
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, _) in INDEXES.iter().rev() {
            manager.drop_index(Index::drop().name(*name).table(*table).to_owned()).await?;
        }
        for column in added(manager).iter().rev() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table("person").drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
