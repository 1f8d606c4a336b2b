#!/usr/bin/env bash
# setup.sh [PACKAGE...]: install the Debian packages that build and tests need, and the named ones.
# Silent and offline when nothing is missing.
set -euo pipefail

packages="postgresql-15 postgresql-server-dev-15 postgresql-15-pgtap
  libtap-parser-sourcehandler-pgtap-perl libipc-run-perl libdbd-pg-perl pgbouncer libpq-dev libboost-dev
  libssl-dev libzstd-dev libstemmer-dev libutf8proc-dev g++ clang libclang-rt-14-dev make cmake ninja-build libgtest-dev clang-format
  python3 python3-psycopg2 python3-cryptography openssl procps $*"
# Where there is a node of another origin, the test that needs it fetches the client itself.
command -v node >/dev/null || packages="$packages nodejs node-pg"

if ! command -v dpkg-query >/dev/null; then
  echo "setup: not a Debian system; install the equivalents of:" $packages >&2
  exit 1
fi

missing=
for package in $packages; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "setup: these packages are missing, please install them as root:" >&2
  echo "  apt-get install --no-install-recommends$missing" >&2
  exit 1
fi

# The package would otherwise create and start a cluster of its own.
if ! dpkg-query -W postgresql-15 >/dev/null 2>&1 &&
   [ ! -e /etc/postgresql-common/createcluster.conf ]; then
  mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
  echo "setup: wrote /etc/postgresql-common/createcluster.conf (no system cluster)"
fi

# Likewise pgbouncer, which tests start by themselves: its package would start a service now and at
# every boot.
if ! dpkg-query -W pgbouncer >/dev/null 2>&1 && [ ! -e /etc/default/pgbouncer ]; then
  echo 'START=0' > /etc/default/pgbouncer
  mkdir -p /etc/systemd/system
  ln -sfT /dev/null /etc/systemd/system/pgbouncer.service
  echo "setup: wrote /etc/default/pgbouncer and masked pgbouncer.service (no system service)"
fi

echo "setup: installing$missing"
mkdir -p build
log=build/setup.log
apt() {
  DEBIAN_FRONTEND=noninteractive timeout 900 apt-get -qq -y -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confold "$@"
}
if ! { apt update && apt install --no-install-recommends $missing; } > "$log" 2>&1 < /dev/null; then
  tail -n 20 "$log" >&2
  echo "setup: apt-get failed, see $log" >&2
  exit 1
fi
echo "setup: done"
