#![no_main]

#[path = "../run.rs"]
#[expect(dead_code, reason = "each target runs one part")]
mod run;

libfuzzer_sys::fuzz_target!(|text: &str| run::template(text));
