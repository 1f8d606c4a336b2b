#!/usr/bin/env bash
# Build lad_ext and install it into a private copy of the PostgreSQL tree (build/server/pg), so that
# the system's own installation stays as it is. Prints nothing when everything is up to date.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

lib=/usr/lib/postgresql/$pg_version
share=/usr/share/postgresql/$pg_version
[ -x "$lib/bin/postgres" ] && [ -e "$lib/lib/pgxs/src/makefiles/pgxs.mk" ] ||
  die "PostgreSQL $pg_version and its server-dev package are missing: run 'make setup'"

make_server_area
tree=$server/pg/usr
stamp=$server/pg/made_from
identity="$(stat -c '%n %s %Y' "$lib/bin/postgres" "$lib/bin/psql") $("$lib/bin/postgres" --version)"

# Programs find their libraries and files relative to where they really lie, so they are copied;
# everything else is links. An installed lad_ext is left out: a failed build must not test green.
if [ "$(cat "$stamp" 2>/dev/null)" != "$identity" ]; then
  rm -rf "$server/pg"
  mkdir -p "$tree/lib/postgresql" "$tree/share/postgresql" "$tree/include"
  cp -rs "$lib" "$tree/lib/postgresql/"
  cp -rs "$share" "$tree/share/postgresql/"
  ln -s /usr/include/postgresql "$tree/include/postgresql"
  rm -rf "$pg_home/bin"
  cp -rL "$lib/bin" "$pg_home/bin"
  rm -f "$pg_home/lib/lad_ext.so" "$tree/share/postgresql/$pg_version/extension"/lad_ext*
  printf '%s' "$identity" > "$stamp"
fi

cd "$root"
log=$build/build.log
if ! make -s -j2 install PG_CONFIG="$pg_home/bin/pg_config" > "$log" 2>&1; then
  rm -f "$pg_home/lib/lad_ext.so"
  cat "$log" >&2
  die "the build failed"
fi
grep -E 'warning:' "$log" >&2 || true
