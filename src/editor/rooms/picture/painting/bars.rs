//! Whole bars of the frozen stretch, to be saved.

use crate::instance::command::Bars;

/// How many bars are offered.
const COUNTS: [u32; 4] = [1, 2, 4, 8];
/// Bars may begin or end so far outside the stretch, in seconds: a sample of the picture's clock.
const LEAST_S: f64 = 1e-3;

/// The last one, two, four and eight bars that lie in a stretch of `seconds`, from line to line, and how many whole
/// bars there are. `lines` says how many seconds before its end each bar begins, the oldest first, and its number.
/// Where the host's transport jumped, what comes before does not count.
pub(super) fn last(lines: &[(f64, i32)], seconds: f64) -> (Vec<Bars>, u32) {
    let place = |ago: f64| (seconds - ago).clamp(0.0, seconds);
    let inside = |line: &&(f64, i32)| (-LEAST_S..=seconds + LEAST_S).contains(&line.0);
    let lines: Vec<(f64, i32)> = lines.iter().filter(inside).copied().collect();
    let follows = |pair: &&[(f64, i32)]| pair[1].1 == pair[0].1 + 1;
    let whole = lines.windows(2).rev().take_while(follows).count();
    let bars = |count: u32| {
        let from = lines.len() - 1 - count as usize;
        Bars { count, seconds: (place(lines[from].0), place(lines[lines.len() - 1].0)) }
    };
    (COUNTS.into_iter().filter(|count| *count as usize <= whole).map(bars).collect(), whole as u32)
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
        let expected = [(1, 7.5), (2, 5.5), (4, 1.5)].map(|(count, from)| Bars { count, seconds: (from, 9.5) });
        assert_eq!(bars, expected);
        let mut jumped = lines.clone();
        jumped[2].1 = 20;
        assert_eq!(last(&jumped, 10.0).1, 1);
        assert_eq!(last(&lines, 5.0).1, 2, "what is not in the stretch does not count");
        assert_eq!(last(&[], 5.0), (Vec::new(), 0));
        assert_eq!(last(&lines[..1], 10.0), (Vec::new(), 0));
    }
}
