//! The `.unbraid.safetensors` format.
