#!/usr/bin/env bash
# Opens, or closes, the issue of a stack's drift: drift.sh STACK. What could not be told is an error, and no issue.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
stack=$1
told=$(mktemp)
trap 'rm -f "$told"' EXIT

status=0
npm run --silent drift -- "$stack" --markdown >"$told" || status=$?
cat "$told"
case $status in
0) node scripts/ci/github.mjs drift "$stack" ;;
1) node scripts/ci/github.mjs drift "$stack" "$told" ;;
*) exit "$status" ;;
esac
