# shellcheck shell=bash
# shellcheck disable=SC2154 # environment.sh sets them
# Tools from PyPI, each set in a virtual environment of its own in the cache. Sourced after environment.sh.

# python_tools NAME REQUIREMENTS: prints the directory of an environment with what the file pins, hashes among it.
python_tools() {
    local place partial
    place=$cache/python-$1-$(sha256sum <"$2" | cut -c1-16)
    partial=$place.partial
    if [ ! -d "$place" ]; then
        python3 -c 'import ensurepip, venv' 2>/dev/null || install_system_packages python3-venv
        rm -rf "$partial"
        mkdir -p "$cache"
        # An environment cannot be moved once it is used; nothing is run from it here but by its absolute path.
        python3 -m venv "$partial" >&2
        "$partial/bin/python3" -m pip install --quiet --no-deps --only-binary :all: --require-hashes -r "$2" >&2 ||
            fail "What $2 names could not be installed from PyPI." "Where PyPI comes from a mirror, pip must be set up for it."
        mv "$partial" "$place"
    fi
    printf '%s\n' "$place"
}

# install_system_packages NAME...: by apt, as root.
install_system_packages() {
    local run=()
    [ "$EUID" = 0 ] || run=(sudo -n)
    progress "Installing $*"
    if ! { "${run[@]}" apt-get update -q &&
        "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"; } >&2; then
        fail "$* could not be installed." "Install it yourself, then run the command again."
    fi
}
