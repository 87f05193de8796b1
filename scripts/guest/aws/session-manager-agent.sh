#!/bin/bash
# Installs the agent of AWS Session Manager from its package, when the package is the expected one.
# Arguments: address, SHA-256 of the package, proxy (may be empty).
set -euo pipefail
url=$1 sha256=$2
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
export http_proxy=${3:-} https_proxy=${3:-}

# Debian's image has Python for cloud-init, and may have neither curl nor wget.
python3 - "$url" "$place/agent.deb" <<'END'
import shutil, sys, urllib.request

with urllib.request.urlopen(sys.argv[1], timeout=60) as answer, open(sys.argv[2], "wb") as file:
    shutil.copyfileobj(answer, file)
END
printf '%s  %s\n' "$sha256" "$place/agent.deb" | sha256sum --check --quiet
# Where apt-get is at work, this fails, and the unit tries again.
dpkg --install "$place/agent.deb"
systemctl enable --now amazon-ssm-agent.service
