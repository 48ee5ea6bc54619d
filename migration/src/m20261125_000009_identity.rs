//! How people and programs come in: what is known of accounts beyond their names, sessions, grants to apps and their
//! tokens, single-use links, mail on its way. Secrets lie in tables of their own that no list of the interface reads;
//! of tokens only keyed hashes are kept.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// A table, and a column that is added to it.
type Added = (&'static str, fn() -> ColumnDef);

/// Columns that are added to tables of an earlier step.
const ADDED: &[Added] = &[
    // The unit that keeps the account; none means the central unit.
    ("person", || uuid_null("unit_id")),
    ("person", || string("language").default("id").take()),
    ("client", || uuid_null("unit_id")),
    ("client", || string("kind").default("service").take()),
    // A JSON list.
    ("client", || text("redirect_uris").default("[]").take()),
    // Codes of permissions with spaces between them; none means all that its roles or its people hold.
    ("client", || text_null("scopes")),
    // Public keys (RFC 7517) of a client that signs its assertions (RFC 7523).
    ("client", || text_null("jwks")),
    ("role_assignment", || big_integer("version").default(1).take()),
    ("role_assignment", || string("granted_by_kind").default("system").take()),
    ("role_assignment", || uuid_null("granted_by_id")),
    ("role_assignment", || big_integer_null("revoked_at")),
    ("signing_key", || string("algorithm").default("EdDSA").take()),
    // From when on it signs; before, others learn of it.
    ("signing_key", || big_integer("signs_from").default(0).take()),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in ADDED {
            // SQLite adds one column at a time.
            manager.alter_table(Table::alter().table(*table).add_column(column()).to_owned()).await?;
        }
        for table in TABLES {
            manager.create_table(table()).await?;
        }
        let indexes: &[(&str, &str, &[&str])] = &[
            ("person_of_unit", "person", &["unit_id", "id"]),
            ("role_assignment_at_place", "role_assignment", &["place_id", "id"]),
            ("one_time_link_of_person", "one_time_link", &["person_id"]),
            ("browser_session_of_person", "browser_session", &["person_id"]),
            ("app_grant_of_person", "app_grant", &["person_id"]),
            ("app_grant_of_client", "app_grant", &["client_id"]),
            ("app_grant_of_session", "app_grant", &["session_id"]),
            ("refresh_token_of_grant", "refresh_token", &["grant_id"]),
            ("outside_identity_of_person", "outside_identity", &["person_id"]),
            ("sharing_agreement_to_unit", "sharing_agreement", &["to_unit_id"]),
        ];
        for (name, table, columns) in indexes {
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
        for (name, table) in [("person_of_unit", "person"), ("role_assignment_at_place", "role_assignment")] {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        crate::drop_tables(
            manager,
            &[
                "sharing_agreement",
                "outgoing_mail",
                "outside_identity",
                "used_assertion",
                "ended_token",
                "refresh_token",
                "app_grant",
                "authorization_code",
                "browser_session",
                "one_time_link",
                "recovery_code",
                "person_secret",
            ],
        )
        .await?;
        for (table, column) in ADDED.iter().rev() {
            let name = column().get_column_name();
            manager.alter_table(Table::alter().table(*table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}

const TABLES: &[fn() -> TableCreateStatement] = &[
    || {
        Table::create()
            .table("person_secret")
            .col(uuid("person_id").primary_key())
            // Argon2id in the PHC string format; none before the first sign-in.
            .col(text_null("password_hash"))
            .col(boolean("password_stands_alone"))
            .col(big_integer_null("password_changed_at"))
            // The key of the second factor, sealed under the master key.
            .col(blob_null("totp_sealed"))
            .col(big_integer_null("totp_confirmed_at"))
            // The last time step whose code was used: no code is good twice (RFC 6238 §5.2).
            .col(big_integer("totp_last_step"))
            .to_owned()
    },
    || {
        Table::create()
            .table("recovery_code")
            .col(uuid("person_id"))
            .col(string("mac"))
            .col(big_integer_null("used_at"))
            .primary_key(Index::create().col("person_id").col("mac"))
            .to_owned()
    },
    || {
        Table::create()
            .table("one_time_link")
            .col(string("mac").primary_key())
            .col(string("purpose"))
            .col(uuid_null("person_id"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("used_at"))
            .to_owned()
    },
    || {
        Table::create()
            .table("browser_session")
            .col(uuid("id").primary_key())
            .col(string("mac").unique_key())
            .col(uuid("person_id"))
            .col(big_integer("created_at"))
            .col(big_integer("last_seen_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("second_factor_at"))
            // What the browser calls itself, cut short.
            .col(string("device"))
            .col(big_integer_null("ended_at"))
            .to_owned()
    },
    || {
        Table::create()
            .table("authorization_code")
            .col(string("mac").primary_key())
            .col(uuid("client_id"))
            .col(uuid("person_id"))
            .col(uuid("session_id"))
            .col(text("redirect_uri"))
            .col(text("scope"))
            .col(string("code_challenge"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("used_at"))
            .col(uuid_null("grant_id"))
            .to_owned()
    },
    || {
        // What a person lets an app do: the family of refresh tokens that come one from the other.
        Table::create()
            .table("app_grant")
            .col(uuid("id").primary_key())
            .col(uuid("client_id"))
            .col(uuid("person_id"))
            .col(uuid("session_id"))
            .col(text("scope"))
            .col(string("device"))
            .col(big_integer("created_at"))
            .col(big_integer("last_used_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("ended_at"))
            .col(string_null("end_reason"))
            .to_owned()
    },
    || {
        Table::create()
            .table("refresh_token")
            .col(string("mac").primary_key())
            .col(uuid("grant_id"))
            .col(big_integer("created_at"))
            .col(big_integer_null("used_at"))
            .to_owned()
    },
    || {
        // Access tokens that were revoked before their time; forgotten after it.
        Table::create().table("ended_token").col(uuid("jti").primary_key()).col(big_integer("expires_at")).to_owned()
    },
    || {
        // Assertions that clients have signed in with: no one is good twice.
        Table::create()
            .table("used_assertion")
            .col(uuid("client_id"))
            .col(string("mac"))
            .col(big_integer("expires_at"))
            .primary_key(Index::create().col("client_id").col("mac"))
            .to_owned()
    },
    || {
        // People as an outside OpenID provider knows them.
        Table::create()
            .table("outside_identity")
            .col(string("issuer"))
            .col(string("subject"))
            .col(uuid("person_id"))
            .col(big_integer("created_at"))
            .primary_key(Index::create().col("issuer").col("subject"))
            .to_owned()
    },
    || {
        // Mail on its way, sealed under the master key; gone when it is sent.
        Table::create()
            .table("outgoing_mail")
            .col(uuid("id").primary_key())
            .col(blob("sealed"))
            .col(big_integer("created_at"))
            .to_owned()
    },
    || {
        // A unit lets another see some of what is its own, for a programme, until a day.
        Table::create()
            .table("sharing_agreement")
            .col(uuid("id").primary_key())
            .col(big_integer("version"))
            .col(uuid("from_unit_id"))
            .col(uuid("to_unit_id"))
            // Codes of permissions with spaces between them.
            .col(text("permissions"))
            .col(text("programme"))
            .col(big_integer("valid_from"))
            .col(big_integer("valid_until"))
            .col(big_integer_null("ended_at"))
            .col(string("made_by_kind"))
            .col(uuid_null("made_by_id"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .to_owned()
    },
];
