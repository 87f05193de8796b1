# shellcheck shell=bash
# Has operate.py run by the management command of an instance, on a GeoTIFF that the guide's data provider lays.
# Environment: INSTANCE, COMMAND, PREFIX, NAME, REGISTERS (no: another machine registers it). Standard input: operate.py and the GeoTIFF, each as a line of Base64; its end ends the run.
export PREFIX NAME REGISTERS FILE=/srv/eodata/.$PREFIX/$INSTANCE/$NAME.tif
read -r program
read -r picture

# Two runs at once would take each other's picture away.
exec 9>"/run/lock/$PREFIX-$INSTANCE"
flock --wait 60 9
trap 'cd /srv/eodata && rm -rf ".$PREFIX/$INSTANCE" && rmdir --ignore-fail-on-non-empty ".$PREFIX"' EXIT
# shellcheck disable=SC2016 # Expanded by the other shell.
base64 --decode <<<"$picture" | runuser -u eodata -- sh -c 'mkdir -p "${FILE%/*}" && cat >"$FILE"'
cd /
"$COMMAND" shell -c "$(base64 --decode <<<"$program")"
