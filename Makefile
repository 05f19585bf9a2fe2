# endcap: the commands of the README. Each sets up what it needs.

.PHONY: demo market-demo test browser drivers contracts check bench setup clean

# Eight labelled frames of the built-in catalogue in out/demo, and a contact sheet.
demo: setup
	rm -rf out/demo
	cargo build --release --locked
	target/release/endcap render default --frames 0..8 --seed 1 --size 480x640 --spp 9 --denoise --out out/demo --sheet out/demo.png

# All tests, on a CPU driver where there is no GPU. What is written is read back by other people's readers, from PyPI.
test: setup
	python=$$(.ci/setup-python) && ENDCAP_PYTHON=$$python cargo test --locked --all-features

# The page of `endcap view` in a real browser.
browser: setup
	@.ci/setup-browser
	cargo test --locked --all-features --test cli --no-run
	node tests/browser/view.mjs target/debug/endcap

# What one Vulkan driver makes, verified on another: SwiftShader, which comes with Chromium.
drivers: setup
	icd=$$(.ci/setup-drivers) && ENDCAP_SECOND_DRIVER=$$icd cargo test --locked --all-features --test cli -- --ignored drivers

# A market on this machine: a job of 64 units, three workers, one of which cheats. Ends in out/market.
market-demo: setup
	nats=$$(.ci/setup-nats) && s3=$$(.ci/setup-s3) && anvil=$$(.ci/setup-anvil) && \
	cargo build --locked --all-features --bin endcap --example market_demo && \
	ENDCAP_NATS_SERVER=$$nats ENDCAP_S3S_FS=$$s3 ENDCAP_ANVIL=$$anvil target/debug/examples/market_demo

# The contracts: what is committed is what the sources compile to, and forge's tests, attacks and invariants.
contracts:
	tools=$$(.ci/setup-contracts) && test -n "$$tools" && cd contracts && npm run --silent check && npm run --silent test

# Formatting, lints, documentation, shaders, dependencies.
check:
	cargo fmt --check
	cargo clippy --locked --all-targets --all-features -- -D warnings
	cargo clippy --locked --no-default-features --lib -- -D warnings
	cargo clippy --locked --no-default-features --features job --lib -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --all-features --no-deps
	cargo test --locked --all-features --test shaders
	.ci/audit

# Criterion benchmarks of the stages.
bench: setup
	cargo bench --locked --all-features

# A Vulkan driver, where there is none.
setup:
	@.ci/setup-vulkan

clean:
	cargo clean
	rm -rf out
