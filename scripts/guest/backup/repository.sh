# shellcheck shell=bash disable=SC2154
# Opens the repository of the backups, or makes it where there is none, and has backups made on a timer. Where the repository has
# no backup of this machine, the first one is begun. Removal ends the timer; the repository, and what is in it, stays.
# Parameters: host, product, repository, secrets_revision, files (with lay_files), notify.
if [ "$1" = remove ]; then
    end_unit stack-backup.timer
    rm -rf /var/cache/restic /var/lib/science-stacks/backup /data/.backup /data/.backup.summary
    remove_files
    return
fi

lay_files
if [[ $repository == /* ]]; then
    directory=$repository
    while [ ! -d "$directory" ]; do directory=$(dirname "$directory"); done
    [ "$(stat -c %d "$directory")" != "$(stat -c %d /data)" ] || fail "backup.repository: $repository is on the file system of /data, and would be lost with it" \
        "No backup was begun. Give a directory of another volume, mounted on the machine, or a repository elsewhere."
fi

# Asked without a lock, so that it can be asked by someone who only looks.
if ! answer=$(backup-restic --no-lock cat config 2>&1 >/dev/null); then
    case $answer in
    *"wrong password"*) fail "backup.repository: $repository is there, and has another password" \
        "Give the password that it was made with as backup.password." ;;
    *"Is there a repository"*) ;;
    *) fail "backup.repository: $repository cannot be opened" "$(tail -n 3 <<<"$answer")" ;;
    esac
    ! looking || fail "$repository is gone"
    answer=$(backup-restic init 2>&1) || fail "backup.repository: no repository can be made at $repository" "$(tail -n 3 <<<"$answer")"
    changed "made the repository $repository"
fi

settle
enable_unit stack-backup.timer
if ! looking && [ ! -e /var/lib/science-stacks/backup/begun ]; then
    if [[ $(backup-restic --no-lock snapshots --json --host "$host" --tag "$product") =~ ^(\[\]|null)$ ]]; then
        systemctl start --no-block stack-backup.service
        changed "the first backup is begun"
    fi
    mkdir -p /var/lib/science-stacks/backup
    : >/var/lib/science-stacks/backup/begun
fi
