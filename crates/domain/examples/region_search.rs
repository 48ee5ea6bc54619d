//! Measures the register of regions: `cargo run --release -p aumsos-domain --example region_search`.

#![expect(clippy::print_stdout, reason = "it prints what it measures")]

use std::time::{Duration, Instant};

use aumsos_domain::regions::{RegionCode, Regions, WrittenPlace};

const QUERIES: [&str; 14] = [
    "k",
    "su",
    "kab",
    "kab sidoarjo",
    "surab",
    "yogya",
    "jaksel",
    "sukamaju",
    "tanjung",
    "candi sidoarjo",
    "surabya",
    "kab sidorajo",
    "a b c d e f g h",
    "xqzw vkwqx",
];

fn main() {
    let start = Instant::now();
    let regions = Regions::get();
    println!("unpack the register   {:>9.1?}", start.elapsed());
    let start = Instant::now();
    let _ = regions.search("warm", &[], None, 1);
    println!("build the index       {:>9.1?}", start.elapsed());
    let start = Instant::now();
    let _ = RegionCode::parse("91.01").map(|code| regions.resolve(code));
    println!("read the history      {:>9.1?}", start.elapsed());
    for query in QUERIES {
        let time = median(|| regions.search(query, &[], None, 20).len());
        println!("search {query:<16} {time:>8.1?}");
    }
    let written = WrittenPlace {
        province: Some("Jatim"),
        regency: Some("Kab.Sidoarjo"),
        district: Some("Candi"),
        village: Some("Sumokali"),
    };
    println!("find all four parts    {:>8.1?}", median(|| regions.find(&written).faults.len()));
    let alone = WrittenPlace { province: None, ..written };
    println!("find without province  {:>8.1?}", median(|| regions.find(&alone).faults.len()));
}

/// The median of a hundred times.
fn median(work: impl Fn() -> usize) -> Duration {
    let mut times: Vec<Duration> = (0..101)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(work());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(50).copied().unwrap_or_default()
}
