//! On screens of high resolution the window used to shrink each time it was opened.

use super::{
    screen::{PATIENCE, SCREEN},
    vst3_view::Vst3View,
};
use crate::{player::fresh, vst3_player::Vst3Player};
use std::time::{Duration, Instant};
use x11rb::protocol::xproto::ConnectionExt as _;

/// Waits until the window in `parent` has had the size `said` for a while.
fn settles(parent: u32, said: (u32, u32), context: &str, mut serve: impl FnMut()) {
    let (begun, settled) = (Instant::now(), Duration::from_millis(700));
    let mut right_since = None;
    while right_since.is_none_or(|since: Instant| since.elapsed() < settled) {
        serve();
        let size = SCREEN.child_size(parent);
        if size == Some(said) {
            right_since.get_or_insert_with(Instant::now);
        } else {
            right_since = None;
        }
        assert!(begun.elapsed() < PATIENCE, "{context}: {size:?}, it says {said:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

const OPENINGS: [&str; 3] = ["first", "second", "third"];

#[test]
fn a_window_has_the_size_that_it_says_however_often_it_is_opened() {
    let mut at_one = None;
    for scale in [1.0, 1.5, 2.0] {
        let mut plugin = fresh();
        for opening in OPENINGS {
            let (parent, context) = (SCREEN.window(), format!("{opening} opening at {scale}"));
            let said = plugin.open_window(parent, scale).unwrap();
            settles(parent, said, &context, || {
                plugin.serve_callback();
            });
            let (width, height) = *at_one.get_or_insert(said);
            let scaled = |length: u32| (f64::from(length) * scale).round() as u32;
            assert_eq!(said, (scaled(width), scaled(height)), "{context}");
            plugin.close_window().unwrap();
            SCREEN.connection.destroy_window(parent).unwrap();
        }
    }
}

#[test]
fn so_it_has_in_a_vst3_host() {
    let mut at_one = None;
    for scale in [1.0, 1.5, 2.0] {
        let player = Vst3Player::new(48_000.0, 512);
        let mut view = Vst3View::new(&player);
        for opening in OPENINGS {
            let (parent, context) = (SCREEN.window(), format!("{opening} opening at {scale}"));
            view.open(parent, scale as f32);
            // The host learns of the scale's size late, as it does of every size that the plugin asks for.
            let (width, height) = *at_one.get_or_insert_with(|| view.size());
            let scaled = |length: u32| (f64::from(length) * scale).round() as u32;
            let said = (scaled(width), scaled(height));
            settles(parent, said, &context, || view.serve());
            assert_eq!(view.size(), said, "{context}");
            view.close();
            SCREEN.connection.destroy_window(parent).unwrap();
        }
    }
}
