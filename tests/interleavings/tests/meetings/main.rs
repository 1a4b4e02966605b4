//! The audio thread meets another one, in every order.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod adaptation;
mod analyzer;
mod capture;
mod hand_over;
mod parcel;
mod stretch;
