//! Pictures of masks beside ideal masks: where a system is wrong.
//!
//! Frequency upwards from 40 Hz to 16 kHz, time to the right. The colour is who has what is there: the colours of the
//! sources, mixed by their shares; as bright as the mixture is loud. Beside each system's shares, bright is what it
//! gives to the wrong source.

use crate::{
    Result as Separated,
    frames::{self, Grid},
    scene::Scene,
};
use plotters::{
    backend::BitMapBackend,
    coord::Shift,
    drawing::{DrawingArea, IntoDrawingArea},
    element::BitMapElement,
    style::{FontStyle, IntoFont, RGBColor, TextStyle, register_font},
};
use std::{fs, path::Path};
use unbraid_engine::{recording::Recording, stft::WindowPair};

const FRAME: usize = 4096;
const HOP: usize = 512;
const LOW_HZ: f64 = 40.0;
const HIGH_HZ: f64 = 16_000.0;
/// Between the darkest and the brightest, in dB.
const RANGE_DB: f32 = 60.0;
/// Of the sources, and what they are called.
const COLOURS: [[f32; 3]; 5] =
    [[255.0, 150.0, 40.0], [70.0, 140.0, 255.0], [110.0, 220.0, 110.0], [235.0, 90.0, 200.0], [235.0, 225.0, 90.0]];
const COLOUR_NAMES: [&str; 5] = ["orange", "blue", "green", "pink", "yellow"];
const BACKGROUND: RGBColor = RGBColor(0x15, 0x15, 0x1B);
const INK: RGBColor = RGBColor(0xEC, 0xEC, 0xF0);
/// Size of one map, in pixels.
const MAP: (u32, u32) = (680, 240);
/// Room above a map for its title, and between maps, in pixels.
const TITLE: u32 = 28;
/// From the top of that room to the title's line, in pixels: letters reach some pixels above it.
const TITLE_TOP: i32 = 9;
const GAP: u32 = 12;
const FONT: &str = "sans-serif";
/// Frequencies that are named at the side, in Hz.
const NAMED_HZ: [f64; 4] = [100.0, 300.0, 1_000.0, 5_000.0];

/// Draws the case into `folder`: the mixture, the ideal shares, and each system's shares with what is wrong with them.
pub(crate) fn draw(scene: &Scene, results: &[Separated], folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let name = format!("{} {}.png", scene.material.group, scene.material.name);
    let path = folder.join(name.replace([' ', '/'], "-"));
    let painted = paint(scene, results, &path);
    painted.map_err(|error| format!("cannot draw {}: {error}", path.display()))
}

type Failure = Box<dyn std::error::Error>;

fn paint(scene: &Scene, results: &[Separated], path: &Path) -> Result<(), Failure> {
    // A font that is there already is as good.
    let _ = register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT);
    let rows: Vec<&Separated> = results.iter().filter(|result| !result.system.contains("ideal")).skip(1).collect();
    let size = (2 * (MAP.0 + GAP) + GAP, (rows.len() as u32 + 1) * (MAP.1 + TITLE + GAP));
    let area = BitMapBackend::new(path, size).into_drawing_area();
    area.fill(&BACKGROUND)?;

    let axes = Axes::of(&scene.mixture);
    let loudness = axes.loudness(&levels(&last_pass(scene, &scene.mixture)));
    let parts: Vec<Grid> = scene.material.parts.iter().map(levels).collect();
    let ideal = axes.shares(&parts);
    map(&area, (0, 0), "mixture", &axes, |x, y| [230.0; 3].map(|c| c * loudness[x][y]))?;
    let title = format!("ideal masks: {}", legend(scene));
    map(&area, (1, 0), &title, &axes, |x, y| blend(&ideal, x, y).map(|c| c * loudness[x][y]))?;
    for (row, result) in rows.iter().enumerate() {
        let estimates: Vec<Grid> = result.estimates.iter().map(|part| levels(&last_pass(scene, part))).collect();
        let found = axes.shares(&estimates);
        let title = format!("{}: SDR {:.1} dB", result.system, result.figures.mean.sdr);
        let row = row as u32 + 1;
        map(&area, (0, row), &title, &axes, |x, y| blend(&found, x, y).map(|c| c * loudness[x][y]))?;
        map(&area, (1, row), "what goes to the source of this colour and should not", &axes, |x, y| {
            wrong(&found, &ideal, x, y).map(|c| c * loudness[x][y])
        })?;
    }
    area.present()?;
    Ok(())
}

fn legend(scene: &Scene) -> String {
    let names = COLOUR_NAMES.iter().zip(scene.sources());
    names.map(|(colour, source)| format!("{source} {colour}")).collect::<Vec<_>>().join(", ")
}

fn last_pass(scene: &Scene, recording: &Recording) -> Recording {
    let cut = |channel: &Vec<f32>| channel[scene.last_pass()].to_vec();
    Recording { channels: recording.channels.iter().map(cut).collect(), ..*recording }
}

fn levels(recording: &Recording) -> Grid {
    frames::magnitudes(recording, &WindowPair::symmetric(FRAME, HOP))
}

/// The colours of the sources, mixed by their shares.
fn blend(shares: &[Grid], x: usize, y: usize) -> [f32; 3] {
    let mix = |c: usize| shares.iter().zip(COLOURS).map(|(share, colour)| share[x][y] * colour[c]).sum();
    std::array::from_fn(mix)
}

/// The same of what is more than the ideal share.
fn wrong(found: &[Grid], ideal: &[Grid], x: usize, y: usize) -> [f32; 3] {
    let excess: Vec<f32> = found.iter().zip(ideal).map(|(found, ideal)| (found[x][y] - ideal[x][y]).max(0.0)).collect();
    std::array::from_fn(|c| excess.iter().zip(COLOURS).map(|(excess, colour)| excess * colour[c]).sum())
}

/// Which frames and bins a pixel shows.
struct Axes {
    bin_spacing: f64,
    /// The highest frequency shown, in Hz.
    high: f64,
    frames: usize,
}

impl Axes {
    fn of(recording: &Recording) -> Self {
        let rate = f64::from(recording.sample_rate);
        let frames = recording.len() / HOP;
        Self { bin_spacing: rate / FRAME as f64, high: HIGH_HZ.min(rate / 2.0), frames }
    }

    /// How far down `hz` is, in pixels.
    fn row(&self, hz: f64) -> i32 {
        ((hz / self.high).ln() / (LOW_HZ / self.high).ln() * f64::from(MAP.1)) as i32
    }

    /// The bins of a row of pixels.
    fn bins(&self, y: usize) -> std::ops::RangeInclusive<usize> {
        let hz = |row: usize| self.high * (LOW_HZ / self.high).powf(row as f64 / f64::from(MAP.1));
        let bin = |hz: f64| (hz / self.bin_spacing).round() as usize;
        let first = bin(hz(y + 1));
        first..=(bin(hz(y)).max(first + 1) - 1)
    }

    /// The level of every pixel, `[x][y]`.
    fn pixels(&self, levels: &Grid) -> Grid {
        // A frame shows what is in its middle, half a frame before its end.
        let late = FRAME / 2 / HOP;
        let frame = |x: usize| (x * self.frames / MAP.0 as usize + late).min(levels.len() - 1);
        let level = |x: usize, y: usize| levels[frame(x)][self.bins(y)].iter().copied().fold(0.0, f32::max);
        (0..MAP.0 as usize).map(|x| (0..MAP.1 as usize).map(|y| level(x, y)).collect()).collect()
    }

    fn shares(&self, levels: &[Grid]) -> Vec<Grid> {
        frames::shares(&levels.iter().map(|levels| self.pixels(levels)).collect::<Vec<_>>(), 1.0)
    }

    /// 0 to 1 for every pixel.
    fn loudness(&self, levels: &Grid) -> Grid {
        let mut pixels = self.pixels(levels);
        let top = pixels.iter().flatten().copied().fold(f32::MIN_POSITIVE, f32::max);
        let loudness = |level: f32| (1.0 + 20.0 * (level / top).log10() / RANGE_DB).clamp(0.0, 1.0);
        pixels.iter_mut().flatten().for_each(|level| *level = loudness(*level));
        pixels
    }
}

/// Draws one map in `(column, row)`.
fn map(
    area: &DrawingArea<BitMapBackend<'_>, Shift>,
    (column, row): (u32, u32),
    title: &str,
    axes: &Axes,
    colour: impl Fn(usize, usize) -> [f32; 3],
) -> Result<(), Failure> {
    let (left, top) = ((GAP + column * (MAP.0 + GAP)) as i32, (row * (MAP.1 + TITLE + GAP)) as i32);
    let style = |size: i32| TextStyle::from((FONT, size).into_font()).color(&INK);
    area.draw_text(title, &style(20), (left, top + TITLE_TOP))?;
    let points = (0..MAP.1 as usize).flat_map(|y| (0..MAP.0 as usize).map(move |x| (x, y)));
    let pixels = points.flat_map(|(x, y)| colour(x, y).map(|c| c.clamp(0.0, 255.0) as u8)).collect();
    let corner = (left, top + TITLE as i32);
    let bitmap = BitMapElement::<_>::with_owned_buffer(corner, MAP, pixels).ok_or("a map has the wrong size")?;
    area.draw(&bitmap)?;
    for hz in NAMED_HZ.into_iter().filter(|hz| *hz < axes.high) {
        let label = if hz < 1_000.0 { format!("{hz}") } else { format!("{}k", hz / 1_000.0) };
        area.draw_text(&label, &style(15), (left + 3, corner.1 + axes.row(hz) - 8))?;
    }
    Ok(())
}
