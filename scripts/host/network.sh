# shellcheck shell=bash disable=SC2154
# The network of the local machines: a bridge, forwarding and one masquerade rule. Made with the first guest that starts,
# removed with the last. Sourced; call ensure_network and remove_network with the host's lock held.

ip_number() {
    local a b c d
    IFS=. read -r a b c d <<<"$1"
    printf '%s\n' $(((a << 24) + (b << 16) + (c << 8) + d))
}

ip_text() {
    printf '%d.%d.%d.%d\n' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255))
}

# range_of CIDR: first and last number of a network; a plain address is a network of one.
range_of() {
    local bits=32 first
    [[ $1 != */* ]] || bits=${1#*/}
    first=$(($(ip_number "${1%/*}") & (0xffffffff << (32 - bits) & 0xffffffff)))
    printf '%d %d\n' "$first" $((first + (1 << (32 - bits)) - 1))
}

valid_network() {
    local octet='(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])' first rest
    [[ $1 =~ ^($octet\.){3}$octet/(1[6-9]|2[0-9])$ ]] && read -r first rest <<<"$(range_of "$1")" && [ "$(ip_text "$first")" = "${1%/*}" ] ||
        fail "\"$1\" is no network for local machines." "Give one in CIDR notation with 16 to 29 bits, e.g. 10.77.0.0/24."
}

# The default network has the name that people see; any other is named by its address.
readonly default_bridge=sstacks0
bridge_of() {
    if [ "$1" = 10.77.0.0/24 ]; then
        echo "$default_bridge"
    else
        printf 'ss%08x%02d\n' "$(ip_number "${1%/*}")" "${1#*/}"
    fi
}

# Whether the host has a network of guests, whichever state made them.
any_bridge() {
    local half='[0-9a-f][0-9a-f][0-9a-f][0-9a-f]'
    [ -e "/sys/class/net/$default_bridge" ] || compgen -G "/sys/class/net/ss$half$half""[12][0-9]" >/dev/null
}

gateway_of() {
    ip_text $(($(ip_number "${1%/*}") + 1))
}

# pick_address NETWORK MACHINE WANTED: prints the address of a machine: the one wanted, its present one, or the lowest free one.
pick_address() {
    local network=$1 machine=$2 wanted=$3 first last candidate file taken=() present=''
    read -r first last <<<"$(range_of "$network")"
    for file in "$home"/machines/*/settings; do
        [ -e "$file" ] || continue
        candidate=$(setting "$file" address)
        if [ "$file" = "$home/machines/$machine/settings" ]; then
            present=$candidate
        else
            taken[$(ip_number "$candidate")]=$(basename "$(dirname "$file")")
        fi
    done

    if [ -n "$wanted" ]; then
        candidate=$(ip_number "$wanted")
        [ "$candidate" -gt $((first + 1)) ] && [ "$candidate" -lt "$last" ] ||
            fail "The address $wanted is not one of the guests' in $network." "Give one from $(ip_text $((first + 2))) to $(ip_text $((last - 1)))."
        [ -z "${taken[$candidate]:-}" ] || fail "The address $wanted is taken by the local machine ${taken[$candidate]}." "Give another, or none."
        printf '%s\n' "$wanted"
        return
    fi
    if [ -n "$present" ] && candidate=$(ip_number "$present") && [ "$candidate" -gt "$first" ] && [ "$candidate" -lt "$last" ]; then
        printf '%s\n' "$present"
        return
    fi
    # The lowest are left to whoever wants to choose.
    for ((candidate = last - first >= 31 ? first + 10 : first + 2; candidate < last; candidate++)); do
        if [ -z "${taken[$candidate]:-}" ]; then
            ip_text "$candidate"
            return
        fi
    done
    fail "All addresses of $network are taken by local machines." "Destroy one, or give this one another network."
}

# refuse_conflict NETWORK: the host must not lose its way to a network that it already has.
refuse_conflict() {
    local network=$1 bridge first last destination rest other_first other_last
    bridge=$(bridge_of "$network")
    read -r first last <<<"$(range_of "$network")"
    while read -r destination rest; do
        case $destination in
        blackhole | unreachable | prohibit) read -r destination rest <<<"$rest $destination" ;;
        esac
        [[ $destination =~ ^[0-9.]+(/[0-9]+)?$ && " $rest " != *" dev $bridge "* ]] || continue
        read -r other_first other_last <<<"$(range_of "$destination")"
        [ "$first" -gt "$other_last" ] || [ "$last" -lt "$other_first" ] ||
            fail "The network $network of the local machines overlaps with $destination, which this host reaches by \"$rest\"." \
                "Give the stack another one: machine.network in its configuration, e.g. 10.$((RANDOM % 100 + 100)).0.0/24."
    done < <(ip -4 route show)
}

# Who filters forwarded packets with a policy of dropping (Docker, ufw) must let ours through.
forward_rules() {
    command -v iptables >/dev/null && iptables -w -S FORWARD 2>/dev/null | grep -q -e '-P FORWARD DROP' -e '-j REJECT'
}

ensure_network() {
    local network=$1 bridge
    bridge=$(bridge_of "$network")
    if [ ! -e "/sys/class/net/$bridge" ]; then
        refuse_conflict "$network"
        ip link add "$bridge" type bridge
    fi
    ip address replace "$(gateway_of "$network")/${network#*/}" dev "$bridge"
    ip link set "$bridge" up
    need_kernel_setting net.ipv4.ip_forward 1
    nft -f - <<END
table ip science_stacks_$bridge
delete table ip science_stacks_$bridge
table ip science_stacks_$bridge {
    chain postrouting {
        type nat hook postrouting priority srcnat;
        ip saddr $network ip daddr != $network masquerade
    }
}
END
    if forward_rules; then
        local direction
        for direction in -i -o; do
            iptables -w -C FORWARD "$direction" "$bridge" -j ACCEPT 2>/dev/null || iptables -w -I FORWARD "$direction" "$bridge" -j ACCEPT
        done
    fi
}

has_no_port() {
    ! compgen -G "/sys/class/net/$1/brif/*" >/dev/null
}

# remove_network NETWORK: takes it away when no machine of it is to run.
remove_network() {
    local network=$1 bridge file
    bridge=$(bridge_of "$network")
    for file in "$home"/machines/*/wanted; do
        if [ -e "$file" ] && [ "$(setting "$(dirname "$file")/settings" network)" = "$network" ]; then
            return 0
        fi
    done
    [ -e "/sys/class/net/$bridge" ] || return 0
    # The kernel takes a moment to remove the port of a guest that has ended; what stays is somebody's.
    wait_until 3 has_no_port "$bridge" || return 0
    if command -v iptables >/dev/null; then
        local direction
        for direction in -i -o; do
            iptables -w -D FORWARD "$direction" "$bridge" -j ACCEPT 2>/dev/null || continue # It was not there.
        done
    fi
    ip link delete "$bridge"
    nft -f - <<<"table ip science_stacks_$bridge
delete table ip science_stacks_$bridge"
    give_back_kernel_settings
}
