//! The real-time path: mixture in, gain-weighted sources out.

mod mode;

pub use mode::LatencyMode;
