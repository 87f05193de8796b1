# shellcheck shell=bash
# Where the tools and the states are, and what the Pulumi CLI is told of them. Sourced, in the project's directory.

# shellcheck source=scripts/host/lib.sh
source scripts/host/lib.sh

# The project's own files of the user: the states of the stacks, and the passphrase of their secrets.
readonly user_data=${SCIENCE_STACKS_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/science-stacks}

# The CLI's version is the one of the npm package `pulumi`, so that `npx pulumi` is the same.
[[ $(<package.json) =~ \"pulumi\":\ \"([0-9.]+)\" ]]
readonly cli_version=${BASH_REMATCH[1]}

export PULUMI_HOME=$cache/pulumi
# shellcheck disable=SC2034 # for those who source this
readonly cli_bin=$PULUMI_HOME/versions/$cli_version/bin
# Sizes of what the tools consist of, below a line with the key of their sources: what is there is whole.
readonly toolchain_stamp=$PULUMI_HOME/toolchain

# A backend or a passphrase of the user's own go before the project's.
: "${PULUMI_BACKEND_URL:=file://$user_data/state}"
[ -n "${PULUMI_CONFIG_PASSPHRASE+set}" ] || : "${PULUMI_CONFIG_PASSPHRASE_FILE:=$user_data/passphrase}"
export PULUMI_BACKEND_URL
[ -z "${PULUMI_CONFIG_PASSPHRASE_FILE:-}" ] || export PULUMI_CONFIG_PASSPHRASE_FILE
export PULUMI_SKIP_UPDATE_CHECK=true
# Another Pulumi's plugins on the PATH are not taken for those that belong to this version.
export PULUMI_IGNORE_AMBIENT_PLUGINS=true

# sources_key: one key of all that decides what the tools are, printed. It changes with the machine's Node.js, too.
sources_key() {
    local path files=() LC_ALL=C # The order of the files is part of the key.
    shopt -s globstar nullglob
    for path in package-lock.json offline/pulumi-cli/go.* offline/{language-host,plugins}/** scripts/host/{struct.ts,toolchain/*}; do
        [ ! -f "$path" ] || files+=("$path")
    done
    shopt -u globstar nullglob
    { printf '%s\n' "$cli_version" "$node" "${SCIENCE_STACKS_TOOLCHAIN:-auto}" && sha256sum "${files[@]}"; } | sha256sum
}

# toolchain_ready: true when all tools are there, whole, and made from what the project says now. Once they are, they stay so for as
# long as a command takes.
toolchain_ready() {
    local stamp
    [ -z "${tools_are_there:-}" ] || return 0
    [ -s "$toolchain_stamp" ] || return 1
    mapfile -t stamp <"$toolchain_stamp"
    [ "${stamp[0]}" = "$(sources_key)" ] || return 1
    stamp=("${stamp[@]:1}")
    [ "$(stat -c '%s %n' -- "${stamp[@]#* }" 2>/dev/null)" = "$(printf '%s\n' "${stamp[@]}")" ] || return 1
    tools_are_there=yes
}

# alone WHAT COMMAND...: runs the command while no other process does the same thing, and says so when it must wait.
# It has no limit: the other one may be building the CLI, and the lock of one that was killed is gone with it.
alone() {
    local fd what=$1
    shift
    mkdir -p "$user_data/locks"
    exec {fd}>"$user_data/locks/${what// /-}"
    if ! flock --nonblock "$fd"; then
        progress "Another command is at work on $what: waiting for it"
        flock "$fd"
    fi
    "$@"
    exec {fd}>&-
}

node=$(command -v node) || fail "Node.js is not there." "Install Node.js 20 or later, with npm."
readonly node
