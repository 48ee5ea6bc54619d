//! The tables of access.

/// `client`: machines' credentials.
pub(super) mod client {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "client")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        #[sea_orm(unique)]
        pub client_id: String,
        pub name: String,
        pub secret_mac: String,
        pub is_read_only: bool,
        pub is_active: bool,
        pub allowed_networks: String,
        pub expires_at: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
        pub unit_id: Option<Uuid>,
        pub kind: String,
        #[sea_orm(column_type = "Text")]
        pub redirect_uris: String,
        #[sea_orm(column_type = "Text", nullable)]
        pub scopes: Option<String>,
        #[sea_orm(column_type = "Text", nullable)]
        pub jwks: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// `person`: people who sign in.
pub(super) mod person {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "person")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        #[sea_orm(unique)]
        pub email: String,
        pub name: String,
        pub is_active: bool,
        pub created_at: i64,
        pub updated_at: i64,
        pub unit_id: Option<Uuid>,
        pub language: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// `role_assignment`: a role at a place, for a time.
pub(super) mod role_assignment {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "role_assignment")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub holder_kind: String,
        pub holder_id: Uuid,
        pub role: String,
        pub place_kind: String,
        pub place_id: Uuid,
        pub valid_from: i64,
        pub valid_until: Option<i64>,
        pub created_at: i64,
        pub version: i64,
        pub granted_by_kind: String,
        pub granted_by_id: Option<Uuid>,
        pub revoked_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// `signing_key`: keys that access tokens are signed with, sealed under the master key.
pub(super) mod signing_key {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_key")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub sealed: Vec<u8>,
        pub master_key_id: String,
        pub created_at: i64,
        pub retired_at: Option<i64>,
        pub algorithm: String,
        pub signs_from: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
