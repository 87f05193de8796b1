# shellcheck shell=bash disable=SC2154
# What a machine gets from this host because no package has it: downloaded from where it is published, or made here, once,
# kept in the user's cache, and brought to the machine over SSH. Sourced after lib.sh. Reads proxy (or empty).

# What is gone when the script ends, a private key among it.
scratch=()
trap '[ ${#scratch[@]} = 0 ] || rm -rf "${scratch[@]}"' EXIT

# make_once PATH COMMAND...: runs a command that makes $work/<name of the file> and lays it at PATH, whole or not at all,
# unless it is there. What the command prints is shown when it fails. Two at a time wait for each other.
make_once() {
    local path=$1 fd
    shift
    [ ! -s "$path" ] || return 0
    mkdir -p "$(dirname "$path")"
    exec {fd}<"$(dirname "$path")"
    flock "$fd"
    if [ ! -s "$path" ]; then
        work=$(mktemp -d "$(dirname "$path")/.partial.XXXXXX")
        scratch+=("$work")
        "$@"
        mv "$work/$(basename "$path")" "$path"
        rm -rf "$work"
    fi
    exec {fd}<&-
}

# download URL SUM FILE: true when the file is there, with this SHA-256 or SHA-512; false when the address does not answer
# within five seconds, or hardly answers. Another sum ends the script.
download() {
    local url=$1 sum=$2 file=$3 program=sha256sum
    [ ${#sum} != 128 ] || program=sha512sum
    progress "downloading $(basename "$file")"
    curl --silent --fail --location --connect-timeout 5 --speed-limit 20000 --speed-time 20 --output "$file" ${proxy:+--proxy "$proxy"} "$url" || {
        progress "$url does not answer"
        return 1
    }
    [ "$("$program" <"$file" | cut -d' ' -f1)" = "$sum" ] || fail "What $url gives has not the checksum $sum."
}

# log_in: an SSH configuration for the machine that $connection (JSON) tells of; on_machine COMMAND: runs a shell text there.
log_in() {
    [ -n "${connection:-}" ] || fail "The parameter connection is missing."
    login=$(mktemp -d)
    scratch+=("$login")
    node "$(dirname "${BASH_SOURCE[0]}")/ssh-files.mjs" "$login" <<<"$connection" >/dev/null
}

on_machine() {
    ssh -F "$login/config" stack "set -eu; run=; [ \$(id -u) = 0 ] || run='sudo -n'; $1"
}

# deliver FILE TARGET [MODE]: lays a file on the machine, unless it has it; whole or not at all. Prints TARGET.
deliver() {
    local file=$1 target=$2 mode=${3:-644} sum
    sum=$(sha256sum <"$file" | cut -d' ' -f1)
    on_machine "[ \"\$(sha256sum 2>/dev/null <$target | cut -d' ' -f1)\" != $sum ] || exit 0
        \$run mkdir -p $(dirname "$target"); \$run tee $target.partial >/dev/null
        [ \"\$(sha256sum <$target.partial | cut -d' ' -f1)\" = $sum ]
        \$run chmod $mode $target.partial; \$run mv $target.partial $target" <"$file"
    printf '%s\n' "$target"
}

# short_sum FILE: the beginning of its SHA-256, for names that differ when the content does.
short_sum() {
    sha256sum <"$1" | cut -c1-12
}
