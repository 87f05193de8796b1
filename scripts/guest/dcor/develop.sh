# shellcheck shell=bash disable=SC2154
# Puts the extensions into /dcor-repos as sources, from where they are loaded, and makes what their own tests need: a database
# and a configuration of their own. `dcor-test` runs them.
# Parameters: environment (directory of the software), plugins, index_url (of a PyPI mirror, or empty), proxy (or empty),
# ca_bundle, configuration (its revision), files (lock files and tools, with lay_files), notify.
library=/usr/local/lib/science-stacks/dcor
repositories=/dcor-repos
if [ "$1" = remove ]; then
    rm -rf "$repositories"
    remove_file /etc/ckan/dcor/test.ini
    remove_files
    changed "removed $repositories"
    return
fi

lay_files
# shellcheck source=scripts/guest/python/venv.sh
source /usr/local/lib/science-stacks/python/venv.sh
pip() {
    "$environment/bin/python" -m pip --quiet "$@"
}

# As `dcor develop` has it, without the newest of everything: the sources of the tested versions.
from_pypi() {
    local archives name archive
    archives=$(mktemp -d)
    pip download --no-deps --no-binary :all: --no-build-isolation --require-hashes --requirement "$library/sources.txt" --dest "$archives"
    while read -r name; do
        archive=$(find "$archives" -name "${name//-/_}-*.tar.gz")
        rm -rf "${repositories:?}/$name"
        mkdir -p "$repositories/$name"
        tar -C "$repositories/$name" --strip-components=1 --no-same-owner -xzf "$archive"
        pip install --no-deps --no-build-isolation --config-settings editable_mode=compat --editable "$repositories/$name"
    done < <(sed -n 's/^\([a-z0-9-]*\)==.*/\1/p' "$library/sources.txt")
    rm -r "$archives"
}

if [ ! -e "$environment/.development" ]; then
    mark_pending
    with_registry pip install --no-deps --require-hashes --requirement "$library/requirements-development.txt"
    if with_registry timeout 15 git ls-remote --exit-code https://github.com/DCOR-dev/dcor_shared HEAD >/dev/null 2>&1; then
        yes | with_registry dcor develop
        changed "the extensions are loaded from their repositories, in $repositories"
    else
        with_registry from_pypi
        changed "the extensions are loaded from their sources on PyPI, in $repositories: GitHub does not answer"
    fi
    found=$(cd / && PATH=$environment/bin:$PATH "$environment/bin/python" "$library/finish-software.py" "${plugins[@]}" 2>&1) ||
        fail "one of the plugins cannot be loaded from its sources" "$(tail -n 5 <<<"$found")"
    # They write beside themselves.
    find "$repositories" -type d -name tests -exec chown -R www-data:www-data {} +
    : >"$environment/.development"
fi

# The tests empty their database, their part of the index and their Redis database: none of them is the site's.
install -d -o www-data -g www-data /cache/dcor-tests /cache/dcor-tests/storage
"$environment/bin/python" "$library/test-configuration.py" </etc/ckan/default/ckan.ini | write_file /etc/ckan/dcor/test.ini root:www-data 640
(cd / && runuser -u www-data -- env HOME=/var/www "$environment/bin/ckan" -c /etc/ckan/dcor/test.ini db upgrade)
settle
