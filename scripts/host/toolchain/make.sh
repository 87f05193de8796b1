#!/usr/bin/env bash
# Makes the tools that `pulumi` needs: the CLI, the language host and the plugins command, random and tls, below
# $PULUMI_HOME. The official downloads come first; where they cannot be reached, the CLI is built from Go modules and the
# stand-ins of offline/ take the places of the others. SCIENCE_STACKS_TOOLCHAIN=official or stand-in leaves no choice.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../../.."
# shellcheck source=scripts/host/toolchain/environment.sh
source scripts/host/toolchain/environment.sh
# shellcheck source=scripts/host/toolchain/official.sh
source scripts/host/toolchain/official.sh
# shellcheck source=scripts/host/toolchain/cli.sh
source scripts/host/toolchain/cli.sh

# The plugins that each stack uses; what only some use, as aws, the engine gets when it needs it.
readonly plugins=(command random tls)

make_toolchain() {
    local key parts=() name version
    key=$(sources_key)
    if is_whole_cli; then
        : # There, official or not: nothing is to be gained by trying anew.
    elif official_is_wanted && official_answers; then
        download_cli || build_cli
    else
        build_cli
    fi
    [ ! -e "$cli_bin/stand-in" ] || parts+=(language-host)

    for name in "${plugins[@]}"; do
        version=$(plugin_version "$name")
        if [ -e "$cli_bin/stand-in" ] || ! download_plugin "$name" "$version"; then
            parts+=("$name=$version")
        fi
    done
    if [ ${#parts[@]} -gt 0 ]; then
        progress "Using our own stand-ins (docs/offline.md) for what cannot be downloaded: ${parts[*]}"
        "$node" scripts/host/toolchain/bundle.mjs "$cli_bin" "${parts[@]}"
    fi
    leave_out_logs
    write_stamp "$key"
}

# The CLI writes all that its engine does into a compressed file of each command, which is a fourth of what an unchanged `up` takes, and
# has no switch for it. Where it cannot make their directory, it does without; `-v 9 --logtostderr` tells the same, when it is asked for.
leave_out_logs() {
    rm -rf "$PULUMI_HOME/logs"
    touch "$PULUMI_HOME/logs"
}

# plugin_version NAME: the version of the plugin that the npm package of the same name asks for.
plugin_version() {
    [[ $(<"node_modules/@pulumi/$1/package.json") =~ \"version\":\ *\"v?([0-9.]+)\" ]]
    printf '%s\n' "${BASH_REMATCH[1]}"
}

write_stamp() {
    local name files
    files=("$cli_bin/pulumi" "$cli_bin/pulumi-language-nodejs")
    for name in "${plugins[@]}"; do
        files+=("$PULUMI_HOME/plugins/resource-$name-v$(plugin_version "$name")/pulumi-resource-$name")
    done
    shopt -s nullglob
    files+=("$PULUMI_HOME"/stand-ins/*.cjs)
    shopt -u nullglob
    {
        printf '%s\n' "$1"
        stat -c '%s %n' -- "${files[@]}"
    } >"$toolchain_stamp.partial"
    mv "$toolchain_stamp.partial" "$toolchain_stamp"
}

# Another run may have made them while this one waited.
make_if_needed() {
    toolchain_ready || make_toolchain
}

alone "the tools" make_if_needed
