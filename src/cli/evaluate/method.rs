//! What separations are measured with, and the figures that each method has.

use crate::evaluation::{BANDS_HZ, ImageScore, SourceEvaluation};

/// What a separation is measured with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(super) enum Method {
    /// BSS Eval 3, bss_eval_sources: a filter of 512 taps is no error (SDR, SIR, SAR)
    #[value(name = "v3")]
    Sources,
    /// BSS Eval 3, bss_eval_images: what a filter or another place does to the source is an error (SDR, ISR, SIR, SAR)
    #[value(name = "images")]
    Images,
    /// BSS Eval 4, as museval has it: frame by frame; medians (SDR, ISR, SIR, SAR)
    #[value(name = "v4")]
    Frames,
    /// projections onto the sources without any filter, as in Bryan and Sun's tutorial (SDR, SIR, SAR)
    #[value(name = "projections")]
    Projections,
    /// scale-invariant SDR
    #[value(name = "si-sdr")]
    SiSdr,
    /// plain signal-to-noise ratio below 150 Hz, to 2 kHz and above
    #[value(name = "snr")]
    Snr,
}

/// One figure of a method.
pub(super) struct Figure {
    /// Its key in JSON and CSV.
    pub(super) key: &'static str,
    /// What tables and plots call it; it is in dB.
    pub(super) name: &'static str,
}

impl Method {
    pub(super) const ALL: [Self; 6] =
        [Self::Sources, Self::Images, Self::Frames, Self::Projections, Self::SiSdr, Self::Snr];

    /// The key in JSON and CSV.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Sources => "v3",
            Self::Images => "images",
            Self::Frames => "v4",
            Self::Projections => "projections",
            Self::SiSdr => "si_sdr",
            Self::Snr => "snr",
        }
    }

    /// The title of its table and of its bars.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Sources => "BSS Eval 3, sources",
            Self::Images => "BSS Eval 3, images",
            Self::Frames => "BSS Eval 4, medians over frames",
            Self::Projections => "projections without a filter",
            Self::SiSdr => "scale-invariant SDR",
            Self::Snr => "signal-to-noise ratio in bands",
        }
    }

    pub(super) fn figures(self) -> &'static [Figure] {
        const SDR: Figure = Figure { key: "sdr", name: "SDR" };
        const ISR: Figure = Figure { key: "isr", name: "ISR" };
        const SIR: Figure = Figure { key: "sir", name: "SIR" };
        const SAR: Figure = Figure { key: "sar", name: "SAR" };
        const LOW: Figure = Figure { key: "below_150_hz", name: "<150 Hz" };
        const MIDDLE: Figure = Figure { key: "to_2_khz", name: "to 2 kHz" };
        const HIGH: Figure = Figure { key: "above_2_khz", name: ">2 kHz" };
        match self {
            Self::Sources | Self::Projections => &[SDR, SIR, SAR],
            Self::Images | Self::Frames => &[SDR, ISR, SIR, SAR],
            Self::SiSdr => &[Figure { key: "si_sdr", name: "SI-SDR" }],
            Self::Snr => &[LOW, MIDDLE, HIGH],
        }
    }

    /// The columns of its figures in CSV.
    pub(super) fn columns(self) -> Vec<String> {
        let column = |figure: &Figure| match self.key() {
            method if method == figure.key => figure.key.to_owned(),
            method => format!("{method}_{}", figure.key),
        };
        self.figures().iter().map(column).collect()
    }

    /// The values of its figures in dB, NaN where there is none.
    pub(super) fn values(self, source: &SourceEvaluation) -> Vec<f64> {
        let image = |score: &ImageScore| vec![score.sdr, score.isr, score.sir, score.sar];
        let values = match self {
            Self::Sources => source.filtered.map(|score| vec![score.sdr, score.sir, score.sar]),
            Self::Images => source.image.as_ref().map(image),
            Self::Frames => Some(image(&ImageScore::median(&source.frames))),
            Self::Projections => source.plain.map(|score| vec![score.sdr, score.sir, score.sar]),
            Self::SiSdr => source.plain.map(|score| vec![score.sdr]),
            Self::Snr => source.bands.map(|bands| bands.snr().to_vec()),
        };
        values.unwrap_or_else(|| vec![f64::NAN; self.figures().len()])
    }
}

const _: () = assert!(BANDS_HZ.len() == 3, "the bands have names above");
