//! What crosses between the audio thread and the others.

pub mod handover;
pub mod host_link;
pub mod load;
pub mod meters;
pub mod spectra;
pub mod watch;
