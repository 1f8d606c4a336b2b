# Shared by the scripts in tools/: where things are and how the server's commands are run.
umask 022
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=$root/build
pg_version=15
server=$build/server                  # private tree and clusters; a link when root is unreachable
pg_home=$server/pg/usr/lib/postgresql/$pg_version
server_user=$(id -un)
[ "$(id -u)" != 0 ] || server_user=postgres

die() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# Run a command as the server's user, from a directory that user can enter.
as_server() {
  if [ "$server_user" = "$(id -un)" ]; then
    (cd / && "$@")
  else
    (cd / && runuser -u "$server_user" -- "$@")
  fi
}

# build/server must be reachable for the server's user. A checkout under a closed directory (root's
# home) gets it below /var/tmp, and build/server becomes a link to it.
make_server_area() {
  mkdir -p "$build"
  [ ! -L "$server" ] || [ -d "$server/" ] || rm -f "$server"
  if [ -d "$server/" ] && as_server test -x "$server/"; then return; fi
  rm -rf "$server"
  chmod a+rx "$build"
  if as_server test -x "$build"; then
    mkdir "$server"
  else
    local area
    area=$(mktemp -d "/var/tmp/lad_ext.XXXXXX")
    chmod 755 "$area"
    ln -s "$area" "$server"
  fi
}
