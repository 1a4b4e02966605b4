//! The cost of drawing the editor: laying out and tessellating one picture at 900x600 and 1800x1200 while music plays,
//! with and without the spectrogram, live and frozen. The graphics card is left out.
//!
//! `cargo bench --package unbraid-benches --features plugin --bench editor`
//!
//! - `window`: the window, what plays to it, and the worker behind it.

mod window;

use egui::{Vec2, vec2};
use std::time::Duration;
use unbraid::marks::{Mark, MarkShape, Point};
use unbraid_benches::{median, quantile};
use window::{Drawn, Window};

/// Pictures drawn before times are taken, and after. Those before fill all that the picture shows.
const PICTURES: (usize, usize) = (660, 600);
/// Sizes of the window, in points.
const SIZES: [Vec2; 2] = [vec2(900.0, 600.0), vec2(1800.0, 1200.0)];
/// Most that a picture may take, in milliseconds.
const BAR_MS: f64 = 4.0;
/// Pictures from one change of what is frozen to the next.
const BETWEEN: usize = 30;

fn main() {
    for size in SIZES {
        println!(
            "milliseconds to lay out and tessellate one picture at {}x{}, with the bar at {BAR_MS}",
            size.x, size.y
        );
        println!("{:34}{:>10}{:>10}{:>10}{:>12}", "", "median", "99 %", "most", "triangles");
        for strips in [2, 8] {
            let medians = [false, true].map(|with_picture| measure(size, strips, with_picture));
            if let [Some(without), Some(with)] = medians {
                println!("{:34}{:10.2}", "ratio", with / without);
            }
            measure_frozen(size, strips);
        }
    }
}

/// Prints a row of a live window; gives the median in milliseconds.
fn measure(size: Vec2, strips: usize, with_picture: bool) -> Option<f64> {
    let mut window = Window::new(size, strips, with_picture)?;
    window.play(PICTURES.0);
    let drawn: Vec<Drawn> = (0..PICTURES.1).map(|_| window.picture()).collect();
    Some(row(&format!("{strips} strips{}", if with_picture { ", with the picture" } else { "" }), &drawn))
}

/// Prints the rows of a window whose picture is frozen: looked at, zoomed, and while what is frozen changes.
fn measure_frozen(size: Vec2, strips: usize) -> Option<()> {
    let mut window = Window::new(size, strips, true)?;
    window.play(PICTURES.0);
    let changing = |window: &mut Window, what: &str, change: &mut dyn FnMut(&mut Window, usize)| {
        let drawn = (0..PICTURES.1).map(|n| {
            if n % BETWEEN == 0 {
                change(window, n / BETWEEN);
            }
            window.picture()
        });
        let drawn: Vec<Drawn> = drawn.collect();
        row(&format!("{strips} strips, {what}"), &drawn);
    };
    changing(&mut window, "frozen, live, frozen, …", &mut |window, _| window.toggle_freeze());
    window.toggle_freeze();
    window.play(PICTURES.1);
    assert!(window.session.stretch().is_some(), "what is shown is frozen");
    changing(&mut window, "frozen", &mut |_, _| {});
    changing(&mut window, "frozen, a stroke is made", &mut |window, n| window.mark(stroke(n)));
    changing(&mut window, "frozen, a knob is turned", &mut |window, n| {
        window.turn_knob(0.5 + 0.02 * n as f32);
    });
    (0..12).for_each(|_| {
        window.zoom(1.0);
        window.picture();
    });
    changing(&mut window, "frozen, zoomed", &mut |_, _| {});
    let zooming = (0..PICTURES.1).map(|n| {
        window.zoom(if n % 40 < 20 { -0.5 } else { 0.5 });
        window.picture()
    });
    let zooming: Vec<Drawn> = zooming.collect();
    row(&format!("{strips} strips, frozen, being zoomed"), &zooming);
    let last = (0..PICTURES.1).map(|_| window.silent_picture()).last()?;
    assert_eq!(last.next, Duration::MAX, "nothing is drawn at rest");
    Some(())
}

/// A note of the first source, another one each time.
fn stroke(n: usize) -> Mark {
    let at = |seconds: f64| Point { seconds: 0.4 * n as f64 + seconds, hz: 110.0 + 10.0 * n as f64 };
    let points = vec![at(0.1), at(0.4)];
    Mark::belongs(0, MarkShape::Comb { points, partials: 12, seconds: 0.02, semitones: 0.0 })
}

/// Prints a row; gives the median in milliseconds.
fn row(what: &str, drawn: &[Drawn]) -> f64 {
    let mut times: Vec<f64> = drawn.iter().map(|drawn| drawn.ms).collect();
    times.sort_by(f64::total_cmp);
    let triangles = drawn.last().map_or(0, |drawn| drawn.triangles);
    let middle = median(times.clone());
    let most = quantile(&times, 1.0);
    println!("{what:34}{middle:10.3}{:10.3}{most:10.3}{triangles:12}", quantile(&times, 0.99));
    middle
}
