//! The safeguarding code, version by version, and who accepted which.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use aumsos_domain::{
    RecordKind,
    access::ActorId,
    safeguarding_codes::{Acceptance, CodeProfile, CodeText, SafeguardingCode},
};

use crate::{
    Store, StoreError, Work,
    clock::{from_micros, to_micros},
    ledger::{Change, State},
    page::{Direction, Key, KeyValue, Keyed, Keyset, Page},
};

mod code {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "safeguarding_code")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        #[sea_orm(column_type = "Text")]
        pub text_id: String,
        #[sea_orm(column_type = "Text")]
        pub text_en: String,
        pub published_at: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod acceptance {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "safeguarding_acceptance")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub actor_kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub actor_id: Uuid,
        pub id: Uuid,
        pub at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

const DAMAGED: StoreError = StoreError::Unreadable("a safeguarding code");

/// Where somebody stands with the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeStanding {
    /// They accepted the version in force.
    Accepted,
    /// They did not accept this version, which is in force.
    NotAccepted(Uuid),
    /// No version was ever published.
    NonePublished,
}

impl Store {
    /// Where somebody stands with the version in force.
    pub async fn code_standing(&self, actor: ActorId) -> Result<CodeStanding, StoreError> {
        let Some(in_force) = in_force(&self.read).await? else { return Ok(CodeStanding::NonePublished) };
        let accepted = acceptance::Entity::find().filter(by(actor)).filter(acceptance::Column::CodeId.eq(in_force.id));
        let is_accepted = accepted.count(&self.read).await? > 0;
        Ok(if is_accepted { CodeStanding::Accepted } else { CodeStanding::NotAccepted(in_force.id) })
    }

    /// The version in force: the newest that was published.
    pub async fn safeguarding_code_in_force(&self) -> Result<Option<SafeguardingCode>, StoreError> {
        in_force(&self.read).await?.as_ref().map(read).transpose()
    }

    /// A page of the versions, with drafts for those who make them.
    pub async fn safeguarding_codes(
        &self,
        with_drafts: bool,
        direction: Direction,
        page: &Page,
    ) -> Result<Vec<SafeguardingCode>, StoreError> {
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((code::Entity, code::Column::CreatedAt)), direction),
            Key::always(Expr::col((code::Entity, code::Column::Id)), direction),
        ]);
        let rows = keyset.apply(shown(with_drafts), page).all(&self.read).await?;
        rows.iter().map(read).collect()
    }

    /// How many there are.
    pub async fn count_safeguarding_codes(&self, with_drafts: bool) -> Result<u64, StoreError> {
        Ok(shown(with_drafts).count(&self.read).await?)
    }

    /// One version.
    pub async fn safeguarding_code(&self, id: Uuid, with_drafts: bool) -> Result<Option<SafeguardingCode>, StoreError> {
        shown(with_drafts).filter(code::Column::Id.eq(id)).one(&self.read).await?.as_ref().map(read).transpose()
    }

    /// A page of what somebody accepted.
    pub async fn acceptances_of(
        &self,
        actor: ActorId,
        direction: Direction,
        page: &Page,
    ) -> Result<Vec<Acceptance>, StoreError> {
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((acceptance::Entity, acceptance::Column::At)), direction),
            Key::always(Expr::col((acceptance::Entity, acceptance::Column::Id)), direction),
        ]);
        let rows = keyset.apply(acceptance::Entity::find().filter(by(actor)), page).all(&self.read).await?;
        let accepted = rows
            .into_iter()
            .map(|row| Ok(Acceptance { id: row.id, code_id: row.code_id, by: actor, at: from_micros(row.at)? }));
        accepted.collect()
    }

    /// How many there are.
    pub async fn count_acceptances_of(&self, actor: ActorId) -> Result<u64, StoreError> {
        Ok(acceptance::Entity::find().filter(by(actor)).count(&self.read).await?)
    }
}

impl Work {
    /// Whether an id is taken by any version.
    pub async fn is_safeguarding_code_id_taken(&mut self, id: Uuid) -> Result<bool, StoreError> {
        Ok(code::Entity::find_by_id(id).one(&self.transaction).await?.is_some())
    }

    /// One version, locked until the end of this unit of work.
    pub async fn safeguarding_code_for_update(&mut self, id: Uuid) -> Result<Option<SafeguardingCode>, StoreError> {
        code::Entity::find_by_id(id).lock_exclusive().one(&self.transaction).await?.as_ref().map(read).transpose()
    }

    /// Writes a version: drafted, changed or published; one that did not change leaves no trace.
    pub async fn save_safeguarding_code(
        &mut self,
        action: &'static str,
        before: Option<&SafeguardingCode>,
        after: &SafeguardingCode,
    ) -> Result<(), StoreError> {
        if before == Some(after) {
            return Ok(());
        }
        let row = code::ActiveModel {
            id: Set(after.id),
            version: Set(after.version),
            text_id: Set(after.profile.text_id.to_string()),
            text_en: Set(after.profile.text_en.to_string()),
            published_at: Set(after.published_at.map(to_micros)),
            created_at: Set(to_micros(after.created_at)),
            updated_at: Set(to_micros(after.updated_at)),
        };
        match before {
            None => code::Entity::insert(row).exec_without_returning(&self.transaction).await.map(drop)?,
            Some(_) => code::Entity::update(row).exec(&self.transaction).await.map(drop)?,
        }
        let state = |code: &SafeguardingCode| -> Result<State, StoreError> {
            let document = serde_json::to_string(code).map_err(|_| DAMAGED)?;
            Ok(State { unit: None, is_public: false, document })
        };
        self.append(Change {
            kind: RecordKind::SafeguardingCode,
            id: after.id,
            version: after.version,
            action,
            institution: None,
            before: before.map(state).transpose()?,
            after: Some(state(after)?),
        })
        .await
    }

    /// Whether a version is the one in force.
    pub async fn is_code_in_force(&mut self, id: Uuid) -> Result<bool, StoreError> {
        Ok(in_force(&self.transaction).await?.is_some_and(|code| code.id == id))
    }

    /// Writes down that somebody accepts a version; who accepted it already did so then.
    pub async fn accept_safeguarding_code(&mut self, code_id: Uuid, by: ActorId) -> Result<Acceptance, StoreError> {
        let actor_id = by.id().ok_or(DAMAGED)?;
        let new = acceptance::Model {
            code_id,
            actor_kind: by.kind().to_owned(),
            actor_id,
            id: Uuid::now_v7(),
            at: to_micros(self.at),
        };
        let inserted = acceptance::Entity::insert(acceptance::ActiveModel::from(new.clone()))
            .on_conflict(
                OnConflict::columns([
                    acceptance::Column::CodeId,
                    acceptance::Column::ActorKind,
                    acceptance::Column::ActorId,
                ])
                .do_nothing()
                .to_owned(),
            )
            .exec_without_returning(&self.transaction)
            .await?;
        let kept = if inserted == 1 {
            let document = serde_json::json!({
                "id": new.id, "code_id": code_id, "actor_kind": by.kind(), "actor_id": actor_id,
            });
            self.append(Change {
                kind: RecordKind::SafeguardingAcceptance,
                id: new.id,
                version: 1,
                action: "accepted",
                institution: None,
                before: None,
                after: Some(State { unit: None, is_public: false, document: document.to_string() }),
            })
            .await?;
            new
        } else {
            let key = (code_id, by.kind().to_owned(), actor_id);
            acceptance::Entity::find_by_id(key).one(&self.transaction).await?.ok_or(DAMAGED)?
        };
        Ok(Acceptance { id: kept.id, code_id, by, at: from_micros(kept.at)? })
    }
}

impl Keyed for SafeguardingCode {
    fn key(&self) -> Vec<KeyValue> {
        vec![KeyValue::Whole(to_micros(self.created_at)), KeyValue::Id(self.id)]
    }
}

impl Keyed for Acceptance {
    fn key(&self) -> Vec<KeyValue> {
        vec![KeyValue::Whole(to_micros(self.at)), KeyValue::Id(self.id)]
    }
}

fn by(actor: ActorId) -> Condition {
    Condition::all().add(acceptance::Column::ActorKind.eq(actor.kind())).add(acceptance::Column::ActorId.eq(actor.id()))
}

fn shown(with_drafts: bool) -> sea_orm::Select<code::Entity> {
    let all = code::Entity::find();
    if with_drafts { all } else { all.filter(code::Column::PublishedAt.is_not_null()) }
}

async fn in_force<C: ConnectionTrait>(connection: &C) -> Result<Option<code::Model>, StoreError> {
    let newest = code::Entity::find()
        .filter(code::Column::PublishedAt.is_not_null())
        .order_by_desc(code::Column::PublishedAt)
        .order_by_desc(code::Column::Id)
        .limit(1);
    Ok(newest.one(connection).await?)
}

fn read(row: &code::Model) -> Result<SafeguardingCode, StoreError> {
    let text = |text: &str| CodeText::parse(text).map_err(|_| DAMAGED);
    Ok(SafeguardingCode {
        id: row.id,
        version: row.version,
        profile: CodeProfile { text_id: text(&row.text_id)?, text_en: text(&row.text_en)? },
        published_at: row.published_at.map(from_micros).transpose()?,
        created_at: from_micros(row.created_at)?,
        updated_at: from_micros(row.updated_at)?,
    })
}
