//! An import is applied once, whatever breaks off in between.

use std::collections::BTreeMap;

use aumsos_domain::imports::{ImportStatus, ImportSummary};
use aumsos_persistence::{
    imports::{Applied, ImportSight},
    institutions::{CensusSpan, InstitutionFilters, InstitutionSight, Lookup},
    page::{Direction, Page},
};
use aumsos_server::mail::Carrier;
use uuid::Uuid;

use super::{
    CSV, DIRECTORY, TRUE_STATE, XLSX, apply, begin, claim, council, count, day, evaluate, finish, import_whole, state,
};
use crate::harness::TestDatabase;

on_both! {
    async fn the_directory_goes_in_and_its_twin_changes_nothing(database: TestDatabase) {
        let store = database.store().await;
        let dry_run = evaluate(&store, &council(), CSV).await;
        assert_eq!(dry_run.import.summary, DIRECTORY);
        assert_eq!(count(&store).await, 0, "a dry run writes nothing");
        begin(&store, &council(), &dry_run, &BTreeMap::new()).await.unwrap();
        finish(&store, dry_run.import.id).await;
        assert_eq!(state(&database).await, TRUE_STATE);
        let kept = store.import(dry_run.import.id, &ImportSight::of(&council())).await.unwrap().unwrap();
        assert_eq!((kept.status, kept.summary), (ImportStatus::Applied, DIRECTORY));
        // The same rows in the other form, and the same file again: all of it is known.
        let known = ImportSummary { created: 0, unchanged: 550, ..DIRECTORY };
        for file in [XLSX, CSV] {
            assert_eq!(import_whole(&store, &council(), file).await, known);
            assert_eq!(state(&database).await, TRUE_STATE);
        }
        // Applying what was applied does nothing either.
        apply(&store, &council(), dry_run.import.id, &BTreeMap::new()).await.unwrap();
        finish(&store, dry_run.import.id).await;
        assert_eq!(state(&database).await, TRUE_STATE);
        store.seal_all(Uuid::now_v7()).await.unwrap();
    }

    async fn what_goes_in_is_active_and_verified_by_whoever_imports(database: TestDatabase) {
        let store = database.store().await;
        import_whole(&store, &council(), XLSX).await;
        let sight = InstitutionSight::of(&council());
        let first = Page { limit: 1, after: None };
        let filters = InstitutionFilters { q: Some("Putra Harapan Lampung Timur".to_owned()), ..Default::default() };
        let found = store.institutions(&filters, &[], &first, &sight).await.unwrap();
        let Lookup::Found(seen) = store.institution(found[0].institution.id, &sight).await.unwrap() else { panic!() };
        let record = &seen.institution;
        assert_eq!(record.code.as_ref().unwrap().as_str()[..7], *"AUM-18-");
        assert_eq!((record.version, record.verified_by), (1, Some(council().id)));
        assert_eq!(record.profile.phones[0].as_str(), "+6281342933464");
        assert_eq!(record.profile.founded.as_ref().unwrap().as_str(), "2003-11-12");
        assert_eq!(record.profile.address.region.as_str()[..5], *"18.07");
        assert_eq!(record.contacts[0].name.as_str(), "Dra. Hj. Sri Wahyuni, M.Si");
        assert_eq!(record.contacts[0].phone.as_ref().unwrap().as_str(), "+6281342933777");
        let census = store.census_reports(record.id, CensusSpan::default(), Direction::Descending, &first, &sight).await.unwrap();
        assert_eq!(census[0].census.counted_on, day("2026-06-30"));
        assert_eq!((census[0].census.carers, census[0].census.social_workers_uncertified), (19, 2));
    }

    async fn what_breaks_off_goes_on_where_it_was(database: TestDatabase) {
        let store = database.store().await;
        let dry_run = evaluate(&store, &council(), CSV).await;
        let import = dry_run.import.id;
        begin(&store, &council(), &dry_run, &BTreeMap::new()).await.unwrap();
        // One process writes two batches and is gone.
        let late = claim(&store, import).await.unwrap();
        for _ in 0..2 {
            assert_eq!(store.apply_import_batch(&late).await.unwrap(), Applied::Rows(200));
        }
        assert!(claim(&store, import).await.is_none(), "its lease has not ended");
        assert_eq!(store.import_progress(import).await.unwrap(), (400, 150));
        database.tamper("UPDATE job SET lease_until = 1").await;
        // Others are cut off in the middle of a unit of work.
        for patience in [1, 4, 9, 20] {
            let job = claim(&store, import).await.unwrap();
            let batch = tokio::spawn({
                let store = store.clone();
                async move { store.apply_import_batch(&job).await }
            });
            tokio::time::sleep(std::time::Duration::from_millis(patience)).await;
            batch.abort();
            let _ = batch.await;
            database.tamper("UPDATE job SET lease_until = 1 WHERE status = 'running'").await;
        }
        if let Some(job) = claim(&store, import).await {
            // The first one is back, and late: it can write no more.
            assert_eq!(store.apply_import_batch(&late).await.unwrap(), Applied::NotOurs);
            while let Applied::Rows(_) = store.apply_import_batch(&job).await.unwrap() {}
        }
        assert_eq!(state(&database).await, TRUE_STATE);
        assert_eq!(store.import_progress(import).await.unwrap(), (550, 0));
    }

    async fn the_register_may_move_on_between_dry_run_and_apply(database: TestDatabase) {
        let store = database.store().await;
        let first = evaluate(&store, &council(), CSV).await;
        let second = evaluate(&store, &council(), XLSX).await;
        assert_eq!(second.import.summary, DIRECTORY);
        begin(&store, &council(), &first, &BTreeMap::new()).await.unwrap();
        finish(&store, first.import.id).await;
        begin(&store, &council(), &second, &BTreeMap::new()).await.unwrap();
        finish(&store, second.import.id).await;
        assert_eq!(state(&database).await, TRUE_STATE);
        let kept = store.import(second.import.id, &ImportSight::of(&council())).await.unwrap().unwrap();
        assert_eq!(kept.summary, ImportSummary { created: 0, unchanged: 550, ..DIRECTORY });
    }

    async fn the_worker_applies_what_is_queued(database: TestDatabase) {
        let store = database.store().await;
        let worker = tokio::spawn({
            let store = store.clone();
            async move { store.run_jobs(Uuid::now_v7(), std::time::Duration::from_millis(100), &Carrier::Nobody).await }
        });
        let dry_run = evaluate(&store, &council(), CSV).await;
        begin(&store, &council(), &dry_run, &BTreeMap::new()).await.unwrap();
        let sight = ImportSight::of(&council());
        let patience = std::time::Instant::now();
        while store.import(dry_run.import.id, &sight).await.unwrap().unwrap().status != ImportStatus::Applied {
            assert!(patience.elapsed().as_secs() < 60);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        worker.abort();
        assert_eq!(state(&database).await, TRUE_STATE);
    }
}
