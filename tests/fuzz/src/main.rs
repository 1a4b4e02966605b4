//! Searches one target: the environment variable `UNBRAID_FUZZ` names it.

#![no_main]

use std::sync::OnceLock;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    static TARGET: OnceLock<fuzz::Target> = OnceLock::new();
    let target = TARGET.get_or_init(|| {
        // libFuzzer's own would end the search also where a panic is caught, as those of decoders are.
        std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
        let name = std::env::var("UNBRAID_FUZZ").unwrap_or_default();
        fuzz::target(&name).unwrap_or_else(|| panic!("UNBRAID_FUZZ names no target: {name:?}"))
    });
    target(data);
});
