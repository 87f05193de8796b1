#!/usr/bin/env bash
# Prints the directory of an environment with Ansible, as ansible.txt pins it, hashes among it: made once, kept in the cache.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
# shellcheck source=scripts/host/toolchain/environment.sh
source scripts/host/toolchain/environment.sh
# shellcheck source=scripts/host/toolchain/python.sh
source scripts/host/toolchain/python.sh
python_tools ansible bench/ansible.txt
