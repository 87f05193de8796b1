# shellcheck shell=bash disable=SC2154
# Keeps the rules on trial, now and at each boot. That this step runs shows that the new rules have let its connection in,
# or that they have been taken back.
# Parameters: trial_seconds, files (the unit that loads the rules, with lay_files).
rules=/etc/science-stacks/firewall.nft
trial=/var/lib/science-stacks/firewall/trial.nft
restore=science-stacks-firewall-restore
unit=science-stacks-firewall.service

if [ "$1" = remove ]; then
    end_unit "$unit"
    remove_file "$rules"
    remove_files
    return
fi

# as_loaded: fails, and tells the difference, when the rules that are loaded are not those of the file. What the file gives is
# seen in a network of its own, which nothing passes through.
as_loaded() {
    diff --unified <(unshare --net sh -c "nft --file $rules && nft list table inet science_stacks") \
        <(nft list table inet science_stacks 2>&1)
}

if looking; then
    lay_files
    enable_unit "$unit"
    difference=$(as_loaded) || differs "the rules that are loaded are not those that were kept" - < <(tail -n +3 <<<"$difference")
    return
fi

is_over() {
    ! systemctl is-active --quiet "$restore.service"
}

systemctl stop "$restore.timer" "$restore.service" 2>/dev/null || : # They are there only while rules are on trial.
wait_until 30 is_over
if ! cmp -s "$trial" "$rules" && [ ! -e /run/science-stacks/firewall-on-trial ]; then
    # The next `up` begins with this step, and comes in time.
    /usr/local/lib/science-stacks/firewall-trial "$trial_seconds"
    fail "the new rules of the firewall kept new connections out, so the former ones were back" \
        "Does firewall.ssh have the address that this computer has for the machine? Then run the command again: the rules are on trial once more."
fi
wrote=0
lay_files
[ "$wrote" = 0 ] || systemctl daemon-reload
write_file "$rules" root:root 644 <"$trial"
rm -f /run/science-stacks/firewall-on-trial
enable_unit "$unit"
as_loaded >/dev/null || {
    systemctl reload "$unit"
    changed "loaded the rules anew"
}
