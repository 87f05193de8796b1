# shellcheck shell=bash
# shellcheck disable=SC2154 # environment.sh sets them
# The npm packages of the project, as package-lock.json has them. Sourced after environment.sh.

readonly packages_stamp=node_modules/.science-stacks-lock

# packages_key: changes with the lock file; nothing else decides what is installed.
packages_key() {
    sha256sum <package-lock.json
}

# install_packages: `npm ci`, where what is installed is not what the lock file says. A command that has looked does not look again.
install_packages() {
    [ -z "${packages_are_there:-}" ] || return 0
    packages_are_installed || alone "npm packages" install_packages_now
    packages_are_there=yes
}

packages_are_installed() {
    [ -f "$packages_stamp" ] && [ "$(<"$packages_stamp")" = "$(packages_key)" ]
}

install_packages_now() {
    node_is_new_enough
    if ! "$node" scripts/host/toolchain/installed-packages.mjs; then
        progress "Installing the project's npm packages (half a minute)"
        npm ci --loglevel=error --no-progress --no-audit --no-fund >&2 ||
            fail "npm could not install the project's packages." "What it says is above."
    fi
    packages_key >"$packages_stamp"
}

node_is_new_enough() {
    local version
    version=$("$node" --version)
    [[ $version =~ ^v([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge 20 ] ||
        fail "This is Node.js $version: version 20 or later is needed." "It is $node."
    command -v npm >/dev/null || fail "npm is not there, which belongs to Node.js."
}
