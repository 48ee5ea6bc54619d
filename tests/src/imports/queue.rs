//! The queue of work in the background.

use aumsos_persistence::{Author, StoreError, Work};
use aumsos_server::mail::Carrier;
use uuid::Uuid;

use crate::harness::TestDatabase;

on_both! {
    async fn jobs_are_taken_once_tried_again_and_put_aside(database: TestDatabase) {
        let store = database.store().await;
        // Imports that are not there: whoever takes the job fails.
        let subjects: Vec<Uuid> = (0..12).map(|_| Uuid::now_v7()).collect();
        store
            .write(&Author::system(), async |work: &mut Work| {
                for &subject in &subjects {
                    work.enqueue(aumsos_persistence::jobs::JobKind::ImportApply, subject).await?;
                }
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
        let claims = (0..20).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.claim_job(Uuid::now_v7()).await.unwrap() })
        });
        let mut taken = Vec::new();
        for claim in claims.collect::<Vec<_>>() {
            taken.extend(claim.await.unwrap().map(|job| job.subject));
        }
        // On PostgreSQL one that is passed over comes with the next look.
        while let Some(job) = store.claim_job(Uuid::now_v7()).await.unwrap() {
            taken.push(job.subject);
        }
        taken.sort();
        assert_eq!(taken, subjects, "each is taken once");
        let due = "UPDATE job SET due_at = 1, lease_until = 1";
        for attempt in 2..=8 {
            database.tamper(due).await;
            let job = store.claim_job(Uuid::now_v7()).await.unwrap().unwrap();
            assert!(job.attempt <= attempt);
            database.tamper("DELETE FROM job WHERE status = 'running' AND lease_until = 1").await;
            store.do_job(&job, &Carrier::Nobody).await;
        }
        let dead = store.dead_jobs().await.unwrap();
        assert_eq!(dead.len(), 1);
        assert!(dead[0].last_error.as_ref().unwrap().contains("an import"));
        database.tamper(due).await;
        assert!(store.claim_job(Uuid::now_v7()).await.unwrap().is_none(), "it waits for somebody");
        assert!(store.replay_job(dead[0].id).await.unwrap());
        let holder = Uuid::now_v7();
        assert_eq!(store.claim_job(holder).await.unwrap().unwrap().subject, dead[0].subject);
        assert_eq!(store.release_jobs(holder).await.unwrap(), 1);
        assert!(store.claim_job(Uuid::now_v7()).await.unwrap().is_some(), "it was given back");
    }
}
