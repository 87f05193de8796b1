# shellcheck shell=bash
# shellcheck disable=SC2154 # environment.sh sets them
# The files of a stack and what it needs of this machine, for scripts/stack.sh, which sets `stack`. Sourced after environment.sh.

# The file backend's own layout: one file a stack.
readonly backend_directory=${PULUMI_BACKEND_URL#file://}
readonly project_name=science-stacks

configuration() {
    printf '%s\n' "stacks/Pulumi.$stack.yaml"
}

valid_stack() {
    [[ $stack =~ ^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$ ]] ||
        fail "\"$stack\" cannot be the name of a stack." "$(known_stacks)"
}

# known_stacks: the stacks that have a configuration or an example of one, in a sentence.
known_stacks() {
    local path names=()
    shopt -s nullglob
    for path in stacks/Pulumi.*.yaml stacks/examples/*.yaml; do
        path=${path##*/}
        path=${path#Pulumi.}
        names+=("${path%.yaml}")
    done
    shopt -u nullglob
    printf 'Stacks: %s. A new one is a file stacks/Pulumi.<stack>.yaml.\n' "$(printf '%s\n' "${names[@]}" | sort -u | paste -sd ' ')"
}

known_stack() {
    [ -f "$(configuration)" ] || [ -f "stacks/examples/$stack.yaml" ] || fail "There is no stack $stack." "$(known_stacks)"
}

# prepare_configuration: the stack's configuration file, from its example where the user has none.
prepare_configuration() {
    [ ! -f "$(configuration)" ] || return 0
    known_stack
    # Whole or not at all; an example that other software may read only is still the user's own file from here on.
    install -m 0644 "stacks/examples/$stack.yaml" "$(configuration).partial"
    mv "$(configuration).partial" "$(configuration)"
    progress "$(configuration) is made from stacks/examples/$stack.yaml: change it as you like."
}

is_local_stack() {
    is_on local
}

uses_aws() {
    is_on aws
}

# is_on PLATFORM: true when the stack's configuration names it, or the base of it.
is_on() {
    local text
    [ -f "$(configuration)" ] || return 1
    text=$'\n'$(<"$(configuration)")
    if [[ $text =~ $'\n'[^#$'\n']*science-stacks:base:\ *([a-z0-9-]+) ]] && [ -f "stacks/base/${BASH_REMATCH[1]}.yaml" ]; then
        text+=$'\n'$(<"stacks/base/${BASH_REMATCH[1]}.yaml")
    fi
    [[ $text =~ $'\n'[^#$'\n']*platform:\ *[\"\']?$1 ]]
}

# prepare_host: what a local machine needs of this one.
prepare_host() {
    [ "$EUID" = 0 ] || command -v sudo >/dev/null || fail "Local machines need root, and sudo is not there." \
        "Run the command as root, or install sudo."
    [ "$EUID" = 0 ] || sudo -n true 2>/dev/null || fail "Local machines need root, and sudo asks for a password." \
        "Run 'sudo -v' first, or give your user a rule with NOPASSWD, or run the command as root."
    [ ! -f scripts/host/prerequisites.sh ] || bash scripts/host/prerequisites.sh
}

# start_machines: the guests of the stack that do not run, as after a restart of this machine. Sets `started` when there were some.
start_machines() {
    started=
    [ -d /var/lib/science-stacks/machines ] || return 0
    started=$(bash scripts/host/machine.sh start-all "$stack" 2>&1 >/dev/null | tee >(cat >&2))
}

# wait_for_answer: what was only started is asked until it answers, as the stack's health check does.
wait_for_answer() {
    [ -z "$started" ] || [ ! -f "$(state_file)" ] || "$node" scripts/host/ask-again.mjs "$(state_file)" ||
        fail "$stack was started again, and does not answer as it should: what it answered is above."
}

# prepare_backend: where the states are kept, and the passphrase of the secrets in them, when they are the project's own.
prepare_backend() {
    [ "$PULUMI_BACKEND_URL" != "file://$user_data/state" ] || [ -d "$user_data/state" ] || (umask 077 && mkdir -p "$user_data/state")
    if [ "${PULUMI_CONFIG_PASSPHRASE_FILE:-}" = "$user_data/passphrase" ] && [ ! -s "$user_data/passphrase" ]; then
        ! has_states || fail "The passphrase of the stacks' secrets is gone: $user_data/passphrase." \
            "Put it back from your backup: the states in $user_data/state cannot be read without it."
        (umask 077 && mkdir -p "$user_data" && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$user_data/passphrase.partial")
        mv "$user_data/passphrase.partial" "$user_data/passphrase"
    fi
}

# refuse_damaged_state: of a file that was cut off, the engine says only at which character. A stack for a test, which a sweep destroys
# when nobody is there, goes on with the state before its last change.
refuse_damaged_state() {
    local file
    file=$(state_file)
    [ -f "$file" ] && [[ $(tail -c 3 "$file") != *"}}" ]] || return 0
    if [[ $stack == ephemeral-* ]] && [ -s "$file.bak" ] && ! is_in_use; then
        cp "$file.bak" "$file"
        progress "The state of $stack was cut off: it is the one before its last change again."
        return 0
    fi
    fail "The state of $stack is cut off: $file. Nothing was changed." \
        "The state before its last change is beside it: mv '$file.bak' '$file'" \
        "Or take the one that the machine or a backup has: move the file away, and see \"The state is lost\" in docs/backups.md."
}

has_states() {
    compgen -G "$user_data/state/.pulumi/stacks/$project_name/*.json" >/dev/null
}

# state_file: where the file backend keeps the stack's state.
state_file() {
    printf '%s\n' "$backend_directory/.pulumi/stacks/$project_name/$stack.json"
}

stack_exists() {
    case $PULUMI_BACKEND_URL in
    file://*) [ -f "$(state_file)" ] ;;
    *) pulumi stack ls --json | grep -Eq "\"name\": *\"(.*/)?$stack\"" ;;
    esac
}

require_stack() {
    refuse_damaged_state
    stack_exists || { known_stack && fail "$stack has not been made yet." "Run: npm run up -- $stack"; }
}

# prepare_running: for a command on the machine of a stack that was made; a local one is started when it does not run.
prepare_running() {
    prepare_tools
    require_stack
    if is_local_stack; then
        prepare_host
        start_machines
    fi
}

has_backups() {
    [ -f "$(configuration)" ] && grep -q '^ *science-stacks:backup:' "$(configuration)"
}

# copy_of_state FILE: the copy of a lost state: a file, or without one, what the local machine was given.
copy_of_state() {
    local place=${1:-/var/lib/science-stacks/machines/$stack/root/var/lib/science-stacks/backup/state.json} sudo=()
    [ -n "$1" ] || [ "$EUID" = 0 ] || sudo=(sudo -n)
    "${sudo[@]}" test -s "$place" || fail "There is no copy of the state of $stack at $place." \
        "Get the one that is in the backups (docs/backups.md), and run: npm run adopt -- $stack --from FILE"
    "${sudo[@]}" cat "$place"
}

# keep_backup_password: puts the generated password of the stack's backups into its configuration, encrypted: they outlive it.
keep_backup_password() {
    has_backups || return 0
    local password
    password=$(pulumi stack export --show-secrets --stack "$stack" | "$node" scripts/host/backup-password.mjs)
    [ -n "$password" ] || return 0
    printf '%s' "$password" | pulumi config set --secret --path science-stacks:backup.password --stack "$stack" ||
        fail "$stack is not destroyed: the password of its backups could not be put into $(configuration)."
    progress "The backups of $stack stay; their password is in $(configuration), encrypted."
}

prepare_stack() {
    refuse_damaged_state
    if ! stack_exists; then
        pulumi stack init "$stack" >&2
    fi
    release_dead_lock
}

# release_dead_lock: the lock that an `up` left which was killed, or ended by a power cut, on this machine.
release_dead_lock() {
    local lock
    for lock in "$(locks)"/*.json; do
        if [ -f "$lock" ] && is_dead "$lock"; then
            progress "An earlier command on $stack was cut off: its lock is released."
            pulumi cancel --yes --stack "$stack" >&2
        fi
    done
}

# is_in_use: whether a command on the stack runs, here or elsewhere.
is_in_use() {
    local lock
    for lock in "$(locks)"/*.json; do
        if [ -f "$lock" ] && ! is_dead "$lock"; then
            return 0
        fi
    done
    return 1
}

# locks: where the file backend keeps those of the stack.
locks() {
    printf '%s\n' "$backend_directory/.pulumi/locks/organization/$project_name/$stack"
}

# is_dead LOCK: what had it runs no more on this machine.
is_dead() {
    [[ $(<"$1") =~ \"pid\":\ *([0-9]+).*\"hostname\":\ *\"([^\"]*)\" ]] &&
        [ "${BASH_REMATCH[2]}" = "$HOSTNAME" ] && ! is_pulumi "${BASH_REMATCH[1]}"
}

# is_pulumi PID: one that was killed keeps its name until its parent has heard of it.
is_pulumi() {
    [[ $(cat "/proc/$1/stat" 2>/dev/null) == *"(pulumi) "[!ZX]* ]]
}

# print_address: where the stack answers, as the last line.
print_address() {
    local address
    if [ -f "$(state_file)" ]; then
        # To ask the CLI takes four times as long, at the end of an `up` that changes nothing.
        address=$("$node" scripts/host/stack-url.mjs "$(state_file)")
    else
        address=$(pulumi stack output url --stack "$stack")
    fi
    printf '\n%s answers at %s\n' "$stack" "$address"
}
