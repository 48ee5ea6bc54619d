//! `--demo`: the council's published figures in invented institutions, on this machine, in a database of its own.

use std::{collections::BTreeSet, fs};

use aumsos_domain::{
    CodeList, RecordKind,
    access::{Actor, ActorId, Permission, Role, RoleAssignment, RolePlace},
    census::{Freshness, Rounds},
    institutions::{AccreditationStatus, Grade, InstitutionKind, InstitutionStatus, Operator},
    organization_units::{OrganizationUnit, UnitLevel},
    regions::RegionCode,
};
use aumsos_persistence::{
    Store,
    institutions::{InstitutionFilters, InstitutionSight, Lookup, SeenInstitution},
    organization_units::UnitFilters,
    page::Page,
};
use aumsos_server::{config::ServeFlags, running::Running};

use crate::harness::{OnDatabase, System, Template, TestDatabase, run_in};

/// The demonstration, with its store.
struct Demonstration {
    database: TestDatabase,
    store: Store,
}

impl OnDatabase for Demonstration {
    async fn on(system: System) -> Self {
        static MADE: Template = Template::of(|database| Box::pin(make(database)));
        let database = MADE.copy(system);
        let store = database.store().await;
        Self { database, store }
    }
}

/// Serves it once.
async fn make(database: &TestDatabase) {
    let flags = ServeFlags { demo: true, migrate: true, ..ServeFlags::default() };
    Running::start(&database.config(&[], &flags), &flags).await.unwrap().stop().await.unwrap();
}

impl Demonstration {
    /// How many institutions everyone sees that these filters leave.
    async fn public(&self, filters: InstitutionFilters) -> u64 {
        self.store.count_institutions(&filters, &InstitutionSight::of(&Actor::anonymous())).await.unwrap()
    }

    /// Everything there is.
    async fn all(&self) -> Vec<SeenInstitution> {
        let council = InstitutionSight::of(&Actor::system(&OrganizationUnit::ROOTS));
        let filters = InstitutionFilters { status: InstitutionStatus::ALL.to_vec(), ..InstitutionFilters::default() };
        self.store.institutions(&filters, &[], &Page { limit: 1_000, after: None }, &council).await.unwrap()
    }
}

/// A database with nothing in it.
struct Unused(TestDatabase);

impl OnDatabase for Unused {
    async fn on(system: System) -> Self {
        Self(TestDatabase::empty(system))
    }
}

fn everything() -> InstitutionFilters {
    InstitutionFilters::default()
}

on_both! {
    async fn it_is_the_published_figures(demo: Demonstration) {
        assert_eq!(demo.public(everything()).await, 550);
        let lksa = || InstitutionFilters { kind: vec![InstitutionKind::Lksa], ..everything() };
        for (grade, published) in [(Grade::A, 46), (Grade::B, 95), (Grade::C, 18)] {
            assert_eq!(demo.public(InstitutionFilters { grade: vec![grade], ..lksa() }).await, published);
            assert_eq!(demo.public(InstitutionFilters { grade: vec![grade], ..everything() }).await, published);
        }
        let in_process = InstitutionFilters { accreditation: vec![AccreditationStatus::InProcess], ..lksa() };
        assert_eq!(demo.public(in_process).await, 37);
        for (operator, count) in [(Operator::Muhammadiyah, 336), (Operator::Aisyiyah, 214)] {
            assert_eq!(demo.public(InstitutionFilters { operator: vec![operator], ..everything() }).await, count);
        }
        for pilot in ["31", "34", "35"] {
            let werdha = InstitutionFilters {
                kind: vec![InstitutionKind::PantiWerdha],
                province: vec![RegionCode::parse(pilot).unwrap()],
                ..everything()
            };
            assert!(demo.public(werdha).await >= 3, "{pilot}");
        }
        let east_java = InstitutionFilters {
            province: vec![RegionCode::parse("35").unwrap()], grade: vec![Grade::A], ..lksa()
        };
        assert!(demo.public(east_java).await > 0);
    }

    async fn every_record_could_have_been_written_through_the_api(demo: Demonstration) {
        let all = demo.all().await;
        let today = (chrono::Utc::now() + chrono::Duration::hours(7)).date_naive();
        for seen in &all {
            let institution = &seen.institution;
            assert_eq!(institution.profile.broken_rules(today), [], "{}", institution.profile.name);
            assert!(institution.profile.position.is_none_or(|position| position.is_in_indonesia()));
            assert!(!institution.contacts.is_empty() && seen.with_contacts);
        }
        let stages: BTreeSet<_> = all.iter().map(|seen| seen.institution.status).collect();
        let expected = [InstitutionStatus::Draft, InstitutionStatus::Submitted, InstitutionStatus::Active, InstitutionStatus::Merged];
        assert_eq!(stages, expected.into());
        // Every kind of secrecy occurs.
        let audiences: BTreeSet<_> = all.iter().map(|seen| seen.institution.profile.location_audience).collect();
        assert_eq!(audiences.len(), 3);
    }

    async fn a_record_has_the_history_of_its_life(demo: Demonstration) {
        let all = demo.all().await;
        let active = all.iter().find(|seen| seen.institution.status == InstitutionStatus::Active).unwrap();
        let history = demo.store.history(RecordKind::Institution, active.institution.id, 0, 10).await.unwrap();
        let steps: Vec<_> = history.iter().map(|step| step.action.as_str()).collect();
        assert_eq!(steps, ["created", "submitted", "verified"]);
        let name = active.institution.contacts[0].name.to_string();
        assert!(history.iter().all(|step| !step.after.as_ref().unwrap().contains(&name)), "people are sealed");
        let merged = all.iter().find(|seen| seen.institution.status == InstitutionStatus::Merged).unwrap();
        let nobody = InstitutionSight::of(&Actor::anonymous());
        let found = demo.store.institution(merged.institution.id, &nobody).await.unwrap();
        assert!(matches!(found, Lookup::Merged(target) if Some(target) == merged.institution.merged_into));
        demo.database.run(&["audit", "verify"]).succeeded();
    }

    async fn freshness_has_every_value_that_the_day_allows(demo: Demonstration) {
        let found: BTreeSet<_> = demo.all().await.iter().map(|seen| seen.freshness).collect();
        let rounds = Rounds::on((chrono::Utc::now() + chrono::Duration::hours(7)).date_naive());
        // Between the end of grace and the next round nothing is merely due.
        let is_in_grace = rounds.overdue_before < rounds.current_from;
        let expected: BTreeSet<_> =
            Freshness::ALL.iter().copied().filter(|freshness| is_in_grace || *freshness != Freshness::Due).collect();
        assert_eq!(found, expected);
    }

    async fn the_tree_covers_every_province_and_every_regency_in_use(demo: Demonstration) {
        let count = async |level| {
            demo.store.count_units(&UnitFilters { level: vec![level], ..UnitFilters::default() }).await.unwrap()
        };
        assert_eq!(count(UnitLevel::Central).await, 2);
        assert_eq!(count(UnitLevel::Provincial).await, 2 * 38);
        // A few of the pilots: two branches and a sub-branch of each organisation in three regencies.
        assert_eq!((count(UnitLevel::Branch).await, count(UnitLevel::SubBranch).await), (12, 6));
        for seen in demo.all().await {
            let profile = &seen.institution.profile;
            let unit = demo.store.unit(profile.unit_id).await.unwrap().unwrap();
            assert_eq!((unit.level, unit.operator), (UnitLevel::Regency, profile.operator));
            assert!(profile.address.region.is_within(unit.region.unwrap()));
        }
    }

    async fn everyone_of_the_demonstration_can_come_in(demo: Demonstration) {
        for &role in Role::ALL {
            let id = format!("demo-{}", role.code().replace('_', "-"));
            let client = demo.store.authenticate_client(&id, "demo-secret").await.unwrap().unwrap();
            let roles = demo.store.roles_of(ActorId::Client(client.id)).await.unwrap();
            assert!(!roles.is_empty() && roles.iter().all(|held| held.role == role), "{id}");
            if role == Role::InstitutionOperator {
                let RolePlace::Institution(home) = roles[0].place else { panic!("{roles:?}") };
                let all = demo.all().await;
                let home = all.iter().find(|seen| seen.institution.id == home).unwrap();
                assert_eq!(home.institution.status, InstitutionStatus::Active);
                let regency = home.institution.profile.address.region.to_string();
                assert!(regency.starts_with("35.78") || regency.starts_with("35.15"), "{regency}");
            }
        }
        let people: Vec<_> = demo.store.people().await.unwrap().into_iter().map(|person| person.email).collect();
        let expected: BTreeSet<_> = Role::ALL.iter().map(|role| format!("{}@demo.invalid", role.code())).collect();
        assert_eq!(people.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    async fn there_are_invented_people_in_care_and_everyone_promised_to_respect_them(demo: Demonstration) {
        use aumsos_persistence::{
            beneficiaries::{BeneficiariesFound, BeneficiaryFilters, BeneficiarySort},
            page::Direction,
            safeguarding_codes::CodeStanding,
        };
        for &role in Role::ALL {
            let id = format!("demo-{}", role.code().replace('_', "-"));
            let client = demo.store.authenticate_client(&id, "demo-secret").await.unwrap().unwrap();
            assert_eq!(demo.store.code_standing(ActorId::Client(client.id)).await.unwrap(), CodeStanding::Accepted);
        }
        for person in demo.store.people().await.unwrap() {
            assert_eq!(demo.store.code_standing(ActorId::Person(person.id)).await.unwrap(), CodeStanding::Accepted);
        }
        let at = OrganizationUnit::ROOTS.map(|unit| RoleAssignment { role: Role::CaseSupervisor, place: RolePlace::Unit(unit) });
        let scope = Actor::new(ActorId::System, at.to_vec()).scope(Permission::BeneficiariesRead);
        let sort = [(BeneficiarySort::Number, Direction::Ascending)];
        let page = Page { limit: 200, after: None };
        let found = demo.store.beneficiaries(&BeneficiaryFilters::default(), &sort, &page, &scope).await.unwrap();
        let BeneficiariesFound::Found(people) = found else { panic!("{found:?}") };
        let today = (chrono::Utc::now() + chrono::Duration::hours(7)).date_naive();
        assert!(people.iter().all(|person| person.profile.broken_rules(today).is_empty() && person.profile.nik.is_some()));
        let homes: BTreeSet<_> = people.iter().map(|person| person.profile.institution_id).collect();
        assert!(homes.len() >= 5 && people.len() == homes.len() * 8, "{} in {}", people.len(), homes.len());
    }

    async fn it_is_the_same_every_time_and_made_once(demo: Demonstration) {
        let told = |all: Vec<SeenInstitution>| -> BTreeSet<_> {
            all.into_iter().map(|seen| (seen.institution.id, seen.institution.profile.name, seen.institution.code)).collect()
        };
        let first = told(demo.all().await);
        make(&demo.database).await;
        assert_eq!(told(demo.all().await), first, "a second start changes nothing");
        let database = TestDatabase::empty(demo.database.system());
        make(&database).await;
        let other = Demonstration { store: database.store().await, database };
        assert_eq!(told(other.all().await), first);
    }
}

on_both! {
    async fn of_several_that_start_at_once_one_makes_it_and_all_serve_it(unused: Unused) {
        let database = &unused.0;
        let store = database.store().await;
        tokio::join!(make(database), make(database), make(database));
        assert!(store.known_installation().await.unwrap().unwrap().is_demo);
        let nobody = InstitutionSight::of(&Actor::anonymous());
        assert_eq!(store.count_institutions(&everything(), &nobody).await.unwrap(), 550);
    }

    async fn a_real_database_never_becomes_a_demonstration(database: TestDatabase) {
        let store = database.store().await;
        let before = store.last_position().await.unwrap();
        let ran = database.run(&["serve", "--demo"]).failed_with(1);
        assert!(ran.stderr.contains("was not made by --demo"), "{}", ran.stderr);
        assert_eq!(store.last_position().await.unwrap(), before);
        assert_eq!(store.known_installation().await.unwrap(), None);
        assert_eq!(store.clients().await.unwrap().len(), 0);
    }

    async fn a_demonstration_is_not_served_as_if_it_were_real(demo: Demonstration) {
        let ran = demo.database.run(&["serve"]).failed_with(1);
        assert!(ran.stderr.contains("everyone knows its secrets"), "{}", ran.stderr);
    }
}

#[test]
fn the_demonstration_serves_on_this_machine_alone() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "192.0.2.1:80", "[::]:0"] {
        let ran = run_in(folder.path(), &[], &["serve", "--demo", "--listen", address]).failed_with(2);
        assert!(ran.stderr.contains("this machine only"), "{}", ran.stderr);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}
