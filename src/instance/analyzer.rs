//! The editor's end of the wire for analyzer frames, shared by the windows of an instance.

use crate::{
    realtime::wires::analyzer,
    separator::{AnalyzerFrame, AnalyzerReceiver, AnalyzerSender},
};
use parking_lot::{Mutex, MutexGuard};
use std::sync::Arc;

/// Frames come while at least one window is open.
#[derive(Debug, Clone)]
pub struct AnalyzerWindows(Arc<Mutex<Shared>>);

#[derive(Debug)]
struct Shared {
    receiver: AnalyzerReceiver,
    /// Until the audio half takes it.
    sender: Option<AnalyzerSender>,
    windows: usize,
}

impl Default for AnalyzerWindows {
    fn default() -> Self {
        let (sender, receiver) = analyzer::link();
        Self(Arc::new(Mutex::new(Shared { receiver, sender: Some(sender), windows: 0 })))
    }
}

impl AnalyzerWindows {
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock()
    }

    /// The audio thread's end, for the first who asks.
    pub fn take_sender(&self) -> Option<AnalyzerSender> {
        self.lock().sender.take()
    }

    /// Editor, when a window opens: lets frames come.
    pub fn open(&self) -> AnalyzerWindow {
        let mut shared = self.lock();
        if shared.windows == 0 {
            analyzer::open(&mut shared.receiver);
        }
        shared.windows += 1;
        AnalyzerWindow(self.clone())
    }

    /// Whether a window is open.
    pub fn is_open(&self) -> bool {
        self.lock().receiver.is_open()
    }

    /// How many frames the audio thread has sent since the beginning.
    pub fn sent(&self) -> u64 {
        self.lock().receiver.sent()
    }
}

/// A window that sees frames. With the last one that is dropped no more frames come.
#[derive(Debug)]
pub struct AnalyzerWindow(AnalyzerWindows);

impl AnalyzerWindow {
    /// Shows `look` every frame that has come since the last call, oldest first. Of two windows, each sees what the
    /// other has not.
    pub fn each(&self, look: impl FnMut(&AnalyzerFrame)) {
        self.0.lock().receiver.each(look);
    }
}

impl Drop for AnalyzerWindow {
    fn drop(&mut self) {
        let mut shared = self.0.lock();
        shared.windows -= 1;
        if shared.windows == 0 {
            shared.receiver.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_as_long_as_one_window_is_open() {
        let analyzer = AnalyzerWindows::default();
        let mut sender = analyzer.take_sender().expect("nobody has asked before");
        assert!(analyzer.take_sender().is_none());
        let mut sent = || {
            sender.send(|_| {});
            analyzer.sent()
        };
        assert_eq!(sent(), 0);
        let first = analyzer.open();
        let second = analyzer.open();
        assert_eq!(sent(), 1);
        drop(first);
        assert_eq!(sent(), 2, "the other window is open");
        let mut seen = 0;
        second.each(|_| seen += 1);
        assert_eq!(seen, 2);
        drop(second);
        assert_eq!(sent(), 2);
        assert!(!analyzer.is_open());
    }
}
