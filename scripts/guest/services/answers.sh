#!/usr/bin/env bash
# answers URL: waits until the service that systemd is starting answers there with success, so that its unit is active when
# it can be used, and not before. Fails at once when the service is gone, or says what is wrong with it.
# How long it may take is the unit's TimeoutStartSec.
set -euo pipefail
while sleep 0.2; do
    kill -0 "$MAINPID" 2>/dev/null || {
        echo "it ended before it answered" >&2
        exit 1
    }
    answer=$(curl --silent --max-time 10 --write-out '\n%{http_code}' "$1") || continue
    case ${answer##*$'\n'} in
    2*) exit 0 ;;
    500)
        printf '%s\n' "it answers with an error: ${answer:0:2000}" >&2
        exit 1
        ;;
    esac
done
