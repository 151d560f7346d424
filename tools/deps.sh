#!/usr/bin/env bash
# Installs what the tests start: the peers that nobody here wrote, and compilers for the race detector and for peers.
# Says nothing and takes no time when all of it is there. Needs root only when something is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(chromium etcd-server g++ gcc influxdb iproute2 libc6-dev make mbpoll mosquitto mosquitto-clients nats-server postgresql prometheus python3-pymodbus python3-serial-asyncio socat strace systemd tshark victoria-metrics wabt)
peers=test/peers

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  if [ "${#missing[@]}" -eq 0 ]; then
    return
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "deps: the tests need these packages; install them as root, then run make again:" >&2
    echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  apt-get update -q -o DPkg::Lock::Timeout=300
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends "${missing[@]}"
}

# The peers from npm are installed from their lock file, again whenever it changes.
install_peers() {
  local lock=$peers/package-lock.json stamp=$peers/node_modules/.installed-lock
  if [ ! -f "$lock" ] || cmp -s "$lock" "$stamp"; then
    return
  fi
  if ! command -v npm >/dev/null; then
    echo "deps: the peers under $peers need Node 20 and npm; install them, then run make again" >&2
    exit 1
  fi
  # One of them is compiled: by Node's own headers where they are installed, and else by those that npm fetches.
  local node
  node=$(dirname "$(dirname "$(node -p process.execPath)")")
  [[ ! -f $node/include/node/node.h ]] || export npm_config_nodedir=$node
  npm ci --prefix "$peers" --no-audit --no-fund
  cp "$lock" "$stamp"
}

if command -v dpkg-query >/dev/null; then
  install_packages
else
  echo "deps: not a Debian system; the tests need the equivalents of: ${packages[*]}" >&2
fi
install_peers
