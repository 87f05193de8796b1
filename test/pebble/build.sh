#!/usr/bin/env bash
# shellcheck disable=SC2154 # archives.sh and go.sh set them
# Prints the path of Pebble, the small ACME server that Let's Encrypt tests with; built from its Go module once, and kept
# in the user's cache.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
# shellcheck source=scripts/host/toolchain/environment.sh
source scripts/host/toolchain/environment.sh
# shellcheck source=scripts/host/toolchain/go.sh
source scripts/host/toolchain/go.sh
# shellcheck source=scripts/host/archives.sh
source scripts/host/archives.sh

build() {
    find_go
    show_time "$work/log" run_go -C test/pebble build -trimpath -ldflags "-s -w" -o "$work/pebble" github.com/letsencrypt/pebble/v2/cmd/pebble || {
        tail -n 20 "$work/log" >&2
        fail "Pebble could not be built." "What Go says is above. Where Go modules come from a mirror, set GOPROXY to it."
    }
    forget_go
}

program=$cache/pebble/$(cat test/pebble/go.* | sha256sum | cut -c1-16)/pebble
make_once "$program" build
printf '%s\n' "$program"
