//! What is written, what waits for a person, and what is not the importer's to write.

use std::collections::BTreeMap;

use aumsos_domain::{
    access::{Actor, ActorId, Permission, Role, RoleAssignment, RolePlace},
    imports::{Decision, ImportStatus, ImportSummary, RowOutcome, Twin},
    institutions::Operator,
    organization_units::{OrganizationUnit, UnitLevel, UnitProfile},
    regions::RegionCode,
    text_value::Name,
};
use aumsos_persistence::{
    Author, StoreError, Work,
    imports::{ImportError, ImportSight, JudgedRow},
    institutions::{InstitutionFilters, InstitutionSight, Lookup},
    page::{Direction, Page},
};
use uuid::Uuid;

use super::{
    CSV, DIRECTORY, TRUE_STATE, XLSX, apply, author, begin, council, count, evaluate, finish, import_whole, rows, state,
};
use crate::harness::TestDatabase;

on_both! {
    async fn a_person_decides_of_possible_duplicates_once(database: TestDatabase) {
        let store = database.store().await;
        let dry_run = evaluate(&store, &council(), CSV).await;
        let import = dry_run.import.id;
        begin(&store, &council(), &dry_run, &BTreeMap::new()).await.unwrap();
        finish(&store, import).await;
        let asked = rows(&store, import, &[RowOutcome::PossibleDuplicate]).await;
        let twin_of = |row: &JudgedRow| match row.twins() {
            [Twin::Row(number)] => *number,
            twins => panic!("{twins:?}"),
        };
        let written = rows(&store, import, &[RowOutcome::Created]).await;
        let first = written.iter().find(|row| row.number == twin_of(&asked[1])).unwrap().institution.unwrap();
        let decisions = BTreeMap::from([
            (asked[0].number, Decision::Create),
            (asked[1].number, Decision::SameAs(first)),
            (asked[2].number, Decision::Skip),
        ]);
        apply(&store, &council(), import, &decisions).await.unwrap();
        finish(&store, import).await;
        assert_eq!(count(&store).await, 551);
        let sight = InstitutionSight::of(&council());
        let Lookup::Found(seen) = store.institution(first, &sight).await.unwrap() else { panic!() };
        assert_eq!(seen.institution.version, 2, "it has the papers of the later row");
        // Decided is decided: also when the file comes again.
        let again = import_whole(&store, &council(), XLSX).await;
        assert_eq!(again, ImportSummary { created: 0, unchanged: 553, possible_duplicates: 22, ..DIRECTORY });
        assert_eq!(count(&store).await, 551);
        let refused = apply(&store, &council(), import, &decisions).await.unwrap_err();
        let ImportError::Refused(refusal) = refused else { panic!("{refused}") };
        assert_eq!(refusal.reason.code, "import_row_waits_for_none");
        let strange = BTreeMap::from([(asked[4].number, Decision::SameAs(Uuid::now_v7()))]);
        let ImportError::Refused(refusal) = apply(&store, &council(), import, &strange).await.unwrap_err() else { panic!() };
        assert_eq!(refusal.reason.code, "import_same_as_not_live");
    }

    async fn what_is_newer_is_written_over_what_was_and_nothing_else_is(database: TestDatabase) {
        let store = database.store().await;
        import_whole(&store, &council(), CSV).await;
        let text = String::from_utf8(CSV.to_vec()).unwrap();
        // Another file of one region and the same year later: one home has grown, one has a new head.
        let newer: String = text
            .lines()
            .filter(|line| ["No;", "1;", "5;", "9;"].iter().any(|begin| line.starts_with(begin)))
            .map(|line| line.replace("; 84 ;16;", ";90;16;").replace(";141;56;60;", ";141;57;60;") + "\n")
            .collect();
        let dry_run = evaluate(&store, &council(), newer.as_bytes()).await;
        let summary = ImportSummary { rows: 3, updated: 2, unchanged: 1, ..ImportSummary::default() };
        assert_eq!(dry_run.import.summary, summary);
        let updated: Vec<Uuid> = dry_run
            .rows
            .iter()
            .filter(|row| row.outcome == RowOutcome::Updated)
            .map(|row| row.institution.unwrap())
            .collect();
        begin(&store, &council(), &dry_run, &BTreeMap::new()).await.unwrap();
        finish(&store, dry_run.import.id).await;
        let [institutions, codes, capacity, inside, reports, changes, ..] = state(&database).await[..] else { panic!() };
        assert_eq!((institutions, codes, capacity, inside), (550, 550, 44_628 + 6, 21_956 + 1));
        // The figures of the same day are corrected, in place.
        assert_eq!((reports, changes), (550, 551));
        let sight = InstitutionSight::of(&council());
        let Lookup::Found(grown) = store.institution(updated[0], &sight).await.unwrap() else { panic!() };
        assert_eq!(grown.institution.profile.capacity.unwrap().total, 90);
        assert_eq!(grown.institution.contacts.len(), 1);
        assert_eq!(import_whole(&store, &council(), newer.as_bytes()).await, ImportSummary { rows: 3, unchanged: 3, ..Default::default() });
    }

    async fn whoever_imports_for_a_province_imports_nothing_elsewhere(database: TestDatabase) {
        let store = database.store().await;
        let (unit, profile) = (Uuid::now_v7(), UnitProfile {
            parent_id: OrganizationUnit::MUHAMMADIYAH,
            operator: Operator::Muhammadiyah,
            level: UnitLevel::Provincial,
            name: Name::parse("PWM Jawa Timur").unwrap(),
            region: Some(RegionCode::parse("35").unwrap()),
        });
        store
            .write(&Author::system(), async |work: &mut Work| {
                let parent = work.unit_for_update(OrganizationUnit::MUHAMMADIYAH).await?.unwrap();
                let new = OrganizationUnit::new(unit, profile.clone(), &parent, work.at()).unwrap();
                work.create_unit(&new).await?;
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
        let roles = vec![RoleAssignment { role: Role::DataSteward, place: RolePlace::Unit(unit) }];
        let officer = Actor::new(ActorId::Person(Uuid::from_u128(2)), roles);
        let dry_run = evaluate(&store, &officer, CSV).await;
        let here = |row: &&JudgedRow| {
            row.entry().is_some_and(|entry| entry.region.as_str().starts_with("35") && entry.operator == Operator::Muhammadiyah)
        };
        let written: Vec<_> = dry_run.rows.iter().filter(|row| row.outcome != RowOutcome::Refused).collect();
        assert!(!written.is_empty() && written.iter().all(here));
        let elsewhere = dry_run.rows.iter().filter(|row| {
            row.problems().iter().any(|problem| problem.reason.code == "import_row_outside_scope")
        });
        assert_eq!(elsewhere.count() + written.len() + 20, 595);
        begin(&store, &officer, &dry_run, &BTreeMap::new()).await.unwrap();
        finish(&store, dry_run.import.id).await;
        let in_unit = InstitutionFilters { unit: vec![unit], ..InstitutionFilters::default() };
        let sight = InstitutionSight::of(&council());
        assert_eq!(store.count_institutions(&in_unit, &sight).await.unwrap(), dry_run.import.summary.created);
        // Others than its maker and the councils of both trees do not know of it.
        let other = Actor { id: ActorId::Person(Uuid::from_u128(3)), ..officer.clone() };
        let id = dry_run.import.id;
        assert!(store.import(id, &ImportSight::of(&officer)).await.unwrap().is_some());
        assert!(store.import(id, &ImportSight::of(&council())).await.unwrap().is_some());
        assert!(store.import(id, &ImportSight::of(&other)).await.unwrap().is_none());
        let page = Page { limit: 10, after: None };
        assert!(store.imports(Direction::Descending, &page, &ImportSight::of(&other)).await.unwrap().is_empty());
        // The councils' record is not the province's to change, and what it would say is refused.
        let summary = evaluate(&store, &other, CSV).await.import.summary;
        assert_eq!(summary.unchanged, dry_run.import.summary.created);
    }

    async fn whoever_applies_by_narrower_rights_than_they_judged_by_is_held_to_these(database: TestDatabase) {
        let store = database.store().await;
        let dry_run = evaluate(&store, &council(), CSV).await;
        store.write(&author(&council()), async |work: &mut Work| work.keep_dry_run(&dry_run).await).await.unwrap();
        let (id, sight) = (dry_run.import.id, ImportSight::of(&council()));
        let planned = async |actor: &Actor| {
            let scope = actor.scope(Permission::ImportsRun);
            store.plan_import(id, &sight, &scope).await.unwrap().unwrap().summary()
        };
        assert_eq!(planned(&council()).await, DIRECTORY);
        let role = RoleAssignment { role: Role::CouncilOfficer, place: RolePlace::Unit(OrganizationUnit::AISYIYAH) };
        let narrower = planned(&Actor::new(council().id, vec![role])).await;
        assert!(narrower.created > 0 && narrower.refused > DIRECTORY.refused, "{narrower:?}");
    }

    async fn a_discarded_dry_run_leaves_nothing_of_anybody(database: TestDatabase) {
        let store = database.store().await;
        let dry_run = evaluate(&store, &council(), CSV).await;
        let (id, sight) = (dry_run.import.id, ImportSight::of(&council()));
        store.write(&author(&council()), async |work: &mut Work| work.keep_dry_run(&dry_run).await).await.unwrap();
        let kept = rows(&store, id, &[]).await;
        assert_eq!(kept, dry_run.rows, "rows are kept as they were read");
        let discarded = store
            .write(&author(&council()), async |work: &mut Work| {
                let import = work.import_for_update(id, &sight).await?.unwrap();
                work.discard_import(import).await
            })
            .await
            .unwrap();
        assert_eq!(discarded.status, ImportStatus::Discarded);
        assert!(rows(&store, id, &[]).await.is_empty());
        let refused = apply(&store, &council(), id, &BTreeMap::new()).await.unwrap_err();
        assert!(matches!(refused, ImportError::Refused(_)));
        assert_eq!(count(&store).await, 0);
    }

    async fn what_rows_say_is_forgotten_after_ninety_days(database: TestDatabase) {
        let store = database.store().await;
        let sight = ImportSight::of(&council());
        let applied = evaluate(&store, &council(), CSV).await;
        let id = applied.import.id;
        begin(&store, &council(), &applied, &BTreeMap::new()).await.unwrap();
        finish(&store, id).await;
        let dry_run = evaluate(&store, &council(), XLSX).await;
        store.write(&author(&council()), async |work: &mut Work| work.keep_dry_run(&dry_run).await).await.unwrap();
        let before = rows(&store, id, &[]).await;
        let asked = before.iter().find(|row| row.outcome == RowOutcome::PossibleDuplicate).unwrap().number;
        assert_eq!(store.forget_old_imports().await.unwrap(), 0, "not yet");
        let day = 24 * 3_600 * 1_000_000_i64;
        database.tamper(&format!("UPDATE import SET updated_at = updated_at - {}", 89 * day)).await;
        assert_eq!(store.forget_old_imports().await.unwrap(), 0, "not after 89 days");
        database.tamper(&format!("UPDATE import SET updated_at = updated_at - {day}")).await;
        assert_eq!(store.forget_old_imports().await.unwrap(), 2);
        let status = async |id| store.import(id, &sight).await.unwrap().unwrap().status;
        assert_eq!((status(id).await, status(dry_run.import.id).await), (ImportStatus::Closed, ImportStatus::Discarded));
        assert!(rows(&store, dry_run.import.id, &[]).await.is_empty());
        let after = rows(&store, id, &[]).await;
        assert!(after.iter().all(|row| row.entry().is_none() && row.name().is_empty()));
        let outcomes = |rows: &[JudgedRow]| -> Vec<_> {
            let problems = |row: &JudgedRow| row.problems().to_vec();
            rows.iter().map(|row| (row.number, row.outcome, row.is_applied, row.institution, problems(row))).collect()
        };
        assert_eq!(outcomes(&after), outcomes(&before));
        // What went into the register stays; nothing more is decided of the import, and the same sheet is still known.
        assert_eq!(state(&database).await, TRUE_STATE);
        let decision = BTreeMap::from([(asked, Decision::Create)]);
        let ImportError::Refused(refusal) = apply(&store, &council(), id, &decision).await.unwrap_err() else { panic!() };
        assert_eq!(refusal.reason.code, "import_status_does_not_allow");
        assert_eq!(store.forget_old_imports().await.unwrap(), 0);
        let known = ImportSummary { created: 0, unchanged: 550, ..DIRECTORY };
        assert_eq!(evaluate(&store, &council(), CSV).await.import.summary, known);
    }
}
