# shellcheck shell=bash
# Shows what services have written, from the journal and from the files in which they keep logs of their own:
# show.sh LINES FOLLOW UNIT..., FOLLOW being yes or no. Pages that were asked for (access logs) are left out.
set -euo pipefail
shopt -s nullglob
lines=$1 follow=$2
shift 2

journal=(--lines="$lines" --output=short-iso --no-pager --quiet)
files=()
for unit in "$@"; do
    journal+=(--unit="$unit")
    name=${unit%.service} service=${unit%%[@.]*} instance=
    [[ $name != *@* ]] || instance=${name#*@}
    for file in "/var/log/$service"/*.log "/srv/$service/$instance/$instance/logs"/*.log "/opt/omero/web/$service/var/log"/*.log; do
        [[ $file == *access* ]] || [ ! -s "$file" ] || [[ " ${files[*]} " == *" $file "* ]] || files+=("$file")
    done
done

if [ "$follow" = yes ]; then
    # Both end when the connection does.
    journalctl "${journal[@]}" --follow &
    [ "${#files[@]}" = 0 ] || tail -v -n "$lines" -F "${files[@]}" &
    wait
else
    journalctl "${journal[@]}"
    [ "${#files[@]}" = 0 ] || tail -v -n "$lines" "${files[@]}"
fi
