//! In whose hands clients are: whoever registered one, and whoever last gave it what it shows for itself, could do with it
//! what they may not do alone. Where two are asked for they count as one.
//!
//! What a client does with another is done by those who held the first at that moment: they are written down with it, so
//! that nobody hides behind a row of clients. A client that the command line made has nobody behind it.

use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use aumsos_domain::{
    access::{Actor, ActorId, Hands},
    clients::Client,
};

use super::{
    actor_of,
    entity::client_hand::{ActiveModel, Column, Entity},
};
use crate::{Store, StoreError, Work, clients::Secret};

const DAMAGED: StoreError = StoreError::Unreadable("the hands of a client");

/// What somebody gave a client by which it is in their hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// They made it, and keep it for good.
    Registered,
    /// They were told its secret.
    Secret,
    /// They named the keys with which it signs.
    Keys,
}

impl Part {
    const fn code(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Secret => "secret",
            Self::Keys => "keys",
        }
    }
}

impl Store {
    /// In whose hands somebody is, and what else is in them.
    pub async fn hands_of(&self, id: ActorId) -> Result<Hands, StoreError> {
        hands_of(&self.read, id).await
    }
}

impl Work {
    /// Somebody with the hands of this very moment. A caller is remembered for almost a second: long enough for a program to
    /// register a client, hand something in with it, and decide on that as the person who registered it.
    pub async fn with_hands_of_now(&mut self, actor: &Actor) -> Result<Actor, StoreError> {
        Ok(Actor { hands: hands_of(&self.transaction, actor.id).await?, ..actor.clone() })
    }

    /// Writes down in whose hands a client is now that its author has made or changed it.
    pub(crate) async fn note_hands(
        &mut self,
        before: Option<&Client>,
        after: &Client,
        secret: Secret<'_>,
    ) -> Result<(), StoreError> {
        let Some(before) = before else { return self.put_into_hands(after.id, Part::Registered).await };
        let keys = after.profile.jwks.as_ref();
        let given = [
            (Part::Secret, matches!(secret, Secret::Fresh(_)), after.has_secret),
            (Part::Keys, keys != before.profile.jwks.as_ref(), keys.is_some()),
        ];
        for (part, is_new, is_there) in given {
            if is_new || !is_there {
                self.take_out_of_hands(after.id, part).await?;
            }
            if is_new && is_there {
                self.put_into_hands(after.id, part).await?;
            }
        }
        Ok(())
    }

    async fn put_into_hands(&mut self, client: Uuid, part: Part) -> Result<(), StoreError> {
        let by = self.author.actor;
        let mut hands = match by {
            ActorId::Client(id) => holders_of(&self.transaction, id).await?,
            ActorId::Person(_) | ActorId::System | ActorId::Anonymous => Vec::new(),
        };
        hands.push(by);
        for hand in hands.into_iter().filter(|hand| *hand != ActorId::Client(client)) {
            let Some(id) = hand.id() else { continue };
            let row = ActiveModel {
                client_id: ActiveValue::Set(client),
                part: ActiveValue::Set(part.code().to_owned()),
                hand_kind: ActiveValue::Set(hand.kind().to_owned()),
                hand_id: ActiveValue::Set(id),
            };
            Entity::insert(row).exec_without_returning(&self.transaction).await?;
        }
        Ok(())
    }

    async fn take_out_of_hands(&mut self, client: Uuid, part: Part) -> Result<(), StoreError> {
        Entity::delete_many()
            .filter(Column::ClientId.eq(client))
            .filter(Column::Part.eq(part.code()))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }
}

async fn hands_of<C: ConnectionTrait>(connection: &C, id: ActorId) -> Result<Hands, StoreError> {
    let holders = match id {
        ActorId::Client(client) => holders_of(connection, client).await?,
        ActorId::Person(_) => Vec::new(),
        ActorId::Anonymous | ActorId::System => return Ok(Hands::new()),
    };
    let any = holders.iter().copied().chain([id]).fold(Condition::any(), |any, hand| any.add(is(hand)));
    let held: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::ClientId)
        .distinct()
        .filter(any)
        .order_by_asc(Column::ClientId)
        .into_tuple()
        .all(connection)
        .await?;
    let clients = held.into_iter().map(ActorId::Client).filter(|client| *client != id).collect();
    Ok(Hands { holders, clients })
}

/// Those in whose hands a client is.
async fn holders_of<C: ConnectionTrait>(connection: &C, client: Uuid) -> Result<Vec<ActorId>, StoreError> {
    let rows: Vec<(String, Uuid)> = Entity::find()
        .select_only()
        .columns([Column::HandKind, Column::HandId])
        .distinct()
        .filter(Column::ClientId.eq(client))
        .order_by_asc(Column::HandKind)
        .order_by_asc(Column::HandId)
        .into_tuple()
        .all(connection)
        .await?;
    rows.into_iter().map(|(kind, id)| actor_of(&kind, Some(id)).ok_or(DAMAGED)).collect()
}

fn is(hand: ActorId) -> Condition {
    Condition::all().add(Column::HandKind.eq(hand.kind())).add(Column::HandId.eq(hand.id()))
}
