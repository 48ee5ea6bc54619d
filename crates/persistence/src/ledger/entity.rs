//! The tables of the ledger.

/// `change`: one row a changed record; never updated, never deleted.
pub(crate) mod change {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "change")]
    pub(crate) struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub record_kind: String,
        pub record_id: Uuid,
        pub version: i64,
        pub action: String,
        pub actor_kind: String,
        pub actor_id: Option<Uuid>,
        pub at: i64,
        pub request_id: Option<String>,
        pub institution_id: Option<Uuid>,
        pub unit_before: Option<Uuid>,
        pub unit_after: Option<Uuid>,
        pub public_before: bool,
        pub public_after: bool,
        #[sea_orm(column_type = "Text", nullable)]
        pub before: Option<String>,
        #[sea_orm(column_type = "Text", nullable)]
        pub after: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// `change_unsealed`: committed rows that wait for their position.
pub(crate) mod change_unsealed {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "change_unsealed")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub change_id: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// `change_seal`: position and hash of a row; never updated, never deleted.
pub(crate) mod change_seal {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "change_seal")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i64,
        pub change_id: i64,
        pub hash: String,
        pub sealed_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {
        #[sea_orm(belongs_to = "super::change::Entity", from = "Column::ChangeId", to = "super::change::Column::Id")]
        Change,
    }

    impl Related<super::change::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Change.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}
