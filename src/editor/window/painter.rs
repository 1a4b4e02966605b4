//! Puts on the screen what egui has drawn, with OpenGL.

use baseview::{HandlerError, WindowContext, dpi::PhysicalSize, gl::GlContext};
use egui::{ClippedPrimitive, TexturesDelta};
use egui_glow::glow;
use std::sync::Arc;

/// What the window is filled with before anything is drawn, linear.
const BACKGROUND: [f32; 4] = [0.0, 0.0, 0.0, 1.0];

/// egui's painter in the window's OpenGL context.
pub(super) struct Painter {
    context: GlContext,
    painter: egui_glow::Painter,
}

/// The context, current on this thread until it is dropped: hosts and other plugins draw with contexts of their own.
struct Current<'a>(&'a GlContext);

impl<'a> Current<'a> {
    fn new(context: &'a GlContext) -> Result<Self, baseview::Error> {
        // SAFETY: the window, which the context belongs to, is alive while its handler is; on the window's thread.
        unsafe { context.make_current()? };
        Ok(Self(context))
    }
}

impl Drop for Current<'_> {
    fn drop(&mut self) {
        // SAFETY: as above. Nothing can be done where it fails.
        let _ = unsafe { self.0.make_not_current() };
    }
}

impl Painter {
    /// # Errors
    /// If the window has no OpenGL, or one that is too old.
    pub(super) fn new(window: &WindowContext) -> Result<Self, HandlerError> {
        let context = window.gl_context().ok_or_else(|| std::io::Error::other("the window has no OpenGL"))?;
        let current = Current::new(&context)?;
        // SAFETY: the context is current, and knows its functions.
        let gl = unsafe { glow::Context::from_loader_function_cstr(|name| context.get_proc_address(name)) };
        let painter = egui_glow::Painter::new(Arc::new(gl), "", None, true)?;
        drop(current);
        Ok(Self { context, painter })
    }

    /// The longest side that a texture may have, in pixels.
    pub(super) fn max_texture_side(&self) -> usize {
        self.painter.max_texture_side()
    }

    /// Paints the window anew, which is of this size in pixels. `textures` are taken up, also where nothing is seen.
    pub(super) fn paint(
        &mut self,
        size: PhysicalSize<u32>,
        pixels_per_point: f32,
        primitives: &[ClippedPrimitive],
        textures: &mut TexturesDelta,
    ) -> Result<(), HandlerError> {
        let current = Current::new(&self.context)?;
        let size = [size.width, size.height];
        self.painter.clear(size, BACKGROUND);
        self.painter.paint_and_update_textures(size, pixels_per_point, primitives, textures);
        self.context.swap_buffers()?;
        drop(current);
        Ok(())
    }
}

impl Drop for Painter {
    fn drop(&mut self) {
        // Without the context there is nothing left to free.
        if let Ok(current) = Current::new(&self.context) {
            self.painter.destroy();
            drop(current);
        }
    }
}
