//! What kind of source a strip has, as a word and a sign: where its bases come from, and whether they still change.

use crate::{
    editor::{
        asked::Asked,
        names::{MEASURED_ON, told_apart},
        snapshot::EditorSnapshot,
        theme::{self, Colours, Themed},
    },
    instance::state::{options::AdaptOptions, summary::Origin},
    learner::Grade,
    preset::{Kind, display_name, is_from_marks, seconds_played},
};
use egui::{Align2, Color32, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, WidgetInfo, accesskit::Role, vec2};

/// Width of the sign with its word, in points.
pub(super) const WIDTH: f32 = 92.0;
const SIGN: f32 = 5.0;

/// What kind of source it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SourceSign {
    /// It came with a factory preset.
    Factory,
    /// The source model finds it.
    Recognised,
    /// It was learned, from so many seconds if that is known.
    Learned(Option<f32>),
    /// It follows the mixture.
    Follows,
    /// It would follow, and is held as it is.
    Frozen,
    /// It was learned, and moves towards what plays.
    Drifts,
    /// It was learned, and is hardly told from the others.
    Unsure,
}

impl SourceSign {
    /// That of the source of strip `index`.
    pub fn of(snapshot: &EditorSnapshot, index: usize) -> Self {
        let (summary, learning) = (snapshot.summary(), &snapshot.learning);
        let Some(strip) = summary.strips.get(index) else { return Self::Factory };
        match strip.kind {
            Kind::Recognised | Kind::Adaptive | Kind::Drifting if snapshot.adapt_options.frozen => Self::Frozen,
            Kind::Recognised => Self::Recognised,
            Kind::Adaptive => Self::Follows,
            Kind::Drifting => Self::Drifts,
            Kind::Fixed if learning.verdicts[index].is_some_and(|verdict| verdict.grade() == Grade::Poor) => {
                Self::Unsure
            }
            Kind::Fixed if learning.material[index] > 0.0 => Self::Learned(Some(learning.material[index])),
            Kind::Fixed if matches!(summary.origin, Origin::Factory(_)) && !summary.changed => Self::Factory,
            Kind::Fixed => Self::Learned(seconds_played(&strip.learned_from)),
        }
    }

    /// The word for it.
    pub fn word(self) -> String {
        match self {
            Self::Factory => "factory".to_owned(),
            Self::Recognised => "recognised".to_owned(),
            Self::Learned(Some(seconds)) => format!("learned {seconds:.0} s"),
            Self::Learned(None) => "learned".to_owned(),
            Self::Follows => "follows".to_owned(),
            Self::Frozen => "frozen".to_owned(),
            Self::Drifts => "drifts".to_owned(),
            Self::Unsure => "unsure".to_owned(),
        }
    }

    fn meaning(self, is_from_marks: bool) -> &'static str {
        match self {
            Self::Factory => "It came with the preset.",
            Self::Recognised => {
                "Found in the mixture without being taught, the better the longer it listens.\nClick to freeze all that follow."
            }
            Self::Learned(_) => "It was taught, or kept from the mixture, and stays as it is.",
            Self::Follows => {
                "It learns what the other sources do not explain, while you play.\nClick to freeze all that follow."
            }
            Self::Frozen => "It stays as it is. Click to let all of these follow the mixture again.",
            Self::Drifts if is_from_marks => {
                "Learned from your marks, and moves towards what plays. Undo takes the marks back.\n\
                 Click to freeze all that follow."
            }
            Self::Drifts => "Learned, and moves towards what plays.\nClick to freeze all that follow.",
            Self::Unsure => "It is hardly told from the others: learn it again from a longer take, played alone.",
        }
    }

    fn ink(self, colours: &Colours) -> Color32 {
        match self {
            Self::Unsure => colours.notice,
            Self::Frozen => colours.focus,
            _ => colours.weak,
        }
    }

    /// What a click does: holds what follows, or lets it go on.
    fn click(self, options: AdaptOptions) -> Option<Asked> {
        match self {
            Self::Recognised | Self::Follows | Self::Drifts | Self::Frozen => {
                Some(Asked::SetAdaptOptions(AdaptOptions { frozen: self != Self::Frozen, ..options }))
            }
            Self::Factory | Self::Learned(_) | Self::Unsure => None,
        }
    }

    /// Draws the sign in `rect`, with its word where that fits.
    pub(super) fn draw(
        self,
        ui: &Ui,
        rect: Rect,
        name: &str,
        index: usize,
        snapshot: &EditorSnapshot,
    ) -> Option<Asked> {
        let can_click = self.click(snapshot.adapt_options).is_some();
        // Where there is nothing to freeze, a click is one on what is behind it.
        let sense = if can_click { Sense::click() } else { Sense::hover() };
        let response = ui.interact(rect, ui.scope_id().with(("source state", index)), sense);
        let role = if can_click { Role::Button } else { Role::Status };
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(role, ui.is_enabled(), format!("{name} state"));
            info.current_text_value = Some(self.word());
            info
        });
        let ink = if can_click && response.hovered() { ui.colours().text } else { self.ink(ui.colours()) };
        if rect.width() > 2.0 * SIGN + 12.0 {
            let word = ui.painter().layout_no_wrap(self.word(), theme::font(theme::CAPTION), ink);
            let left = rect.left() + 2.0 * SIGN + 5.0;
            ui.painter().galley(Pos2::new(left, rect.center().y - word.size().y / 2.0), word, ink);
            self.paint(ui.painter(), Pos2::new(rect.left() + SIGN + 1.0, rect.center().y), ink);
        } else {
            self.paint(ui.painter(), rect.center(), ink);
        }
        if response.has_focus() {
            ui.painter().rect_stroke(rect, 3, Stroke::new(2.0, ui.colours().focus), egui::StrokeKind::Outside);
        }
        let is_from_marks =
            snapshot.summary().strips.get(index).is_some_and(|strip| is_from_marks(&strip.learned_from));
        let meaning = self.meaning(is_from_marks);
        let meaning = match snapshot.learning.verdicts.get(index).copied().flatten() {
            Some(verdict) => format!("{meaning}\n{}, {MEASURED_ON}.", display_name(&told_apart(verdict))),
            None => meaning.to_owned(),
        };
        let clicked = response.on_hover_text(format!("{name}: {}\n{meaning}", self.word())).clicked();
        self.click(snapshot.adapt_options).filter(|_| clicked)
    }

    /// Paints the sign around `centre`.
    fn paint(self, painter: &Painter, centre: Pos2, ink: Color32) {
        let stroke = Stroke::new(1.5, ink);
        let at = |x: f32, y: f32| centre + SIGN * vec2(x, y);
        let line = |points: &[(f32, f32)]| {
            painter.add(Shape::line(points.iter().map(|(x, y)| at(*x, *y)).collect(), stroke));
        };
        match self {
            Self::Factory => line(&[(-0.7, -0.7), (0.7, -0.7), (0.7, 0.7), (-0.7, 0.7), (-0.7, -0.8)]),
            Self::Recognised => {
                painter.circle_stroke(centre, 0.85 * SIGN, stroke);
                painter.circle_filled(centre, 0.35 * SIGN, ink);
            }
            Self::Learned(_) => {
                painter.circle_filled(centre, 0.75 * SIGN, ink);
            }
            Self::Follows => line(&[(-1.0, 0.3), (-0.5, -0.6), (0.0, 0.3), (0.5, -0.6), (1.0, 0.3)]),
            Self::Frozen => {
                line(&[(0.0, -1.0), (0.0, 1.0)]);
                line(&[(-0.87, -0.5), (0.87, 0.5)]);
                line(&[(-0.87, 0.5), (0.87, -0.5)]);
            }
            Self::Drifts => {
                line(&[(-1.0, 0.0), (0.9, 0.0)]);
                line(&[(0.3, -0.6), (0.9, 0.0), (0.3, 0.6)]);
            }
            Self::Unsure => {
                painter.text(centre, Align2::CENTER_CENTER, "?", theme::font(theme::CAPTION), ink);
            }
        }
    }
}
