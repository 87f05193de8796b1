#!/usr/bin/env bash
# shellcheck disable=SC2154
# The program of MinIO's server for a machine's architecture: minio.sh make prints its path; minio.sh deliver brings it there.
# A published program that the configuration names comes first, with its checksum and a short time limit; else it is built
# from its Go module, the last that there is, pinned by offline/minio/go.sum. Kept in the user's cache.
# Parameters: url and sha256 (of a published program, or empty), proxy (or empty); architecture (as Go calls it) for make;
# connection (JSON) for deliver, which asks the machine for its architecture.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
# shellcheck source=scripts/host/toolchain/environment.sh
source scripts/host/toolchain/environment.sh
# shellcheck source=scripts/host/toolchain/go.sh
source scripts/host/toolchain/go.sh
# shellcheck source=scripts/host/archives.sh
source scripts/host/archives.sh
umask 022

url='' sha256='' proxy='' connection='' architecture=''
# shellcheck disable=SC2119 # Each of them can be empty.
read_parameters
source=offline/minio
[[ $(<"$source/go.mod") =~ github.com/minio/minio\ v0\.0\.0-([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})-([0-9a-f]{12}) ]]
readonly time=("${BASH_REMATCH[@]:1:6}") commit=${BASH_REMATCH[7]}
readonly version=${time[0]}-${time[1]}-${time[2]}T${time[3]}-${time[4]}-${time[5]}Z

set_program() {
    local digest
    case $architecture in
    amd64 | arm64) ;;
    *) fail "There is no MinIO for the architecture \"$architecture\"." "It runs on amd64 and arm64." ;;
    esac
    digest=$({ printf '%s\n' "$architecture" "$sha256" && cat "$source"/go.*; } | sha256sum | cut -c1-16)
    program=$cache/minio/$digest/minio
}

make_program() {
    if [ -n "$url" ] && download "$url" "$sha256" "$work/minio"; then
        chmod 755 "$work/minio"
    else
        build
    fi
}

build() {
    local started=$SECONDS package=github.com/minio/minio/cmd
    progress "building MinIO from its Go module, once (four to ten minutes)"
    find_go
    # It tells its version, as one from its publisher does.
    show_time "$work/log" build_with_go -trimpath -tags kqueue -o "$work/minio" -ldflags "-s -w -X $package.Version=${version:0:10}T${version:11:2}:${version:14:2}:${version:17:2}Z
        -X $package.ReleaseTag=SOURCE.$version -X $package.CommitID=$commit -X $package.ShortCommitID=$commit" github.com/minio/minio || {
        grep -v '^go: downloading ' "$work/log" | tail -n 20 >&2
        fail "MinIO could not be built." "What Go says is above. Where Go modules come from a mirror, set GOPROXY to it."
    }
    forget_go
    progress "built MinIO in $((SECONDS - started)) s"
}

build_with_go() {
    [ -z "$proxy" ] || local -x HTTPS_PROXY=$proxy HTTP_PROXY=$proxy
    GOARCH=$architecture GOOS=linux run_go -C "$source" build "$@"
}

case ${1:-} in
make)
    set_program
    make_once "$program" make_program
    printf '%s\n' "$program"
    ;;
deliver)
    log_in
    architecture=$(on_machine "uname -m")
    architecture=${architecture/x86_64/amd64}
    architecture=${architecture/aarch64/arm64}
    set_program
    make_once "$program" make_program
    deliver "$program" "/opt/science-stacks/minio-$(short_sum "$program")" 755
    ;;
*) fail "Say make or deliver." ;;
esac
