//! The colours that tell sources apart in the interface.

use super::MAX_SOURCES;
use std::fmt;

/// A source's colour in the interface, sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// The colour that `text` writes as `#rrggbb`, or `None`.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([red, green, blue]))
    }
}

/// `#rrggbb`, in lower case.
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// The palette of Okabe and Ito (2008), told apart with every kind of colour vision; source `i` takes entry `i`.
pub const PALETTE: [Colour; MAX_SOURCES] = [
    Colour([0xE6, 0x9F, 0x00]), // orange
    Colour([0x56, 0xB4, 0xE9]), // sky blue
    Colour([0x00, 0x9E, 0x73]), // bluish green
    Colour([0xF0, 0xE4, 0x42]), // yellow
    Colour([0xD5, 0x5E, 0x00]), // vermilion
    Colour([0xCC, 0x79, 0xA7]), // reddish purple
    Colour([0x00, 0x72, 0xB2]), // blue
    Colour([0xBB, 0xBB, 0xBB]), // grey, in black's place on a dark ground
];
