# shellcheck shell=bash disable=SC2154
# Starts uWSGI and the workers under supervisor, or restarts them when something of theirs has changed, and waits until CKAN
# answers.
# Parameters: address and port of uWSGI, server_name, revision (of the configuration), files (with lay_files), notify (restart of
# supervisor). The configuration step leaves the mark of the restart as well.
# Removal stops them; a supervisor that was there before the stack goes on with what else it has.
if [ "$1" = remove ]; then
    end_unit supervisor.service
    remove_files
    forget_stopped
    settle
    return
fi

lay_files
settle
enable_unit supervisor.service

# shellcheck source=scripts/guest/dcor/answers.sh
source /usr/local/lib/science-stacks/dcor/answers.sh
wait_for_ckan
