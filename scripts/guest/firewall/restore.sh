#!/bin/sh
# Takes rules on trial back: called by the timer that firewall/try.sh has armed, when nobody has kept them.
rm -f /run/science-stacks/firewall-on-trial
if [ -e /etc/science-stacks/firewall.nft ]; then
    nft --file /etc/science-stacks/firewall.nft
else
    nft delete table inet science_stacks
fi
# The next `up` sees that there was one more, and tries again.
echo restored >>/var/lib/science-stacks/firewall/restored
