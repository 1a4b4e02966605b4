//! The inner loops of every solver: sums of weighted bases, products with bases, logarithms and powers.
//!
//! - [`plain`]: the reference, in plain loops.
//! - [`vector`]: the same on vector registers, with the instructions that the machine has.
//! - [`elementary`]: logarithm and power as polynomials, which compilers turn into vector instructions.

pub mod elementary;
pub mod plain;
pub mod vector;
