//! The system's clipboard, opened when something is first copied or pasted.

use copypasta::{ClipboardContext, ClipboardProvider};

#[derive(Default)]
pub(super) struct Clipboard(Option<ClipboardContext>);

impl Clipboard {
    fn open(&mut self) -> Option<&mut ClipboardContext> {
        if self.0.is_none() {
            self.0 = ClipboardContext::new().ok();
        }
        self.0.as_mut()
    }

    /// The text in it, if there is any.
    pub(super) fn text(&mut self) -> Option<String> {
        self.open()?.get_contents().ok().filter(|text| !text.is_empty())
    }

    /// Puts `text` there. Where the system refuses, the clipboard stays as it was.
    pub(super) fn put(&mut self, text: String) {
        if let Some(clipboard) = self.open() {
            let _ = clipboard.set_contents(text);
        }
    }
}
