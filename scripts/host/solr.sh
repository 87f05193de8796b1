#!/usr/bin/env bash
# shellcheck disable=SC2154
# Solr 9.9.0 as an archive: solr.sh make prints its path; solr.sh deliver brings it to a machine.
# Apache's own archive comes first, with its checksum and a short time limit; where it does not answer, Solr and Jetty are
# put together from their jars, each pinned by its SHA-256, which Maven fetches. Kept in the user's cache.
# Parameters: url (of Apache's solr-9.9.0-slim.tgz, or empty), proxy (or empty); for deliver also connection (JSON).
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
# shellcheck source=scripts/host/toolchain/environment.sh
source scripts/host/toolchain/environment.sh
# shellcheck source=scripts/host/toolchain/python.sh
source scripts/host/toolchain/python.sh
# shellcheck source=scripts/host/archives.sh
source scripts/host/archives.sh
umask 022

url='' proxy='' connection=''
# shellcheck disable=SC2119 # Each of them can be empty.
read_parameters
[ -n "$url" ] || url=https://archive.apache.org/dist/solr/solr/9.9.0/solr-9.9.0-slim.tgz
source=offline/solr
# What the archive is made of: another one is another archive.
digest=$({ cat scripts/host/solr.sh && find "$source" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum; } | sha256sum | cut -c1-16)
archive=$cache/solr/$digest/solr-9.9.0.tgz

make_archive() {
    download "$url" "$(cut -d' ' -f1 "$source/official.sha512")" "$work/solr-9.9.0.tgz" || assemble
}

assemble() {
    local started=$SECONDS
    progress "putting Solr together from its jars, once"
    command -v mvn >/dev/null || install_system_packages maven
    maven >"$work/log" 2>&1 || {
        tail -n 15 "$work/log" >&2
        fail "Maven could not fetch Solr's jars." "Where Maven's packages come from a mirror, its settings.xml must name it."
    }
    # All of them and no others: a jar that is missing, another one, or one more is not what was tried.
    (cd "$work/jars" && sha256sum -- * | LC_ALL=C sort -k 2) | cmp --silent - "$source/artifacts.sha256" ||
        fail "The jars that Maven fetched are not those that $source/artifacts.sha256 names." \
            "$( (cd "$work/jars" && sha256sum -- *) | LC_ALL=C sort -k 2 | diff - "$source/artifacts.sha256" | grep '^[<>]' | head -n 5)"
    lay_tree "$work/solr-9.9.0"
    tar --create --file "$work/solr-9.9.0.tgz" --directory "$work" --use-compress-program "gzip --fast --no-name" \
        --sort=name --mtime=@0 --owner=root:0 --group=root:0 solr-9.9.0
    progress "put Solr together in $((SECONDS - started)) s"
}

maven() {
    local options=() host
    if [ -n "$proxy" ]; then
        host=${proxy#*://}
        host=${host%/}
        options=("-Dhttp.proxyHost=${host%:*}" "-Dhttp.proxyPort=${host##*:}" "-Dhttps.proxyHost=${host%:*}" "-Dhttps.proxyPort=${host##*:}")
    fi
    # Maven writes beside the pom, and the project is not its place.
    cp "$source/pom.xml" "$work/pom.xml"
    mvn --batch-mode --no-transfer-progress "${options[@]}" --file "$work/pom.xml" dependency:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$work/jars" </dev/null
}

# lay_tree DIRECTORY: what belongs where, as in Apache's archive.
lay_tree() {
    mkdir "$1"
    cp -r "$source/tree/." "$1"
    unpack "$work/jars/jetty-home-10.0.22.zip" "$work"
    cp -r "$work"/jetty-home-10.0.22/{start.jar,lib,etc,modules,LICENSE.txt,NOTICE.txt} "$1/server"
    mkdir "$1/server/solr-webapp/webapp/WEB-INF/lib"
    cp "$work"/jars/*.jar "$1/server/solr-webapp/webapp/WEB-INF/lib"
    chmod -R u=rwX,go=rX "$1"
}

# unpack ZIP DIRECTORY: a JDK's or a JRE's host has no unzip, but Python reads it.
unpack() {
    python3 -m zipfile --extract "$1" "$2"
}

make_once "$archive" make_archive
case ${1:-} in
make) printf '%s\n' "$archive" ;;
deliver)
    log_in
    deliver "$archive" "/opt/science-stacks/solr-9.9.0-$(short_sum "$archive").tgz"
    ;;
*) fail "Say make or deliver." ;;
esac
