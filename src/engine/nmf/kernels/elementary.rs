//! Logarithm and power as polynomials, without branches, tables or calls, so that the compiler turns a loop over them
//! into vector instructions. The coefficients minimise the largest error on the reduced range.

/// √½ as bits: mantissas are reduced to √½..√2, where the logarithm is smallest.
const ROOT_HALF_BITS: u32 = 0x3F35_04F3;
const MANTISSA: u32 = 0x007F_FFFF;

/// log₂(1 + x) / x on √½ − 1 to √2 − 1, within 2.5e-7.
const LOG2: [f32; 8] =
    [1.442_694_9, -0.721_352_46, 0.480_931_16, -0.360_263_47, 0.286_868_93, -0.248_322_98, 0.235_709_2, -0.149_732_17];
/// 2^x on -½ to ½, within 8e-8.
const EXP2: [f32; 6] = [1.0, 0.693_147_24, 0.240_221_07, 0.055_502_973, 0.009_676_036, 0.001_341_000_2];

/// log₂ x for normal x > 0, within 1e-6 near 1 and 1e-7 of the result elsewhere.
#[inline(always)]
pub fn log2(x: f32) -> f32 {
    let shifted = x.to_bits().wrapping_sub(ROOT_HALF_BITS);
    let exponent = (shifted as i32) >> 23;
    let rest = f32::from_bits((shifted & MANTISSA) + ROOT_HALF_BITS) - 1.0;
    exponent as f32 + rest * polynomial(&LOG2, rest)
}

/// 2^x, within 2e-7 of the result; x is clamped to -126 to 127.
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    let x = x.clamp(-126.0, 127.0);
    // Adding 1.5 · 2²³ rounds x to a whole number in the low bits.
    let shifted = x + 12_582_912.0;
    let whole = shifted - 12_582_912.0;
    let scale = f32::from_bits(shifted.to_bits().wrapping_sub(0x4B40_0000).wrapping_add(127) << 23);
    scale * polynomial(&EXP2, x - whole)
}

/// x^p for normal x > 0.
#[inline(always)]
pub fn power(x: f32, p: f32) -> f32 {
    exp2(p * log2(x))
}

#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f32; N], x: f32) -> f32 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_and_power_agree_with_the_standard_library() {
        let mut x = 1.3e-38_f32;
        while x < 1e38 {
            assert!((log2(x) - x.log2()).abs() <= 1e-6 * x.log2().abs().max(1.0), "log2 {x}");
            for p in [0.1, 0.5, 1.0, 1.3, 2.0] {
                let (power, expected) = (power(x, p), f64::from(x).powf(f64::from(p)));
                if (1e-37..1e38).contains(&expected) {
                    assert!((f64::from(power) / expected - 1.0).abs() < 2e-5, "{x}^{p}: {power}, {expected}");
                }
            }
            x *= 1.013;
        }
        for x in [-126.0, -10.5, -0.5, 0.0, 0.5, 1.0, 88.3, 127.0] {
            assert!((exp2(x) / x.exp2() - 1.0).abs() < 1e-6, "2^{x}");
        }
        assert_eq!(exp2(-1e9), (-126.0_f32).exp2());
    }
}
