# shellcheck shell=bash disable=SC2154
# Turns modules and sites of Debian's Apache on and off. What a module needs comes with it. Removal turns them back.
# Parameters: modules_on, modules_off, sites_off, notify.
turned=/var/lib/science-stacks/apache-turned

if [ "$1" = remove ]; then
    [ ! -e "$turned" ] || tac "$turned" | while read -r back name; do
        mark_pending
        "$back" --quiet --force "$name"
        changed "$back $name"
    done
    rm -f "$turned"
    forget_stopped
    settle
    return
fi

turn() {
    local tool=$1 path=$2 name=$3 back
    case $tool in
    a2en*) [ ! -e "$path" ] || return 0 ;;
    a2dis*) [ -L "$path" ] || return 0 ;;
    esac
    if looking; then
        differs "$tool $name has been undone"
        return
    fi
    mark_pending
    case $tool in
    a2en*) back=${tool/en/dis} ;;
    a2dis*) back=${tool/dis/en} ;;
    esac
    printf '%s %s\n' "$back" "$name" >>"$turned"
    "$tool" --quiet --force "$name"
    changed "$tool $name"
}

for name in "${modules_on[@]}"; do
    turn a2enmod "/etc/apache2/mods-enabled/$name.load" "$name"
done
for name in "${modules_off[@]}"; do
    turn a2dismod "/etc/apache2/mods-enabled/$name.load" "$name"
done
for name in "${sites_off[@]}"; do
    turn a2dissite "/etc/apache2/sites-enabled/$name.conf" "$name"
done
settle
