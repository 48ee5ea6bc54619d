//! `docs/permissions.md` says what the permission table and the list of operations say.

use std::fmt::Write;

use aumsos_domain::{
    CodeList, Language,
    access::{Permission, Role},
};
use aumsos_http::{operation::Access, operations};

/// The tables of the document.
fn tables() -> String {
    let mut text = String::from(
        "## What each permission allows, and who holds it\n\n| Permission | What it allows | Roles |\n|---|---|---|\n",
    );
    for permission in Permission::ALL {
        let roles: Vec<String> = permission.roles().iter().map(|role| format!("`{role}`")).collect();
        writeln!(text, "| `{}` | {} | {} |", permission.code(), permission.description().trim(), roles.join(", "))
            .unwrap();
    }
    text.push_str("\n## The roles\n\n| Role | In Indonesian | In English |\n|---|---|---|\n");
    for role in Role::ALL {
        writeln!(text, "| `{role}` | {} | {} |", role.label(Language::Indonesian), role.label(Language::English))
            .unwrap();
    }
    text.push_str("\n## What each operation asks for\n\n| Operation | Request | Asks for |\n|---|---|---|\n");
    for operation in operations::all() {
        let asks = match operation.who() {
            Access::Anyone => "nothing; what is seen depends on the caller".to_owned(),
            Access::SignedIn => "a token".to_owned(),
            Access::Holding(permission) => format!("`{}`", permission.code()),
        };
        writeln!(text, "| `{}` | {} `{}` | {asks} |", operation.id(), operation.method(), operation.path()).unwrap();
    }
    text
}

#[test]
fn the_document_holds_the_tables() {
    let document = include_str!("../../docs/permissions.md");
    let tables = tables();
    if std::env::var_os("AUMSOS_WRITE_DOCS").is_some() {
        let head = document.split("## What each permission").next().unwrap();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
        std::fs::write(path, format!("{head}{tables}")).unwrap();
        return;
    }
    assert!(
        document.ends_with(&tables),
        "docs/permissions.md is out of date; run: AUMSOS_WRITE_DOCS=1 cargo test -p aumsos-server --test end_to_end permissions"
    );
}
