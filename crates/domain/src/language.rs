//! The languages the service answers in.

/// A language of texts for people; `Accept-Language` chooses (RFC 9110 §12.5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// `id`, the default.
    #[default]
    Indonesian,
    /// `en`.
    English,
}

impl Language {
    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Indonesian => "id",
            Self::English => "en",
        }
    }

    /// The language of a tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        [Self::Indonesian, Self::English].into_iter().find(|language| language.tag() == tag)
    }

    /// The better of the two for an `Accept-Language` header: the first of ours with the highest weight.
    pub fn negotiate(accept_language: &str) -> Self {
        let weight = |range: &str| -> f32 {
            range
                .split(';')
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.trim().parse().unwrap_or(0.0))
        };
        let mut best = (Self::default(), 0.0);
        for range in accept_language.split(',') {
            let tag = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            let language = match tag.split('-').next() {
                Some("id" | "in" | "ms") => Self::Indonesian,
                Some("en") => Self::English,
                _ => continue,
            };
            if weight(range) > best.1 {
                best = (language, weight(range));
            }
        }
        best.0
    }
}

impl serde::Serialize for Language {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.tag())
    }
}

impl<'de> serde::Deserialize<'de> for Language {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tag = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::from_tag(&tag).ok_or_else(|| serde::de::Error::unknown_variant(&tag, &["id", "en"]))
    }
}

impl utoipa::PartialSchema for Language {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("A language of texts for people (BCP 47): `id` Indonesian, `en` English."))
            .enum_values(Some(["id", "en"]))
            .into()
    }
}

impl utoipa::ToSchema for Language {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("Language")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_of_our_languages_wins() {
        assert_eq!(Language::negotiate("en"), Language::English);
        assert_eq!(Language::negotiate("en-GB,id;q=0.8"), Language::English);
        assert_eq!(Language::negotiate("fr, id;q=0.5, en;q=0.9"), Language::English);
        assert_eq!(Language::negotiate("en;q=0, id"), Language::Indonesian);
        assert_eq!(Language::negotiate("fr"), Language::Indonesian);
        assert_eq!(Language::negotiate(""), Language::Indonesian);
    }

    #[test]
    fn a_language_is_written_as_its_tag() {
        for language in [Language::Indonesian, Language::English] {
            let written = serde_json::to_string(&language).ok();
            assert_eq!(written.as_deref().and_then(|text| serde_json::from_str(text).ok()), Some(language));
        }
        assert!(serde_json::from_str::<Language>("\"ms\"").is_err());
    }
}
