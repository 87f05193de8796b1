#!/usr/bin/env bash
# `npm run lock -- PRODUCT`: pins a product's Python packages anew, as lock.py says, with the uv that guests have.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
# shellcheck source=scripts/host/toolchain/environment.sh
source scripts/host/toolchain/environment.sh
# shellcheck source=scripts/host/toolchain/python.sh
source scripts/host/toolchain/python.sh
trap - ERR

[ $# = 1 ] && [ -e "scripts/guest/$1/lock.toml" ] ||
    fail "Say whose packages: $(cd scripts/guest && printf '%s\n' */lock.toml | cut -d/ -f1 | paste -sd' ')."
tools=$(python_tools lock scripts/guest/python/requirements/uv.txt)
PATH=$tools/bin:$PATH python3 scripts/lock.py "$1"
