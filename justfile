# The commands of everyday work. `just` alone lists them; each is a plain command that also works without just.

# List the commands.
default:
    @just --list

# Start the gateway, a back end and a served example; keeps serving until Ctrl-C.
quickstart *args:
    cargo run --release -- quickstart {{args}}

# What needs only Rust.
test *args:
    cargo test {{args}}

# All that CI runs.
ci:
    bash .ci/run

# One or more named steps of CI, `just step clippy deny`.
step *names:
    bash .ci/run {{names}}

# Format, then lint as CI does.
lint:
    cargo fmt
    cargo clippy --all-targets -- -D warnings

# Micro-benchmarks; a word chooses among them.
bench *filter:
    cargo bench -- {{filter}}

# Postern beside other gateways; needs `sh benches/peers/install-peers.sh` once. See benches/README.md.
compare *args:
    cargo build --profile dist
    python3 benches/peers/postern.py {{args}}

# The reference of the code, in a browser.
doc:
    cargo doc --no-deps --open

# More rounds of the crash test than CI runs.
crash rounds="1000":
    POSTERN_CRASH_ROUNDS={{rounds}} cargo test --release --test it crash -- --nocapture
