#!/usr/bin/env bash
# shellcheck disable=SC2154 # The settings are in the file that is sourced.
# restic on the repository of this machine's backups, for administrators too: `backup-restic snapshots`, `backup-restic ls latest`.
# No secret is on its command line or in its environment, only where the files with them are.
set -euo pipefail
umask 077
# shellcheck source=/dev/null
source /etc/science-stacks/backup/settings
export RESTIC_REPOSITORY=$repository
export RESTIC_PASSWORD_FILE=/etc/science-stacks/secrets/backup-password
export RESTIC_CACHE_DIR=/var/cache/restic AWS_SHARED_CREDENTIALS_FILE=/etc/science-stacks/secrets/backup-s3
options=()
case $repository in
s3:*) options=(--option "s3.region=$region") ;;
sftp:*) options=(--option "sftp.command=ssh -F /etc/science-stacks/backup/ssh repository -s sftp") ;;
esac
exec restic "${options[@]}" "$@"
