//! Whole bars of the frozen stretch, to be saved, or seconds where no bars are known: a host's transport may stand
//! still, and a recording and the standalone application have none.

use crate::instance::command::{PartUnit, StretchPart};

/// How many bars or seconds are offered.
const COUNTS: [u32; 4] = [1, 2, 4, 8];
/// A part may begin or end so far outside the stretch, in seconds: a sample of the picture's clock.
const LEAST_S: f64 = 1e-3;

/// The last one, two, four and eight bars that lie in a stretch of `seconds`, from line to line, and how many whole
/// bars there are. If there is none, the same of seconds. `lines` says how many seconds before its end each bar begins,
/// the oldest first, and its number.
/// Where the host's transport jumped, what comes before does not count.
pub(super) fn last(lines: &[(f64, i32)], seconds: f64) -> (Vec<StretchPart>, u32) {
    let place = |ago: f64| (seconds - ago).clamp(0.0, seconds);
    let inside = |line: &&(f64, i32)| (-LEAST_S..=seconds + LEAST_S).contains(&line.0);
    let lines: Vec<(f64, i32)> = lines.iter().filter(inside).copied().collect();
    let follows = |pair: &&[(f64, i32)]| pair[1].1 == pair[0].1 + 1;
    let whole = lines.windows(2).rev().take_while(follows).count();
    let bars = |count: u32| {
        let from = lines.len() - 1 - count as usize;
        StretchPart { count, unit: PartUnit::Bars, seconds: (place(lines[from].0), place(lines[lines.len() - 1].0)) }
    };
    let last_seconds =
        |count: u32| StretchPart { count, unit: PartUnit::Seconds, seconds: (seconds - f64::from(count), seconds) };
    let counts = COUNTS.into_iter();
    let parts = match whole {
        0 => counts.filter(|count| f64::from(*count) <= seconds).map(last_seconds).collect(),
        _ => counts.filter(|count| *count as usize <= whole).map(bars).collect(),
    };
    (parts, whole as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_counted_from_the_last_line_back_to_where_the_transport_jumped() {
        // Two seconds each; the last line lies 0.5 s before the end.
        let lines: Vec<(f64, i32)> = (0..5).map(|n| (8.5 - 2.0 * f64::from(n), 7 + n)).collect();
        let (bars, whole) = last(&lines, 10.0);
        assert_eq!(whole, 4);
        let expected = [(1, 7.5), (2, 5.5), (4, 1.5)].map(|(count, from)| StretchPart {
            count,
            unit: PartUnit::Bars,
            seconds: (from, 9.5),
        });
        assert_eq!(bars, expected);
        let mut jumped = lines.clone();
        jumped[2].1 = 20;
        assert_eq!(last(&jumped, 10.0).1, 1);
        assert_eq!(last(&lines, 5.0).1, 2, "what is not in the stretch does not count");
    }

    #[test]
    fn seconds_take_the_place_of_bars_where_there_is_no_whole_one() {
        let expected = [1, 2, 4].map(|count| StretchPart {
            count,
            unit: PartUnit::Seconds,
            seconds: (5.5 - f64::from(count), 5.5),
        });
        assert_eq!(last(&[], 5.5), (expected.to_vec(), 0));
        assert_eq!(last(&[(1.0, 3)], 5.5), (expected.to_vec(), 0));
        assert_eq!(last(&[], 0.5), (Vec::new(), 0));
    }
}
