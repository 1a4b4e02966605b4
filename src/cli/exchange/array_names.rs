//! Names of the arrays that belong to a source: its reconstruction bases are `NAME.reconstruction`, its bases for other
//! frames of N samples are `NAME.N` and `NAME.reconstruction.N`.

use crate::dictionary::FRAME_LENGTHS;

/// The end of the name of reconstruction bases.
const RECONSTRUCTION: &str = ".reconstruction";

/// What the array `name` would be of another: that one's name and, if it is for other frames, their length. `None` if
/// it can only stand for itself.
pub(super) fn relation(name: &str) -> Option<(&str, Option<usize>)> {
    let is_frame = |length: &usize| FRAME_LENGTHS.contains(length);
    let frame_len = |end: &str| end.parse().ok().filter(is_frame);
    let (stem, frame_len) = match name.rsplit_once('.').map(|(stem, end)| (stem, frame_len(end))) {
        Some((stem, Some(frame_len))) => (stem, Some(frame_len)),
        _ => (name, None),
    };
    match stem.strip_suffix(RECONSTRUCTION) {
        Some(main) => Some((main, frame_len)),
        None => frame_len.map(|_| (stem, frame_len)),
    }
}

/// The name of the array of reconstruction bases of `main`, for other frames if their length is given.
pub(super) fn reconstruction_name(main: &str, frame_len: Option<usize>) -> String {
    let suffix = frame_len.map(|frame_len| format!(".{frame_len}")).unwrap_or_default();
    format!("{main}{RECONSTRUCTION}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_frame_length_or_a_known_end_belong_to_another() {
        assert_eq!(relation("low.2058"), Some(("low", Some(2_058))));
        assert_eq!(relation("low.reconstruction"), Some(("low", None)));
        assert_eq!(relation("a.b.reconstruction.2058"), Some(("a.b", Some(2_058))));
        for name in ["low", "low.1", "low.x", "low.99999999999999999999", ""] {
            assert_eq!(relation(name), None, "{name}");
        }
        for frame_len in [None, Some(4_116)] {
            assert_eq!(relation(&reconstruction_name("low", frame_len)), Some(("low", frame_len)));
        }
    }
}
