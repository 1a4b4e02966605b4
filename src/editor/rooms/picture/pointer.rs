//! What is under the pointer, and what screen readers are told of the plots.

use super::{
    Picture, axis, frame_rows,
    layout::PictureLayout,
    plot::PlotRect,
    readout::Readout,
    scales,
    state::{PictureState, ShownSignal},
    view::SpectrogramPlace,
};
use crate::{
    editor::{
        asked::Asked,
        theme::{self, SCREEN, Themed},
    },
    preset::MAX_SOURCES,
    separator::Audition,
};
use egui::{Popup, Pos2, Response, Sense, Stroke, Tooltip, Ui, WidgetInfo, accesskit::Role, vec2};

impl Picture {
    /// Names the three plots for the accessibility tree, zooms where the wheel turns, and shows what is under the
    /// pointer. Returns the spectrogram, which may be painted on, and what is held, to be heard alone: nothing there
    /// where that `paints`.
    pub(super) fn describe(
        &self,
        ui: &Ui,
        layout: &PictureLayout,
        state: &mut PictureState,
        paints: bool,
    ) -> (Response, Option<Asked>) {
        let mut held = None;
        let now = self.shares_now();
        let place = SpectrogramPlace { rect: layout.spectrogram.rect, view: state.view };
        let spectrogram = match state.shown {
            ShownSignal::Heard => "The last seconds of what is heard, each source's share in its colour.",
            ShownSignal::Input => "The last seconds of the mixture, each source's share in its colour.",
        };
        let [canvas, ..] = [
            ("Spectrogram", spectrogram, &layout.spectrogram),
            ("Masks", "Which share of each frequency goes to which source, now.", &layout.masks),
            ("Spectrum", "What comes in, and in front of it what goes out, now.", &layout.output),
        ]
        .map(|(name, what, plot)| {
            let response = ui.interact(plot.rect, ui.scope_id().with(name), Sense::click_and_drag());
            response.widget_info(|| {
                let mut info = WidgetInfo::labeled(Role::Image, ui.is_enabled(), name);
                let frozen = if state.is_frozen && name == "Spectrogram" { " Frozen." } else { "" };
                info.current_text_value = Some(format!("{what}{frozen} {now}"));
                info
            });
            let is_canvas = name == "Spectrogram";
            // A key does not say which place is held.
            if let Some(at) = response.interact_pointer_pos()
                && !(is_canvas && paints)
                && !ui.input(|input| input.pointer.press_origin()).is_some_and(|from| layout.is_covered(from))
            {
                let hz = axis::frequency(plot.along(at).clamp(0.0, 1.0));
                let hears = Asked::while_held(&response, Audition::Band { hz });
                // What is frozen is heard from there on.
                if is_canvas && state.is_frozen && hears.is_some() {
                    let from = ui.input(|input| input.pointer.press_origin()).unwrap_or(at);
                    state.held_ago = Some(place.seconds_and_hz(from).0);
                }
                held = held.take().or(hears);
            }
            scales::zoom_by_wheel(ui, &response, is_canvas, state);
            // The tools, and what they open, lie in front.
            let is_behind = |at: &Pos2| layout.is_covered(*at) || Popup::is_any_open(ui.ctx());
            if let Some(at) = response.hover_pos().filter(|at| !is_behind(at)) {
                let ago = is_canvas.then(|| place.seconds_and_hz(at).0);
                let readout = self.readout(plot.along(at), ago, state.shown);
                point_out(ui, &response, plot, layout, at, &readout.lines());
            }
            response
        });
        (canvas, held)
    }

    /// The shares of the sources now, for a screen reader.
    fn shares_now(&self) -> String {
        let energy = |row: usize| frame_rows::power(self.now.mixture_db[row]);
        let all: f32 = (0..axis::ROWS).map(energy).sum();
        if !self.now.is_heard() || all <= 0.0 {
            return "Nothing is heard.".to_owned();
        }
        let share = |source: usize| {
            let own: f32 = (0..axis::ROWS).map(|row| energy(row) * self.now.share(source, row)).sum();
            100.0 * own / all
        };
        let shares = self.names.iter().take(self.now.sources).enumerate();
        let shares: Vec<String> = shares.map(|(source, name)| format!("{name} {:.0} %", share(source))).collect();
        format!("Now: {}.", shares.join(", "))
    }

    /// What is at `along` the frequency axis, `ago` seconds before the edge or now. The shares are those of what is
    /// shown.
    fn readout(&self, along: f32, ago: Option<f64>, shown: ShownSignal) -> Readout {
        let (row, hz) = (axis::row(along), axis::frequency(along));
        let named = |shares: Vec<f32>| self.names.iter().cloned().zip(shares).collect();
        let audible = |level: f32| (frame_rows::height(level, row) > 0.0).then_some(level);
        let Some(ago) = ago else {
            return Readout {
                hz,
                ago: 0.0,
                mixture_db: audible(self.now.mixture_db[row]),
                output_db: Some(self.now.output_db[row]),
                shares: named((0..self.now.sources).map(|source| self.now.share(source, row)).collect()),
            };
        };
        let (columns, edge_s, step_s) = self.shown_columns();
        let column = step_s.map(|step_s| ((edge_s - ago) / step_s).round()).filter(|column| *column >= 0.0);
        let Some(cell) = column.and_then(|column| columns.at(column as u64, row)) else {
            return Readout { hz, ago: ago as f32, ..Readout::default() };
        };
        let shares = cell.shares.map(|shares| match shown {
            ShownSignal::Input => shares,
            ShownSignal::Heard => {
                let mut all = [0.0; MAX_SOURCES];
                all[..shares.len()].copy_from_slice(&shares);
                frame_rows::heard_shares(&cell.gains, all)[..shares.len()].to_vec()
            }
        });
        Readout {
            hz,
            ago: ago as f32,
            mixture_db: audible(cell.input_db),
            output_db: Some(cell.output_db),
            shares: named(shares.unwrap_or_default()),
        }
    }
}

/// Draws a line at the pointer, and `lines` of text beside it.
fn point_out(ui: &Ui, response: &Response, plot: &PlotRect, layout: &PictureLayout, at: Pos2, lines: &[String]) {
    let stroke = Stroke::new(1.0, SCREEN.text.gamma_multiply(0.35));
    let along = plot.along(at);
    for other in [&layout.spectrogram, &layout.masks, &layout.output] {
        other.line_across(ui.painter(), along, stroke);
    }
    let tooltip = Tooltip::always_open(ui.ctx().clone(), response.layer_id, response.id, at + vec2(14.0, 14.0));
    tooltip.show(|ui| {
        for (i, line) in lines.iter().enumerate() {
            let colour = if i == 0 { ui.colours().text } else { ui.colours().weak };
            ui.add(egui::Label::new(egui::RichText::new(line).size(theme::CAPTION).color(colour)).extend());
        }
    });
}
