//! The tables of imports. What rows say is personal data and stands sealed.

pub(crate) mod import {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub status: String,
        pub maker_kind: String,
        pub maker_id: Option<Uuid>,
        #[sea_orm(column_type = "Text")]
        pub document: String,
        pub created_at: i64,
        pub updated_at: i64,
        /// After what, and by whose rights, its rows were judged; nothing in those of before (`judged`).
        pub judged_after: Option<i64>,
        pub judged_within: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import_row")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub import_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub row_number: i64,
        pub outcome: String,
        pub decision: Option<String>,
        pub is_applied: bool,
        pub institution_id: Option<Uuid>,
        pub fingerprint: Option<String>,
        pub sealed_document: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
