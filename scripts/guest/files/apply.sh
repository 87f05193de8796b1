# shellcheck shell=bash disable=SC2154
# Lays files of configuration, takes off those that are no longer listed, and reloads or restarts what they belong to.
# A file that was there before is given back when ours is taken off; a unit that was not is stopped at the removal.
# Parameters: manifest (the name of the list), files (paths, with lay_files that lays them), notify, enable (units),
# validate (a command, or empty), and, if given, shared (a directory in which other steps have files for the same units) and revision (of
# what else the units take up: with another one, the step is done anew).
list=/var/lib/science-stacks/files/$manifest
mkdir -p "$(dirname "$list")"
[ -e "$list" ] || : >"$list"

# used_by_others: whether other steps have files for the same units.
used_by_others() {
    local path
    [ -d "${shared:-}" ] || return
    while read -r path; do
        grep -qxF -- "$path" "$list" || return 0
    done < <(find "$shared" -type f)
    return 1
}

if [ "$1" = remove ]; then
    used_by_others || end_unit "${enable[@]}"
    while read -r path; do
        give_back "$manifest" "$path"
        remove_empty_parents "$path"
    done <"$list"
    rm -rf "$list" "${originals:?}/$manifest"
    systemctl daemon-reload
    forget_stopped
    settle
    return
fi

if looking; then
    lay_files
    settle
    [ "${#enable[@]}" = 0 ] || enable_unit "${enable[@]}"
    return
fi

before=$(mktemp -d)
mapfile -t known < <(printf '%s\n' "${files[@]}" "$(<"$list")" | sed '/^$/d' | sort -u)
for path in "${known[@]}"; do
    [ ! -e "$path" ] || cp -a --parents "$path" "$before"
done
for path in "${files[@]}"; do
    grep -qxF -- "$path" "$list" || keep_original "$manifest" "$path"
done
# Everything that may now come to lie on the machine is on the list before it does.
printf '%s\n' "${known[@]}" >"$list"

lay_files
for path in "${known[@]}"; do
    [[ " ${files[*]} " == *" $path "* ]] || give_back "$manifest" "$path"
done

if [ -n "$validate" ] && ! output=$(bash -c "$validate" 2>&1); then
    for path in "${known[@]}"; do
        if [ -e "$before$path" ]; then
            cp -a "$before$path" "$path"
        else
            rm -f "$path"
        fi
    done
    rm -r "$before"
    fail "the new files were refused by \"$validate\" and have been put back as they were" "$output"
fi
rm -r "$before"
for path in "${known[@]}"; do
    [[ " ${files[*]} " == *" $path "* ]] || rm -f "$originals/$manifest$path"
done
printf '%s\n' "${files[@]}" >"$list"

settle
[ "${#enable[@]}" = 0 ] || enable_unit "${enable[@]}"
