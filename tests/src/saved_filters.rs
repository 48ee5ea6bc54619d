//! Filters that people come back to.

use aumsos_domain::{
    access::{Role, RolePlace},
    institutions::Operator,
};
use serde_json::json;

use crate::harness::TestServer;

on_both! {
    async fn a_filter_is_ones_own_until_it_is_shared(server: TestServer) {
        let east_java = server.unit_of(Operator::Muhammadiyah, "35").await;
        let surabaya = server.unit_of(Operator::Muhammadiyah, "35.78").await;
        let owner = server.client_with(Role::RegionalOfficer, RolePlace::Unit(east_java)).await;
        let team = server.client_with(Role::RegionalOfficer, RolePlace::Unit(surabaya)).await;
        let stranger = server.regional_officer("73").await;
        let filter = json!({
            "name": "Lama tidak diperiksa", "resource": "institutions", "query": { "province": "35", "verified_before": "-6m" }
        });
        server.anonymous().post("/v1/saved-filters", filter.clone()).await.is_problem(401, "token_missing");
        let made = owner.post("/v1/saved-filters", filter.clone()).await.expect_status(201);
        let one = format!("/v1/saved-filters/{}", made.at("/id").as_str().unwrap());
        team.get(&one).await.is_not_found();
        let mut shared = filter.clone();
        shared["shared_with"] = json!(east_java);
        owner.put(&one, shared.clone()).if_match("\"7\"").await.is_problem(412, "version_stale");
        let same = owner.put(&one, filter.clone()).if_match(made.etag()).await.expect_status(200);
        assert_eq!((same.etag(), same.at("/version"), same.at("/updated_at")), (made.etag(), json!(1), made.at("/updated_at")));
        owner.put(&one, shared).if_match(made.etag()).await.is_fine();
        let seen = team.get(&one).await.is_fine();
        assert_eq!(seen.at("/is_own"), false);
        stranger.get(&one).await.is_not_found();
        assert_eq!(stranger.get("/v1/saved-filters").await.is_fine().at("/items"), json!([]));
        team.delete(&one).if_match(seen.etag()).await.is_problem(409, "not_your_filter");
        let mut abroad = filter.clone();
        abroad["shared_with"] = json!(server.unit_of(Operator::Muhammadiyah, "73").await);
        owner.post("/v1/saved-filters", abroad).await.is_problem(422, "invalid_values");
        owner.delete(&one).if_match(seen.etag()).await.expect_status(204);
        owner.get(&one).await.is_problem(410, "gone");
    }

    async fn a_relative_day_is_resolved_when_the_filter_is_used(server: TestServer) {
        let officer = server.council_officer().await;
        let filter = |query: serde_json::Value| json!({ "name": "Saringan", "resource": "institutions", "query": query });
        let made = officer.post("/v1/saved-filters", filter(json!({ "changed_since": "today", "kind": ["lksa"] }))).await;
        let made = made.expect_status(201);
        // A day begins at midnight in Jakarta (UTC+7), which is 17:00 of the day before in UTC.
        assert!(made.at("/resolved/0/value").as_str().unwrap().ends_with("T17:00:00Z"), "{}", made.text());
        assert_eq!(made.at("/resolved/1"), json!({ "name": "kind", "value": "lksa" }));
        for wrong in [json!({ "changed_since": "yesterday" }), json!({ "limit": "5" }), json!({ "BAD NAME": "x" })] {
            officer.post("/v1/saved-filters", filter(wrong)).await.is_problem(422, "invalid_values");
        }
    }
}
