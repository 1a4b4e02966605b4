//! Whose the keyboard is: the host's, so that its space bar starts and stops, but while something is typed.

use super::screen::{SCREEN, open, wait_until};
use crate::player::fresh;
use std::time::Duration;

/// Where the first strip's mute switch and its number are in a window of the first size with three strips, in pixels.
const MUTE: (i16, i16) = (235, 397);
const NUMBER: (i16, i16) = (104, 506);
const RETURN: u32 = 0xff0d;
const DIGIT_3: u32 = 0x33;

#[test]
fn the_host_keeps_the_keyboard_but_while_a_number_is_typed() {
    let mut plugin = fresh();
    let parent = open(&mut plugin);
    // Until it has drawn there is nothing to click.
    std::thread::sleep(Duration::from_millis(700));
    SCREEN.focus(parent);

    SCREEN.click(MUTE);
    wait_until("a mute", &mut plugin, |plugin| plugin.value("mute_1").unwrap() == 1.0);
    assert_eq!(SCREEN.focused(), parent, "a click takes no keyboard");

    SCREEN.click(NUMBER);
    let child = SCREEN.child(parent).unwrap();
    wait_until("the keyboard in the field", &mut plugin, |_| SCREEN.focused() == child);
    SCREEN.key(DIGIT_3);
    SCREEN.key(RETURN);
    wait_until("the host's keyboard", &mut plugin, |_| SCREEN.focused() == parent);
    wait_until("3 dB", &mut plugin, |plugin| plugin.text("gain_1").unwrap() == "3.0 dB");
    plugin.close_window().unwrap();
}
