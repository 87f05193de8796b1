# shellcheck shell=bash disable=SC2154
# Brings CKAN's own schema for Solr to a machine that has no CKAN: out of the package that the others have, by its hash.
# Parameters: schema (path; another one for another version), index_url (of a PyPI mirror, or empty), proxy (or empty), ca_bundle,
# files (what the lock file has of CKAN itself, with lay_files).
if [ "$1" = remove ]; then
    rm -f "$schema"
    remove_empty_parents "$schema"
    remove_files
    changed "removed $schema"
    return
fi

lay_files
if [ -s "$schema" ]; then
    return
elif looking; then
    differs "$schema is gone"
    return
fi
# shellcheck source=scripts/guest/python/venv.sh
source /usr/local/lib/science-stacks/python/venv.sh
work=$(mktemp -d)
pip=$(find /usr/share/python-wheels -name 'pip-*.whl' -print -quit)
PYTHONPATH=$pip with_registry python3 -m pip download --quiet --no-deps --require-hashes --only-binary :all: \
    --requirement "${files[0]}" --dest "$work"
python3 -m zipfile --extract "$work"/ckan-*.whl "$work"
write_file "$schema" root:root 644 <"$work/ckan/config/solr/schema.xml"
rm -r "$work"
find "$(dirname "$schema")" -mindepth 1 -maxdepth 1 -name 'ckan-*-schema.xml' ! -path "$schema" -delete
