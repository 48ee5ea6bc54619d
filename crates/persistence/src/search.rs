//! Full-text search that works the same on both databases: words of records, and one-letter deletions by which a
//! typo finds its word with look-ups in ordinary indexes (see `docs/decisions/0003-search.md`).

use std::collections::BTreeSet;

use sea_orm::{
    ColumnTrait, ConnectionTrait,
    sea_query::{Expr, ExprTrait, OnConflict, Order, Query, SelectStatement},
};
use uuid::Uuid;

use aumsos_domain::{RecordKind, search_words};

use crate::{Store, StoreError, Work, dialect::is_one_of};

/// So many rows are written by one statement: both databases bound the values that one may have, and SQLite keeps each page
/// that it changes as it was until its end.
const MOST_ROWS: usize = 500;
/// More words than this that match one word of a query are not looked up; the first in the alphabet are.
const MOST_WORDS: u64 = 200;

/// A word that more records hold is common.
const COMMON: u64 = 2_000;

/// Makes a record be found by no word but these, whatever it was found by: places may have had other names when it was
/// written. Ids tell records of all kinds apart; asked for a kind as well, SQLite would walk all words of the kind.
pub(crate) async fn forget_but(work: &mut Work, id: Uuid, words: &BTreeSet<String>) -> Result<(), StoreError> {
    let mut forget = Query::delete();
    forget.from_table("search_word").and_where(Expr::col("record_id").eq(id));
    forget.and_where(Expr::col("word").is_not_in(words));
    work.transaction.execute(&forget).await?;
    Ok(())
}

/// Makes records findable by words, also by such as they are found by.
pub(crate) async fn index<'a>(
    work: &mut Work,
    kind: RecordKind,
    found_by: impl IntoIterator<Item = (Uuid, &'a str)>,
) -> Result<(), StoreError> {
    let mut all = BTreeSet::new();
    let mut rows = Vec::new();
    for (id, word) in found_by {
        rows.push([kind.to_string().into(), word.into(), id.into()]);
        all.insert(word);
    }
    for chunk in rows.chunks(MOST_ROWS) {
        let mut insert = Query::insert();
        insert.into_table("search_word").columns(["record_kind", "word", "record_id"]);
        for row in chunk {
            insert.values_panic::<[Expr; 3]>(row.clone());
        }
        insert.on_conflict(OnConflict::columns(["record_kind", "word", "record_id"]).do_nothing().to_owned());
        work.transaction.execute(&insert).await?;
    }
    if all.is_empty() { Ok(()) } else { learn(work, &all).await }
}

/// Adds new words to the vocabulary. Always in the same order, so that two writers cannot wait for each other.
async fn learn(work: &mut Work, words: &BTreeSet<&str>) -> Result<(), StoreError> {
    let mut known = Query::select();
    known.column("word").from("search_variant");
    let variant = Expr::col(("search_variant", "variant"));
    known.and_where(is_one_of(work.store.backend(), variant, words.iter().copied())?);
    known.and_where(Expr::col("variant").eq(Expr::col("word")));
    let known: BTreeSet<String> = work
        .transaction
        .query_all(&known)
        .await?
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<_, _>>()?;
    let variants: BTreeSet<(String, &str)> = words
        .iter()
        .filter(|word| !known.contains(**word))
        .flat_map(|&word| search_words::deletions(word).into_iter().map(move |variant| (variant, word)))
        .collect();
    if variants.is_empty() {
        return Ok(());
    }
    let variants: Vec<(String, &str)> = variants.into_iter().collect();
    for chunk in variants.chunks(MOST_ROWS) {
        let mut insert = Query::insert();
        insert.into_table("search_variant").columns(["variant", "word"]);
        for (variant, word) in chunk {
            insert.values_panic([variant.clone().into(), (*word).into()]);
        }
        insert.on_conflict(OnConflict::columns(["variant", "word"]).do_nothing().to_owned());
        work.transaction.execute(&insert).await?;
    }
    Ok(())
}

/// One condition for each word of a query: the record has a word that begins with it, or, where no word does, one
/// that is a typo away.
pub(crate) async fn matching<C: ColumnTrait>(
    store: &Store,
    kind: RecordKind,
    text: &str,
    id: C,
) -> Result<Vec<Expr>, StoreError> {
    let query = search_words::Query::parse(text);
    if query.words.is_empty() {
        return Ok(vec![Expr::value(false)]);
    }
    let mut conditions = Vec::new();
    for word in &query.words {
        let mut words = beginning_with(store, word).await?;
        if words.is_empty() {
            words = a_typo_away(store, word).await?;
        }
        let mut holding = Query::select();
        holding
            .column("record_id")
            .from("search_word")
            .and_where(Expr::col("record_kind").eq(kind.to_string()))
            .and_where(Expr::col("word").is_in(words));
        conditions.push(if is_common(store, &holding).await? {
            // Nearly every record of the list has it: each is looked at in the order of the list, until a page is full.
            holding.and_where(Expr::col("record_id").equals(id.as_column_ref()));
            Expr::exists(holding)
        } else {
            id.in_subquery(holding)
        });
    }
    Ok(conditions)
}

/// Whether so many records hold a word that they are better not gathered first.
async fn is_common(store: &Store, holding: &SelectStatement) -> Result<bool, StoreError> {
    let mut far_in = holding.clone();
    far_in.offset(COMMON).limit(1);
    Ok(store.read.query_one(&far_in).await?.is_some())
}

async fn beginning_with(store: &Store, word: &search_words::QueryWord) -> Result<Vec<String>, StoreError> {
    let mut select = Query::select();
    select
        .distinct()
        .column("word")
        .from("search_variant")
        .and_where(Expr::col("variant").gte(word.low.clone()))
        .and_where(Expr::col("variant").lt(word.high.clone()))
        .and_where(Expr::col("variant").eq(Expr::col("word")))
        .order_by("word", Order::Asc)
        .limit(MOST_WORDS);
    words(store, &select).await
}

async fn a_typo_away(store: &Store, word: &search_words::QueryWord) -> Result<Vec<String>, StoreError> {
    let mut select = Query::select();
    select
        .distinct()
        .column("word")
        .from("search_variant")
        .and_where(Expr::col("variant").is_in(word.deletions.iter().cloned()))
        .order_by("word", Order::Asc)
        .limit(MOST_WORDS);
    let mut found = words(store, &select).await?;
    found.retain(|candidate| search_words::is_within_one_edit(&word.text, candidate));
    Ok(found)
}

async fn words(store: &Store, select: &sea_orm::sea_query::SelectStatement) -> Result<Vec<String>, StoreError> {
    let rows = store.read.query_all(select).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}
