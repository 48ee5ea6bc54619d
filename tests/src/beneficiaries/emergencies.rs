//! Break-glass: with a reason, for three hours, told to those in charge, reviewed, and never for what is closed.

use aumsos_domain::access::{Role, RoleAssignment, RolePlace};
use aumsos_persistence::{Author, Work};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Care, at, id_of};
use crate::harness::{Actor, Ask};

const REASON: &str = "Anak dibawa ke IGD dengan sesak napas; alergi obat perlu diketahui.";

fn open(actor: &Actor, person: Uuid) -> Ask {
    actor.post("/v1/emergency-accesses", json!({ "beneficiary_id": person, "reason": REASON }))
}

fn of(access: Uuid, path: &str) -> String {
    format!("/v1/emergency-accesses/{access}{path}")
}

fn back_by(seconds: u64) -> String {
    let micros = seconds * 1_000_000;
    format!("UPDATE emergency_access SET opened_at = opened_at - {micros}, expires_at = expires_at - {micros}")
}

on_both! {
    async fn a_record_is_opened_read_and_ends(care: Care) {
        let person = care.recorded(care.girl()).await;
        let note = json!({ "noted_on": "2026-06-01", "text": "Alergi penisilin." });
        care.operator.post(format!("{}/health-notes", at(person)), note).await.is_fine();
        let short = json!({ "beneficiary_id": person, "reason": "darurat" });
        let refused = care.stranger.post("/v1/emergency-accesses", short).await.is_problem(422, "invalid_values");
        assert_eq!(refused.errors(), [("/reason".to_owned(), "emergency_reason_too_short".to_owned())]);
        open(&care.stranger, Uuid::now_v7()).await.is_not_found();

        let opened = open(&care.stranger, person).await.expect_status(201);
        let access = id_of(&opened);
        let [from, to] = ["/opened_at", "/expires_at"].map(|at| chrono::DateTime::parse_from_rfc3339(opened.at(at).as_str().unwrap()).unwrap());
        assert_eq!(to - from, chrono::Duration::hours(3));
        let shown = care.stranger.get(of(access, "/record")).await.expect_status(200);
        assert_eq!((shown.at("/record/name"), shown.at("/health_notes/0/text")), (json!("Siti Aminah Rahmawati"), json!("Alergi penisilin.")));
        // It opens that one address, for its user, for reading.
        care.stranger.get(at(person)).await.is_not_found();
        care.stranger.patch(at(person), json!({ "name": "x" })).if_match("*").await.is_not_found();
        care.worker.get(of(access, "/record")).await.is_not_found();
        let again = open(&care.stranger, person).await.is_problem(409, "emergency_access_is_open");
        assert_eq!(again.at("/details/emergency_access_id"), json!(access));
        // The owner sees who looked, and why.
        let reads = care.operator.get(format!("{}/reads?limit=1", at(person))).await.expect_status(200);
        assert_eq!(reads.at("/items/0/purpose"), REASON);
        assert!(reads.at("/items/0/fields").as_array().unwrap().contains(&json!("health_notes")));

        care.worker.post(of(access, "/end"), json!({})).await.is_not_found();
        let ended = care.stranger.post(of(access, "/end"), json!({})).if_match(opened.etag()).await.expect_status(200);
        assert!(!ended.at("/ended_at").is_null());
        care.stranger.get(of(access, "/record")).await.is_problem(409, "emergency_access_is_over");
        care.stranger.post(of(access, "/end"), json!({})).await.is_problem(409, "emergency_access_is_over");
        open(&care.stranger, person).await.expect_status(201);
    }

    async fn it_ends_by_itself(care: Care) {
        let person = care.recorded(care.girl()).await;
        let access = id_of(&open(&care.stranger, person).await.expect_status(201));
        let database = care.register.server.database();
        database.tamper(&back_by(3 * 3600 - 60)).await;
        care.stranger.get(of(access, "/record")).await.expect_status(200);
        database.tamper(&back_by(60)).await;
        care.stranger.get(of(access, "/record")).await.is_problem(409, "emergency_access_is_over");
        care.stranger.post(of(access, "/end"), json!({})).await.is_problem(409, "emergency_access_is_over");
        // Another one can be opened then.
        open(&care.stranger, person).await.expect_status(201);
    }

    async fn a_closed_record_never_opens(care: Care) {
        let person = care.recorded(care.girl()).await;
        let access = id_of(&open(&care.stranger, person).await.expect_status(201));
        care.operator.post(format!("{}/close", at(person)), json!({})).await.is_fine();
        care.stranger.get(of(access, "/record")).await.is_problem(409, "beneficiary_closed");
        let other = care.register.server.pledged(care.register.server.operator_of(care.far_home).await).await;
        // Of what is closed only those hear who may read it.
        open(&other, person).await.is_not_found();
        open(&care.worker, person).await.is_problem(409, "beneficiary_closed");
        assert_eq!(care.count("SELECT COUNT(*) FROM emergency_access").await, 1);
    }

    async fn somebody_else_reviews_it(care: Care) {
        let person = care.recorded(care.girl()).await;
        let east = care.register.server.unit_of(aumsos_domain::institutions::Operator::Muhammadiyah, "35").await;
        let roles = [Role::CaseSupervisor].map(|role| RoleAssignment { role, place: RolePlace::Unit(east) });
        let other_supervisor = care.register.server.pledged(care.register.server.client_holding(roles.to_vec()).await).await;
        let access = id_of(&open(&care.supervisor, person).await.expect_status(201));
        let review = json!({ "outcome": "not_justified", "note": "Tidak ada catatan IGD." });
        care.supervisor.post(of(access, "/review"), review.clone()).await.is_problem(409, "own_emergency_access");
        care.operator.post(of(access, "/review"), review.clone()).await.is_problem(403, "permission_missing");
        let far = care.register.server.unit_of(aumsos_domain::institutions::Operator::Muhammadiyah, "73").await;
        let unpledged = care.register.server.client_with(Role::CaseSupervisor, RolePlace::Unit(care.register.unit)).await;
        for path in ["/v1/emergency-accesses".to_owned(), of(access, "")] {
            unpledged.get(path).await.is_problem(403, "safeguarding_code_not_accepted");
        }
        let far = care.register.server.pledged(care.register.server.client_with(Role::CaseSupervisor, RolePlace::Unit(far)).await).await;
        far.post(of(access, "/review"), review.clone()).await.is_not_found();
        let reviewed = other_supervisor.post(of(access, "/review"), review.clone()).await.expect_status(200);
        assert_eq!((reviewed.at("/review/outcome"), reviewed.at("/reason")), (json!("not_justified"), json!(REASON)));
        // A reason speaks of the person: who reads it is on the trail.
        let reads = care.operator.get(format!("{}/reads?limit=1", at(person))).await.expect_status(200);
        assert_eq!((reads.at("/items/0/fields"), reads.at("/items/0/purpose")), (json!(["emergency_reason"]), json!("case_supervisor")));
        care.steward.post(of(access, "/review"), review).await.is_problem(409, "emergency_access_is_reviewed");

        let listed = async |actor: &Actor, query: &str| -> usize {
            let page = actor.get(format!("/v1/emergency-accesses{query}")).await.expect_status(200);
            page.at("/items").as_array().unwrap().len()
        };
        assert_eq!(listed(&other_supervisor, "?is_reviewed=true").await, 1);
        assert_eq!(listed(&other_supervisor, "?is_reviewed=false").await, 0);
        assert_eq!(listed(&care.supervisor, &format!("?beneficiary_id={person}")).await, 1);
        for stranger in [&care.operator, &care.stranger, &far] {
            assert_eq!(listed(stranger, "").await, 0);
            stranger.get(of(access, "")).await.is_not_found();
        }
    }

    async fn those_in_charge_are_told_by_mail(care: Care) {
        let person = care.recorded(care.girl()).await;
        let (home, unit, neighbour) = (care.home, care.register.unit, care.neighbour);
        let people = [
            (Role::CaseSupervisor, RolePlace::Unit(unit), true),
            (Role::InstitutionOperator, RolePlace::Institution(home), true),
            (Role::CaseSupervisor, RolePlace::Unit(aumsos_domain::organization_units::OrganizationUnit::MUHAMMADIYAH), true),
            (Role::CaseWorker, RolePlace::Unit(unit), false),
            (Role::InstitutionOperator, RolePlace::Institution(neighbour), false),
            (Role::CaseSupervisor, RolePlace::Unit(aumsos_domain::organization_units::OrganizationUnit::AISYIYAH), false),
        ];
        let author = Author::system();
        let made = care.register.server.store().write(&author, async |work: &mut Work| {
            for (number, (role, place, _)) in people.iter().enumerate() {
                let roles = [RoleAssignment { role: *role, place: *place }];
                work.create_person(Uuid::now_v7(), &format!("orang{number}@contoh.or.id"), "Orang", &roles).await?;
            }
            Ok::<_, aumsos_persistence::StoreError>(())
        });
        made.await.unwrap();
        let waiting = "SELECT COUNT(*) FROM outgoing_mail";
        assert_eq!(care.count(waiting).await, 0);
        open(&care.stranger, person).await.expect_status(201);
        let told = people.iter().filter(|(.., is_told)| *is_told).count();
        assert_eq!(care.count(waiting).await, i64::try_from(told).unwrap());
    }

    async fn where_no_supervisor_is_those_above_are_told(care: Care) {
        let person = care.recorded(care.girl()).await;
        let roles = [RoleAssignment { role: Role::CouncilOfficer, place: RolePlace::Unit(aumsos_domain::organization_units::OrganizationUnit::MUHAMMADIYAH) }];
        let author = Author::system();
        let made = care.register.server.store().write(&author, async |work: &mut Work| {
            work.create_person(Uuid::now_v7(), "pusat@contoh.or.id", "Orang", &roles).await
        });
        made.await.unwrap();
        open(&care.stranger, person).await.expect_status(201);
        assert_eq!(care.count("SELECT COUNT(*) FROM outgoing_mail").await, 1);
    }

    async fn what_a_caller_says_is_never_taken_for_an_emergency(care: Care) {
        let (one, other) = (care.recorded(care.girl()).await, care.recorded(care.girl_with(json!({ "nik": null, "name": "Umar" }))).await);
        let access = id_of(&open(&care.stranger, one).await.expect_status(201));
        let forged = format!("emergency_access:{access}");
        care.operator.get(at(other)).header("x-purpose", &forged).await.expect_status(200);
        let reads = care.operator.get(format!("{}/reads?limit=1", at(other))).await.expect_status(200);
        assert_eq!((reads.at("/items/0/purpose"), reads.at("/items/0/emergency_access_id")), (json!(forged), json!(null)));
    }

    async fn more_than_ten_an_hour_are_no_emergencies(care: Care) {
        let person = care.recorded(care.girl()).await;
        let mut last = None;
        for _ in 0..10 {
            let access = id_of(&open(&care.stranger, person).await.expect_status(201));
            care.stranger.post(of(access, "/end"), json!({})).await.expect_status(200);
            last = Some(access);
        }
        let refused = open(&care.stranger, person).await.is_problem(429, "too_many_emergencies");
        assert_eq!(refused.header("retry-after"), "3600");
        // Somebody else's are their own, and an hour later it is another hour.
        open(&care.worker, person).await.expect_status(201);
        care.register.server.database().tamper(&back_by(3601)).await;
        assert_ne!(Some(id_of(&open(&care.stranger, person).await.expect_status(201))), last);
    }

    async fn a_dispatcher_opens_without_health_notes(care: Care) {
        let person = care.recorded(care.girl()).await;
        let far = care.register.server.unit_of(aumsos_domain::institutions::Operator::Muhammadiyah, "73").await;
        let dispatcher = care.register.server.client_with(Role::BakesosDispatcher, RolePlace::Unit(far)).await;
        let dispatcher = care.register.server.pledged(dispatcher).await;
        let access = id_of(&open(&dispatcher, person).await.expect_status(201));
        let shown = dispatcher.get(of(access, "/record")).await.expect_status(200);
        assert_eq!(shown.at("/record/guardian/phone"), "+6281234567890");
        assert_eq!(shown.json().get("health_notes"), None::<&Value>);
        // One request, however often it is sent.
        let ask = || open(&care.stranger, person).idempotency_key("darurat-1");
        let first = ask().await.expect_status(201);
        assert_eq!(ask().await.expect_status(201).json(), first.json());
    }
}
