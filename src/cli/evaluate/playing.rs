//! Recordings that are read side by side, as many channels of each, at the same pace.

use super::super::{error::CliError, input::Input, interrupt};
use crate::recording::{RecordingError, RecordingReader};
use rayon::prelude::*;
use std::path::Path;

/// Samples of every file that are looked at together.
const BLOCK_SAMPLES: usize = 1 << 16;

/// The files of an evaluation: the references, and then as many estimates.
pub(super) struct Recordings {
    inputs: Vec<Input>,
    /// Number of channels of each file.
    own_channels: Vec<usize>,
    /// Number of channels that each is heard with: a mono file plays alike on both channels beside a stereo one.
    pub(super) channels: usize,
    pub(super) sample_rate: u32,
}

/// How long the files are, in samples.
pub(super) struct Lengths {
    pub(super) of_files: Vec<usize>,
    pub(super) shortest: usize,
}

impl Recordings {
    /// Opens all of them, and checks that they have one sample rate.
    pub(super) fn open(inputs: Vec<Input>) -> Result<Self, CliError> {
        let readers = inputs.iter().map(Input::reader).collect::<Result<Vec<_>, _>>()?;
        let sample_rate = readers[0].sample_rate();
        if let Some(other) = readers.iter().position(|reader| reader.sample_rate() != sample_rate) {
            return Err(CliError::SampleRates {
                path: inputs[other].name.clone(),
                rate: readers[other].sample_rate(),
                first: inputs[0].name.clone(),
                expected: sample_rate,
            });
        }
        let own_channels: Vec<usize> = readers.iter().map(RecordingReader::channels).collect();
        let channels = own_channels.iter().copied().max().unwrap_or(1);
        Ok(Self { inputs, own_channels, channels, sample_rate })
    }

    /// Whether a file is mono beside a stereo one.
    pub(super) fn is_doubled(&self, file: usize) -> bool {
        self.own_channels[file] < self.channels
    }

    /// What a file is called, of the references and then of the estimates.
    pub(super) fn name(&self, file: usize) -> &Path {
        &self.inputs[file].name
    }

    /// Reads all files to their ends. `hear` is given the next block of every channel of the references and of the
    /// estimates, until the shortest file ends, and the share that is done.
    pub(super) fn play_through(&self, mut hear: impl FnMut(&[&[f32]], &[&[f32]], f32)) -> Result<Lengths, CliError> {
        let mut files = self.files()?;
        let promised = files.iter().filter_map(|file| file.reader.promised()).min();
        let mut heard = 0;
        loop {
            self.fill(&mut files, BLOCK_SAMPLES)?;
            let ready = files.iter().map(FileBlocks::waiting).min().unwrap_or_default().min(BLOCK_SAMPLES);
            if ready == 0 {
                break;
            }
            heard += ready;
            let share = promised.map_or(0.0, |promised| heard as f32 / promised.max(1) as f32);
            self.hear(&mut files, ready, |references, estimates| hear(references, estimates, share));
        }
        for file in &mut files {
            // What is longer is read on: what is wrong with a file is known at its end only.
            while !file.ended {
                interrupt::check()?;
                file.drop_waiting();
                file.read_more(BLOCK_SAMPLES)?;
            }
            if let Some(warning) = file.reader.warning() {
                eprintln!("warning: {warning}");
            }
        }
        Ok(Lengths { of_files: files.iter().map(|file| file.samples).collect(), shortest: heard })
    }

    /// Reads the first `samples` of all files.
    pub(super) fn play(&self, samples: usize, mut hear: impl FnMut(&[&[f32]], &[&[f32]], f32)) -> Result<(), CliError> {
        let mut files = self.files()?;
        let mut heard = 0;
        while heard < samples {
            let wanted = BLOCK_SAMPLES.min(samples - heard);
            self.fill(&mut files, wanted)?;
            if let Some(file) = files.iter().position(|file| file.waiting() < wanted) {
                // It was as long when it was read through.
                let path = self.inputs[file].name.clone();
                return Err(RecordingError::Damaged { path, reason: "it has changed".into() }.into());
            }
            heard += wanted;
            let share = heard as f32 / samples as f32;
            self.hear(&mut files, wanted, |references, estimates| hear(references, estimates, share));
        }
        Ok(())
    }

    fn files(&self) -> Result<Vec<FileBlocks>, CliError> {
        let file = |(input, channels): (&Input, &usize)| {
            let waiting = vec![Vec::new(); *channels];
            Ok(FileBlocks { reader: input.reader()?, waiting, samples: 0, ended: false })
        };
        self.inputs.iter().zip(&self.own_channels).map(file).collect()
    }

    /// Reads until `wanted` samples of each file wait, or it has ended.
    fn fill(&self, files: &mut [FileBlocks], wanted: usize) -> Result<(), CliError> {
        interrupt::check()?;
        files.par_iter_mut().try_for_each(|file| file.read_more(wanted))
    }

    fn hear(&self, files: &mut [FileBlocks], samples: usize, hear: impl FnOnce(&[&[f32]], &[&[f32]])) {
        let channels = self.channels;
        let channel = |(file, index): (usize, usize)| {
            let waiting: &Vec<Vec<f32>> = &files[file].waiting;
            &waiting[index.min(waiting.len() - 1)][..samples]
        };
        let all = (0..files.len()).flat_map(|file| (0..channels).map(move |index| (file, index)));
        let signals: Vec<&[f32]> = all.map(channel).collect();
        let (references, estimates) = signals.split_at(signals.len() / 2);
        hear(references, estimates);
        for file in files {
            file.waiting.iter_mut().for_each(|channel| drop(channel.drain(..samples)));
        }
    }
}

/// A file that is being read.
struct FileBlocks {
    reader: RecordingReader,
    /// What was read and not heard yet, indexed by `[channel][sample]`.
    waiting: Vec<Vec<f32>>,
    /// Samples that were read in all.
    samples: usize,
    ended: bool,
}

impl FileBlocks {
    fn waiting(&self) -> usize {
        self.waiting[0].len()
    }

    fn drop_waiting(&mut self) {
        self.waiting.iter_mut().for_each(Vec::clear);
    }

    fn read_more(&mut self, wanted: usize) -> Result<(), CliError> {
        while self.waiting() < wanted && !self.ended {
            match self.reader.next_block()? {
                Some(block) => {
                    self.samples += block[0].len();
                    self.waiting.iter_mut().zip(block).for_each(|(waiting, block)| waiting.extend_from_slice(block));
                }
                None => self.ended = true,
            }
        }
        Ok(())
    }
}
