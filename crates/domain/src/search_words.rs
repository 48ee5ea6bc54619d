//! The words by which records are found, and the rules by which a word of a query finds them.
//!
//! A record is indexed by the words of its texts, as they are written and in canonical spelling ([`spelling`]). A
//! query has canonical words: each finds the words that begin with it, and where none does, those one typo away.
//! Typos are found by look-up: two words are at most one edit apart only if the sets of what remains of each after
//! taking one letter away (and of the words themselves) meet ([`deletions`]; W. Garbe's `SymSpell`).

use std::collections::BTreeSet;

use crate::spelling;

/// Longer words are cut: no one types more, and each word has about as many deletions as letters.
pub const LONGEST_WORD: usize = 40;
/// Words of a query after these are not looked at.
pub const MOST_QUERY_WORDS: usize = 8;
/// Shorter words have no typos: too much is one edit away from them.
const SHORTEST_WITH_TYPOS: usize = 4;

/// What a record with these texts is found by.
///
/// No word is left out: "Dan" is a name as well. Codes and numbers of papers are found by their parts and in one
/// ("AUM-35-00042": `aum`, `35`, `00042`, `aum3500042`).
pub fn index_words(texts: &[&str]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for text in texts {
        for piece in text.split_whitespace() {
            let plain = spelling::plain(piece);
            let canonical = spelling::fold(&plain);
            if plain.contains(' ') && plain.bytes().any(|byte| byte.is_ascii_digit()) {
                words.insert(cut(&plain.replace(' ', "")));
            }
            words.extend(plain.split(' ').chain(canonical.split(' ')).filter(|word| !word.is_empty()).map(cut));
        }
    }
    words
}

/// The word itself and, if it has four letters or more, all that it can become when one letter is taken away.
pub fn deletions(word: &str) -> BTreeSet<String> {
    let word = cut(word);
    let letters: Vec<char> = word.chars().collect();
    let mut deletions = BTreeSet::new();
    if letters.len() >= SHORTEST_WITH_TYPOS {
        for gone in 0..letters.len() {
            let rest = letters.iter().enumerate().filter(|&(at, _)| at != gone).map(|(_, letter)| letter);
            deletions.insert(rest.collect());
        }
    }
    deletions.insert(word);
    deletions
}

/// Whether one word becomes the other by at most one edit: a letter added, dropped, replaced, or two neighbours
/// swapped (the distance of Damerau and Levenshtein).
pub fn is_within_one_edit(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return differ_by_one_edit(a.as_bytes(), b.as_bytes());
    }
    let [a, b]: [Vec<char>; 2] = [a.chars().collect(), b.chars().collect()];
    differ_by_one_edit(&a, &b)
}

/// As [`is_within_one_edit`], of letters.
fn differ_by_one_edit<L: PartialEq>(a: &[L], b: &[L]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let ahead = short.iter().zip(long).take_while(|(one, other)| one == other).count();
    let behind = short.iter().rev().zip(long.iter().rev()).take_while(|(one, other)| one == other).count();
    // All but one letter of the longer word is the same, ahead of the edit and behind it.
    if ahead + behind + 1 >= long.len() {
        return true;
    }
    let next_two = [short, long].map(|word| word.get(ahead..ahead + 2).unwrap_or_default());
    let swapped = matches!(next_two, [[first, second], [third, fourth]] if first == fourth && second == third);
    swapped && short.len() == long.len() && ahead + behind + 2 == long.len()
}

/// What someone looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Its words, as they came, none twice, at most [`MOST_QUERY_WORDS`]; a record must match them all.
    pub words: Vec<QueryWord>,
}

/// One word of a query, in canonical spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryWord {
    /// The word.
    pub text: String,
    /// The first of the words that begin with it, in the order of code points.
    pub low: String,
    /// The first word after them.
    pub high: String,
    /// See [`deletions`].
    pub deletions: BTreeSet<String>,
}

impl Query {
    /// Reads what someone typed. A text without letters and digits has no words.
    pub fn parse(text: &str) -> Self {
        let mut words: Vec<QueryWord> = Vec::new();
        for word in spelling::fold(text).split(' ').filter(|word| !word.is_empty()) {
            let word = cut(word);
            if words.iter().all(|earlier| earlier.text != word) {
                words.push(QueryWord {
                    low: word.clone(),
                    high: after_all_beginning_with(&word),
                    deletions: deletions(&word),
                    text: word,
                });
            }
            if words.len() == MOST_QUERY_WORDS {
                break;
            }
        }
        Self { words }
    }
}

/// The first text after all that begin with this one, in the order of code points.
fn after_all_beginning_with(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    while let Some(last) = letters.pop() {
        // The next code point that is a character: there are none from D800 to DFFF.
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            letters.push(next);
            break;
        }
    }
    letters.into_iter().collect()
}

fn cut(word: &str) -> String {
    word.chars().take(LONGEST_WORD).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(texts: &[&str]) -> Vec<String> {
        index_words(texts).into_iter().collect()
    }

    /// As the database does it: the words that begin with the query's, or else those a typo away.
    fn finds(query: &str, texts: &[&str]) -> bool {
        let index = index_words(texts);
        Query::parse(query).words.iter().all(|word| {
            let begins = index.iter().any(|indexed| *indexed >= word.low && *indexed < word.high);
            let near = |indexed: &String| {
                !deletions(indexed).is_disjoint(&word.deletions) && is_within_one_edit(&word.text, indexed)
            };
            begins || index.iter().any(near)
        })
    }

    #[test]
    fn both_spellings_are_indexed() {
        assert_eq!(words(&["Moehammadijah Sinjai"]), ["moehammadijah", "muhammadiyah", "sinjai"]);
        assert_eq!(words(&["Panti 'Aisyiyah", "panti"]), ["aisyiyah", "panti"]);
        assert!(words(&[" — ", ""]).is_empty());
    }

    #[test]
    fn codes_are_found_as_they_are_typed() {
        let texts = ["LKSA Sang Surya", "AUM-35-00042"];
        for query in ["AUM-35-00042", "aum-35-00042", "AUM 35 00042", "aum3500042", "00042", "AUM-35"] {
            assert!(finds(query, &texts), "{query}");
        }
        assert!(!finds("AUM-36-00042", &["AUM-35-00042"]));
    }

    #[test]
    fn names_are_found_in_spite_of_spelling() {
        let texts = ["Panti Asoehan Moehammadijah Soerabaja", "Moh. Sjafei"];
        for query in
            ["asuhan muhammadiyah", "Mohammadiyah surabaya", "soerab", "muhammad syafei", "muhamadiyah", "suarbaya"]
        {
            assert!(finds(query, &texts), "{query}");
        }
        assert!(!finds("surakarta", &texts));
    }

    #[test]
    fn a_query_is_bounded() {
        let query = Query::parse("a b c a b c d e f g h i j");
        let words: Vec<_> = query.words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(words, ["a", "b", "c", "d", "e", "f", "g", "h"]);
        assert_eq!(Query::parse(&"x".repeat(1000)).words.first().map(|word| word.deletions.len()), Some(2));
        assert!(Query::parse("?!").words.is_empty());
    }

    #[test]
    fn short_words_have_no_typos() {
        assert_eq!(deletions("asr"), BTreeSet::from(["asr".to_owned()]));
        assert_eq!(deletions("nasa"), ["nasa", "asa", "nsa", "naa", "nas"].map(str::to_owned).into());
    }

    #[test]
    fn one_edit_is_one_edit() {
        for (a, b) in
            [("panti", "panti"), ("panti", "pantai"), ("panti", "pati"), ("panti", "penti"), ("panti", "patni")]
        {
            assert!(is_within_one_edit(a, b) && is_within_one_edit(b, a), "{a} {b}");
        }
        for (a, b) in
            [("panti", "pati1x"), ("panti", "ptani"), ("panti", "itnap"), ("ab", "cd"), ("abc", ""), ("abcd", "badc")]
        {
            assert!(!is_within_one_edit(a, b) && !is_within_one_edit(b, a), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn one_edit_agrees_with_the_distance(a in "[abc]{0,6}", b in "[abc]{0,6}") {
            prop_assert_eq!(is_within_one_edit(&a, &b), strsim::osa_distance(&a, &b) <= 1);
        }

        #[test]
        fn a_word_with_one_edit_is_found(word in "[a-zé0-9]{4,12}", at in 0_usize..12, edit in 0_u8..4, letter in "[a-z]") {
            let mut letters: Vec<char> = word.chars().collect();
            let at = at % letters.len();
            let letter = letter.chars().next().unwrap_or('x');
            match edit {
                0 => { letters.remove(at); }
                1 => letters.insert(at, letter),
                2 => letters.splice(at..=at, [letter]).for_each(drop),
                _ => letters.swap(at, (at + 1) % word.chars().count().max(1)),
            }
            let typed: String = letters.into_iter().collect();
            // The last letter has no right neighbour to swap with.
            prop_assume!(edit != 3 || at + 1 < word.chars().count());
            prop_assert!(is_within_one_edit(&word, &typed));
            prop_assert!(!deletions(&word).is_disjoint(&deletions(&typed)), "{} {}", word, typed);
        }

        #[test]
        fn the_range_is_what_begins_with_the_word(word in "[a-c\u{d7ff}\u{10ffff}z]{1,4}", other in "[a-c\u{d7ff}\u{e000}\u{10ffff}z]{0,6}") {
            let high = after_all_beginning_with(&word);
            let inside = other >= word && (high.is_empty() || other < high);
            prop_assert_eq!(inside, other.starts_with(&word));
        }

        #[test]
        fn a_text_is_found_by_itself_and_by_the_beginnings_of_its_words(text in "\\PC{0,30}", length in 1_usize..8) {
            prop_assert!(finds(&text, &[&text]));
            let begun: Vec<String> =
                spelling::plain(&text).split(' ').map(|word| word.chars().take(length).collect()).collect();
            for word in begun {
                let plain = QueryWord { low: word.clone(), high: after_all_beginning_with(&word), deletions: deletions(&word), text: word };
                let hit = index_words(&[&text]).iter().any(|indexed| *indexed >= plain.low && (plain.high.is_empty() || *indexed < plain.high));
                prop_assert!(hit || plain.text.is_empty());
            }
        }
    }
}
