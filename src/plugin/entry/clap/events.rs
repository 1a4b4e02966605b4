//! The events of a block, as the wrapper gets them.
//!
//! - nice-plug 0.4.2 splits a block at the time of a parameter or transport event without checking that the block is
//!   that long, and then works on samples behind its end; clap-wrapper 0.3.1 passes a VST3 host's offsets on unchecked.
//!   A parameter event that is too late is moved to the block's last sample; any other late event is dropped.
//! - clap-wrapper 0.3.1 passes on the last point of a VST3 host's automation in each block. Where it does, the points
//!   are asked for, and joined by straight lines as VST3 has it: a value every few samples.
//! - nice-plug 0.4.2 takes a transport event for one at the block's beginning, and adds its time to its place once more
//!   where the tempo is known. So the place is moved back by that time.

use super::{param_table::ParamTable, pieces};
use crate::{
    instance::{param_id::ParamId, params::SoundParams},
    plugin::shim_link::Curves,
    realtime::wires::automated::SettingSet,
};
use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_MOD, CLAP_EVENT_PARAM_VALUE, CLAP_EVENT_TRANSPORT,
    CLAP_TRANSPORT_HAS_TEMPO, clap_event_header, clap_event_param_mod, clap_event_param_value, clap_event_transport,
    clap_input_events,
};
use std::{ops::Range, ptr};

/// Most events of a block; of those beyond, the last of each parameter counts.
const MOST_EVENTS: usize = 4096;
/// Most events of the host's transport in a block; those beyond are dropped.
const MOST_TRANSPORTS: usize = 64;
/// Distance of values on a line, in samples, and where a block has very many of them.
const LINE_STEP: u32 = 32;
const COARSE_LINE_STEP: u32 = 1024;

/// A copy of one event.
#[derive(Clone, Copy)]
enum Event {
    Value(clap_event_param_value),
    Modulation(clap_event_param_mod),
    /// By its place among the transports, which stay where they are while the wrapper processes.
    Transport(usize),
}

/// An event of the host's transport, and as the wrapper gets it.
#[derive(Clone, Copy)]
struct TransportEvent {
    time: u32,
    given: clap_event_transport,
    shown: clap_event_transport,
}

/// The events of one block. The memory is kept from block to block.
pub(super) struct BlockEvents {
    /// With the place in the order in which they came, sorted by time.
    events: Vec<(u32, usize, Event)>,
    transports: Vec<TransportEvent>,
    /// Where the last value and the last modulation of each parameter stand in `events`, by its place in the table;
    /// there while there is room for one of each that is not listed yet.
    last: Vec<[Option<usize>; 2]>,
    sample_rate: f64,
    /// What is given out, and how many samples earlier its piece of the block begins.
    shown: Range<usize>,
    origin: u32,
}

impl BlockEvents {
    /// Allocates.
    pub(super) fn new(table: &ParamTable) -> Self {
        let last = vec![[None; 2]; table.len()];
        // Beyond the others, a value and a modulation of each parameter.
        let events = Vec::with_capacity(MOST_EVENTS + 2 * table.len());
        let transports = Vec::with_capacity(MOST_TRANSPORTS);
        Self { events, transports, last, sample_rate: 1.0, shown: 0..0, origin: 0 }
    }

    /// Not while it processes: the sample rate in Hz.
    pub(super) fn set_sample_rate(&mut self, sample_rate: f64) {
        self.sample_rate = sample_rate;
    }

    /// Audio thread: reads the events of a block of `frames` samples, and gives the settings that they change.
    ///
    /// # Safety
    /// `host_list` is null or a list as CLAP describes it, alive during the call.
    pub(super) unsafe fn read(
        &mut self,
        host_list: *const clap_input_events,
        frames: u32,
        curves: Option<&dyn Curves>,
        (table, params): (&ParamTable, &SoundParams),
    ) -> SettingSet {
        self.events.clear();
        self.transports.clear();
        self.last.fill([None; 2]);
        let mut changed = SettingSet::default();
        // SAFETY: by this function's contract.
        let Some(list) = (unsafe { host_list.as_ref() }) else { return changed };
        let (Some(size), Some(get)) = (list.size, list.get) else { return changed };
        let last = frames.saturating_sub(1);
        // SAFETY: as above.
        for index in 0..unsafe { size(host_list) } {
            // SAFETY: an event is alive as long as its list, and of the size that its header says.
            let Some((time, event)) = (unsafe { self.copy(get(host_list, index), last) }) else { continue };
            let id = match &event {
                Event::Value(value) => value.param_id,
                Event::Modulation(modulation) => modulation.param_id,
                Event::Transport(_) => {
                    self.push(time, event, None);
                    continue;
                }
            };
            let place = table.place(id);
            let param = place.and_then(|place| table.at(place));
            if let Some(setting) = param.and_then(ParamId::setting) {
                changed.insert(setting);
            }
            if let (Some(curves), Some(param), Event::Value(value)) = (curves, param, &event) {
                self.draw(curves, (param, params), (value, place), last);
            }
            self.push(time, event, place);
        }
        self.events.sort_unstable_by_key(|(time, order, _)| (*time, *order));
        changed
    }

    /// A copy of `event` and when it comes, if the wrapper makes something of it. `last` is the block's last sample.
    ///
    /// # Safety
    /// `event` is an event as CLAP describes it, or null.
    unsafe fn copy(&mut self, event: *const clap_event_header, last: u32) -> Option<(u32, Event)> {
        // SAFETY: by this function's contract, an event of this kind is of this type.
        unsafe {
            let header = event.as_ref()?;
            let (time, size) = (header.time, header.size as usize);
            if header.space_id != CLAP_CORE_EVENT_SPACE_ID {
                return None;
            }
            match header.type_ {
                CLAP_EVENT_PARAM_VALUE if size >= size_of::<clap_event_param_value>() => {
                    Some((time.min(last), Event::Value(*event.cast())))
                }
                CLAP_EVENT_PARAM_MOD if size >= size_of::<clap_event_param_mod>() => {
                    Some((time.min(last), Event::Modulation(*event.cast())))
                }
                CLAP_EVENT_TRANSPORT
                    if size >= size_of::<clap_event_transport>()
                        && time <= last
                        && self.transports.len() < MOST_TRANSPORTS =>
                {
                    let given = *event.cast::<clap_event_transport>();
                    self.transports.push(TransportEvent { time, given, shown: given });
                    Some((time, Event::Transport(self.transports.len() - 1)))
                }
                _ => None,
            }
        }
    }

    /// Adds the values of a curve up to its end, for which `end` stands. Choices and switches change at their points.
    fn draw(
        &mut self,
        curves: &dyn Curves,
        (param, params): (ParamId, &SoundParams),
        (end, place): (&clap_event_param_value, Option<usize>),
        last: u32,
    ) {
        // SAFETY: the parameter is a part of the plugin's, which is alive.
        let steps = unsafe { params.pointer(param).step_count() };
        let (mut from, mut at) = (f64::from(params.normalized(param)), 0);
        curves.points(end.param_id, &mut |time, value| {
            let time = time.min(last);
            let line = LINE_STEP as usize;
            let step = if self.events.len() < MOST_EVENTS / 2 { line } else { COARSE_LINE_STEP as usize };
            if steps.is_none() {
                for between in (at..time).step_by(step).skip(1) {
                    let share = f64::from(between - at) / f64::from(time - at);
                    self.push(between, Event::Value(with_value(end, from + share * (value - from))), place);
                }
            }
            self.push(time, Event::Value(with_value(end, value * steps.unwrap_or(1) as f64)), place);
            (from, at) = (value, time);
        });
    }

    /// Adds an event of the parameter at `place` of the table.
    fn push(&mut self, time: u32, event: Event, place: Option<usize>) {
        let is_modulation = usize::from(matches!(event, Event::Modulation(_)));
        let last = place.and_then(|place| self.last.get_mut(place)).map(|last| &mut last[is_modulation]);
        if self.events.len() >= MOST_EVENTS {
            match last {
                // The newest takes the place of the last of the same parameter.
                Some(Some(known)) => {
                    let known = &mut self.events[*known];
                    (known.0, known.2) = (time, event);
                    return;
                }
                Some(None) if self.events.len() < self.events.capacity() => {}
                _ => return,
            }
        }
        if let Some(last) = last {
            *last = Some(self.events.len());
        }
        self.events.push((time, self.events.len(), event));
    }

    /// Audio thread: the last transport event before sample `start` of the block, and its time.
    pub(super) fn transport_before(&self, start: u32) -> Option<(u32, &clap_event_transport)> {
        self.transports.iter().rev().find(|event| event.time < start).map(|event| (event.time, &event.given))
    }

    /// Audio thread: calls `run` with the events of the samples `part` of the block, in the time of that part.
    pub(super) fn within<R>(&mut self, part: Range<u32>, run: impl FnOnce(*const clap_input_events) -> R) -> R {
        let place = |time: u32| self.events.partition_point(|(known, _, _)| *known < time);
        // Events of a block of no samples come all the same.
        let shown = if part.is_empty() { 0..self.events.len() } else { place(part.start)..place(part.end) };
        (self.shown, self.origin) = (shown, part.start);
        for (time, _, event) in &mut self.events[self.shown.clone()] {
            let header = match event {
                Event::Value(value) => &mut value.header,
                Event::Modulation(modulation) => &mut modulation.header,
                Event::Transport(place) => {
                    let event = &mut self.transports[*place];
                    event.shown = earlier(&event.given, *time - self.origin, self.sample_rate);
                    &mut event.shown.header
                }
            };
            header.time = *time - self.origin;
        }
        let list = clap_input_events { ctx: ptr::from_ref(self).cast_mut().cast(), size: Some(size), get: Some(get) };
        run(&raw const list)
    }

    fn header(&self, index: usize) -> Option<*const clap_event_header> {
        let (_, _, event) = self.events.get(self.shown.clone())?.get(index)?;
        Some(match event {
            Event::Value(value) => &raw const value.header,
            Event::Modulation(modulation) => &raw const modulation.header,
            Event::Transport(place) => &raw const self.transports.get(*place)?.shown.header,
        })
    }
}

/// The transport with its place `samples` samples earlier, where the wrapper adds them.
fn earlier(given: &clap_event_transport, samples: u32, sample_rate: f64) -> clap_event_transport {
    let mut shown = *given;
    if given.flags & CLAP_TRANSPORT_HAS_TEMPO != 0 {
        pieces::advance(&mut shown, -f64::from(samples) / sample_rate);
    }
    shown
}

/// The same with `plain` as its value, which is normalized, or counts steps.
fn with_value(event: &clap_event_param_value, plain: f64) -> clap_event_param_value {
    clap_event_param_value { value: plain, ..*event }
}

/// # Safety
/// `list` is one that [`BlockEvents::within`] made, alive.
unsafe fn events_of<'a>(list: *const clap_input_events) -> &'a BlockEvents {
    // SAFETY: `ctx` points to the events, which `within` borrows while it runs.
    unsafe { &*(*list).ctx.cast::<BlockEvents>() }
}

unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    // SAFETY: the wrapper passes the list it was given.
    unsafe { events_of(list) }.shown.len() as u32
}

unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: the wrapper passes the list it was given.
    unsafe { events_of(list) }.header(index as usize).unwrap_or(ptr::null())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::plugin::entry::clap::param_changes::clap_id_of;
    use clap_sys::{events::CLAP_TRANSPORT_HAS_SECONDS_TIMELINE, fixedpoint::CLAP_SECTIME_FACTOR};
    use std::ffi::c_void;

    /// The same points for every parameter.
    struct Points(Vec<(u32, f64)>);

    impl Curves for Points {
        fn points(&self, _: u32, each: &mut dyn FnMut(u32, f64)) {
            self.0.iter().for_each(|(time, value)| each(*time, *value));
        }
    }

    fn value(param: ParamId, time: u32, value: f64) -> clap_event_param_value {
        clap_event_param_value {
            header: clap_event_header {
                size: size_of::<clap_event_param_value>() as u32,
                time,
                space_id: CLAP_CORE_EVENT_SPACE_ID,
                type_: CLAP_EVENT_PARAM_VALUE,
                flags: 0,
            },
            param_id: clap_id_of(param),
            cookie: ptr::null_mut(),
            note_id: -1,
            port_index: -1,
            channel: -1,
            key: -1,
            value,
        }
    }

    unsafe extern "C" fn host_size(list: *const clap_input_events) -> u32 {
        // SAFETY: the test's own list.
        unsafe { &*(*list).ctx.cast::<Vec<clap_event_param_value>>() }.len() as u32
    }

    unsafe extern "C" fn host_get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
        // SAFETY: as above.
        let values = unsafe { &*(*list).ctx.cast::<Vec<clap_event_param_value>>() };
        &raw const values[index as usize].header
    }

    /// Time and value of what a wrapper gets for the samples `part` of a block of `frames` samples.
    fn given(
        host: &[clap_event_param_value],
        curves: Option<&dyn Curves>,
        frames: u32,
        part: Range<u32>,
    ) -> (SettingSet, Vec<(u32, f64)>) {
        let host = host.to_vec();
        let list = clap_input_events {
            ctx: (&raw const host).cast_mut().cast::<c_void>(),
            size: Some(host_size),
            get: Some(host_get),
        };
        let (table, params) = (ParamTable::new(), SoundParams::default());
        let mut events = BlockEvents::new(&table);
        // SAFETY: the list is alive.
        let changed = unsafe { events.read(&list, frames, curves, (&table, &params)) };
        let seen = events.within(part, |list| {
            // SAFETY: the list that `within` made; all events are values.
            unsafe {
                (0..size(list))
                    .map(|n| &*get(list, n).cast::<clap_event_param_value>())
                    .map(|e| (e.header.time, e.value))
            }
            .collect()
        });
        (changed, seen)
    }

    #[test]
    fn a_line_is_drawn_in_steps_and_a_switch_changes_at_its_points() {
        // It stands at 1.
        let points = Points(vec![(64, 0.5), (160, 0.5)]);
        let (changed, drawn) = given(&[value(ParamId::Mix, 160, 0.5)], Some(&points), 512, 0..512);
        assert!(changed.contains(ParamId::Mix.setting().unwrap()));
        assert_eq!(drawn, [(32, 0.75), (64, 0.5), (96, 0.5), (128, 0.5), (160, 0.5), (160, 0.5)]);
        let points = Points(vec![(64, 1.0), (160, 0.0)]);
        let (_, switched) = given(&[value(ParamId::Mute(0), 160, 0.0)], Some(&points), 512, 0..512);
        assert_eq!(switched, [(64, 1.0), (160, 0.0), (160, 0.0)]);
    }

    #[test]
    fn a_piece_has_its_own_events_in_its_own_time() {
        let host = [value(ParamId::Mix, 0, 0.1), value(ParamId::Mix, 100, 0.2), value(ParamId::Mix, 900, 0.3)];
        assert_eq!(given(&host, None, 512, 0..100).1, [(0, 0.1)]);
        assert_eq!(given(&host, None, 512, 100..512).1, [(0, 0.2), (411, 0.3)], "the late one at the block's end");
        assert_eq!(given(&host[..1], None, 0, 0..0).1, [(0, 0.1)], "a block of no samples");
    }

    #[test]
    fn a_transport_that_moves_within_a_block_stands_where_the_wrapper_adds_its_time() {
        // SAFETY: a value of numbers.
        let mut transport = unsafe { std::mem::zeroed::<clap_event_transport>() };
        transport.flags = CLAP_TRANSPORT_HAS_TEMPO | CLAP_TRANSPORT_HAS_SECONDS_TIMELINE;
        transport.song_pos_seconds = 10 * CLAP_SECTIME_FACTOR;
        let shown = earlier(&transport, 48_000, 48_000.0);
        assert_eq!(shown.song_pos_seconds, 9 * CLAP_SECTIME_FACTOR);
        transport.flags = CLAP_TRANSPORT_HAS_SECONDS_TIMELINE;
        assert_eq!(earlier(&transport, 48_000, 48_000.0).song_pos_seconds, 10 * CLAP_SECTIME_FACTOR, "it adds nothing");
    }

    #[test]
    fn of_too_many_events_the_last_counts() {
        let mut host: Vec<_> = (0..3 * MOST_EVENTS).map(|n| value(ParamId::Mix, n as u32, n as f64)).collect();
        host.push(value(ParamId::Mute(0), 3 * MOST_EVENTS as u32, 1.0));
        let seen = given(&host, None, 65_536, 0..65_536).1;
        let end = 3 * MOST_EVENTS as u32;
        assert_eq!(seen.len(), MOST_EVENTS + 1);
        assert_eq!(seen[MOST_EVENTS - 1..], [(end - 1, f64::from(end - 1)), (end, 1.0)]);
    }
}
