//! A screen reader's view of the window (AT-SPI), in a session bus of its own.

use super::screen::{open, wait_until};
use crate::player::fresh;
use std::{collections::BTreeMap, env, process::Command};
use zbus::{
    blocking::{Connection, Proxy, connection},
    zvariant::OwnedObjectPath,
};

/// Set within the bus.
const WITHIN: &str = "UNBRAID_TEST_WITHIN_A_SESSION_BUS";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
/// Controls that belong to no strip.
const OTHERS: [&str; 18] = [
    "Preset",
    "Next preset",
    "Undo",
    "Redo",
    "State A",
    "Live",
    "Quality",
    "Bypass",
    "Delta",
    "Focus",
    "Sparsity",
    "Smoothness",
    "Mix",
    "Output",
    "Output level",
    "Scale",
    "Page of bases",
    "Spectrogram",
];

/// Where an object of the accessibility bus is: whose, and which.
type Place = (String, OwnedObjectPath);

/// The accessibility bus, with readers that listen.
fn listen() -> Connection {
    let session = Connection::session().unwrap();
    let status = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status").unwrap();
    for property in ["IsEnabled", "ScreenReaderEnabled"] {
        status.set_property(property, true).unwrap();
    }
    let bus = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus").unwrap();
    let address: String = bus.call("GetAddress", &()).unwrap();
    connection::Builder::address(address.as_str()).unwrap().build().unwrap()
}

/// All names below `place`, and where they are.
fn names(bus: &Connection, place: &Place, found: &mut BTreeMap<String, Place>) {
    let Ok(object) = Proxy::new(bus, place.0.as_str(), &*place.1, ACCESSIBLE) else { return };
    if let Ok(name) = object.get_property::<String>("Name") {
        found.insert(name, place.clone());
    }
    let children: Vec<Place> = object.call("GetChildren", &()).unwrap_or_default();
    children.iter().for_each(|child| names(bus, child, found));
}

/// The same of everything on the bus.
fn seen(bus: &Connection) -> BTreeMap<String, Place> {
    let root = OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root").unwrap();
    let mut found = BTreeMap::new();
    names(bus, &("org.a11y.atspi.Registry".to_owned(), root), &mut found);
    found
}

#[test]
fn a_screen_reader_sees_every_control_and_can_press_one() {
    if env::var_os(WITHIN).is_none() {
        let this = "window::reader::a_screen_reader_sees_every_control_and_can_press_one";
        let mut within = Command::new("dbus-run-session");
        within.arg("--").arg(env::current_exe().unwrap()).args(["--exact", this, "--nocapture"]);
        let ran = within.env(WITHIN, "1").output().unwrap();
        let told = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && told.contains("1 passed"), "{told}{}", String::from_utf8_lossy(&ran.stderr));
        return;
    }
    let bus = listen();
    let mut plugin = fresh();
    open(&mut plugin);
    let mut found = BTreeMap::new();
    wait_until("the tree", &mut plugin, |_| {
        found = seen(&bus);
        found.contains_key("Drums mute")
    });
    let controls = ["", " gain", " mute", " solo", " learn", " level", " share"];
    let strips = ["Drums", "Bass", "Rest"].into_iter();
    let strips = strips.flat_map(|name| controls.map(|control| format!("{name}{control}")));
    for name in strips.chain(OTHERS.map(str::to_owned)) {
        assert!(found.contains_key(&name), "{name} among {:?}", found.keys());
    }
    let mute = &found["Drums mute"];
    let action = Proxy::new(&bus, mute.0.as_str(), &*mute.1, "org.a11y.atspi.Action").unwrap();
    assert!(action.call::<_, _, bool>("DoAction", &0_i32).unwrap());
    wait_until("a mute", &mut plugin, |plugin| plugin.value("mute_1").unwrap() == 1.0);
    plugin.close_window().unwrap();
}
