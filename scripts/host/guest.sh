# shellcheck shell=bash disable=SC2154
# Starting and ending a guest, by systemd where the host runs it, else by a supervisor of our own.
# Sourced; works on $machine in $place, with the lock of $place held.

there() {
    [ -s "$place/settings" ] || fail "There is no local machine $machine on this host."
}

unit_name() {
    printf 'science-stacks-%s.service\n' "$machine"
}

guest_runs() {
    still_there "$place/guest"
}

# The process number of the guest's init, as the host sees it; nothing when the guest has none yet.
init_of_guest() {
    local mark
    mark=$(cat "$place/guest" 2>/dev/null) || return 0
    pgrep --parent "${mark%% *}" || :
}

# in_guest COMMAND...: runs a command in the running guest, without its sshd.
in_guest() {
    nsenter --target "$(init_of_guest)" --mount --uts --ipc --net --pid --root --wd -- "$@"
}

ssh_answers() {
    local address banner
    address=$(setting "$place/settings" address)
    banner=$( (exec 3<>"/dev/tcp/$address/22" && IFS= read -r -t 2 line <&3 && printf '%s' "$line") 2>/dev/null) && [[ $banner == SSH-* ]]
}

answers_or_ended() {
    ssh_answers || ended
}

ended() {
    if host_has_systemd; then
        case $(systemctl is-active "$(unit_name)") in
        inactive | failed) return 0 ;;
        esac
        return 1
    fi
    all_gone
}

begun() {
    ! ended
}

start_guest() {
    : >"$place/wanted"
    if ! guest_runs; then
        end_orphans
        rm -rf "$place/scripts"
        mkdir "$place/scripts"
        cp "$here"/{lib,kernel,network,loop,root,supervisor}.sh "$place/scripts/"
        if host_has_systemd; then
            start_by_systemd
        else
            without_locks setsid --fork bash "$place/scripts/supervisor.sh" keep "$machine" </dev/null >"$place/log" 2>&1
        fi
    fi
    wait_until 10 begun && wait_until 90 answers_or_ended || :
    ssh_answers || {
        tail -n 15 "$place/log" >&2
        fail "The local machine $machine did not start, or did not answer on SSH within 90 s." \
            "What it printed last is above; all of it is in $place/log."
    }
}

start_by_systemd() {
    cat >"/etc/systemd/system/$(unit_name)" <<END
[Unit]
Description=Local machine $machine of science-stacks
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
Environment=SCIENCE_STACKS_MACHINES=$home
ExecStart=/bin/bash $place/scripts/supervisor.sh guest $machine
ExecStopPost=/bin/bash $place/scripts/supervisor.sh finished $machine
StandardOutput=append:$place/log
StandardError=inherit
Restart=on-failure
RestartForceExitStatus=133
SuccessExitStatus=133
KillMode=mixed
TimeoutStopSec=90
Delegate=yes
TasksMax=16384

[Install]
WantedBy=multi-user.target
END
    systemctl daemon-reload
    systemctl --quiet enable "$(unit_name)"
    systemctl start "$(unit_name)"
}

# What an earlier run that was killed left: a guest without a supervisor, or a supervisor between two starts.
end_orphans() {
    if ! all_gone; then
        end_processes
    fi
    if [ -d "$place/scripts" ]; then
        host_has_systemd || bash "$place/scripts/supervisor.sh" clean "$machine"
        bash "$place/scripts/supervisor.sh" finished "$machine"
    fi
}

supervisor_runs() {
    [ -e "$place/supervisor" ] && ! flock --nonblock "$place/supervisor" true
}

all_gone() {
    ! supervisor_runs && ! guest_runs
}

stop_guest() {
    local init
    rm -f "$place/wanted"
    if host_has_systemd && [ -e "/etc/systemd/system/$(unit_name)" ]; then
        systemctl --quiet disable --now "$(unit_name)"
    elif ! all_gone; then
        if guest_runs && init=$(init_of_guest) && [ -n "$init" ]; then
            kill -RTMIN+4 "$init" # systemd's "power off".
        fi
        wait_until 90 all_gone || progress "$machine did not power off within 90 s: it is ended"
    fi
    leave_nothing
}

# All at once, the supervisor first so that it starts nothing again.
end_processes() {
    local init pid
    while supervisor_runs; do
        pid=$(cut -d' ' -f1 "$place/supervisor")
        [ -z "$pid" ] || kill -KILL "$pid"
        sleep 0.05
    done
    if guest_runs; then
        init=$(init_of_guest)
        kill -KILL "$(pid_in "$place/guest")" ${init:+"$init"}
    fi
    wait_until 10 all_gone
}

cut_power() {
    rm -f "$place/wanted"
    if host_has_systemd && [ -e "/etc/systemd/system/$(unit_name)" ]; then
        systemctl disable "$(unit_name)" --quiet
        systemctl kill --signal=KILL "$(unit_name)"
        systemctl stop "$(unit_name)"
    else
        end_processes
    fi
    leave_nothing
}

# The end of a guest that was stopped, killed, or half-way to either.
leave_nothing() {
    end_orphans
    rm -f "$place/supervisor" "$place/guest"
    rm -rf "$place/scripts"
    if [ -e "/etc/systemd/system/$(unit_name)" ]; then
        rm "/etc/systemd/system/$(unit_name)"
        systemctl daemon-reload
        systemctl reset-failed "$(unit_name)" 2>/dev/null || : # It is forgotten already unless it failed.
    fi
}

take_network_away() {
    lock "$home"
    remove_network "$1"
    unlock "$home"
}

remove_home() {
    lock "$home"
    rmdir --ignore-fail-on-non-empty "$home"/{machines,disks} 2>/dev/null || :
    rmdir --ignore-fail-on-non-empty "$home"
    unlock "$home"
}
