# shellcheck shell=bash
# How the steps that install packages use apt; sourced by them.

apt() {
    apt-get --quiet --yes --no-install-recommends -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 \
        -o Acquire::Languages=none -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@"
}

# update [PACKAGE...]: takes in the lists of packages. To apt a mirror that does not answer is no error, and all that it says later is
# that there is no such package. With packages: unless they can be installed with what is known from before; and what a step has
# just taken in, the next one relies on, once.
just_updated=/run/science-stacks/apt-updated
update() {
    local said status=0
    if [ $# != 0 ] && [ -n "$(find "$just_updated" -mmin -10 2>/dev/null)" ] && [ -z "$(find /etc/apt -newer "$just_updated")" ]; then
        rm "$just_updated"
        return
    fi
    said=$(apt update 2>&1) || status=$?
    printf '%s\n' "$said"
    if [ "$status" = 0 ] && [[ $said != *"Failed to fetch"* ]]; then
        touch "$just_updated"
        return
    fi
    # What is known from before may be all that is needed.
    if [ "$status" != 0 ] || [ $# = 0 ] || ! apt --simulate install "$@" >/dev/null 2>&1; then
        fail "apt cannot fetch the lists of packages" "$(grep '^[EW]:' <<<"$said" | head -n 4)"
    fi
}
