//! The tables of people in care.

macro_rules! table {
    ($(#[$doc:meta])* $module:ident = $name:literal { $( $(#[$meta:meta])* $field:ident : $type:ty, )+ }) => {
        $(#[$doc])*
        pub(crate) mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $name)]
            pub(crate) struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: Uuid,
                $( $(#[$meta])* pub $field: $type, )+
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub(crate) enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

table! {
    /// `beneficiary`: what counts in the open, who it is sealed.
    beneficiary = "beneficiary" {
        version: i64,
        number: String,
        institution_id: Uuid,
        status: String,
        sex: String,
        age_band: String,
        nik_blind: Option<String>,
        card_blind: Option<String>,
        retention_until: Option<String>,
        #[sea_orm(column_type = "Text")]
        sealed: String,
        sealed_version: i64,
        erased_at: Option<i64>,
        erasure_reason: Option<String>,
        created_at: i64,
        updated_at: i64,
    }
}

table! {
    /// `health_note`: never changed.
    health_note = "health_note" {
        beneficiary_id: Uuid,
        #[sea_orm(column_type = "Text")]
        sealed: String,
        actor_kind: String,
        actor_id: Option<Uuid>,
        created_at: i64,
    }
}

table! {
    /// `consent`: what it is for and how long it holds in the open.
    consent = "consent" {
        version: i64,
        beneficiary_id: Uuid,
        purpose: String,
        given_on: String,
        expires_on: Option<String>,
        withdrawn_at: Option<i64>,
        #[sea_orm(column_type = "Text")]
        sealed: String,
        created_at: i64,
        updated_at: i64,
    }
}

table! {
    /// `emergency_access`: who opened which record when; the words about it are sealed.
    emergency_access = "emergency_access" {
        version: i64,
        beneficiary_id: Uuid,
        institution_id: Uuid,
        actor_kind: String,
        actor_id: Option<Uuid>,
        opened_at: i64,
        expires_at: i64,
        ended_at: Option<i64>,
        #[sea_orm(column_type = "Text")]
        sealed_reason: String,
        #[sea_orm(column_type = "Text", nullable)]
        sealed_review: Option<String>,
        review_outcome: Option<String>,
    }
}
