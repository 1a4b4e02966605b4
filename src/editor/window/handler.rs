//! The window's life: events become passes of egui, and what egui draws is put on the screen.
//!
//! baseview calls on the window's thread, one call at a time; a call may come within another where the system answers
//! at once (Windows, macOS). So the stage is not borrowed while something is asked of the window.

use super::{
    app::App,
    clipboard::Clipboard,
    input::InputQueue,
    key_capture::KeyCapture,
    keyboard::{self, Keyboard},
    keys,
    painter::Painter,
    reader::Reader,
    repainter::Repainter,
    screen::{self, SystemScale},
};
use crate::editor::{
    layout::{MAX_SIZE, MIN_SIZE},
    scale::OF_SCREEN,
};
use baseview::{
    DropEffect, Event, EventStatus, HandlerError, MouseCursor, MouseEvent, WindowContext, WindowEvent, WindowHandler,
    WindowSize, dpi::LogicalSize,
};
use egui::{Context, FullOutput, OutputCommand, Rect, Vec2, ViewportCommand, ViewportId, vec2};
use keyboard_types::KeyState;
use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

/// Most passes for one frame; the rest comes with the next.
const MOST_PASSES: usize = 32;

/// One open window.
pub(super) struct Handler {
    window: WindowContext,
    context: Context,
    begun: Instant,
    input: RefCell<InputQueue>,
    clipboard: RefCell<Clipboard>,
    stage: RefCell<Stage>,
    keyboard: RefCell<Keyboard>,
    /// A button went down since the last frame.
    is_pressed: Cell<bool>,
    /// The window may be on another screen than in the last frame.
    has_moved: Cell<bool>,
    is_in_host: bool,
    /// What the last frame left for events.
    keys: Cell<KeyCapture>,
    takes_files: Cell<bool>,
    pixels_per_point: Cell<f32>,
    system_scale: SystemScale,
    repainter: Repainter,
}

/// What a frame needs.
struct Stage {
    app: App,
    painter: Painter,
    reader: Reader,
    cursor: MouseCursor,
    zoom: f32,
    is_focused: bool,
}

impl Handler {
    /// On the window's thread, before it is shown.
    ///
    /// # Errors
    /// If it has no OpenGL to draw with.
    pub(super) fn new(
        window: WindowContext,
        mut app: App,
        repainter: &Repainter,
        system_scale: SystemScale,
    ) -> Result<Self, HandlerError> {
        system_scale.set(&window);
        repainter.belong_to(window.waker());
        let painter = Painter::new(&window)?;
        let context = Context::default();
        let wake = repainter.clone();
        // What is due later is asked for at the end of the frame.
        context.set_request_repaint_callback(move |request| {
            if request.delay.is_zero() {
                wake.request();
            }
        });
        let reader = Reader::new(&window, repainter.clone());
        app.open(&context, &window, repainter);
        let zoom = context.zoom_factor();
        let pixels_per_point = Cell::new(window.scale_factor() as f32 * zoom);
        let stage = Stage { app, painter, reader, cursor: MouseCursor::Default, zoom, is_focused: false };
        Ok(Self {
            window,
            context,
            begun: Instant::now(),
            input: RefCell::default(),
            clipboard: RefCell::default(),
            is_in_host: stage.app.is_in_host(),
            stage: stage.into(),
            keyboard: RefCell::default(),
            is_pressed: Cell::default(),
            has_moved: Cell::new(true),
            keys: Cell::default(),
            takes_files: Cell::default(),
            pixels_per_point,
            system_scale,
            repainter: repainter.clone(),
        })
    }

    fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// The window's size in egui's points.
    fn points(&self) -> Vec2 {
        let size = self.window.size().physical;
        vec2(size.width as f32, size.height as f32) / self.pixels_per_point.get()
    }

    /// Lets egui see what has happened, pass by pass.
    fn run_passes(&self, stage: &mut Stage) -> FullOutput {
        if stage.reader.is_active() {
            self.context.enable_accesskit();
        } else {
            self.context.disable_accesskit();
        }
        for request in stage.reader.requests() {
            self.input.borrow_mut().push_request(request, self.seconds());
        }
        let mut output: Option<FullOutput> = None;
        for _ in 0..MOST_PASSES {
            let mut pass = self.input.borrow_mut().next_pass(self.seconds());
            pass.max_texture_side = Some(stage.painter.max_texture_side());
            pass.screen_rect = Some(Rect::from_min_size(egui::Pos2::ZERO, self.points()));
            let scale = self.window.scale_factor() as f32;
            if let Some(viewport) = pass.viewports.get_mut(&ViewportId::ROOT) {
                viewport.native_pixels_per_point = Some(scale);
                viewport.inner_rect = pass.screen_rect;
                viewport.focused = Some(pass.focused);
            }
            stage.is_focused = pass.focused;
            let app = &mut stage.app;
            let newer = self.context.run_ui(pass, |ui| app.draw(ui));
            match &mut output {
                Some(output) => output.append(newer),
                None => output = Some(newer),
            }
            if self.input.borrow().is_empty() {
                return output.unwrap_or_default();
            }
        }
        self.repainter.request_of(&self.window);
        output.unwrap_or_default()
    }

    /// The size that the window is to have now, in points, if the scale or a hand has changed it.
    fn wanted_size(&self, commands: &[ViewportCommand], stage: &mut Stage) -> Option<Vec2> {
        let zoom = self.context.zoom_factor();
        let points = self.points();
        let mut wanted = (zoom != stage.zoom).then_some(points);
        stage.zoom = zoom;
        for command in commands {
            if let ViewportCommand::InnerSize(size) = command {
                wanted = Some(*size);
            }
        }
        wanted.map(|size| {
            let screen = stage.app.screen().unwrap_or(Vec2::INFINITY);
            size.min(screen * OF_SCREEN / zoom).clamp(MIN_SIZE, MAX_SIZE)
        })
    }

    /// Puts `output` on the screen. Gives what is to be asked of the window then.
    fn finish(&self, stage: &mut Stage, mut output: FullOutput) -> Result<Requests, HandlerError> {
        let viewport = output.viewport_output.remove(&ViewportId::ROOT);
        let commands = viewport.as_ref().map(|viewport| viewport.commands.clone()).unwrap_or_default();
        let size = self.wanted_size(&commands, stage).map(|size| size * stage.zoom);
        let primitives = self.context.tessellate(output.shapes, output.pixels_per_point);
        let (pixels, textures) = (self.window.size().physical, &mut output.textures_delta);
        stage.painter.paint(pixels, output.pixels_per_point, &primitives, textures)?;
        // The next frame, and what happens until then, are measured by the scale that is chosen now.
        self.pixels_per_point.set(self.window.scale_factor() as f32 * stage.zoom);
        for command in output.platform_output.commands {
            match command {
                OutputCommand::CopyText(text) => self.clipboard.borrow_mut().put(text),
                // The system says itself what it cannot open.
                OutputCommand::OpenUrl(page) => drop(opener::open_browser(&page.url)),
                _ => {}
            }
        }
        let cursor = keys::cursor(output.platform_output.cursor_icon);
        let cursor = (std::mem::replace(&mut stage.cursor, cursor) != cursor).then_some(cursor);
        stage.reader.focus(stage.is_focused);
        if let Some(tree) = output.platform_output.accesskit_update {
            stage.reader.update(tree);
        }
        self.keys.set(KeyCapture::of(&self.context, stage.app.shortcuts_act()));
        self.takes_files.set(stage.app.takes_files());
        let repaint = viewport.map(|viewport| viewport.repaint_delay).filter(|delay| *delay < Duration::MAX);
        Ok(Requests { size, cursor, repaint })
    }

    fn ask(&self, requests: Requests) -> Result<(), HandlerError> {
        if let Some(size) = requests.size {
            // Where it fails, the host has the last word, and the window stays as it is.
            let _ = self.window.resize(LogicalSize::new(f64::from(size.x), f64::from(size.y)));
            self.repainter.request_of(&self.window);
        }
        if let Some(cursor) = requests.cursor {
            self.window.set_mouse_cursor(cursor)?;
        }
        match requests.repaint {
            Some(delay) if delay.is_zero() => self.repainter.request_of(&self.window),
            Some(delay) => self.window.request_redraw_after(delay),
            None => {}
        }
        if let Ok(mut keyboard) = self.keyboard.try_borrow_mut() {
            keyboard.follow(&self.window, self.context.text_edit_focused(), self.is_pressed.take());
        }
        Ok(())
    }
}

/// What a frame asks of the window.
struct Requests {
    /// Its size, in points at 100 %.
    size: Option<Vec2>,
    cursor: Option<MouseCursor>,
    /// The next frame is due after this time.
    repaint: Option<Duration>,
}

impl WindowHandler for Handler {
    fn draw(&self) -> Result<(), HandlerError> {
        self.repainter.draws();
        let requests = {
            // The system may ask for a frame within a frame.
            let Ok(mut stage) = self.stage.try_borrow_mut() else { return Ok(()) };
            let stage = &mut *stage;
            if self.has_moved.take() {
                stage.app.see_screen(screen::size(&self.window));
            }
            let output = self.run_passes(stage);
            self.finish(stage, output)?
        };
        self.ask(requests)
    }

    fn resized(&self, _: WindowSize) -> Result<(), HandlerError> {
        self.system_scale.set(&self.window);
        self.pixels_per_point.set(self.window.scale_factor() as f32 * self.context.zoom_factor());
        self.has_moved.set(true);
        if let Ok(mut stage) = self.stage.try_borrow_mut() {
            stage.app.resized(self.points());
        }
        self.repainter.request_of(&self.window);
        Ok(())
    }

    fn on_event(&self, event: Event) -> EventStatus {
        match &event {
            Event::Mouse(MouseEvent::ButtonPressed { .. }) => self.is_pressed.set(true),
            Event::Mouse(MouseEvent::CursorEntered) => self.has_moved.set(true),
            Event::Window(WindowEvent::WillClose) => {
                if let Ok(mut keyboard) = self.keyboard.try_borrow_mut() {
                    keyboard.give_back(&self.window);
                }
            }
            _ => {}
        }
        let paste = || self.clipboard.try_borrow_mut().ok()?.text();
        if let Event::Keyboard(event) = &event
            && self.is_in_host
            && !self.keys.get().keeps(event)
            && !self.input.try_borrow().is_ok_and(|input| event.state == KeyState::Up && input.holds(event))
        {
            keyboard::hand_on(&self.window, event);
            return EventStatus::Ignored;
        }
        if let Ok(mut input) = self.input.try_borrow_mut() {
            input.push(&event, self.seconds(), self.pixels_per_point.get(), paste);
        }
        self.repainter.request_of(&self.window);
        match event {
            Event::Keyboard(_) => EventStatus::Captured,
            Event::Mouse(
                MouseEvent::DragEntered { .. } | MouseEvent::DragMoved { .. } | MouseEvent::DragDropped { .. },
            ) if self.takes_files.get() => EventStatus::AcceptDrop(DropEffect::Copy),
            Event::Mouse(_) | Event::Window(_) => EventStatus::Captured,
            _ => EventStatus::Ignored,
        }
    }
}
