"""Tests of the training program: `cargo xtask test --only tests-training`."""
