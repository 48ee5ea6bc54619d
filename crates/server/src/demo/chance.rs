//! Chance that is the same every time, so that the demonstration is too.

use uuid::Uuid;

/// A small generator (splitmix64, public domain). Good enough for invented data, and for nothing else.
#[derive(Debug)]
pub(super) struct Chance {
    state: u64,
    /// The time that is written into the next id, in milliseconds since 1970.
    clock: u64,
}

impl Chance {
    /// The same seed gives the same chance.
    pub(super) const fn new(seed: u64) -> Self {
        // 16 September 2020, the day of the announcement: ids of invented records sort before those of real ones.
        Self { state: seed, clock: 1_600_214_400_000 }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        let span = u64::from(high.saturating_sub(low)) + 1;
        // The upper half of the product of 32 bits of chance and the span: below the span.
        low + u32::try_from(((self.next() >> 32) * span) >> 32).unwrap_or(0)
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, percent: u32) -> bool {
        self.between(1, 100) <= percent
    }

    /// A fraction from −1 to 1.
    pub(super) fn around(&mut self) -> f64 {
        f64::from(self.between(0, 2_000_000)) / 1_000_000.0 - 1.0
    }

    /// One of several; nothing when there are none.
    pub(super) fn maybe<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let last = u32::try_from(all.len()).ok()?.checked_sub(1)?;
        all.get(self.between(0, last) as usize)
    }

    /// One of several texts.
    pub(super) fn text(&mut self, all: &[&'static str]) -> &'static str {
        self.maybe(all).copied().unwrap_or_default()
    }

    /// So many digits.
    pub(super) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b"0123456789"[self.between(0, 9) as usize % 10])).collect()
    }

    /// Puts several into another order.
    pub(super) fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            all.swap(at, self.between(0, u32::try_from(at).unwrap_or(u32::MAX)) as usize);
        }
    }

    /// An id (UUIDv7); each sorts after the one before.
    pub(super) fn id(&mut self) -> Uuid {
        self.clock += 1;
        let bytes = [self.next().to_be_bytes(), self.next().to_be_bytes()].concat();
        let mut random = [0; 10];
        for (place, byte) in random.iter_mut().zip(bytes) {
            *place = byte;
        }
        uuid::Builder::from_unix_timestamp_millis(self.clock, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_generator_it_says() {
        // The first outputs for the seed 1234567, as Vigna's reference implementation gives them.
        let mut chance = Chance::new(1_234_567);
        assert_eq!(
            [chance.next(), chance.next(), chance.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn numbers_stay_within_their_ends_and_reach_both() {
        let mut chance = Chance::new(1);
        let drawn: Vec<_> = (0..1000).map(|_| chance.between(3, 7)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&3), Some(&7)));
        assert_eq!(chance.between(5, 5), 5);
    }

    #[test]
    fn ids_ascend_and_are_of_version_7() {
        let mut chance = Chance::new(1);
        let ids: Vec<_> = (0..100).map(|_| chance.id()).collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.get_version_num() == 7));
    }
}
