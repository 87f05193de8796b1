"""Finishes a new virtual environment: loads each plugin, makes DCOR's changes to CKAN's own files, and mends two.

    finish-software.py PLUGIN...

`dcor inspect` makes these changes as well, but decides by ckan.ini whether they are there: in a new environment they would
be missing for good. The last line that is printed names what was installed.
"""

import py_compile
import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import ckan.lib.search.common
import dcor_shared.s3
from ckanext.dcor_theme.cli.i18n_branding import dcor_theme_i18n_branding
from ckanext.dcor_theme.cli.patch_ckan_templates import patch_wider_resource_listing
from ckanext.dcor_theme.css import make_dcor_main_css


def mend_expiry(source: Path) -> None:
    """Signature version 4, the only one that Amazon's S3 takes, wants whole seconds for an address; dcor_shared 1.0.4 has parts."""
    text = source.read_text()
    mended = text.replace("ExpiresIn=expires_at - create_time())", "ExpiresIn=int(expires_at - create_time()))")
    if mended != text:
        source.write_text(mended)
        py_compile.compile(str(source))


def mend_search(source: Path) -> None:
    """CKAN has Solr's password in the address, which pysolr writes into the log whenever Solr does not answer."""
    text = source.read_text()
    begin, end = (text.index(f"\n    {part}") for part in ("if solr_url and solr_user and solr_password:", "timeout ="))
    login = "\n    auth = (solr_user, solr_password) if solr_user and solr_password else None\n"
    mended = text[:begin] + login + text[end:].replace("timeout=timeout)", "timeout=timeout, auth=auth)")
    source.write_text(mended)
    py_compile.compile(str(source))


for name in sys.argv[1:]:
    (found,) = entry_points(group="ckan.plugins", name=name)
    found.load()

dcor_theme_i18n_branding.callback()
make_dcor_main_css.main()
patch_wider_resource_listing()
mend_expiry(Path(dcor_shared.s3.__file__))
mend_search(Path(ckan.lib.search.common.__file__))
print("CKAN", version("ckan"), "dcor_control", version("dcor_control"))
