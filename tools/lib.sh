# Shared by the scripts in tools/: where things are and how the server's commands are run.
umask 022
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=$root/build
pg_version=15

# Private tree and clusters. build/server may be a link to where the server's user can go, so that
# user must be given the place itself.
locate_server() {
  server=$(readlink -m "$build/server")
  pg_home=$server/pg/usr/lib/postgresql/$pg_version
}
locate_server
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
  if [ -d "$server" ] && as_server test -x "$server"; then return; fi
  rm -rf "$build/server"
  mkdir -p "$build"
  chmod a+rx "$build"
  if as_server test -x "$build"; then
    mkdir "$build/server"
  else
    local area
    area=$(mktemp -d "/var/tmp/lad_ext.XXXXXX")
    chmod 755 "$area"
    ln -s "$area" "$build/server"
  fi
  locate_server
}
