//! Photographs and documents of institutions: what is known of each file, and which objects are still needed.

use std::collections::HashSet;

use chrono::Duration;
use futures_util::TryStreamExt;
use sea_orm::{ActiveValue, ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    access::Audience,
    institutions::{Attachment, AttachmentProfile, AttachmentPurpose, FileFacts, Institution, MediaType},
    text_value::Line,
};

use super::{InstitutionSight, entity::institution, kept::is_public};
use crate::{
    Store, StoreError, Work,
    clock::{self, from_micros, to_micros},
    ledger::{Change, State},
    objects::{ObjectError, Objects},
    page::{Direction, Key, Keyset, Page},
    sight::of_institutions_that,
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attachment")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub institution_id: Uuid,
        pub purpose: String,
        pub audience: String,
        pub title: String,
        pub media_type: String,
        pub size_bytes: i64,
        pub sha256: String,
        pub object_name: String,
        pub created_at: i64,
        pub updated_at: i64,
        pub deleted_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity};

const DAMAGED: StoreError = StoreError::Unreadable("an attachment");

/// An attachment with the name of the object that holds its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAttachment {
    /// What is known of it.
    pub attachment: Attachment,
    /// The object; nobody outside the service learns its name.
    pub object_name: String,
}

/// What attachments are filtered by.
#[derive(Debug, Clone, Default)]
pub struct AttachmentFilters {
    /// Any of these purposes.
    pub purpose: Vec<AttachmentPurpose>,
}

/// What is found under an id.
#[derive(Debug)]
pub enum AttachmentLookup {
    /// The attachment.
    Found(KeptAttachment),
    /// It was deleted, and the actor could see it.
    Gone,
    /// There is none, or none that the actor may know of.
    Unknown,
}

impl Store {
    /// The attachments of an institution that the actor may see, the latest first.
    pub async fn attachments(
        &self,
        institution: Uuid,
        filters: &AttachmentFilters,
        direction: Direction,
        page: &Page,
        sight: &InstitutionSight,
    ) -> Result<Vec<KeptAttachment>, StoreError> {
        let mut query = Entity::find()
            .filter(Column::InstitutionId.eq(institution))
            .filter(Column::DeletedAt.is_null())
            .filter(visible(sight));
        if !filters.purpose.is_empty() {
            query = query.filter(Column::Purpose.is_in(filters.purpose.iter().map(|purpose| purpose.code())));
        }
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((Entity, Column::CreatedAt)), direction),
            Key::always(Expr::col((Entity, Column::Id)), Direction::Ascending),
        ]);
        let rows = keyset.apply(query, page).all(&self.read).await?;
        rows.into_iter().map(read).collect()
    }

    /// One attachment.
    pub async fn attachment(
        &self,
        institution: Uuid,
        id: Uuid,
        sight: &InstitutionSight,
    ) -> Result<AttachmentLookup, StoreError> {
        let found = Entity::find_by_id(id)
            .filter(Column::InstitutionId.eq(institution))
            .filter(visible(sight))
            .one(&self.read)
            .await?;
        Ok(match found {
            None => AttachmentLookup::Unknown,
            Some(row) if row.deleted_at.is_some() => AttachmentLookup::Gone,
            Some(row) => AttachmentLookup::Found(read(row)?),
        })
    }

    /// Removes objects that were written more than a day ago and that no attachment names: their unit of work failed,
    /// or their attachment was deleted. Gives how many it removed.
    pub async fn sweep_objects(&self, objects: &Objects) -> Result<u64, ObjectError> {
        let a_day_ago = clock::now() - Duration::days(1);
        let mut removed = objects.forget_halves(a_day_ago).await?;
        let mut names = objects.written_before(a_day_ago).try_chunks(500);
        loop {
            let names = match names.try_next().await {
                Ok(Some(names)) => names,
                Ok(None) => return Ok(removed),
                Err(broken) => return Err(broken.1),
            };
            // Asked of the writer: a replica could lag behind a row that names the object.
            let needed: HashSet<String> = Entity::find()
                .select_only()
                .column(Column::ObjectName)
                .filter(Column::DeletedAt.is_null())
                .filter(Column::ObjectName.is_in(names.iter().map(String::as_str)))
                .into_tuple::<String>()
                .all(&self.write)
                .await
                .map_err(StoreError::from)?
                .into_iter()
                .collect();
            for name in names.iter().filter(|name| !needed.contains(*name)) {
                objects.delete(name).await?;
                removed += 1;
            }
        }
    }
}

impl Work {
    /// Whether an id is taken by any attachment, whoever may see it.
    pub async fn is_attachment_id_taken(&mut self, id: Uuid) -> Result<bool, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.transaction).await?.is_some())
    }

    /// One attachment of an institution that was loaded for update, locked like it.
    pub async fn attachment_for_update(
        &mut self,
        institution: Uuid,
        id: Uuid,
    ) -> Result<Option<KeptAttachment>, StoreError> {
        let found = Entity::find_by_id(id)
            .filter(Column::InstitutionId.eq(institution))
            .filter(Column::DeletedAt.is_null())
            .lock_exclusive()
            .one(&self.transaction)
            .await?;
        found.map(read).transpose()
    }

    /// Writes a new attachment of an object that is there already.
    pub async fn create_attachment(
        &mut self,
        institution: &Institution,
        new: &KeptAttachment,
    ) -> Result<(), StoreError> {
        Entity::insert(row_of(new)?).exec_without_returning(&self.transaction).await?;
        self.append_attachment(institution, "attached", None, Some(&new.attachment)).await
    }

    /// Writes what is said of a file, or to whom it is open; what did not change leaves no trace.
    pub async fn save_attachment(
        &mut self,
        institution: &Institution,
        before: &KeptAttachment,
        after: &Attachment,
    ) -> Result<(), StoreError> {
        if before.attachment == *after {
            return Ok(());
        }
        let kept = KeptAttachment { attachment: after.clone(), object_name: before.object_name.clone() };
        Entity::update(row_of(&kept)?).exec(&self.transaction).await?;
        self.append_attachment(institution, "changed", Some(&before.attachment), Some(after)).await
    }

    /// Deletes an attachment: a tombstone stays. Its object is removed after the commit, by the caller or by
    /// [`Store::sweep_objects`].
    pub async fn delete_attachment(
        &mut self,
        institution: &Institution,
        before: &KeptAttachment,
    ) -> Result<(), StoreError> {
        Entity::update_many()
            .col_expr(Column::DeletedAt, Expr::value(to_micros(self.at)))
            .col_expr(Column::Version, Expr::value(before.attachment.version + 1))
            .filter(Column::Id.eq(before.attachment.id))
            .exec(&self.transaction)
            .await?;
        self.append_attachment(institution, "deleted", Some(&before.attachment), None).await
    }

    async fn append_attachment(
        &mut self,
        institution: &Institution,
        action: &'static str,
        before: Option<&Attachment>,
        after: Option<&Attachment>,
    ) -> Result<(), StoreError> {
        let record = after.or(before).ok_or(DAMAGED)?;
        let state = |attachment: &Attachment| -> Result<State, StoreError> {
            Ok(State {
                unit: Some(institution.profile.unit_id),
                is_public: is_public(institution) && attachment.profile.audience == Audience::Public,
                document: serde_json::to_string(attachment).map_err(|_| DAMAGED)?,
            })
        };
        self.append(Change {
            kind: RecordKind::Attachment,
            id: record.id,
            version: if after.is_some() { record.version } else { record.version + 1 },
            action,
            institution: Some(institution.id),
            before: before.map(state).transpose()?,
            after: after.map(state).transpose()?,
        })
        .await
    }
}

/// Attachments that the actor may see: of institutions that they may know of, and meant for their eyes there. The same
/// rule as [`View::sees`](aumsos_domain::institutions::View::sees).
fn visible(sight: &InstitutionSight) -> Condition {
    let of = |hold: Condition| of_institutions_that(Column::InstitutionId, hold);
    let known = Condition::all().add(institution::Column::DeletedAt.is_null()).add(sight.visible());
    let meant = Condition::any()
        .add(Column::Audience.eq(Audience::Public.code()))
        .add(Condition::all().add(Column::Audience.eq(Audience::Partner.code())).add(of(sight.partner())))
        .add(of(sight.insider()));
    Condition::all().add(of(known)).add(meant)
}

fn row_of(kept: &KeptAttachment) -> Result<entity::ActiveModel, StoreError> {
    let attachment = &kept.attachment;
    Ok(entity::ActiveModel {
        id: ActiveValue::Set(attachment.id),
        version: ActiveValue::Set(attachment.version),
        institution_id: ActiveValue::Set(attachment.institution_id),
        purpose: ActiveValue::Set(attachment.profile.purpose.to_string()),
        audience: ActiveValue::Set(attachment.profile.audience.to_string()),
        title: ActiveValue::Set(attachment.profile.title.to_string()),
        media_type: ActiveValue::Set(attachment.file.media_type.to_string()),
        size_bytes: ActiveValue::Set(i64::try_from(attachment.file.size_bytes).map_err(|_| DAMAGED)?),
        sha256: ActiveValue::Set(attachment.file.sha256.clone()),
        object_name: ActiveValue::Set(kept.object_name.clone()),
        created_at: ActiveValue::Set(to_micros(attachment.created_at)),
        updated_at: ActiveValue::Set(to_micros(attachment.updated_at)),
        deleted_at: ActiveValue::NotSet,
    })
}

fn read(row: entity::Model) -> Result<KeptAttachment, StoreError> {
    Ok(KeptAttachment {
        attachment: Attachment {
            id: row.id,
            version: row.version,
            institution_id: row.institution_id,
            profile: AttachmentProfile {
                purpose: AttachmentPurpose::from_code(&row.purpose).ok_or(DAMAGED)?,
                audience: Audience::from_code(&row.audience).ok_or(DAMAGED)?,
                title: Line::parse(&row.title).map_err(|_| DAMAGED)?,
            },
            file: FileFacts {
                media_type: MediaType::from_code(&row.media_type).ok_or(DAMAGED)?,
                size_bytes: u64::try_from(row.size_bytes).map_err(|_| DAMAGED)?,
                sha256: row.sha256,
            },
            created_at: from_micros(row.created_at)?,
            updated_at: from_micros(row.updated_at)?,
        },
        object_name: row.object_name,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::convert::Infallible;

    use bytes::Bytes;
    use futures_util::{TryStreamExt, stream};
    use serde_json::json;

    use aumsos_domain::{
        access::{Actor, Role},
        institutions::InstitutionStatus,
        organization_units::OrganizationUnit,
    };

    use super::*;
    use crate::{
        Author,
        objects::ObjectSettings,
        test_store::{TestStore, at_institution, at_unit},
    };

    const ROOT: Uuid = OrganizationUnit::MUHAMMADIYAH;
    const PAGE: Page = Page { limit: 50, after: None };

    async fn attach(store: &TestStore, home: &Institution, audience: Audience, object: &str) -> KeptAttachment {
        let profile = AttachmentProfile {
            purpose: AttachmentPurpose::Deed,
            audience,
            title: Line::parse(&format!("Akta untuk {audience}")).unwrap(),
        };
        let file = FileFacts { media_type: MediaType::Pdf, size_bytes: 9, sha256: "0".repeat(64) };
        let attachment = Attachment::new(Uuid::now_v7(), home, profile, file, true, clock::now()).unwrap();
        let kept = KeptAttachment { attachment, object_name: object.to_owned() };
        store
            .write(&Author::system(), async |work: &mut Work| work.create_attachment(home, &kept).await)
            .await
            .unwrap();
        kept
    }

    #[tokio::test]
    async fn each_sees_the_files_that_are_meant_for_them() {
        use Audience::{Council, Partner, Public};
        let store = TestStore::open().await;
        let home = store.institution(ROOT, InstitutionStatus::Active, json!({})).await;
        let draft = store.institution(ROOT, InstitutionStatus::Draft, json!({})).await;
        for audience in Audience::ALL {
            attach(&store, &home, *audience, audience.code()).await;
            attach(&store, &draft, *audience, audience.code()).await;
        }
        let seen = async |institution: &Institution, actor: Actor| -> Vec<Audience> {
            let sight = InstitutionSight::of(&actor);
            let filters = AttachmentFilters::default();
            let found =
                store.attachments(institution.id, &filters, Direction::Descending, &PAGE, &sight).await.unwrap();
            for kept in &found {
                let one = store.attachment(institution.id, kept.attachment.id, &sight).await.unwrap();
                assert!(matches!(one, AttachmentLookup::Found(one) if one == *kept));
            }
            let mut audiences: Vec<Audience> = found.iter().map(|kept| kept.attachment.profile.audience).collect();
            audiences.sort();
            audiences
        };
        assert_eq!(seen(&home, Actor::anonymous()).await, [Public]);
        assert_eq!(seen(&home, at_unit(Role::Assessor, ROOT)).await, [Public, Partner]);
        assert_eq!(seen(&home, at_unit(Role::CouncilOfficer, ROOT)).await, [Public, Partner, Council]);
        assert_eq!(seen(&home, at_unit(Role::CouncilOfficer, OrganizationUnit::AISYIYAH)).await, [Public]);
        assert_eq!(seen(&home, at_institution(Role::InstitutionOperator, home.id)).await, [Public, Partner, Council]);
        assert_eq!(seen(&draft, Actor::anonymous()).await, []);
        assert_eq!(seen(&draft, at_unit(Role::Assessor, ROOT)).await, []);
        assert_eq!(seen(&draft, at_unit(Role::CouncilOfficer, ROOT)).await, [Public, Partner, Council]);
    }

    #[tokio::test]
    async fn a_deleted_file_is_gone_for_those_who_saw_it_and_unknown_to_others() {
        let store = TestStore::open().await;
        let home = store.institution(ROOT, InstitutionStatus::Active, json!({})).await;
        let kept = attach(&store, &home, Audience::Council, "x").await;
        let id = kept.attachment.id;
        let changed = Attachment {
            version: 2,
            profile: AttachmentProfile { audience: Audience::Partner, ..kept.attachment.profile.clone() },
            ..kept.attachment.clone()
        };
        store
            .write(&Author::system(), async |work: &mut Work| {
                let before = work.attachment_for_update(home.id, id).await?.unwrap();
                work.save_attachment(&home, &before, &changed).await?;
                let before = work.attachment_for_update(home.id, id).await?.unwrap();
                assert_eq!(before, KeptAttachment { attachment: changed.clone(), object_name: "x".to_owned() });
                work.delete_attachment(&home, &before).await?;
                assert_eq!(work.attachment_for_update(home.id, id).await?, None);
                assert!(work.is_attachment_id_taken(id).await?);
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
        let partner = InstitutionSight::of(&at_unit(Role::Assessor, ROOT));
        assert!(matches!(store.attachment(home.id, id, &partner).await.unwrap(), AttachmentLookup::Gone));
        assert!(
            store
                .attachments(home.id, &AttachmentFilters::default(), Direction::Descending, &PAGE, &partner)
                .await
                .unwrap()
                .is_empty()
        );
        let public = InstitutionSight::of(&Actor::anonymous());
        assert!(matches!(store.attachment(home.id, id, &public).await.unwrap(), AttachmentLookup::Unknown));
        assert_eq!(store.actions(RecordKind::Attachment, id).await, ["attached", "changed", "deleted"]);
    }

    #[tokio::test]
    async fn objects_that_no_attachment_names_are_swept_when_they_are_old() {
        let store = TestStore::open().await;
        let folder = store.folder.path().join("objects");
        let objects = Objects::open(&ObjectSettings::Folder(folder.clone())).unwrap();
        let put = async || {
            let content = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"%PDF-1.7\n"))]);
            objects.put(100, content).await.unwrap().name
        };
        let (named, deleted, orphan, fresh) = (put().await, put().await, put().await, put().await);
        let home = store.institution(ROOT, InstitutionStatus::Active, json!({})).await;
        attach(&store, &home, Audience::Public, &named).await;
        let gone = attach(&store, &home, Audience::Public, &deleted).await;
        store
            .write(&Author::system(), async |work: &mut Work| work.delete_attachment(&home, &gone).await)
            .await
            .unwrap();
        let half = format!("{orphan}#1");
        std::fs::write(folder.join(&half), b"%PDF-").unwrap();
        assert_eq!(store.sweep_objects(&objects).await.unwrap(), 0);

        let two_days_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(48);
        for name in [&named, &deleted, &orphan, &half] {
            let file = std::fs::File::options().write(true).open(folder.join(name)).unwrap();
            file.set_modified(two_days_ago).unwrap();
        }
        assert_eq!(store.sweep_objects(&objects).await.unwrap(), 3);
        for (name, is_there) in [(&named, true), (&deleted, false), (&orphan, false), (&fresh, true)] {
            assert_eq!(objects.get(name, None).await.is_ok(), is_there);
        }
        assert!(!folder.join(&half).exists());
        let (size, content) = objects.get(&named, None).await.unwrap();
        let content: Vec<Bytes> = content.try_collect().await.unwrap();
        assert_eq!((size, content.concat()), (9, b"%PDF-1.7\n".to_vec()));
    }
}
