# shellcheck shell=bash
# Stops an OMERO.web that was on this machine before it got machines of its own: what keeps the sessions is about to change, and an
# OMERO.web that does not reach it logs out whoever comes. Until the others answer, visitors see the maintenance page.
# No parameters.
unit=omero-web.service
systemctl is-active --quiet "$unit" || return 0
if looking; then
    differs "$unit runs, though OMERO.web has machines of its own"
    return
fi
systemctl stop "$unit"
changed "stopped $unit, which is on other machines now"
