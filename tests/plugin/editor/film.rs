//! The film of painting that the README shows: a hand, the real editor, worker and separator.

use super::{
    band::{Band, hue},
    painting::{freeze, heard_for},
};
use egui::{Color32, Modifiers, Pos2, vec2};
use png::{BitDepth, BlendOp, ColorType, Compression, DisposeOp, Encoder, Writer};
use std::{fs::File, io::BufWriter, path::PathBuf};

/// Pictures a second.
const PACE: u16 = 10;
const PIXELS: (usize, usize) = (900, 600);
/// Pictures of the window until a frozen stretch is drawn as it was learned: some columns are made in each.
const REDRAWN: usize = 60;

/// An animated PNG; what is as in the picture before is left clear.
struct Film {
    writer: Writer<BufWriter<File>>,
    shown: Vec<[u8; 3]>,
}

impl Film {
    fn create(path: PathBuf, pictures: u32) -> Self {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = BufWriter::new(File::create(path).unwrap());
        let mut encoder = Encoder::new(file, PIXELS.0 as u32, PIXELS.1 as u32);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Best);
        encoder.set_animated(pictures, 0).unwrap();
        encoder.set_dispose_op(DisposeOp::None).unwrap();
        encoder.set_blend_op(BlendOp::Over).unwrap();
        Self { writer: encoder.write_header().unwrap(), shown: Vec::new() }
    }

    /// Shows `picture` for `ticks` of [`PACE`].
    fn add(&mut self, picture: Vec<[u8; 3]>, ticks: u16) {
        let differs = |x: usize, y: usize| self.shown.get(y * PIXELS.0 + x) != Some(&picture[y * PIXELS.0 + x]);
        let columns = (0..PIXELS.0).filter(|x| (0..PIXELS.1).any(|y| differs(*x, y)));
        let rows = (0..PIXELS.1).filter(|y| (0..PIXELS.0).any(|x| differs(x, *y)));
        let ends = |found: Vec<usize>| found.first().zip(found.last()).map_or((0, 1), |(a, b)| (*a, b + 1));
        let ((left, right), (top, bottom)) = (ends(columns.collect()), ends(rows.collect()));
        // No rectangle is larger than the picture that is left of its corner.
        self.writer.reset_frame_position().unwrap();
        self.writer.set_frame_dimension((right - left) as u32, (bottom - top) as u32).unwrap();
        self.writer.set_frame_position(left as u32, top as u32).unwrap();
        self.writer.set_frame_delay(ticks, PACE).unwrap();
        let places = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
        let pixel = |(x, y): (usize, usize)| {
            let [r, g, b] = picture[y * PIXELS.0 + x];
            if differs(x, y) { [r, g, b, 255] } else { [0; 4] }
        };
        let bytes: Vec<u8> = places.flat_map(pixel).collect();
        self.writer.write_image_data(&bytes).unwrap();
        self.shown = picture;
    }
}

/// What happens in the window, from picture to picture.
struct Take {
    band: Band,
    pictures: Vec<(Vec<[u8; 3]>, u16)>,
    pointer: Pos2,
}

impl Take {
    fn shoot(&mut self, ticks: u16) {
        self.band.stage.harness.set_render_cursor(true);
        let image = self.band.stage.harness.render().unwrap();
        assert_eq!((image.width() as usize, image.height() as usize), PIXELS);
        let picture = image.pixels().map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2]]).collect();
        self.pictures.push((picture, ticks));
    }

    /// The pointer goes there in `steps` pictures.
    fn go(&mut self, to: Pos2, steps: u16) {
        let from = self.pointer;
        for step in 1..=steps {
            self.band.stage.move_to(from + (to - from) * (f32::from(step) / f32::from(steps)));
            self.shoot(1);
        }
        self.pointer = to;
    }

    fn click(&mut self, name: &str) {
        let at = self.band.stage.centre(name);
        self.go(at, 4);
        self.band.stage.click(name);
        self.shoot(4);
    }

    fn paint(&mut self, from: Pos2, to: Pos2) {
        self.go(from, 4);
        self.band.stage.button(from, true, Modifiers::NONE);
        self.go(to, 6);
        self.band.stage.button(to, false, Modifiers::NONE);
        self.band.stage.harness.run_steps(REDRAWN);
        self.shoot(14);
    }

    /// How much of the picture has the colour of `source`, of three.
    fn share(&self, source: usize) -> f64 {
        let place = self.band.stage.place("Spectrogram");
        let (picture, _) = self.pictures.last().unwrap();
        let inside = |n: &usize| place.contains(Pos2::new((n % PIXELS.0) as f32, (n / PIXELS.0) as f32));
        let colours =
            (0..picture.len()).filter(inside).map(|n| Color32::from_rgb(picture[n][0], picture[n][1], picture[n][2]));
        let hues: Vec<_> = colours.filter_map(|colour| hue(colour, 3)).collect();
        hues.iter().filter(|hue| **hue == source).count() as f64 / hues.len() as f64
    }
}

#[test]
fn painting_is_filmed() {
    let mut band = freeze(heard_for(vec2(PIXELS.0 as f32, PIXELS.1 as f32), 10.0, None));
    band.stage.harness.run_steps(REDRAWN);
    let mut take = Take { band, pictures: Vec::new(), pointer: Pos2::new(500.0, 520.0) };
    take.shoot(PACE);
    take.click("Paint a note");
    take.click("Paint Bass");
    let before = take.share(1);
    for (hz, from, to) in [(98.0, 6.0, 4.9), (65.0, 3.4, 2.5)] {
        let (from, to) = (take.band.spot(hz, from), take.band.spot(hz, to));
        take.paint(from, to);
    }
    take.click("Paint a hit");
    take.click("Paint Drums");
    let (from, to) = (take.band.spot(2_000.0, 2.0), take.band.spot(9_000.0, 2.0));
    take.paint(from, to);
    take.click("Play what is frozen");
    take.shoot(2 * PACE);
    let count = take.pictures.len() as u32;
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("editor").join("film.png");
    let mut film = Film::create(path.clone(), count);
    assert!(take.share(1) > before, "the bass has more of the picture");
    take.pictures.drain(..).for_each(|(picture, ticks)| film.add(picture, ticks));
    film.writer.finish().unwrap();
    assert!(std::fs::metadata(path).unwrap().len() < 3_000_000);
}
