//! Numbers as people write them: with a decimal comma or point, a minus sign of any kind, with or without their unit.

/// The number that `text` says, which may end in its `unit`, in capitals or not. Infinity is `inf` or `∞`, with a sign
/// or without. `None` if it is no number, or could be two: `1,234.5`.
pub fn parse(text: &str, unit: &str) -> Option<f32> {
    let text = text.trim().to_lowercase().replace(['\u{2212}', '\u{2013}'], "-");
    let number = text.strip_suffix(&unit.to_lowercase()).unwrap_or(&text).trim_end();
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => (-1.0, digits.trim_start()),
        None => (1.0, number.strip_prefix('+').unwrap_or(number).trim_start()),
    };
    if digits == "inf" || digits == "∞" {
        return Some(sign * f32::INFINITY);
    }
    let is_plain = digits.starts_with(|first: char| first.is_ascii_digit() || ",.".contains(first));
    if !is_plain || digits.matches([',', '.']).count() > 1 {
        return None;
    }
    digits.replace(',', ".").parse::<f32>().ok().filter(|value| value.is_finite()).map(|value| sign * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_signs_and_units_are_understood() {
        for text in ["-6.5", "-6,5", "−6,5 dB", "–6.5db", " - 6.5 DB ", "-06,50"] {
            assert_eq!(parse(text, "dB"), Some(-6.5), "{text}");
        }
        for text in ["12.5", "12,5 %", "+12,5%", "12.5e0"] {
            assert_eq!(parse(text, "%"), Some(12.5), "{text}");
        }
        for text in ["-inf", "-∞", "−inf dB", "-INF"] {
            assert_eq!(parse(text, "dB"), Some(f32::NEG_INFINITY), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "dB", "nan", "infinity", "1,234.5", "1.2.3", "--6", "6 Hz", "1e999", "six"] {
            assert_eq!(parse(text, "dB"), None, "{text:?}");
        }
    }
}
