//! Frames of magnitudes.

/// Non-negative frames, `[T, F]`, row-major.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frames {
    /// Number of bins F.
    pub bins: usize,
    /// The values, frame after frame.
    pub values: Vec<f32>,
}

impl Frames {
    /// Number of frames T.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.bins).unwrap_or(0)
    }

    /// Whether there is no frame.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lowest `bins` bins of each frame.
    ///
    /// # Panics
    /// If there are fewer.
    #[must_use]
    pub fn lowest(self, bins: usize) -> Self {
        if bins == self.bins {
            return self;
        }
        Self { bins, values: self.iter().flat_map(|frame| &frame[..bins]).copied().collect() }
    }

    /// The frames, each `[F]`.
    pub fn iter(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.bins.max(1))
    }
}
