//! Whose the keyboard is: the host's, so that its space bar starts and stops, except while something is typed.

use super::screen::{SCREEN, open, wait_until};
use crate::player::fresh;
use std::time::Duration;

/// Where the first strip's mute switch and its number are in a window of the first size with three strips, in pixels.
const MUTE: (i16, i16) = (235, 480);
const NUMBER: (i16, i16) = (104, 563);
const RETURN: u32 = 0xff0d;
const SPACE: u32 = 0x20;
const DIGIT_3: u32 = 0x33;

#[test]
fn the_host_keeps_the_keyboard_except_while_a_number_is_typed() {
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

/// X11 gives a key to the window under the pointer where the one that has the keyboard is around it.
#[test]
fn the_host_gets_its_space_bar_while_the_pointer_is_over_the_editor() {
    let mut plugin = fresh();
    let parent = open(&mut plugin);
    std::thread::sleep(Duration::from_millis(700));
    SCREEN.listen_to_keys(parent);
    SCREEN.move_to(MUTE);
    // The editor is told that it has the focus, too.
    SCREEN.focus(parent);
    SCREEN.key(SPACE);
    let mut got = None;
    wait_until("the space bar", &mut plugin, |_| {
        got = got.or(SCREEN.next_key());
        got.is_some()
    });
    assert_eq!(got, Some(SCREEN.code_of(SPACE)));
    assert_eq!(plugin.value("mute_1").unwrap(), 0.0, "it is not the editor's");

    // So a field takes the keyboard, wherever the pointer goes.
    SCREEN.click(NUMBER);
    let child = SCREEN.child(parent).unwrap();
    wait_until("the keyboard in the field", &mut plugin, |_| SCREEN.focused() == child);
    SCREEN.move_to((2_000, 1_400));
    SCREEN.key(DIGIT_3);
    SCREEN.key(RETURN);
    wait_until("3 dB", &mut plugin, |plugin| plugin.text("gain_1").unwrap() == "3.0 dB");
    wait_until("the host's keyboard", &mut plugin, |_| SCREEN.focused() == parent);

    // A window that closes while something is typed gives it back.
    SCREEN.click(NUMBER);
    wait_until("the keyboard in the field", &mut plugin, |_| SCREEN.focused() == child);
    plugin.close_window().unwrap();
    wait_until("the host's keyboard", &mut plugin, |_| SCREEN.focused() == parent);
}
