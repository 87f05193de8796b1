# shellcheck shell=bash
# Looks for the lines on standard input in all that a user of the machine can read, and in all logs.
# They stay in this shell's memory and reach grep by pipes: they are never on a command line or in a file.
# Prints "found PLACE" for each place that has one of them, and last what was looked at.
secrets=$(cat)
[ -n "$secrets" ]

# grep's status 1 is "not there"; any other failure ends the search.
search() {
    local status=0
    grep -F -f <(printf '%s\n' "$secrets") "$@" || status=$?
    [ "$status" -le 1 ]
}

# Files that went since they were listed are read by nobody; what else grep cannot read ends the search.
search_files() {
    local status=0 left=()
    grep -F -f <(printf '%s\n' "$secrets") --files-with-matches --no-messages -- "$@" || status=$?
    [ "$status" -gt 1 ] || return 0
    for file; do
        [ ! -e "$file" ] || left+=("$file")
    done
    if [ "${#left[@]}" = $# ]; then
        echo "grep ends with $status for one of ${left[*]:0:20}" >&2
        return 1
    fi
    [ "${#left[@]}" = 0 ] || search_files "${left[@]}"
}

report() {
    sort -u | sed 's/^/found /'
}

# Whoever runs a program sees the command lines of all others.
ps -eo args= | search --count - | sed -n 's/^[1-9].*/found the command line of a process/p'
# Processes of the same user see the environment. MinIO takes its password by no other way, and has a user of its own.
others=()
! getent passwd minio-user >/dev/null || others=(! -user minio-user)
mapfile -d '' -t environments < <(find /proc -mindepth 2 -maxdepth 2 -name environ "${others[@]}" -print0)
[ "${#environments[@]}" -gt 0 ]
# A process may end while it is looked at.
{ cat "${environments[@]}" 2>/dev/null || :; } | search --text --count - | sed -n 's/^[1-9].*/found the environment of a process/p'
journalctl --quiet --output=cat --no-pager | search --text --count - | sed -n 's/^[1-9].*/found the journal/p'
mapfile -d '' -t logs < <(find /var/log -name journal -prune -o -type f -print0)
search_files "${logs[@]}" | report

# Users' data, which may be large, and the files of packages, which are the same everywhere, are left out.
mapfile -d '' -t files < <(find /etc /home /opt /root /run /srv /tmp /usr/local /var \
    \( -path /srv/eodata -o -path '/run/systemd/*' -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -name site-packages \) -prune \
    -o -type f -perm -o=r -size -4096k -print0)
for ((i = 0; i < ${#files[@]}; i += 2000)); do
    search_files "${files[@]:i:2000}" | report
done
echo "the command lines and environments of ${#environments[@]} processes, the journal, /var/log and ${#files[@]} world-readable files"
