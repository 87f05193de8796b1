# shellcheck shell=bash disable=SC2154
# Unpacks Solr beside the one that runs, and starts it with its home on the data volume. A core that is there it loads.
# Removal leaves what is on the volume.
# Parameters: archive (its name differs when its content does), files (unit and settings, with lay_files), notify. Where other
# machines reach it, also those of solr/protect.sh.
directory=/opt/$(basename "$archive" .tgz)
if [ "$1" = remove ]; then
    end_unit solr.service
    rm -rf /opt/solr "$directory" "$archive" /etc/solr /etc/systemd/system/solr.service /var/log/solr "$pending_directory"/solr.service:* \
        /usr/local/lib/science-stacks/solr
    remove_empty_parents "$archive"
    systemctl daemon-reload
    changed "removed Solr from $directory"
    return
fi

if [ ! -e "$directory/.complete" ]; then
    rm -rf "$directory"
    mkdir "$directory"
    tar --extract --gzip --file "$archive" --directory "$directory" --strip-components=1 --no-same-owner
    changed "unpacked Solr into $directory"
    sync -f "$directory"
    : >"$directory/.complete"
fi
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

# What ran before, now that its successor answers.
find /opt -mindepth 1 -maxdepth 1 -type d -name 'solr-*' ! -path "$directory" -exec rm -r {} +
find "$(dirname "$archive")" -mindepth 1 -maxdepth 1 -type f -name 'solr-*' ! -path "$archive" -delete
