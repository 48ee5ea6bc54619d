//! The OpenAPI document: what is committed is what the code makes, and what the service serves.

use crate::harness::TestServer;

#[test]
fn the_committed_document_is_what_the_code_makes() {
    let committed = include_str!("../../openapi/openapi.json");
    assert!(
        committed == aumsos_http::openapi::document_json(),
        "openapi/openapi.json is out of date; run: cargo run -q -p aumsos-server -- openapi > openapi/openapi.json"
    );
}

on_both! {
    async fn the_document_is_served_whole_and_by_tag(server: TestServer) {
        let nobody = server.anonymous();
        let whole = nobody.get("/openapi.json").await.is_fine().json();
        let committed: serde_json::Value = serde_json::from_str(&aumsos_http::openapi::document_json()).unwrap();
        assert_eq!(whole, committed);
        let part = nobody.get("/openapi/organization-units.json").await.is_fine().json();
        let paths: Vec<&String> = part["paths"].as_object().unwrap().keys().collect();
        assert!(!paths.is_empty() && paths.iter().all(|path| path.starts_with("/v1/organization-units")), "{paths:?}");
        nobody.get("/openapi/nothing.json").await.is_not_found();
    }

    async fn the_pages_come_from_the_binary_and_load_nothing_from_elsewhere(server: TestServer) {
        let page = server.anonymous().get("/docs/").await.is_fine();
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert!(!page.text().contains("https://"), "{}", page.text());
        let start = server.anonymous().get("/docs/swagger-initializer.js").await.is_fine();
        assert!(start.text().contains("/openapi.json"), "{}", start.text());
    }
}
