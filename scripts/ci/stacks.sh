#!/usr/bin/env bash
# The stacks that workflows care for, as a JSON list: those whose configuration is in the repository.
#   stacks.sh           all of them
#   stacks.sh prod      those whose name ends with -prod
#   stacks.sh not-prod  the others
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
git ls-files -- 'stacks/Pulumi.*.yaml' | sed 's#^stacks/Pulumi\.##; s#\.yaml$##' | case ${1:-all} in
prod) sed -n '/-prod$/p' ;;
not-prod) sed '/-prod$/d' ;;
all) cat ;;
*)
    echo "usage: stacks.sh [prod|not-prod]" >&2
    exit 2
    ;;
esac | sed 's/.*/"&"/' | paste -sd , | sed 's/.*/[&]/'
