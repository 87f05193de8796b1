#!/usr/bin/env bash
# systemctl for a step that only looks: questions are answered, whatever acts is told as a difference, and not done.
for word in "$@"; do
    [[ $word == -* ]] || break
done
case ${word:-} in
is-* | show | cat | status | list-* | get-default) exec /usr/bin/systemctl "$@" ;;
daemon-reload | reset-failed) ;; # Follow from what has been told.
*) printf 'systemctl %s would be run\n' "$*" >>"$STEP_CHANGES" ;;
esac
