# shellcheck shell=bash
# Settings of the host's kernel that guests need. What was set before is kept for as long as the kernel runs, and comes back when
# the host has no network of guests any more, of whichever state. Sourced, with network.sh.
readonly kernel_settings=/run/science-stacks-kernel

kernel_file() {
    printf '/proc/sys/%s\n' "${1//.//}"
}

# need_kernel_setting NAME LEAST: as sysctl names it.
need_kernel_setting() {
    local lock
    mkdir -p "$kernel_settings"
    exec {lock}<"$kernel_settings"
    flock "$lock"
    if [ "$(cat "$(kernel_file "$1")")" -lt "$2" ]; then
        cat "$(kernel_file "$1")" >"$kernel_settings/$1"
        echo "$2" >"$(kernel_file "$1")"
    fi
    exec {lock}<&-
}

give_back_kernel_settings() {
    local lock kept
    [ -d "$kernel_settings" ] || return 0
    exec {lock}<"$kernel_settings"
    flock "$lock"
    if ! any_bridge; then
        for kept in "$kernel_settings"/*; do
            [ -e "$kept" ] || continue
            cat "$kept" >"$(kernel_file "$(basename "$kept")")"
            rm "$kept"
        done
    fi
    exec {lock}<&-
}
