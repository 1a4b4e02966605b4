//! SDR while the music plays: how a system gets better, or worse, as it listens.

use crate::{Result, scene::Scene};
use std::ops::Range;
use unbraid_engine::evaluation::TrueSources;

const WINDOW_SECONDS: usize = 2;

/// The SDR in dB of one window.
pub(crate) struct Window {
    /// When it begins, in seconds.
    pub(crate) from: usize,
    /// When it ends, in seconds.
    pub(crate) to: usize,
    /// One per source; none if a source is silent there.
    pub(crate) sdr: Option<Vec<f64>>,
}

/// Windows that begin a second after each other.
pub(crate) type Course = Vec<Window>;

impl Window {
    /// The mean over the sources.
    pub(crate) fn mean(&self) -> Option<f64> {
        self.sdr.as_ref().map(|sdr| sdr.iter().sum::<f64>() / sdr.len() as f64)
    }
}

/// The course of every one of `results`, over all passes.
pub(crate) fn of(scene: &Scene, results: &[Result]) -> Vec<(String, Course)> {
    let rate = scene.mixture.sample_rate as usize;
    let seconds = scene.mixture.len() / rate;
    let mut courses: Vec<(String, Course)> =
        results.iter().map(|result| (result.system.clone(), Course::new())).collect();
    for from in 0..(seconds + 1).saturating_sub(WINDOW_SECONDS) {
        let to = from + WINDOW_SECONDS;
        let range = Range { start: from * rate, end: to * rate };
        let truths = TrueSources::new(&scene.truths_in(range.clone())).ok();
        for (result, (_, course)) in results.iter().zip(&mut courses) {
            let estimates = scene.estimates_in(&result.estimates, &range);
            let scores = truths.as_ref().and_then(|truths| truths.score(&estimates).ok());
            let sdr = scores.map(|scores| scores.iter().map(|score| score.sdr).collect());
            course.push(Window { from, to, sdr });
        }
    }
    courses
}
