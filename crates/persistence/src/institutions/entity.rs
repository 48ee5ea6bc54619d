//! The tables of the register. `document` holds the whole record without its contacts; the other columns are what is
//! filtered, sorted and counted by, derived from it at each write.

pub(crate) mod institution {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "institution")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub status: String,
        pub is_public: bool,
        pub code: Option<String>,
        pub name: String,
        pub name_key: String,
        pub kind: String,
        pub operator: String,
        pub unit_id: Uuid,
        pub province: String,
        pub regency: String,
        pub district: Option<String>,
        pub village: Option<String>,
        pub latitude: Option<f64>,
        pub longitude: Option<f64>,
        pub sphere_x: Option<f64>,
        pub sphere_y: Option<f64>,
        pub sphere_z: Option<f64>,
        pub location_audience: String,
        pub contact_audience: String,
        pub accreditation_status: String,
        pub grade: Option<String>,
        pub capacity: i64,
        pub residents_in: Option<i64>,
        pub residents_out: Option<i64>,
        pub census_on: Option<String>,
        pub founded: Option<String>,
        #[sea_orm(column_type = "Text")]
        pub document: String,
        #[sea_orm(column_type = "Text")]
        pub sealed_contacts: String,
        pub merged_into: Option<Uuid>,
        pub verified_at: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
        pub deleted_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod figure {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "institution_figure")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub cell: String,
        pub province: String,
        pub regency: String,
        pub kind: String,
        pub operator: String,
        pub grade: Option<String>,
        pub accreditation_status: String,
        pub status: String,
        pub is_public: bool,
        pub unit_id: Uuid,
        pub institutions: i64,
        pub capacity: i64,
        pub residents_in: i64,
        pub residents_out: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod summand {
    use sea_orm::entity::prelude::*;

    /// As [`figure`](super::figure) has them, waiting to be added to those of its cell.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "institution_summand")]
    pub(crate) struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub province: String,
        pub regency: String,
        pub kind: String,
        pub operator: String,
        pub grade: Option<String>,
        pub accreditation_status: String,
        pub status: String,
        pub is_public: bool,
        pub unit_id: Uuid,
        pub institutions: i64,
        pub capacity: i64,
        pub residents_in: i64,
        pub residents_out: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod proposal {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "institution_proposal")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub institution_id: Uuid,
        pub base_version: i64,
        pub status: String,
        #[sea_orm(column_type = "Text")]
        pub document: String,
        #[sea_orm(column_type = "Text")]
        pub sealed_contacts: String,
        pub proposed_by: String,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
