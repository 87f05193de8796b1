# shellcheck shell=bash disable=SC2154
# Loop devices: found by the file behind them, so that one that a killed run left is used again and not leaked.
# Sourced; call with the host's lock held.

# loop_for FILE: prints the loop device of a disk image; makes it when there is none.
loop_for() {
    [ -e "$1" ] || fail "The disk $1 is gone." "Put it back, or take it from the machine: rm the entry in $home/machines/*/disks"
    local device
    device=$(losetup --noheadings --output NAME --associated "$1" | head -n 1)
    if [ -z "$device" ]; then
        # Direct, where the host's file system can: else each block of data is cached twice.
        device=$(losetup --find --show --direct-io=on "$1" 2>/dev/null) || device=$(losetup --find --show "$1")
    fi
    printf '%s\n' "$device"
}

# release_loop DEVICE: gives it back; when a process still has it open, the kernel does so with its end.
release_loop() {
    if losetup "$1" >/dev/null 2>&1; then
        losetup --detach "$1"
    fi
}
