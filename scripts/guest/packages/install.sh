# shellcheck shell=bash disable=SC2154
# Installs Debian packages, all in one transaction.
# Removal leaves the packages, which others may use by now, and takes away the files.
# Parameters: packages, looks_at_all (no: whether all of the machine's are as Debian made them is looked at by another step), files (laid before, so that a package finds its settings when it is configured),
# notify (what they belong to, which is left to a step of the unit's own: it may have nothing to run with yet).
if [ "$1" = remove ]; then
    remove_files
    return
fi
wrote=0
lay_files
[ "$wrote" = 0 ] || systemctl daemon-reload

missing() {
    # A package is there when dpkg has finished with it: half-configured ones, after a power cut, count as missing.
    comm -13 <(dpkg-query --show --showformat='${db:Status-Abbrev} ${binary:Package}\n' | sed -n 's/^ii  *//p' | cut -d: -f1 | sort) \
        <(printf '%s\n' "${packages[@]}" | sort -u)
}

# Ends what an earlier run began. What is half unpacked dpkg cannot finish, and of what is only unpacked the files may not have
# come to the disk: it is unpacked anew, which apt refuses to do. To set no selection makes dpkg take in its journal.
finish_interrupted() {
    local broken archives
    dpkg --set-selections </dev/null
    mapfile -t broken < <(dpkg-query --show --showformat='${db:Status-Abbrev} ${binary:Package}\n' | sed -n 's/^\(..R\|.[HU].\) *//p')
    if [ "${#broken[@]}" != 0 ]; then
        archives=$(mktemp -d)
        (cd "$archives" && apt download "${broken[@]}")
        dpkg --unpack "$archives"/*.deb || echo "apt finishes the rest"
        rm -r "$archives"
    fi
    dpkg --configure -a || echo "apt finishes the rest"
    apt --fix-broken install
    [ -z "$(dpkg --audit)" ] || fail "dpkg cannot finish what an earlier run began: $(dpkg --audit | tr -s '\n ' ' ')"
}

# Unpacks what is to come, where all of it is new. dpkg waits for the disk after each of some ten thousand files; here all of
# them are brought there at once, before any package is configured. An upgrade, of what the machine runs with, is apt's alone.
unpack() {
    local archives
    ! apt --simulate install "$@" | grep -E '^(Remv|Inst [^ ]+ \[)' || return 0
    mapfile -t archives < <(apt --print-uris install "$@" | sed -n "s/^'.*' \([^ ]*\.deb\) .*/\1/p")
    [ "${#archives[@]}" != 0 ] || return 0
    apt --download-only install "$@"
    (cd /var/cache/apt/archives && dpkg --unpack --force-unsafe-io "${archives[@]}") || echo "the rest is apt's to unpack"
    sync --file-system /
    # What is asked for by name is marked otherwise when it is installed.
    apt-mark auto "${archives[@]%%_*}" >/dev/null
}

# Packages whose programs or libraries are not as Debian made them; settings are the administrator's.
altered() {
    dpkg --verify | awk '$2 != "c" { print $NF }' | grep -Ev '^/usr/share/(doc|info|lintian|locale|man)/' |
        xargs -r -d '\n' dpkg-query --search | cut -d: -f1 | sort -u
}

mapfile -t wanted < <(missing)
if looking; then
    if [ "${#wanted[@]}" != 0 ]; then
        differs "not installed: ${wanted[*]}"
        return
    fi
    [ "$looks_at_all" = no ] || mapfile -t wanted < <(altered)
    [ "${#wanted[@]}" = 0 ] || differs "not as Debian made them: ${wanted[*]}"
    return
fi
# shellcheck source=scripts/guest/packages/apt.sh
source /usr/local/lib/science-stacks/apt.sh
if [ "${#wanted[@]}" != 0 ]; then
    update "${wanted[@]}"
    [ -z "$(dpkg --audit)" ] || finish_interrupted
    unpack "${wanted[@]}"
    apt install "${wanted[@]}"
    mapfile -t still < <(missing)
    [ "${#still[@]}" = 0 ] || fail "apt did not install: ${still[*]}"
    changed "installed ${#wanted[@]} packages"
    return
fi

[ "$looks_at_all" = yes ] || return 0

# What a snapshot has was installed just before it was made: to look at each file takes seconds.
if [ -e /var/lib/science-stacks/unfolded ]; then
    rm /var/lib/science-stacks/unfolded
    return
fi

mapfile -t wanted < <(altered)
if [ "${#wanted[@]}" != 0 ]; then
    update "${wanted[@]}"
    apt install --reinstall "${wanted[@]}"
    changed "installed anew: ${wanted[*]}"
fi
