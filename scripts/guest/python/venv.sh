# shellcheck shell=bash disable=SC2154
# Virtual environments of Python from lock files, for the steps that install a product's software; sourced by them.
# Reads index_url (a mirror of PyPI, or empty), proxy (or empty), ca_bundle.

with_registry() {
    local -x SSL_CERT_FILE=$ca_bundle PIP_CERT=$ca_bundle PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
    local -x UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never UV_HTTP_TIMEOUT=120
    # shellcheck disable=SC2030,SC2031
    [ -z "$index_url" ] || export UV_DEFAULT_INDEX=$index_url PIP_INDEX_URL=$index_url
    # pip asks no mirror without TLS that it is not told to; each file is known by its hash, whoever brings it.
    [[ ! $index_url =~ ^http://([^/@]*@)?([^/]+) ]] || export PIP_TRUSTED_HOST=${BASH_REMATCH[2]}
    # shellcheck disable=SC2031
    [ -z "$proxy" ] || export HTTPS_PROXY=$proxy HTTP_PROXY=$proxy
    "$@"
}

# make_venv DIRECTORY REQUIREMENTS [WHEEL...]: an environment with what REQUIREMENTS pins and the wheels given.
# uv fetches and unpacks side by side, and compiles: 4 s where pip takes 17. pip is there to fetch uv alone, by its hash.
# What venv is to be told besides is in venv_options.
venv_options=()
make_venv() {
    local directory=$1 tools
    mkdir -p "$(dirname "$directory")"
    tools=$(mktemp -d)
    with_registry fill_venv "$tools" "$@"
    rm -r "$tools"
}

fill_venv() {
    local tools=$1 directory=$2 lock=$3 library=/usr/local/lib/science-stacks/python pip
    shift 3
    pip=$(find /usr/share/python-wheels -name 'pip-*.whl' -print -quit)
    PYTHONPATH=$pip python3 -m pip install --quiet --no-compile --target "$tools" --no-deps --require-hashes \
        --requirement "$library/uv.txt"
    "$tools/bin/uv" pip install --quiet --python python3 --target "$tools" --no-deps --require-hashes --requirement "$library/build.txt"
    python3 -m venv "${venv_options[@]}" --without-pip "$directory"
    # What comes as a source is built with what was just checked: nothing is fetched without a hash.
    PYTHONPATH=$tools "$tools/bin/uv" pip install --quiet --python "$directory/bin/python" --no-build-isolation --compile-bytecode \
        --no-deps --require-hashes --requirement "$lock"
    [ $# = 0 ] || "$tools/bin/uv" pip install --quiet --python "$directory/bin/python" --compile-bytecode --no-deps --offline "$@"
}
