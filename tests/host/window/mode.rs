//! A click on a latency mode, in a VST3 host.

use super::{screen::SCREEN, vst3_view::Vst3View};
use crate::{vst3_host::Handler, vst3_player::Vst3Player};
use std::time::{Duration, Instant};
use vst3::{
    ComWrapper,
    Steinberg::{
        Vst::{IComponentHandler, IEditControllerTrait, RestartFlags_::kLatencyChanged},
        kResultOk,
    },
};

/// Where the mode Live is in a window of the first size, in pixels.
const LIVE: (i16, i16) = (653, 22);
/// Long enough for a second request.
const AFTERWARDS: Duration = Duration::from_secs(2);

#[test]
fn a_mode_that_is_clicked_asks_the_host_to_restart_once() {
    let player = Vst3Player::new(48_000.0, 512);
    let handler = ComWrapper::new(Handler::default());
    // SAFETY: a plain call; the handler lives longer than the view, and the plugin holds a reference of its own.
    let set =
        unsafe { player.controller().setComponentHandler(handler.to_com_ptr::<IComponentHandler>().unwrap().as_ptr()) };
    assert_eq!(set, kResultOk);
    let mut view = Vst3View::new(&player);
    let parent = SCREEN.window();
    view.open(parent, 1.0);
    let silence = [&[0.0_f32; 512][..]; 2];
    let turn = || {
        view.serve();
        player.play(&silence, &[]);
        std::thread::sleep(Duration::from_millis(10));
    };
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        turn();
    }
    SCREEN.click(LIVE);
    let clicked = Instant::now();
    while clicked.elapsed() < AFTERWARDS {
        turn();
    }
    let latency = |flags: &i32| flags & kLatencyChanged != 0;
    assert_eq!(handler.restarts().iter().filter(|flags| latency(flags)).count(), 1, "{:?}", handler.restarts());
    view.close();
}
