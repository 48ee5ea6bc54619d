//! What stories are told with: databases of their own, the service over one of them, the binary, and people who ask.
//!
//! - [`TestDatabase`]: an SQLite file or a PostgreSQL database, migrated or empty, gone at the end of the test.
//! - [`Replicated`]: a PostgreSQL primary with a hot standby, and an address that can be moved from one to the other.
//! - [`TestBucket`]: a store of objects that speaks S3, in this process.
//! - [`TestServer`]: the service over such a database, in this process on a free port, or as a child of the binary.
//! - [`Actor`]: somebody with a token, or nobody; asks, and gets an [`Answer`] that can be looked at in words.
//! - `on_both!`: makes two tests of one story.

#![allow(dead_code, unused_imports, reason = "words that the stories of one area need may stand before the stories do")]

mod accounts;
mod actors;
mod answers;
mod binary;
mod bucket;
mod cluster;
mod databases;
mod postbox;
mod server;
mod standby;

pub(crate) use self::{
    accounts::Account,
    actors::{Actor, Ask},
    answers::Answer,
    binary::{Ran, run_in},
    bucket::TestBucket,
    databases::{OnDatabase, System, Template, TestDatabase},
    postbox::Postbox,
    server::{BinaryServer, TestServer},
    standby::Replicated,
};

/// Two tests of each story, one a database system. What the story takes is made for it: a [`TestServer`], a
/// [`TestDatabase`], or anything else that is made [on a database](OnDatabase).
macro_rules! on_both {
    ($( $(#[$meta:meta])* async fn $name:ident($given:ident: $type:ty) $story:block )+) => { $(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn story($given: $type) $story

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                story(<$type as $crate::harness::OnDatabase>::on($crate::harness::System::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                story(<$type as $crate::harness::OnDatabase>::on($crate::harness::System::Postgres).await).await;
            }
        }
    )+ };
}
