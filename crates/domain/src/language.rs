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
}
