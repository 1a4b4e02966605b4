//! Running medians: of each band over the last steps, and of each step over the bands around.

/// Medians of the last steps. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub(super) struct RunningMedians {
    bands: usize,
    /// Number of steps that a median in time takes in at most, number of steps that there are, and the next one's
    /// place.
    steps: usize,
    count: usize,
    next: usize,
    /// The last steps, a ring of `[steps, B]`; the same per band in ascending order, `[B, steps]`.
    past: Vec<f32>,
    sorted: Vec<f32>,
    /// Number of bands that a median over bands takes in at most, and those around one band in ascending order.
    around: usize,
    window: Vec<f32>,
}

impl RunningMedians {
    /// Medians of `bands` bands over `steps` steps, and over `around` bands, an odd number.
    pub(super) fn new(bands: usize, steps: usize, around: usize) -> Self {
        Self {
            bands,
            steps,
            count: 0,
            next: 0,
            past: vec![0.0; steps * bands],
            sorted: vec![0.0; steps * bands],
            around,
            window: vec![0.0; around + 1],
        }
    }

    pub(super) fn reset(&mut self) {
        (self.count, self.next) = (0, 0);
    }

    pub(super) fn copy_from(&mut self, other: &Self) {
        if self.past.len() == other.past.len() {
            (self.count, self.next) = (other.count, other.next);
            self.past.copy_from_slice(&other.past);
            self.sorted.copy_from_slice(&other.sorted);
        }
    }

    /// Takes the next step's `values`, `[B]`, and writes the difference of both medians, `[B]`: in time, this step
    /// included, less over the bands around. At the beginning and at the edges a median takes in what there is.
    pub(super) fn step(&mut self, values: &[f32], differences: &mut [f32]) {
        let is_full = self.count == self.steps;
        let oldest = &mut self.past[self.next * self.bands..][..self.bands];
        let rows = self.sorted.chunks_exact_mut(self.steps).zip(values).zip(oldest).zip(differences.iter_mut());
        for (((row, value), oldest), difference) in rows {
            let before = if is_full { remove(row, self.steps, *oldest) } else { self.count };
            insert(row, before, *value);
            *oldest = *value;
            *difference = row[before.div_ceil(2)];
        }
        self.next = (self.next + 1) % self.steps;
        self.count = (self.count + 1).min(self.steps);

        let half = self.around / 2;
        let mut within = 0;
        for value in values.iter().take(half) {
            insert(&mut self.window, within, *value);
            within += 1;
        }
        for (b, difference) in differences.iter_mut().enumerate() {
            if let Some(entering) = values.get(b + half) {
                insert(&mut self.window, within, *entering);
                within += 1;
            }
            if let Some(leaving) = b.checked_sub(half + 1) {
                within = remove(&mut self.window, within, values[leaving]);
            }
            *difference -= self.window[within / 2];
        }
    }
}

/// Puts `value` in its place among the first `count` values of `sorted`, which has room for it.
fn insert(sorted: &mut [f32], count: usize, value: f32) {
    let mut place = count;
    while place > 0 && sorted[place - 1] > value {
        sorted[place] = sorted[place - 1];
        place -= 1;
    }
    sorted[place] = value;
}

/// Takes `value` out of the first `count` values of `sorted`; gives how many are left.
fn remove(sorted: &mut [f32], count: usize, value: f32) -> usize {
    let place = sorted[..count].partition_point(|other| *other < value).min(count - 1);
    sorted.copy_within(place + 1..count, place);
    count - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn median(mut values: Vec<f32>) -> f32 {
        values.sort_by(f32::total_cmp);
        values[values.len() / 2]
    }

    #[test]
    fn medians_agree_with_sorting() {
        const BANDS: usize = 23;
        for (steps, around) in [(13, 9), (4, 5), (1, 1)] {
            let mut medians = RunningMedians::new(BANDS, steps, around);
            let value = |t: usize, b: usize| ((t * 37 + b * 11 + t * t % 7 * b) % 29) as f32 - 9.0;
            let mut differences = vec![0.0; BANDS];
            for t in 0..60 {
                let now: Vec<f32> = (0..BANDS).map(|b| value(t, b)).collect();
                medians.step(&now, &mut differences);
                for b in 0..BANDS {
                    let in_time = median(((t + 1).saturating_sub(steps)..=t).map(|t| value(t, b)).collect());
                    let half = around / 2;
                    let over_bands = median(now[b.saturating_sub(half)..(b + half + 1).min(BANDS)].to_vec());
                    assert_eq!(differences[b], in_time - over_bands, "step {t}, band {b}");
                }
            }
        }
    }
}
