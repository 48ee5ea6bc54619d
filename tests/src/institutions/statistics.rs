//! Figures, held against the records they are about.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Register, at};

impl Register {
    /// Six homes: two of grade A, one of B, one in process, two others, one of them in Sidoarjo.
    async fn six(&self) {
        let accredited = |grade: &str| json!({ "accreditation": { "status": "accredited", "grade": grade }, "capacity": { "total": 40 } });
        for (name, fields) in [
            ("LKSA Satu", accredited("A")),
            ("LKSA Dua", accredited("A")),
            ("LKSA Tiga", accredited("B")),
            ("LKSA Empat", json!({ "accreditation": { "status": "in_process" }, "capacity": { "total": 25 } })),
            ("LKSA Lima", json!({ "kind": "panti_werdha" })),
            ("LKSA Enam", json!({ "address": { "region": "35.15" } })),
        ] {
            self.active(self.home_with(name, fields)).await;
        }
    }
}

/// The counts of groups, by the values of their keys.
fn counts(answer: &Value, keys: &[&str]) -> BTreeMap<Vec<String>, i64> {
    let of = |group: &Value| {
        keys.iter().map(|key| group["group"][*key].as_str().unwrap_or("none").to_owned()).collect::<Vec<_>>()
    };
    answer["groups"].as_array().unwrap().iter().map(|group| (of(group), group["count"].as_i64().unwrap())).collect()
}

on_both! {
    async fn groups_and_measures_mix(register: Register) {
        register.six().await;
        register.draft(register.home("LKSA Konsep")).await;
        let nobody = register.nobody();
        let all = nobody.get("/v1/statistics/institutions?measure=count,capacity").await.is_fine();
        assert_eq!(all.at("/groups/0"), json!({ "group": {}, "count": 6, "capacity": 40 * 3 + 25 }));
        let grades = nobody.get("/v1/statistics/institutions?group_by=kind,grade&province=35").await.is_fine().json();
        let expected = [(["lksa", "A"], 2), (["lksa", "B"], 1), (["lksa", "none"], 2), (["panti_werdha", "none"], 1)];
        let expected: BTreeMap<Vec<String>, i64> =
            expected.into_iter().map(|(keys, count)| (keys.map(str::to_owned).to_vec(), count)).collect();
        assert_eq!(counts(&grades, &["kind", "grade"]), expected);
        let regencies = nobody.get("/v1/statistics/institutions?group_by=regency,freshness").await.is_fine().json();
        assert_eq!(counts(&regencies, &["regency", "freshness"])[&vec!["35.15".to_owned(), "overdue".to_owned()]], 1);
        let standing = nobody.get("/v1/statistics/accreditation").await.is_fine();
        assert_eq!(standing.at("/accredited"), json!({ "a": 2, "b": 1, "c": 0, "total": 3 }));
        assert_eq!((standing.at("/in_process"), standing.at("/institutions")), (json!(1), json!(6)));
        for wrong in ["group_by=phone", "group_by=", "measure=everything", "colour=red"] {
            let answer = nobody.get(format!("/v1/statistics/institutions?{wrong}")).await;
            answer.is_problem(422, "invalid_values");
        }
    }

    async fn figures_are_those_of_the_records_whoever_writes_at_once(register: Register) {
        // Told from the cells that are kept with each write, and counted record by record.
        let told = async |status: &str| {
            let figures = async |groups: &str| {
                let question = format!("measure=count,capacity,residents&status={status}&group_by=grade,regency{groups}");
                let answer = register.verifier.get(format!("/v1/statistics/institutions?{question}")).await.is_fine();
                let mut sums: BTreeMap<String, [i64; 4]> = BTreeMap::new();
                for group in answer.at("/groups").as_array().unwrap() {
                    let key = format!("{} {}", group["group"]["grade"], group["group"]["regency"]);
                    let sum = sums.entry(key).or_default();
                    for (sum, name) in sum.iter_mut().zip(["count", "capacity", "residents_inside", "residents_outside"]) {
                        *sum += group[name].as_i64().unwrap();
                    }
                }
                sums
            };
            let (kept, counted) = (figures("").await, figures(",freshness").await);
            assert_eq!(kept, counted, "{status}");
            kept.values().fold([0; 4], |all, sum| [0, 1, 2, 3].map(|at| all[at] + sum[at]))
        };
        let grades = ["A", "B", "C"];
        let homes: Vec<Value> = (0..30)
            .map(|number| {
                let accreditation = json!({ "status": "accredited", "grade": grades[number % 3] });
                let fields = json!({ "accreditation": accreditation, "capacity": { "total": 10 + number } });
                register.home_with(&format!("LKSA Angka {number}"), fields)
            })
            .collect();
        let made = join_all(homes.into_iter().map(|home| register.draft(home))).await;
        // 10 to 39.
        assert_eq!(told("draft").await, [30, (10 + 39) * 15, 0, 0]);
        assert_eq!(told("active").await, [0; 4]);

        let all_at_once = made.iter().enumerate().map(async |(number, home)| match number % 3 {
            0 => {
                let etag = register.etag(*home).await;
                register.author.delete(at(*home)).if_match(etag).await.expect_status(204);
            }
            1 => {
                register.author.post(format!("{}/submit", at(*home)), json!({})).await.is_fine();
            }
            _ => {
                let moved = json!({ "address": { "region": "35.15" }, "capacity": { "total": 100 } });
                let etag = register.etag(*home).await;
                register.author.patch(at(*home), moved).if_match(etag).await.is_fine();
            }
        });
        join_all(all_at_once).await;
        assert_eq!(told("draft").await, [10, 1000, 0, 0]);
        let submitted: i64 = (0..30).filter(|number| number % 3 == 1).map(|number| 10 + number).sum();
        assert_eq!(told("submitted").await, [10, submitted, 0, 0]);

        let report = |day: &str, count: i64| {
            json!({
                "counted_on": day, "carers": 3, "social_workers_certified": 0, "social_workers_uncertified": 1,
                "residents": [{"care": "inside", "sex": "female", "age_band": "12-17", "orphan_status": "yatim", "count": count}]
            })
        };
        register.verifier.post(format!("{}/verify", at(made[1])), json!({})).await.is_fine();
        assert_eq!(told("submitted").await, [9, submitted - 11, 0, 0]);
        for (day, count) in [("2026-06-30", 14), ("2025-12-31", 99), ("2026-09-30", 5)] {
            let counted = register.author.post(format!("{}/census-reports", at(made[1])), report(day, count)).await;
            counted.expect_status(201);
        }
        assert_eq!(told("active").await, [1, 11, 5, 0], "the latest census counts");
    }

    async fn a_code_that_stands_twice_is_meant_once(register: Register) {
        register.six().await;
        let nobody = register.nobody();
        let figures = async |question: &str| {
            nobody.get(format!("/v1/statistics/institutions?{question}")).await.is_fine().at("/groups")
        };
        assert_eq!(figures("group_by=kind,kind").await, figures("group_by=kind").await);
        assert_eq!(figures("measure=count,capacity,count").await, figures("measure=count,capacity").await);
        let wrong = nobody.get("/v1/statistics/institutions?group_by=province,phone&measure=everything").await;
        let wrong = wrong.is_problem(422, "invalid_values");
        let at = |pointer: &str| (pointer.to_owned(), "unknown_value".to_owned());
        assert_eq!(wrong.errors(), [at("/group_by"), at("/measure")]);
        let told = wrong.at("/errors/0/message").as_str().unwrap().to_owned();
        assert!(told.contains("province, regency, kind"), "{told}");
    }

    async fn certificates_that_have_lapsed_are_told(register: Register) {
        let until = |grade: &str, day: &str| {
            json!({ "accreditation": { "status": "accredited", "grade": grade, "valid_until": day } })
        };
        for (name, fields) in [
            ("LKSA Lama", until("A", "2021-12-31")),
            ("LKSA Baru", until("A", "2199-12-31")),
            ("LKSA Usang", until("C", "2020-02-29")),
            ("LKSA Kapan", json!({ "accreditation": { "status": "accredited", "grade": "B" } })),
            ("LKSA Belum", json!({})),
        ] {
            register.active(register.home_with(name, fields)).await;
        }
        let standing = register.nobody().get("/v1/statistics/accreditation").await.is_fine();
        assert_eq!(standing.at("/accredited"), json!({ "a": 2, "b": 1, "c": 1, "total": 4 }));
        assert_eq!(standing.at("/expired"), json!({ "a": 1, "b": 0, "c": 1, "total": 2 }));
        let elsewhere = register.nobody().get("/v1/statistics/accreditation?province=73").await.is_fine();
        assert_eq!(elsewhere.at("/expired/total"), json!(0));
    }

    async fn numbers_about_people_are_for_those_who_may_read_the_census(register: Register) {
        let home = register.active(register.home("LKSA Hitung")).await;
        let report = json!({
            "counted_on": "2026-06-30", "carers": 3, "social_workers_certified": 0, "social_workers_uncertified": 1,
            "residents": [
                {"care": "inside", "sex": "female", "age_band": "12-17", "orphan_status": "yatim", "count": 14},
                {"care": "outside", "sex": "male", "age_band": "5-11", "orphan_status": "dhuafa", "count": 9}
            ]
        });
        register.author.post(format!("{}/census-reports", at(home)), report).await.expect_status(201);
        let question = "/v1/statistics/institutions?measure=residents&group_by=province";
        register.nobody().get(question).await.is_problem(403, "statistics_restricted");
        let own = register.verifier.get(question).await.is_fine();
        let expected = json!({ "group": { "province": "35" }, "residents_inside": 14, "residents_outside": 9 });
        assert_eq!(own.at("/groups"), json!([expected]));
        // An officer of elsewhere sees the home, and no number of its people; facts about it stay exact.
        let elsewhere = register.stranger.get(question).await.is_fine();
        let nothing = json!({ "group": { "province": "35" }, "residents_inside": 0, "residents_outside": 0 });
        assert_eq!(elsewhere.at("/groups"), json!([nothing]));
        let mixed = register.stranger.get("/v1/statistics/institutions?measure=count,capacity,residents").await.is_fine();
        let expected = json!({
            "group": {}, "count": 1, "capacity": 0, "residents_inside": 0, "residents_outside": 0
        });
        assert_eq!(mixed.at("/groups/0"), expected);
    }
}
