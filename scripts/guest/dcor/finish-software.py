"""Finishes a new virtual environment: loads each plugin, and makes DCOR's changes to CKAN's own files.

    finish-software.py PLUGIN...

`dcor inspect` makes these changes as well, but decides by ckan.ini whether they are there: in a new environment they would
be missing for good. The last line that is printed names what was installed.
"""

import sys
from importlib.metadata import entry_points, version

from ckanext.dcor_theme.cli.i18n_branding import dcor_theme_i18n_branding
from ckanext.dcor_theme.cli.patch_ckan_templates import patch_wider_resource_listing
from ckanext.dcor_theme.css import make_dcor_main_css

for name in sys.argv[1:]:
    (found,) = entry_points(group="ckan.plugins", name=name)
    found.load()

dcor_theme_i18n_branding.callback()
make_dcor_main_css.main()
patch_wider_resource_listing()
print("CKAN", version("ckan"), "dcor_control", version("dcor_control"))
