//! The reference of all settings, as `docs/configuration.md` holds it.

use std::fmt::Write;

use super::{
    flags::FLAGS,
    layers::variable,
    sections::{SECTIONS, Setting},
};

/// Every setting as Markdown: a heading for each section, and a table of its settings.
pub fn reference() -> String {
    let mut text = String::new();
    for section in SECTIONS {
        let name = section.settings.first().and_then(|setting| setting.key.split_once('.'));
        let heading = name.map_or("At the top".to_owned(), |(name, _)| format!("`[{name}]`"));
        // Writing to a string cannot fail.
        let _ = write!(text, "### {heading}\n\n{}\n\n", one_line(section.about));
        text.push_str("| Key | Variable or flag | Default | Meaning |\n|---|---|---|---|\n");
        text.extend(section.settings.iter().map(row));
        text.push('\n');
    }
    text
}

fn row(setting: &Setting) -> String {
    let Setting { key, about, default, range } = setting;
    let flag = FLAGS.iter().find(|(named, _)| named == key).map_or(String::new(), |(_, flag)| format!(", `{flag}`"));
    let default = match default {
        Some("") => "none".to_owned(),
        Some(default) => format!("`{default}`"),
        None => "not set".to_owned(),
    };
    let range = range.map_or(String::new(), |(low, high)| format!(" From {low} to {high}."));
    format!("| `{key}` | `{}`{flag} | {default} | {}{range} |\n", variable(key), one_line(about))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_document_holds_the_reference() {
        let document = include_str!("../../../../docs/configuration.md");
        let reference = super::reference();
        assert!(document.contains(&reference), "docs/configuration.md must hold exactly this:\n\n{reference}");
    }
}
