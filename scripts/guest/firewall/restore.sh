#!/bin/sh
# Takes rules on trial back: called by the timer that firewall/trial.sh has armed, when nobody has kept them. Where nobody was refused,
# nobody has come yet: whoever has many machines to see to may be late.
refused() {
    nft list chain inet science_stacks input | grep 'refused log-ins' | grep -qv 'counter packets 0 '
}
until refused; do
    sleep 0.5
done
trap '' TERM # From here on it is not to be stopped half-way.
rm -f /run/science-stacks/firewall-on-trial
if [ -e /etc/science-stacks/firewall.nft ]; then
    nft --file /etc/science-stacks/firewall.nft
else
    nft delete table inet science_stacks
fi
