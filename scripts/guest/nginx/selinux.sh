# shellcheck shell=bash disable=SC2154
# Lets nginx reach the port of the application and the files of the site, on a machine that enforces SELinux.
# Elsewhere nothing is done: Debian has none by default.
# Parameters: port.
if ! command -v getenforce >/dev/null || [ "$(getenforce)" = Disabled ]; then
    return
fi
for name in httpd_read_user_content httpd_enable_homedirs httpd_can_network_connect; do
    if [ "$(getsebool "$name")" != "$name --> on" ]; then
        setsebool -P "$name" 1
        changed "SELinux: $name is on"
    fi
done
if ! semanage port -l | grep -Eq "^http_port_t +tcp .*\b$port\b"; then
    # The port may belong to another type: then it is given to nginx.
    semanage port -a -t http_port_t -p tcp "$port" || semanage port -m -t http_port_t -p tcp "$port"
    changed "SELinux: port $port is nginx's"
fi
