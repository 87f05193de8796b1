# shellcheck shell=bash
# shellcheck disable=SC2154 # environment.sh sets them
# The official downloads of the CLI and the plugins. Sourced after environment.sh.

# When they could not be reached: for a day they are not tried again.
readonly unreachable=$cache/official-unreachable

official_is_wanted() {
    [ "${SCIENCE_STACKS_TOOLCHAIN:-auto}" != stand-in ]
}

# official_answers: true when the place that the CLI is downloaded from answers, in five seconds.
official_answers() {
    [ "${SCIENCE_STACKS_TOOLCHAIN:-auto}" != official ] || return 0
    [ -z "$(find "$unreachable" -mmin -1440 2>/dev/null)" ] || return 1
    if "$node" scripts/host/toolchain/official-answers.mjs; then
        rm -f "$unreachable"
    else
        mkdir -p "$cache"
        : >"$unreachable"
        return 1
    fi
}

# download_cli: the CLI with its language hosts, by the npm package `pulumi`. It is laid whole or not at all.
download_cli() {
    local partial=$PULUMI_HOME/partial
    progress "Downloading the Pulumi CLI $cli_version"
    rm -rf "$partial"
    if PULUMI_HOME=$partial timeout 900 "$node" node_modules/pulumi/run.js version >&2; then
        rm -rf "${cli_bin%/bin}"
        mkdir -p "$PULUMI_HOME/versions"
        mv "$partial/versions/$cli_version" "${cli_bin%/bin}"
        rm -rf "$partial"
        return 0
    fi
    rm -rf "$partial"
    [ "${SCIENCE_STACKS_TOOLCHAIN:-auto}" != official ] || fail "The Pulumi CLI could not be downloaded."
    return 1
}

# download_plugin NAME VERSION: true when the official plugin is there in the end. After one that could not be downloaded
# the others are not tried.
download_plugin() {
    local place=$PULUMI_HOME/plugins/resource-$1-v$2 said
    # A stand-in that an earlier run laid there would be taken for it.
    [ ! -e "$place/stand-in" ] || rm -rf "$place"
    [ -z "${plugins_unreachable:-}" ] || return 1
    progress "Downloading the plugin $1 $2"
    said=$(timeout 600 "$cli_bin/pulumi" plugin install resource "$1" "$2" 2>&1 </dev/null) && return 0
    [ "${SCIENCE_STACKS_TOOLCHAIN:-auto}" != official ] || fail "The plugin $1 $2 could not be downloaded." "${said##*$'\n'}"
    plugins_unreachable=yes
    return 1
}
