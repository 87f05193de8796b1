# shellcheck shell=bash disable=SC2154
# Unpacks Solr beside the one that runs, and starts it with its home on the data volume. A core that is there it loads.
# Removal leaves what is on the volume.
# Parameters: archive (its name differs when its content does), files (unit and settings, with lay_files), notify. Where other
# machines reach it, also those of solr/protect.sh.
# shellcheck source=scripts/guest/solr/software.sh
source /usr/local/lib/science-stacks/solr-software.sh
if [ "$1" = remove ]; then
    end_unit solr.service
    remove_solr
    return
fi

unpack_solr
system_user solr Solr /data/solr
link /opt/solr "$directory"
lay_files
if [ -n "${client:-}" ]; then
    # shellcheck source=scripts/guest/solr/protect.sh
    source /usr/local/lib/science-stacks/solr/protect.sh
fi
# A core that went with what was on the volume is not waited for: its own step makes another.
[ -n "$(find /data/solr -mindepth 2 -maxdepth 2 -name core.properties -print -quit)" ] ||
    remove_file /etc/systemd/system/solr.service.d/core.conf
settle
enable_unit solr.service
forget_former_solr
