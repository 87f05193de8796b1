# shellcheck shell=bash disable=SC2154,SC2034
# What the scripts of this folder share. They run on the user's machine, as root: through sudo when the user is not root.
# Parameters come as shell assignments on standard input, secrets among them; what a script prints is its result.

# Everything that local machines have on this host. A test may have a place of its own.
readonly home=${SCIENCE_STACKS_MACHINES:-/var/lib/science-stacks}
# What can be made again, the images of the guests among it.
readonly cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/science-stacks
# Installed machines, for ephemeral stacks to begin with.
readonly snapshots=$cache/snapshots

# What ends a script unforeseen says at least where; what was foreseen has status 3, and has been said.
set -E
trap '[ "$?" = 3 ] || printf "%s, line %s: \"%s\" failed\n" "${BASH_SOURCE[0]}" "$LINENO" "${BASH_COMMAND%%$'"'"'\n'"'"'*}" >&2' ERR

# fail TEXT [HINT...]: ends the script; says what is wrong, then what to do.
fail() {
    printf '%s\n' "$1" >&2
    shift
    [ $# = 0 ] || printf '  %s\n' "$@" >&2
    exit 3
}

# progress TEXT: for who waits at a terminal; the standard output is the result.
progress() {
    printf '%s\n' "$1" >&2
}

# become_root SCRIPT ARGUMENT...: starts the script again as root. Nothing secret is among the arguments.
become_root() {
    [ "$(id -u)" != 0 ] || return 0
    command -v sudo >/dev/null || fail "Local machines need root, and sudo is not there." "Run the command as root, or install sudo."
    sudo -n true 2>/dev/null || fail "Local machines need root, and sudo asks for a password." \
        "Run 'sudo -v' first, or give your user a rule with NOPASSWD, or run the command as root."
    exec sudo -n env HOME="$HOME" XDG_CACHE_HOME="${XDG_CACHE_HOME:-}" SCIENCE_STACKS_MACHINES="${SCIENCE_STACKS_MACHINES:-}" \
        http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" no_proxy="${no_proxy:-}" bash "$@"
}

# read_parameters NAME...: reads assignments from standard input; each NAME must be among them, or have a value before.
read_parameters() {
    local _parameter
    _parameter=$(cat)
    eval "$_parameter"
    for _parameter in "$@"; do
        [ -n "${!_parameter:-}" ] || fail "The parameter $_parameter is missing."
    done
}

# lock DIRECTORY: makes the directory, and holds it for this script alone until unlock or the script's end.
# The directory is its own lock, so that nothing is left of it when it is removed.
declare -A locks=()
lock() {
    local fd
    [ -z "${locks[$1]:-}" ] || return 0
    while true; do
        # Everyone may see which machines there are, and root alone what is in them.
        (umask 022 && mkdir -p "$home/machines" && umask 077 && mkdir -p "$1")
        exec {fd}<"$1"
        flock -w 600 "$fd" || fail "Another command has held $1 for ten minutes." "See which with: fuser -v $1"
        [ "/proc/self/fd/$fd" -ef "$1" ] && break
        exec {fd}<&- # Removed while we waited.
    done
    locks[$1]=$fd
}

unlock() {
    local fd=${locks[$1]}
    exec {fd}<&-
    unset "locks[$1]"
}

# without_locks COMMAND...: runs a command that may outlive this script.
without_locks() (
    for fd in "${locks[@]}"; do
        exec {fd}<&-
    done
    "$@"
)

# write_if_changed PATH MODE: lays a file with the content of standard input, whole or not at all. True when it differs.
write_if_changed() {
    local new
    new=$(mktemp "$1.XXXXXX")
    cat >"$new"
    chmod "$2" "$new"
    if cmp -s "$new" "$1"; then
        rm "$new"
        return 1
    fi
    mv "$new" "$1"
}

valid_name() {
    [[ $1 =~ ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ ]] ||
        fail "\"$1\" cannot name a machine or a disk." "Use lower-case letters, digits and hyphens, at most 63 of them."
}

# suite_of RELEASE: Debian's own name of it.
suite_of() {
    case $1 in
    debian-12) echo bookworm ;;
    debian-13) echo trixie ;;
    *) fail "There is no image \"$1\"." "Use debian-12 or debian-13." ;;
    esac
}

host_has_systemd() {
    [ -d /run/systemd/system ]
}

# remember FILE PID, still_there FILE: a process by its number, its start and the host's boot; numbers are used again.
remember() {
    process_mark "$2" >"$1"
}

still_there() {
    local mark
    # Not by $(<file), which ends the script when there is none.
    { read -r mark <"$1"; } 2>/dev/null && [ -n "$mark" ] && [ "$(process_mark "${mark%% *}")" = "$mark" ]
}

pid_in() {
    local mark
    mark=$(cat "$1")
    printf '%s\n' "${mark%% *}"
}

process_mark() {
    local stat='' boot
    { read -r -d '' stat <"/proc/$1/stat" || [ -n "$stat" ]; } 2>/dev/null || return 0
    # What follows the command's name in brackets: the state is field 3, the start 22.
    read -r -a stat <<<"${stat##*) }"
    read -r boot </proc/sys/kernel/random/boot_id
    [ "${stat[0]}" = Z ] || printf '%s %s %s\n' "$1" "${stat[19]}" "$boot"
}

# wait_until SECONDS COMMAND...: true as soon as the command is, false when it was not in that time.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

random_id() {
    tr -d - </proc/sys/kernel/random/uuid
}

# setting FILE NAME: prints one of the values that write_settings wrote.
setting() (
    # shellcheck source=/dev/null
    source "$1"
    printf '%s\n' "${!2:-}"
)

# settings NAME...: prints variables as assignments.
settings() {
    local name
    for name in "$@"; do
        printf '%s=%q\n' "$name" "${!name}"
    done
}
