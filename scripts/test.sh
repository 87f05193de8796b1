#!/usr/bin/env bash
# `npm test`: lint, then every test; what can run side by side does. The last line is "N passed, N failed".
# Everything is run, whatever fails before it; the exit status is 0 when lint found nothing and all tests passed.
set -uo pipefail
cd "$(dirname "$(realpath "$0")")/.." || exit

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
status=0

# jest_run NAME ARGUMENT...: tests, with their figures kept for the sum.
jest_run() {
    local name=$1
    shift
    printf '\n== %s (%s)\n' "$name" "$(date +%T)"
    node_modules/.bin/jest --json --outputFile "$results/$name.json" "$@" >/dev/null || status=1
    # What jest could not even begin is a failure too.
    [ -s "$results/$name.json" ] || status=1
}

printf '== lint (%s)\n' "$(date +%T)"
bash scripts/lint.sh || status=1
jest_run fast --selectProjects unit program offline --maxWorkers 100%
# Guests have networks of their own. Two at a time: most of a test is one machine waiting for something.
jest_run guests --selectProjects guest e2e --maxWorkers 2

node scripts/test-summary.mjs "$results"/*.json || status=1
exit "$status"
