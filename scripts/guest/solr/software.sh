# shellcheck shell=bash disable=SC2154
# Solr's files beside those that run; sourced by the steps that start it. Reads archive (a path; its name differs when its content does).
directory=/opt/$(basename "$archive" .tgz)

unpack_solr() {
    if [ ! -e "$directory/.complete" ]; then
        rm -rf "$directory"
        mkdir "$directory"
        tar --extract --gzip --file "$archive" --directory "$directory" --strip-components=1 --no-same-owner
        changed "unpacked Solr into $directory"
        sync -f "$directory"
        : >"$directory/.complete"
    fi
}

# forget_former_solr: what ran before, once its successor answers.
forget_former_solr() {
    find /opt -mindepth 1 -maxdepth 1 -type d -name 'solr-*' ! -path "$directory" -exec rm -r {} +
    find "$(dirname "$archive")" -mindepth 1 -maxdepth 1 -type f -name 'solr-*' ! -path "$archive" -delete
}

remove_solr() {
    rm -rf /opt/solr "$directory" "$archive" /etc/solr /etc/systemd/system/solr.service /var/log/solr "$pending_directory"/solr.service:* \
        /usr/local/lib/science-stacks/solr
    remove_empty_parents "$archive"
    systemctl daemon-reload
    changed "removed Solr from $directory"
}
