#!/usr/bin/env bash
# `npm run lint`: TypeScript's compiler, ESLint, the formatter, and the same for the shell. All of them, whatever one finds.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
# shellcheck source=scripts/host/toolchain/environment.sh
source scripts/host/toolchain/environment.sh
# shellcheck source=scripts/host/toolchain/go.sh
source scripts/host/toolchain/go.sh
trap - ERR

# shell_files: what git knows, or would add, and is a shell script by its name or its first line.
shell_files() {
    git ls-files --cached --others --exclude-standard -z -- '*.sh' .ci/run | while IFS= read -r -d '' path; do
        [ ! -f "$path" ] || printf '%s\0' "$path"
    done
}

# check NAME COMMAND...: remembers what failed; the others are run all the same.
failed=()
check() {
    local started=$SECONDS name=$1
    shift
    if "$@"; then
        printf '%s: nothing found (%s s)\n' "$name" $((SECONDS - started))
    else
        failed+=("$name")
    fi
}

shell() {
    shell_files | xargs -0 "$@"
}

# actionlint TOOLS: of the workflows, with the shell in them; it comes as a Go module, built once. Its package on PyPI is a
# program that downloads it from elsewhere.
actionlint() {
    local built
    built=$cache/actionlint-$(sha256sum <scripts/lint/go.sum | cut -c1-16)
    if [ ! -x "$built" ]; then
        find_go
        run_go -C scripts/lint build -trimpath -o "$built.partial" github.com/rhysd/actionlint/cmd/actionlint
        mv "$built.partial" "$built"
        forget_go
    fi
    "$built" -shellcheck "$1/bin/shellcheck" -pyflakes=
}

tools=$(python_tools lint scripts/lint-tools.txt)
check tsc node_modules/.bin/tsc --noEmit
check eslint node_modules/.bin/eslint --max-warnings 0 .
check prettier node_modules/.bin/prettier --check --log-level warn .
check shellcheck shell "$tools/bin/shellcheck" --external-sources --source-path=.
check shfmt shell "$tools/bin/shfmt" -i 4 -d
check actionlint actionlint "$tools"

[ ${#failed[@]} = 0 ] || fail "Found something: ${failed[*]}."
