//! The census: a time series beside each institution.

use serde_json::{Value, json};

use super::{Register, at, names};

fn counted(day: &str, inside: u32) -> Value {
    json!({
        "counted_on": day,
        "residents": [
            { "care": "inside", "sex": "female", "age_band": "12-17", "orphan_status": "yatim", "count": inside },
            { "care": "outside", "sex": "male", "age_band": "5-11", "orphan_status": "dhuafa", "count": 9 }
        ],
        "carers": 6, "social_workers_certified": 1, "social_workers_uncertified": 2, "beds": 40
    })
}

/// Today in the time zone by which the council's days are told.
fn today() -> String {
    (chrono::Utc::now() + chrono::Duration::hours(7)).date_naive().to_string()
}

on_both! {
    async fn reports_stand_beside_each_other(register: Register) {
        let id = register.active(register.home("LKSA Sensus")).await;
        let operator = register.server.operator_of(id).await;
        let path = format!("{}/census-reports", at(id));
        let first = operator.post(&path, counted("2020-06-30", 14)).await.expect_status(201);
        assert_eq!(register.now(id).await["freshness"], "overdue");
        let second = operator.post(&path, counted(&today(), 20)).await.expect_status(201);
        let now = register.now(id).await;
        assert_eq!((&now["freshness"], &now["residents"]), (&json!("current"), &json!({ "inside": 20, "outside": 9 })));
        let listed = operator.get(format!("{path}?count=true")).await.expect_status(200);
        assert_eq!(listed.at("/count"), 2);
        assert_eq!((listed.at("/items/0/id"), listed.at("/items/1/id")), (second.at("/id"), first.at("/id")));
        let before = operator.get(format!("{path}?until=2020-12-31")).await.expect_status(200);
        assert_eq!(before.at("/items").as_array().unwrap().len(), 1);
        let page = operator.get(format!("{path}?limit=1")).await.expect_status(200);
        let next = operator.get(format!("{path}?limit=1&cursor={}", page.at("/next_cursor").as_str().unwrap())).await;
        assert_eq!(next.expect_status(200).at("/items/0/id"), first.at("/id"));

        let nobody = register.nobody();
        assert_eq!(names(&nobody.get("/v1/institutions?freshness=current").await.json()), ["LKSA Sensus"]);
        assert!(nobody.get(at(id)).await.json().get("residents").is_none());
    }

    async fn a_report_is_corrected_and_never_doubled(register: Register) {
        let id = register.active(register.home("LKSA Sensus")).await;
        let path = format!("{}/census-reports", at(id));
        let made = register.author.post(&path, counted("2020-06-30", 14)).await.expect_status(201);
        let other = register.author.post(&path, counted("2020-12-31", 14)).await.expect_status(201);
        register.author.post(&path, counted("2020-06-30", 15)).await.is_problem(409, "census_day_taken");
        let report = format!("{path}/{}", made.at("/id").as_str().unwrap());
        register.author.put(&report, counted("2020-06-30", 15)).await.is_problem(428, "if_match_missing");
        register.author.put(&report, counted("2020-06-30", 15)).if_match("\"2\"").await.is_problem(412, "version_stale");
        register.author.put(&report, counted("2020-12-31", 15)).if_match(made.etag()).await.is_problem(409, "census_day_taken");
        let corrected = register.author.put(&report, counted("2020-06-30", 15)).if_match(made.etag()).await.expect_status(200);
        assert_eq!((corrected.at("/version"), corrected.at("/residents/0/count")), (json!(2), json!(15)));
        // The figures of the latest report stay those of the register.
        assert_eq!(register.now(id).await["residents"], json!({ "inside": 14, "outside": 9 }));
        let latest = format!("{path}/{}", other.at("/id").as_str().unwrap());
        let seen = register.author.get(at(id)).await.etag();
        register.author.put(&latest, counted("2020-12-31", 30)).if_match("*").await.expect_status(200);
        // The record did not change, what is shown of it did.
        register.author.get(at(id)).header("if-none-match", seen).await.expect_status(200);
    }

    async fn what_cannot_be_is_refused(register: Register) {
        let id = register.active(register.home("LKSA Sensus")).await;
        let path = format!("{}/census-reports", at(id));
        let mut doubled = counted("2999-01-01", 1);
        doubled["residents"][1] = doubled["residents"][0].clone();
        let refused = register.author.post(&path, doubled).await.is_problem(422, "invalid_values");
        let expected = [("/counted_on", "date_in_future"), ("/residents/1", "census_cell_repeated")];
        assert_eq!(refused.errors(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
        let draft = register.draft(register.home("LKSA Konsep")).await;
        let refused = register.author.post(format!("{}/census-reports", at(draft)), counted("2020-06-30", 1)).await;
        refused.is_problem(409, "status_does_not_allow");
        register.stranger.post(&path, counted("2020-06-30", 1)).await.is_problem(403, "permission_missing");
        register.nobody().get(&path).await.is_problem(401, "token_missing");
        assert_eq!(register.author.get(&path).await.at("/items"), json!([]));
    }
}
