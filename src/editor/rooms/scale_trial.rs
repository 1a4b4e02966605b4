//! Asks whether a larger scale is to stay. It stands at the top left, which is seen even where the window does not fit.

use crate::editor::{
    asked::Asked,
    theme::{self, Themed},
};
use egui::{Area, Button, Frame, Id, Order, RichText, Ui, pos2};

/// Draws the question while a scale is tried: which one, and how many seconds are left.
pub fn draw(ui: &Ui, trial: Option<(f32, f64)>) -> Option<Asked> {
    let (scale, left) = trial?;
    let mut asked = None;
    let area = Area::new(Id::unique("scale trial")).order(Order::Foreground).fixed_pos(pos2(theme::GAP, theme::GAP));
    area.show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).show(ui, |ui| {
            ui.label(RichText::new(format!("Keep {:.0} %?", 100.0 * scale)).strong());
            ui.label(RichText::new(format!("It goes back in {:.0} s.", left.ceil())).small().color(ui.colours().weak));
            ui.horizontal(|ui| {
                if ui.add(Button::new("Keep it").fill(ui.colours().button)).clicked() {
                    asked = Some(Asked::EndScaleTrial { keep: true });
                }
                if ui.button("Go back").clicked() {
                    asked = Some(Asked::EndScaleTrial { keep: false });
                }
            });
        });
    });
    asked
}
