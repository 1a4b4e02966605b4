//! A preset prepared for one layout: bands, full-resolution bases, and the solver with its state.
//!
//! It is built on another thread and then handed to the audio thread.

mod basis_mask;

use super::{
    LatencyMode, Layout, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE,
    adapter::{Adapter, ModelAdaptation},
    model_error::ModelError,
    preset_bases::{PresetBases, blocks, known_bins, most_components},
    recognition::Recognition,
};
use crate::{
    learner::adaptive::{Adaptation, AdaptiveState, PERIOD_FRAMES, STRIDE_SECONDS},
    memory,
    nmf::{
        activations::{Solver, squarem::Squarem},
        aligned::{Aligned, padded},
        bands::Bands,
        kernels::vector,
        priors::Priors,
        soft_masks::soft_masks,
    },
    preset::{Kind, PlaySettings, Preset},
};
use pulp::{Arch, Simd, WithSimd};

/// Components below this share of the mean activation are left out of the masks.
const LEAST_SHARE: f32 = 1e-6;
/// How many full rows of numbers a basis takes in a model where none moves, and where some do; and a source. Measured:
/// `tests/engine/memory_needed.rs`.
const ROWS_PER_FIXED_BASIS: usize = 4;
const ROWS_PER_BASIS: usize = 9;
const ROWS_PER_SOURCE: usize = 64;
/// Time over which the shares of blocks are averaged, in seconds.
const BLOCK_MEMORY_SECONDS: f64 = 1.0;

/// Everything that the audio thread needs of a preset.
pub struct Model {
    arch: Arch,
    layout: Layout,
    /// Number of sources S, and the source of each component, `[K]`.
    sources: usize,
    owners: Vec<u8>,
    bands: Bands,
    solver: Squarem,
    /// Activations, `[K]`; those of the last frame that had not seen the onset.
    h: Vec<f32>,
    h_before: Vec<f32>,
    /// The frame in bands, `[B]`, and its left channel alone, where that is used.
    v: Vec<f32>,
    left: Vec<f32>,
    /// The bases that masks are built from, at full resolution, `[K, F_d]`, rows padded. Bins above F_d take the mask
    /// of the top band.
    bases: Aligned,
    /// The active components of one source, with their activations.
    sounding: Vec<(usize, f32)>,
    /// Masks, `[S, F]`, rows padded.
    masks: Aligned,
    /// Scratch memory for the masks, `[F]`, padded.
    norm: Aligned,
    adaptation: ModelAdaptation,
    /// What says which source a band belongs to, if the source model knows any of the sources.
    recognition: Option<Recognition>,
    /// Whose evidence constrains each component; empty where there is none. `[K]`
    groups: Vec<u8>,
    uses_position: bool,
    /// Frames between two that the adaptation gets, and frames since the last one.
    stride: usize,
    since_seen: usize,
    /// Frames that it has got in this period.
    seen: usize,
    /// Whether the adaptation gets the present frame.
    pub(super) learns: bool,
    /// What it is played with, whatever the player has set.
    pub(super) played_with: Option<PlaySettings>,
}

impl Model {
    /// Prepares `preset` for `mode` at `sample_rate` in Hz.
    ///
    /// A dictionary with the engine's bin spacing is used bin by bin; others are interpolated. An adaptive or
    /// recognised source starts with broad, evenly spread bases and learns while it plays: in step with the stream, or
    /// on another thread ([`Self::adapt_elsewhere`]). If there is one, the fixed sources get copies of their pitched
    /// bases at other pitches.
    ///
    /// # Errors
    /// [`ModelError`], if the sample rate is out of range, a source has no bases or the source model is damaged.
    pub fn new(preset: &Preset, sample_rate: f64, mode: LatencyMode) -> Result<Self, ModelError> {
        Self::with_state(preset, &AdaptiveState::default(), sample_rate, mode)
    }

    /// About as many bytes of memory as it takes at most to build a model of `preset` and `state` for `layout`, and to
    /// play it.
    ///
    /// # Errors
    /// [`ModelError`], if a source has no bases.
    pub fn memory_needed(preset: &Preset, state: &AdaptiveState, layout: &Layout) -> Result<usize, ModelError> {
        let bins = known_bins(preset, layout)?;
        let is_fixed = preset.sources.iter().all(|source| source.kind() == Kind::Fixed);
        let per_basis = if is_fixed { ROWS_PER_FIXED_BASIS } else { ROWS_PER_BASIS };
        let of_bases = most_components(preset, state) * per_basis * padded(bins);
        let of_sources = preset.sources.len() * ROWS_PER_SOURCE * padded(layout.bins());
        Ok((of_bases + of_sources) * size_of::<f32>())
    }

    /// The same, where adaptive, recognised and drifting sources continue from `state`.
    ///
    /// # Errors
    /// [`ModelError`], if the sample rate is out of range, a source has no bases or the source model is damaged.
    pub fn with_state(
        preset: &Preset,
        state: &AdaptiveState,
        sample_rate: f64,
        mode: LatencyMode,
    ) -> Result<Self, ModelError> {
        if !(MIN_SAMPLE_RATE..=MAX_SAMPLE_RATE).contains(&sample_rate) {
            return Err(ModelError::SampleRate(sample_rate));
        }
        let layout = Layout::new(sample_rate, mode);
        let bins = known_bins(preset, &layout)?;
        memory::ensure(Self::memory_needed(preset, state, &layout)?)?;
        let mut bases = PresetBases::of(preset, state, &layout, bins)?;
        let copies = bases.transpose(&layout, bins);
        let bands = Bands::new(1..bins);
        let mut merged = vec![0.0; bases.owners.len() * bands.len()];
        for (basis, merged) in bases.bases.chunks_exact(bins).zip(merged.chunks_exact_mut(bands.len())) {
            bands.merge(basis, merged);
        }
        let mut blocks: Vec<Vec<usize>> =
            preset.sources.iter().enumerate().map(|(strip, source)| blocks(source, strip, state)).collect();
        if copies > 0 {
            blocks.push(vec![copies]);
        }
        let remembered = BLOCK_MEMORY_SECONDS * layout.sample_rate / layout.windows.hop as f64;
        let mut solver =
            Squarem::with_copies(&merged, bands.len(), layout.cycles, copies).with_blocks(&blocks, remembered as f32);
        let mut recognition = Recognition::of(preset, &layout, &bands)?;
        if recognition.is_some() {
            solver = solver.with_constraint();
        }
        let mut masking = Aligned::rows(&bases.masking, bins);
        let mut owners = bases.owners.clone();
        let moves = bases.freedom.iter().any(|freedom| freedom.moves());
        let groups = recognition.as_ref().map_or_else(Vec::new, |recognition| recognition.groups_of(&owners));
        let adaptation =
            moves.then(|| Adaptation::new(bases.setup(preset, state, bins, bands.clone(), groups.clone())));
        if let Some(adaptation) = &adaptation {
            let mut now = adaptation.empty_bases();
            adaptation.write(&mut now);
            solver.exchange_bases(&mut now.bands);
            (masking, owners) = (now.masking, now.owners);
            recognition.iter_mut().for_each(|recognition| recognition.trust = now.trust);
        }
        let stride = (STRIDE_SECONDS * layout.sample_rate / layout.windows.hop as f64).round().max(1.0) as usize;
        let sources = preset.sources.len();
        let mut masks = Aligned::zeros(sources * padded(layout.bins()));
        masks.fill(1.0 / sources as f32);
        Ok(Self {
            arch: Arch::new(),
            h: vec![0.0; solver.components()],
            h_before: vec![0.0; solver.components()],
            v: vec![0.0; bands.len()],
            left: vec![0.0; bands.len()],
            bases: masking,
            sounding: Vec::with_capacity(solver.components()),
            masks,
            norm: Aligned::zeros(padded(layout.bins())),
            uses_position: adaptation.as_ref().is_some_and(Adaptation::uses_position),
            adaptation: adaptation.map_or(ModelAdaptation::None, ModelAdaptation::in_step),
            recognition,
            groups,
            stride,
            since_seen: 0,
            seen: 0,
            learns: true,
            played_with: None,
            layout,
            sources,
            owners,
            bands,
            solver,
        })
    }

    /// The layout it was built for.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Number of sources S.
    pub fn sources(&self) -> usize {
        self.sources
    }

    /// The mask of `source` for the last frame, `[F]`. The masks of all sources sum to 1.
    pub fn mask(&self, source: usize) -> &[f32] {
        let bins = self.layout.bins();
        &self.masks[source * padded(bins)..][..bins]
    }

    /// The activations of the last frame, one per basis, `[K]`.
    pub fn activations(&self) -> &[f32] {
        &self.h
    }

    /// Forgets the past of the stream.
    pub fn reset(&mut self) {
        self.h.fill(0.0);
        self.h_before.fill(0.0);
        self.masks.fill(1.0 / self.sources as f32);
        self.solver.reset();
        self.adaptation.reset();
        if let Some(recognition) = &mut self.recognition {
            recognition.reset();
        }
        (self.since_seen, self.seen) = (0, 0);
    }

    /// Hands the adaptation of the bases to an adapter, for another thread; `None` if nothing adapts, or this was done
    /// before.
    pub fn adapt_elsewhere(&mut self) -> Option<Adapter> {
        self.adaptation.send_away()
    }

    /// The adaptation of the bases, if it runs in step with the stream.
    pub fn adaptation_mut(&mut self) -> Option<&mut Adaptation> {
        self.adaptation.adaptation_mut()
    }

    /// Lets it be played with the focus, sparsity and smoothness of `play`, whatever the player has set. The latency
    /// mode of `play` does not count: a model is built for one.
    pub fn play_with(&mut self, play: PlaySettings) {
        self.played_with = Some(play);
    }

    /// Whether [`Self::hear`] has something to do.
    pub fn uses_evidence(&self) -> bool {
        self.recognition.is_some()
    }

    /// Takes over from `other`, which has played so far, what it knows of the stream.
    pub fn continue_from(&mut self, other: &Self) {
        if let (Some(own), Some(other)) = (&mut self.recognition, &other.recognition) {
            own.continue_from(other);
        }
    }

    /// On the audio thread, before [`Self::solve`]: takes the frame's `power`, `[F]`, as mean squares, for the
    /// evidence.
    pub fn hear(&mut self, power: &[f32]) {
        if let Some(recognition) = &mut self.recognition {
            recognition.hear(power);
        }
    }

    /// On the audio thread, before [`Self::solve`]: takes the magnitudes of the left of two channels, `[F]`.
    pub fn take_left(&mut self, magnitudes: &[f32]) {
        if self.uses_position && self.since_seen == 0 {
            self.bands.merge(magnitudes, &mut self.left);
        }
    }

    /// On the audio thread: finds the activations for the magnitudes `v`, `[F]`, under `priors`.
    pub fn solve(&mut self, v: &[f32], priors: &Priors) {
        self.bands.merge(v, &mut self.v);
        let due = self.since_seen == 0;
        let (solver, masking, owners) = (&mut self.solver, &mut self.bases, &mut self.owners);
        let recognition = &mut self.recognition;
        self.adaptation.renew(due && self.seen == 0, |bases| {
            solver.exchange_bases(&mut bases.bands);
            std::mem::swap(masking, &mut bases.masking);
            std::mem::swap(owners, &mut bases.owners);
            if let Some(recognition) = recognition {
                recognition.trust = bases.trust;
            }
        });
        let (v, h) = (&self.v, &mut self.h);
        match &self.recognition {
            Some(recognition) => self.solver.solve_under(&recognition.constraint(&self.groups), v, priors, h),
            None => self.solver.solve(v, priors, h),
        }
        if due && self.learns {
            let said = self.recognition.as_ref().map_or(&[][..], Recognition::learning_likelihoods);
            self.adaptation.remember(&self.v, &self.left, &self.h, said);
            self.seen = (self.seen + 1) % PERIOD_FRAMES;
        }
        self.since_seen = (self.since_seen + 1) % self.stride;
    }

    /// On the audio thread: builds the masks of all sources from the activations, for the magnitudes `v`, `[F]`.
    pub fn mask_sources(&mut self, v: &[f32], focus: f32) {
        struct Masks<'a>(&'a mut Model, &'a [f32], f32);
        impl WithSimd for Masks<'_> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) {
                let Self(model, v, focus) = self;
                model.explain(simd);
                let (known, width) = (model.known(), model.norm.len());
                let (mut total, mut focus) = (model.h.iter().sum(), focus);
                if let Some(recognition) = &model.recognition {
                    focus = recognition.focus(focus);
                    recognition.constrain(&mut model.masks, width, v, &model.bands);
                    total = model.v.iter().sum();
                }
                soft_masks(&mut model.masks, width, focus, total, &mut model.norm[..known]);
            }
        }
        self.arch.dispatch(Masks(self, v, focus));
        self.extend();
    }

    /// Number of bins that the dictionaries have.
    fn known(&self) -> usize {
        self.bands.bins(self.bands.len() - 1).end
    }

    /// masks ← W_s h_s, on the bins that the dictionaries have.
    #[inline(always)]
    fn explain<S: Simd>(&mut self, simd: S) {
        let (known, width) = (padded(self.known()), self.norm.len());
        let least = self.h.iter().sum::<f32>() * LEAST_SHARE / self.h.len() as f32;
        for (source, mask) in self.masks.chunks_exact_mut(width).enumerate() {
            self.sounding.clear();
            let heard = self.owners.iter().zip(&self.h).enumerate();
            let own = heard.filter(|(_, (owner, h))| usize::from(**owner) == source && **h > least);
            self.sounding.extend(own.map(|(k, (_, h))| (k, *h)));
            vector::weighted_sum_of(simd, &self.bases, &self.sounding, &mut mask[..known]);
        }
    }

    /// The other bins take the masks of their neighbours.
    fn extend(&mut self) {
        let top = self.bands.bins(self.bands.len() - 1);
        let bins = self.layout.bins();
        for mask in self.masks.chunks_exact_mut(self.norm.len()) {
            mask[0] = mask[1];
            let edge = mask[top.clone()].iter().sum::<f32>() / top.len() as f32;
            mask[top.end..bins].fill(edge);
        }
    }
}
