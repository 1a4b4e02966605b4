//! nmf
