//! Values as text, written straight into the buffer of the answer: the same in CSV and in JSON.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};

/// A number in decimal.
pub(super) fn push_whole(out: &mut Vec<u8>, number: i64) {
    // Twenty bytes hold a sign and the nineteen digits of the largest.
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// A day as `2026-11-24`.
pub(super) fn push_day(out: &mut Vec<u8>, day: NaiveDate) {
    let year = day.year();
    match u32::try_from(year) {
        Ok(year) if year <= 9999 => {
            push_two(out, year / 100);
            push_two(out, year % 100);
        }
        // ISO 8601 asks for a sign on years of other than four digits.
        _ => {
            out.push(if year < 0 { b'-' } else { b'+' });
            let digits = year.unsigned_abs();
            if digits < 1000 {
                push_two(out, digits / 100);
                push_two(out, digits % 100);
            } else {
                push_whole(out, i64::from(digits));
            }
        }
    }
    out.push(b'-');
    push_two(out, day.month());
    out.push(b'-');
    push_two(out, day.day());
}

/// A time as RFC 3339 in UTC, with a fraction of three or six digits where there is one: as JSON answers show it.
pub(super) fn push_time(out: &mut Vec<u8>, time: DateTime<Utc>) {
    let time = time.naive_utc();
    push_day(out, time.date());
    for (mark, part) in [(b'T', time.hour()), (b':', time.minute()), (b':', time.second())] {
        out.push(mark);
        push_two(out, part);
    }
    let micros = time.nanosecond() / 1000 % 1_000_000;
    if micros > 0 {
        out.push(b'.');
        push_two(out, micros / 10_000);
        out.push(b'0' + u8::try_from(micros / 1000 % 10).unwrap_or(0));
        if !micros.is_multiple_of(1000) {
            out.push(b'0' + u8::try_from(micros / 100 % 10).unwrap_or(0));
            push_two(out, micros % 100);
        }
    }
    out.push(b'Z');
}

fn push_two(out: &mut Vec<u8>, number: u32) {
    let digit = |value: u32| b'0' + u8::try_from(value % 10).unwrap_or(0);
    out.extend_from_slice(&[digit(number / 10), digit(number)]);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use chrono::SecondsFormat;
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_the_standard_library_does(number: i64) {
            prop_assert_eq!(written(|out| push_whole(out, number)), number.to_string());
        }

        #[test]
        fn times_are_written_as_json_shows_them(micros in -62_000_000_000_000_000_i64..250_000_000_000_000_000) {
            let time = DateTime::from_timestamp_micros(micros).unwrap();
            prop_assert_eq!(written(|out| push_time(out, time)), time.to_rfc3339_opts(SecondsFormat::AutoSi, true));
            let whole = DateTime::from_timestamp_micros(micros / 1000 * 1000).unwrap();
            prop_assert_eq!(written(|out| push_time(out, whole)), whole.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        }

        #[test]
        fn days_are_written_as_chrono_does(days in -1_000_000_i32..4_000_000) {
            let day = NaiveDate::from_num_days_from_ce_opt(days).unwrap();
            prop_assert_eq!(written(|out| push_day(out, day)), day.to_string());
        }
    }
}
