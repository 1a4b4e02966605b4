//! The plugin's window, embedded in one of the host's (X11).

use crate::{HostError, Instance};
use clack_extensions::gui::{GuiApiType, GuiConfiguration, PluginGui, Window};

impl Instance {
    /// Opens the plugin's window in the X11 window `parent`, on a screen of this scale; gives its size in pixels.
    ///
    /// # Errors
    /// If the plugin has no window or refuses to open it so.
    pub fn open_window(&mut self, parent: u32, scale: f64) -> Result<(u32, u32), HostError> {
        let size = self.embed_window(parent, scale)?;
        self.show_window()?;
        Ok(size)
    }

    /// The same, without showing it.
    ///
    /// # Errors
    /// If the plugin has no window or refuses to open it so.
    pub fn embed_window(&mut self, parent: u32, scale: f64) -> Result<(u32, u32), HostError> {
        let failed = |_| HostError::Extension("gui");
        let gui: PluginGui = self.extension("gui")?;
        let plugin = self.plugin.plugin_handle();
        let embedded = GuiConfiguration { api_type: GuiApiType::X11, is_floating: false };
        gui.create(&plugin, embedded).map_err(failed)?;
        gui.set_scale(&plugin, scale).map_err(failed)?;
        let size = gui.get_size(&plugin).ok_or(HostError::Extension("gui"))?;
        // SAFETY: the caller's window outlives the plugin's, which is closed before or with the instance.
        unsafe { gui.set_parent(&plugin, Window::from_x11_handle(parent.into())) }.map_err(failed)?;
        Ok((size.width, size.height))
    }

    /// Shows the plugin's window.
    ///
    /// # Errors
    /// If the plugin has no window.
    pub fn show_window(&mut self) -> Result<(), HostError> {
        let gui: PluginGui = self.extension("gui")?;
        // Some plugins show an embedded window at once and refuse to be asked.
        let _ = gui.show(&self.plugin.plugin_handle());
        Ok(())
    }

    /// Closes the plugin's window.
    ///
    /// # Errors
    /// If the plugin has no window.
    pub fn close_window(&mut self) -> Result<(), HostError> {
        let gui: PluginGui = self.extension("gui")?;
        gui.destroy(&self.plugin.plugin_handle());
        Ok(())
    }
}
