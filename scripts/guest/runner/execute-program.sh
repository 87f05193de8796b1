#!/usr/bin/env bash
# What the transient unit of a step runs: execute-program RUN_DIRECTORY ACTION. Leaves the exit status in RUN_DIRECTORY.
set -uo pipefail
run=$1 action=$2
(
    set -eE
    trap 'printf "error: line %s of the step: \"%s\" ended with status %s\n" "$LINENO" "${BASH_COMMAND%%$'"'"'\n'"'"'*}" "$?" >&2' ERR
    # shellcheck source=/dev/null
    source /usr/local/lib/science-stacks/lib.sh
    set -- "$action"
    # shellcheck source=/dev/null
    source "$run/program"
)
status=$?
rm -f "$run/program"
printf '%s\n' "$status" >"$run/status.new"
mv "$run/status.new" "$run/status"
exit "$status"
