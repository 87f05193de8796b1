#!/usr/bin/env bash
# What is behind `npm run up|preview|outputs|destroy|ssh|verify|pulumi`: stack.sh COMMAND STACK [ARGUMENT...].
# Whatever a command needs and is not there, it makes first: npm packages, the Pulumi CLI and its plugins, the system's
# packages for local machines, a backend and a passphrase. What is there already is only looked at.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
# shellcheck source=scripts/host/toolchain/environment.sh
source scripts/host/toolchain/environment.sh
# shellcheck source=scripts/host/toolchain/packages.sh
source scripts/host/toolchain/packages.sh
# shellcheck source=scripts/host/stack-files.sh
source scripts/host/stack-files.sh
# What fails here says so itself.
trap - ERR

usage() {
    cat >&2 <<'END'
npm run up -- <stack> [--repair]        makes the stack, or brings it up to its configuration; puts right what drifted
npm run up -- <stack> --plan FILE       makes just what a preview with --save-plan FILE has shown, or nothing
npm run drift -- <stack> [--json | --markdown]  what differs from what `up` made; status 1 when something does
npm run preview -- <stack> [--format markdown|json]  what `up` would change; as the comment of a pull request
npm run outputs -- <stack> [--json] [--show-secrets]
npm run verify -- <stack> [--json]      checks the running stack, requirement by requirement
npm run status -- [--drift] [--json | --html [FILE]]  all stacks at a glance
npm run differences -- <stack> <stack>  what the second one's configuration has otherwise
npm run ephemeral -- <product> [--ttl 4h] [--from stack] [--fresh | --prepare] | --sweep  a stack for a test, and its end
npm run logs -- <stack> [service] [--lines N] [--follow] [--machine NAME]
npm run backup -- <stack>               makes a backup now, besides those of the timer
npm run restore -- <stack> [--at TIME] | --list  gives back the data of a backup
npm run adopt -- <stack> [--from FILE]  a running machine whose state was lost, by the copy of the state on it
npm run rotate -- <stack> database-password|cache-password|search-password|certificate|ssh-key|host-key  makes it anew
npm run ssh -- <stack> [--machine NAME] [-- command]  into the stack's machine, or one beside it: database, object-store, redis, search, or a name in applications
npm run tunnel -- <stack> [--machine NAME]  the way to a machine on AWS that has no port open for SSH
npm run destroy -- <stack>              removes the stack
npm run pulumi -- <arguments>           the Pulumi CLI with the project's backend
END
    known_stacks >&2
    exit 2
}

prepare_tools() {
    install_packages
    toolchain_ready || bash scripts/host/toolchain/make.sh
    prepare_backend
    # What the engine would download by itself is the plugin aws, which package.json names, and which is 700 MB: only a
    # stack on AWS needs it. Where the CLI could not be downloaded, nor can it.
    if [ -n "${stack:-}" ] && ! uses_aws || [ -e "$cli_bin/stand-in" ]; then
        export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true
    fi
}

# The CLI lives for seconds: rarer collections of its garbage are a tenth of what an unchanged `up` takes.
pulumi() {
    local first="--require=\"$PWD/scripts/host/keep-compiled.cjs\" --require=\"$PWD/scripts/host/load-lazily.cjs\""
    GOGC=${GOGC:-400} NODE_OPTIONS="$first ${NODE_OPTIONS:-}" "$cli_bin/pulumi" "$@"
}

up() {
    local repair='' plan=()
    while [ $# -gt 0 ]; do
        case $1 in
        --repair) repair=yes ;;
        --plan)
            [ -f "${2:-}" ] || fail "There is no plan ${2:-}."
            plan=(--plan "$2")
            shift
            ;;
        *) usage ;;
        esac
        shift
    done
    prepare_configuration
    install_packages
    # The program refuses a wrong configuration by itself; the first time, that would be after all had been installed.
    toolchain_ready || "$node" --import tsx stacks/check.ts "$stack" || exit 1
    if is_local_stack; then
        prepare_host
    fi
    prepare_tools
    prepare_stack
    if is_local_stack; then
        start_machines
    fi
    if [ -n "$repair" ]; then
        # What differs in the machine; what differs on the platform is found by the refresh.
        drift --repair || fail "$stack could not be repaired, or not wholly: what failed is above."
    fi
    pulumi up --yes --skip-preview ${repair:+--refresh} "${plan[@]}" --stack "$stack" ||
        fail "$stack is not up: what failed is above. What is done stays; \`npm run up -- $stack\` goes on from there."
    keep_state
    if is_local_stack; then
        wait_for_answer
    fi
    print_address
}

preview() {
    prepare_configuration
    prepare_tools
    prepare_stack
    if [[ " $* " == *" --format "* ]]; then
        "$node" --import tsx preview/index.ts "$stack" "$@"
    else
        pulumi preview --diff --stack "$stack" "$@"
    fi
}

outputs() {
    prepare_tools
    require_stack
    pulumi stack output --stack "$stack" "$@"
}

destroy() {
    [ $# = 0 ] || usage
    prepare_tools
    if ! stack_exists; then
        known_stack
        progress "$stack is not there: nothing to destroy."
        return
    fi
    refuse_damaged_state
    prepare_configuration
    if is_local_stack; then
        prepare_host
    fi
    release_dead_lock
    keep_backup_password
    pulumi destroy --yes --skip-preview --stack "$stack" ||
        fail "$stack is not destroyed, or not wholly: what failed is above. Run the command again when it is mended."
    pulumi stack rm --preserve-config --yes --stack "$stack"
}

# read_machine ARGUMENT...: which machine is meant, into `machine`: empty for the stack's first; the output that says how one logs in to
# it, into `login`, or "named." and its name where its user has named it; how many arguments say so, into `said`.
read_machine() {
    machine='' login=ssh said=0
    [ "${1:-}" = --machine ] || return 0
    case ${2:-} in
    database) login=databaseSsh ;;
    object-store) login=objectStoreSsh ;;
    redis) login=redisSsh ;;
    search) login=searchSsh ;;
    *)
        [[ ${2:-} =~ ^[a-z][a-z0-9]*$ ]] || no_machine "${2:-}"
        login=named.$2
        ;;
    esac
    machine=$2 said=2
}

no_machine() {
    fail "\"$1\" is none of the machines of $stack, or it is not up." \
        "Give --machine database, object-store, redis or search, or a name in its applications, postgresql.machines, redis.machines or solr.machines, or leave it out for the stack's first one. Or run: npm run up -- $stack"
}

# print_login: how one logs in to the machine that `login` says; of those with names, what the stack gives out of all its machines.
print_login() {
    local output=()
    [[ $login == named.* ]] || output=("$login")
    pulumi stack output "${output[@]}" --show-secrets --json --stack "$stack"
}

ssh() {
    local machine login said
    read_machine "$@"
    shift "$said"
    [ "${1:-}" != -- ] || shift
    prepare_tools
    require_stack
    local place status=0 destination
    place=$(mktemp -d)
    trap 'rm -rf "$place"' EXIT
    destination=$(print_login | "$node" scripts/host/ssh-files.mjs "$place" "$machine") || {
        [ -z "$machine" ] || no_machine "$machine"
        fail "$stack has no machine that one could log in to, or it is not up." "Run: npm run up -- $stack"
    }
    command ssh -F "$place/config" "$destination" "$@" || status=$?
    exit "$status"
}

tunnel() {
    local machine login said
    read_machine "$@"
    [ $# = "$said" ] || usage
    install_packages
    [ -f "$(configuration)" ] || { known_stack && fail "There is no $(configuration)."; }
    "$node" scripts/host/tunnel.mjs "$stack" ${machine:+"$machine"}
}

verify() {
    prepare_tools
    require_stack
    "$node" --import tsx verify/index.ts "$stack" "$@"
}

# keep_state: a machine that is backed up has a copy of the state, with its secrets encrypted, for who has lost it.
keep_state() {
    ! has_backups || "$node" --import tsx backup/keep-state.ts "$stack" ||
        fail "$stack is up, but its machine could not be given a copy of the state." "Run: npm run up -- $stack"
}

adopt() {
    local file=''
    [ $# = 0 ] || { [ $# = 2 ] && [ "$1" = --from ] && file=$2; } || usage
    [ -f "$(configuration)" ] || { known_stack && fail "There is no $(configuration), which the stack was made by." "Put it back first."; }
    prepare_tools
    ! stack_exists || fail "$stack has a state, so there is nothing to adopt." "Run: npm run up -- $stack"
    copy=$(mktemp) # Not local: it goes when this program ends.
    trap 'rm -f "$copy"' EXIT
    copy_of_state "$file" >"$copy"
    pulumi stack init "$stack" >&2
    pulumi stack import --stack "$stack" --file "$copy" >&2 || {
        pulumi stack rm --force --preserve-config --yes --stack "$stack" >&2
        fail "The state could not be taken over: what is wrong is above." \
            "The passphrase must be the one that the stack was made with: ${PULUMI_CONFIG_PASSPHRASE_FILE:-PULUMI_CONFIG_PASSPHRASE}."
    }
    progress "$stack has its state again. \`npm run up -- $stack\` changes what was changed since it was kept, and nothing else."
}

rotate() {
    [ $# = 1 ] || usage
    prepare_running
    local urns
    mapfile -t urns < <("$node" --import tsx rotate/index.ts "$stack" "$1")
    [ ${#urns[@]} -gt 0 ] || exit 1 # What is wrong has been said.
    pulumi up --yes --skip-preview "${urns[@]/#/--replace=}" --stack "$stack" ||
        fail "The $1 of $stack is not rotated, or not wholly: what failed is above. \`npm run up -- $stack\` goes on from there."
    keep_state
    progress "$stack has a new $1."
}

backup() {
    prepare_running
    "$node" --import tsx backup/index.ts "$stack" "$@"
}

restore() {
    prepare_running
    "$node" --import tsx backup/restore.ts "$stack" "$@"
}

drift() {
    prepare_tools
    require_stack
    "$node" --import tsx drift/index.ts "$stack" "$@"
}

logs() {
    local service='' lines=100 follow=no machine='' login=ssh said units
    while [ $# -gt 0 ]; do
        case $1 in
        --follow) follow=yes ;;
        --lines)
            [[ ${2:-} =~ ^[0-9]+$ ]] || usage
            lines=$2
            shift
            ;;
        --machine)
            read_machine "$@"
            shift
            ;;
        -*) usage ;;
        *) service=$1 ;;
        esac
        shift
    done
    prepare_tools
    require_stack
    mapfile -t units < <("$node" --import tsx status/services.ts "$stack" --login "$login" ${service:+"$service"})
    [ ${#units[@]} -gt 0 ] || exit 1 # What is wrong has been said.
    # The names are of units, which have no character that a shell would take for something else.
    ssh ${machine:+--machine "$machine"} -- "[ \$(id -u) = 0 ] || sudo='sudo -n'; exec \${sudo:-} bash -s -- $lines $follow ${units[*]}" <scripts/guest/logs/show.sh
}

[ $# -gt 0 ] || usage
command=$1
shift
case $command in
pulumi)
    prepare_tools
    # What is encrypted in a configuration is set before the first `up`, which needs it.
    if [[ "$* " =~ ^config\ .*--stack[=\ ]([^ ]+)\  ]]; then
        stack=${BASH_REMATCH[1]}
        [ ! -f "$(configuration)" ] || prepare_stack
    fi
    pulumi "$@"
    ;;
status)
    prepare_tools
    "$node" --import tsx status/index.ts "$@"
    ;;
differences)
    prepare_tools
    "$node" --import tsx environments/index.ts "$@"
    ;;
ephemeral)
    prepare_tools
    "$node" --import tsx ephemeral/index.ts "$@"
    ;;
up | preview | outputs | destroy | ssh | tunnel | verify | drift | logs | backup | restore | adopt | rotate)
    [ $# -gt 0 ] || usage
    stack=$1
    shift
    valid_stack
    "$command" "$@"
    ;;
*) usage ;;
esac
