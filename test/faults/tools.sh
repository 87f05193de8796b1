#!/usr/bin/env bash
# Prints the directory of an environment with gixy and pip-audit from PyPI; kept in the user's cache.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
# shellcheck source=scripts/host/toolchain/environment.sh
source scripts/host/toolchain/environment.sh
# shellcheck source=scripts/host/toolchain/python.sh
source scripts/host/toolchain/python.sh
python_tools scan test/faults/requirements.txt
