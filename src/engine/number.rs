//! Numbers as people write them: with a decimal comma or point, a minus sign of any kind, with or without their unit.

use std::str::FromStr;

/// The number that `text` says, which may end in its `unit`, in capitals or not. Infinity is `inf` or `∞`, with a sign
/// or without. `None` if it is no number, or could be two: `1,234.5`; or if it is too large for the type, `f32` or
/// `f64`.
pub fn parse<T: FromStr + Copy + Into<f64>>(text: &str, unit: &str) -> Option<T> {
    let text = text.trim().to_lowercase().replace(['\u{2212}', '\u{2013}'], "-");
    let number = text.strip_suffix(&unit.to_lowercase()).unwrap_or(&text).trim_end();
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits.trim_start()),
        None => ("", number.strip_prefix('+').unwrap_or(number).trim_start()),
    };
    if digits == "inf" || digits == "∞" {
        return format!("{sign}inf").parse().ok();
    }
    let is_plain = digits.starts_with(|first: char| first.is_ascii_digit() || ",.".contains(first));
    if !is_plain || digits.matches([',', '.']).count() > 1 {
        return None;
    }
    let value: T = format!("{sign}{}", digits.replace(',', ".")).parse().ok()?;
    value.into().is_finite().then_some(value)
}

/// The f64 that prints as `number` does: 0.1, not 0.10000000149011612. It reads back as `number`.
pub fn decimal(number: f32) -> f64 {
    number.to_string().parse().ok().filter(|decimal| *decimal as f32 == number).unwrap_or(f64::from(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_short_as_they_print_and_read_back_the_same() {
        assert_eq!(decimal(0.1).to_string(), "0.1");
        for bits in (0..u32::MAX).step_by(65_537) {
            let number = f32::from_bits(bits);
            assert!(number.is_nan() || decimal(number) as f32 == number, "{number}");
        }
    }

    #[test]
    fn commas_signs_and_units_are_understood() {
        for text in ["-6.5", "-6,5", "−6,5 dB", "–6.5db", " - 6.5 DB ", "-06,50"] {
            assert_eq!(parse(text, "dB"), Some(-6.5_f32), "{text}");
        }
        for text in ["12.5", "12,5 %", "+12,5%", "12.5e0"] {
            assert_eq!(parse(text, "%"), Some(12.5_f32), "{text}");
        }
        for text in ["-inf", "-∞", "−inf dB", "-INF"] {
            assert_eq!(parse(text, "dB"), Some(f32::NEG_INFINITY), "{text}");
        }
    }

    #[test]
    fn numbers_are_as_exact_as_their_type() {
        assert_eq!(parse("0,7 s", "s"), Some(0.7_f64));
        assert_eq!(parse("0.7", "s"), Some(0.7_f32));
        assert_eq!((parse::<f64>("1e39", ""), parse::<f32>("1e39", "")), (Some(1e39), None));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "dB", "nan", "infinity", "1,234.5", "1.2.3", "--6", "6 Hz", "1e999", "six"] {
            assert_eq!(parse::<f32>(text, "dB"), None, "{text:?}");
        }
    }
}
