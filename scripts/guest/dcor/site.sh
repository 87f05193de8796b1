# shellcheck shell=bash disable=SC2154
# The directory that nginx keeps its caches and large bodies in; what is in it can be lost.
# Parameters: scratch (a directory below the scratch space).
if [ ! -d "$scratch" ]; then
    mkdir -p "$scratch"
    changed "made $scratch"
fi
