#!/usr/bin/env bash
# Prints the path of a Python that has DCOR-Aid, without its window, from PyPI; kept in the user's cache.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../../.."
# shellcheck source=scripts/host/toolchain/environment.sh
source scripts/host/toolchain/environment.sh
# shellcheck source=scripts/host/toolchain/python.sh
source scripts/host/toolchain/python.sh
printf '%s/bin/python3\n' "$(python_tools dcor-aid test/e2e/dcor-aid/requirements.txt)"
