//! Round numbers along an axis.

/// A number on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AxisNumber {
    pub(super) value: f64,
    /// As many digits after the point as tell it from its neighbours; the minus sign is a typographic one.
    pub(super) label: String,
}

/// The multiples of `step` from `low` to `high`.
pub(super) fn ticks(low: f64, high: f64, step: f64) -> Vec<AxisNumber> {
    // As much of a step is what rounding leaves.
    const ROUNDING: f64 = 1e-9;
    let decimals = (-(step.log10() + ROUNDING).floor()).max(0.0) as usize;
    let tick = |index: i64| {
        let value = index as f64 * step;
        AxisNumber { value, label: format!("{value:.decimals$}").replace('-', "\u{2212}") }
    };
    let (first, last) = ((low / step - ROUNDING).ceil(), (high / step + ROUNDING).floor());
    (first as i64..=last as i64).map(tick).collect()
}

/// Distance between two numbers on an axis that spans `range`: 1, 2 or 5 times a power of ten, such that there are no
/// more than `most` of these distances.
pub(super) fn round_step(range: f64, most: f64) -> f64 {
    let rough = range / most;
    let decade = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|factor| factor * decade).into_iter().find(|step| *step >= rough).unwrap_or(rough)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_carry_a_handful_of_round_numbers() {
        let cases =
            [(9.0, 11.0, 1.0), (0.5, 11.0, 0.05), (200.0, 11.0, 20.0), (4_126.0, 6.0, 1_000.0), (1.0, 6.0, 0.2)];
        for (range, most, step) in cases {
            let found = round_step(range, most);
            assert!((found / step - 1.0).abs() < 1e-9, "{range}: {found}, not {step}");
        }
    }

    #[test]
    fn numbers_have_the_digits_of_their_step_and_no_others() {
        let labels = |low, high, step| ticks(low, high, step).into_iter().map(|tick| tick.label).collect::<Vec<_>>();
        assert_eq!(labels(-0.25, 0.6, 0.2), ["\u{2212}0.2", "0.0", "0.2", "0.4", "0.6"]);
        assert_eq!(labels(0.0, 0.7, 0.1), ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]);
        assert_eq!(labels(0.0, 0.15, 0.05), ["0.00", "0.05", "0.10", "0.15"]);
        assert_eq!(labels(-12.0, 11.0, 10.0), ["\u{2212}10", "0", "10"]);
        assert_eq!(labels(0.0, 0.003, 0.001), ["0.000", "0.001", "0.002", "0.003"]);
    }
}
