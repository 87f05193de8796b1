# shellcheck shell=bash
# shellcheck disable=SC2154 # environment.sh sets them
# The Pulumi CLI built from Go modules, for where its download cannot be reached. Sourced after environment.sh.

# shellcheck source=scripts/host/toolchain/go.sh
source scripts/host/toolchain/go.sh

# is_whole_cli: true when the CLI of this version is there and, if it was built here, from the modules as they are named now.
is_whole_cli() {
    local mark=$cli_bin/stand-in
    [ -x "$cli_bin/pulumi" ] || return 1
    if [ -e "$mark" ]; then
        [ "${SCIENCE_STACKS_TOOLCHAIN:-auto}" != official ] || return 1
        [ "$(<"$mark")" = "$(cli_key) $(stat -c %s "$cli_bin/pulumi")" ]
    else
        [ "${SCIENCE_STACKS_TOOLCHAIN:-auto}" != stand-in ] && [ -x "$cli_bin/pulumi-language-nodejs" ]
    fi
}

cli_key() {
    cat offline/pulumi-cli/go.mod offline/pulumi-cli/go.sum | sha256sum | cut -c1-64
}

build_cli() {
    local started=$SECONDS partial=$PULUMI_HOME/versions/$cli_version.partial version_variable
    version_variable=github.com/pulumi/pulumi/sdk/v3/go/common/version.Version
    progress "The Pulumi CLI cannot be downloaded here: building it from Go modules, once (four to ten minutes)"
    find_go
    rm -rf "$partial"
    mkdir -p "$partial/bin"
    show_time "$partial/log" run_go -C offline/pulumi-cli build -trimpath -ldflags "-s -w -X $version_variable=v$cli_version" \
        -o "$partial/bin/pulumi" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi || {
        grep -v '^go: downloading ' "$partial/log" | tail -n 20 >&2
        fail "The Pulumi CLI could not be built." "What Go says is above. Where Go modules come from a mirror, set GOPROXY to it."
    }
    rm "$partial/log"
    [ "$("$partial/bin/pulumi" version)" = "v$cli_version" ] || fail "The Pulumi CLI that was built does not give its version."
    printf '%s %s\n' "$(cli_key)" "$(stat -c %s "$partial/bin/pulumi")" >"$partial/bin/stand-in"
    rm -rf "${cli_bin%/bin}"
    mv "$partial" "${cli_bin%/bin}"
    forget_go
    progress "Built the Pulumi CLI in $((SECONDS - started)) s"
}
