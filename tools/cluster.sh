#!/usr/bin/env bash
# Throw-away PostgreSQL clusters with lad_ext preloaded, several side by side, each reachable only
# through a private socket directory. Never touches a cluster it did not make.
#
#   eval "$(tools/cluster.sh start NAME [options])"   create and start; exports PGHOST, PGPORT, ...
#   eval "$(tools/cluster.sh env NAME)"               the same variables of a running cluster
#   tools/cluster.sh stop NAME [--keep]               stop, and remove unless --keep
#   tools/cluster.sh restart NAME [options]           fast shutdown, new settings appended, start
#   tools/cluster.sh crash NAME                       kill -9, as a power failure; then restart NAME
#   tools/cluster.sh stop-all [PREFIX]                stop and remove those named PREFIX*
#
# Options: --keep        reuse the data directory of that name if there is one
#          --fsync       be durable (off by default: tests need speed)
#          --database DB create DB where missing and make it PGDATABASE
#          --standby-of N  a streaming copy of the running cluster N, application_name NAME
#          --program P   start P in the place of postgres, then and at each restart
#          -c KEY=VALUE  server setting, repeatable
# On failure the output is `false`, so that eval under `set -e` stops the driver.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

clusters=$server/clusters

usage() {
  sed -n '2,19s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

fail() {
  echo "false"
  die "$@"
}

parse_options() {
  keep=no fsync=off database=postgres primary= program= settings=()
  while [ $# -gt 0 ]; do
    case $1 in
      --keep) keep=yes ;;
      --fsync) fsync=on ;;
      --database) database=${2:?}; shift ;;
      --standby-of) primary=${2:?}; shift ;;
      --program) program=${2:?}; shift ;;
      -c) settings+=("${2:?}"); shift ;;
      *) usage ;;
    esac
    shift
  done
}

is_running() {
  [ -e "$data/postmaster.pid" ] && as_server "$pg_home/bin/pg_ctl" -D "$data" status >/dev/null 2>&1
}

write_key_file() {
  printf 'k1 hmac-sha256 %s\n' "$(head -c 32 /dev/urandom | base64 -w 0)" > "$home/key_file"
  chmod 600 "$home/key_file"
}

# initdb runs once; every cluster starts as a copy of its result.
initialize() {
  local new=$fresh.$$
  mkdir -m 700 "$new"
  [ "$(id -u)" != 0 ] || chown "$server_user:" "$new"
  as_server "$pg_home/bin/initdb" -D "$new" -U postgres --auth-local=trust --auth-host=reject \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync > "$home/initdb.log" 2>&1 ||
    fail "initdb failed: $(tail -n 3 "$home/initdb.log")"
  mv -T "$new" "$fresh" 2>/dev/null || rm -rf "$new"
}

create() {
  mkdir -p "$home"
  write_key_file
  [ -d "$fresh" ] || initialize
  cp -a "$fresh" "$data"
  [ "$(id -u)" != 0 ] || chown "$server_user:" "$home/key_file" "$home"
  cat >> "$data/postgresql.conf" <<CONF
listen_addresses = ''
shared_preload_libraries = 'lad_ext'
lad.key_file = '$home/key_file'
lad.worker = off
fsync = $fsync
synchronous_commit = $fsync
full_page_writes = $fsync
max_connections = 60
max_prepared_transactions = 10
shared_buffers = 128MB
max_wal_size = 2GB
wal_level = logical
log_line_prefix = '%m [%p] %a '
timezone = 'UTC'
CONF
}

# Settings come along, the key file's place included.
copy_primary() {
  mkdir -p "$home"
  [ "$(id -u)" != 0 ] || chown "$server_user:" "$home"
  as_server "$pg_home/bin/pg_basebackup" -D "$data" -c fast -X stream -R --no-sync \
    -d "host=$(cat "$clusters/$primary/socket") user=postgres application_name=$name" \
    2>"$home/basebackup.log" || fail "pg_basebackup failed: $(tail -n 3 "$home/basebackup.log")"
}

append_settings() {
  local setting
  for setting in ${settings[@]+"${settings[@]}"}; do
    printf "%s = '%s'\n" "${setting%%=*}" "$(printf %s "${setting#*=}" | sed "s/'/''/g")"
  done >> "$data/postgresql.conf"
}

launch() {
  local socket words=()
  [ -z "$program" ] || printf '%s\n' "$program" > "$home/program"
  [ ! -e "$home/program" ] || words=(-p "$(cat "$home/program")")
  socket=$(mktemp -d /tmp/lad.XXXXXX)
  [ "$(id -u)" != 0 ] || chown "$server_user:" "$socket"
  printf '%s\n' "$socket" > "$home/socket"
  touch "$home/log"
  [ "$(id -u)" != 0 ] || chown "$server_user:" "$home/log"
  # The descriptors of the driver must not stay open in the server.
  if ! as_server "$pg_home/bin/pg_ctl" -D "$data" -l "$home/log" -w -t 60 -s ${words[@]+"${words[@]}"} \
      -o "-k $socket" start >/dev/null 2>"$home/start.log" </dev/null; then
    rm -rf "$socket"
    tail -n 15 "$home/log" >&2
    fail "cluster $name does not start"
  fi
  printf '%s\n' "$database" > "$home/database"
  if [ "$database" != postgres ]; then
    PGHOST=$socket "$pg_home/bin/psql" -XAtq -U postgres -d postgres -v ON_ERROR_STOP=1 \
      -v name="$database" >/dev/null <<'SQL' || fail "cannot create database $database"
SELECT format('CREATE DATABASE %I', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
SQL
  fi
}

print_environment() {
  printf 'export PGHOST=%q PGPORT=5432 PGUSER=postgres PGDATABASE=%q\n' \
    "$(cat "$home/socket")" "$(cat "$home/database")"
  printf 'export LAD_CLUSTER=%q LAD_KEY_FILE=%q PG_CONFIG=%q\n' \
    "$home" "$home/key_file" "$pg_home/bin/pg_config"
  printf 'case ":$PATH:" in *:%q:*) ;; *) export PATH=%q:"$PATH" ;; esac\n' \
    "$pg_home/bin" "$pg_home/bin"
}

halt() {
  local mode=$1
  if is_running; then
    as_server "$pg_home/bin/pg_ctl" -D "$data" -m "$mode" -w -t 60 -s stop >/dev/null 2>&1 ||
      as_server "$pg_home/bin/pg_ctl" -D "$data" -m immediate -w -t 60 -s stop >/dev/null 2>&1 || true
  fi
  if [ -e "$home/socket" ]; then
    rm -rf "$(cat "$home/socket")"
    rm -f "$home/socket"
  fi
}

# Returns only when the postmaster and its children are gone; postmaster.pid stays, as after a crash.
crash() {
  local postmaster children
  is_running || die "cluster $name is not running"
  postmaster=$(head -n 1 "$data/postmaster.pid")
  children=$(ps -o pid= --ppid "$postmaster")
  kill -9 "$postmaster" $children 2>/dev/null || true
  for pid in $postmaster $children; do
    while [ -d "/proc/$pid" ]; do sleep 0.02; done
  done
  rm -rf "$(cat "$home/socket")"
  rm -f "$home/socket"
}

# A test that was killed may have left a file system mounted below.
remove() {
  halt immediate
  awk -v home="$home/" 'index($2, home) == 1 { print $2 }' /proc/mounts | xargs -r umount
  rm -rf "$home"
}

select_cluster() {
  name=${1:-}
  [[ $name =~ ^[A-Za-z0-9_-]+$ ]] || usage
  home=$clusters/$name
  data=$home/data
  fresh=$server/pg/initdb
}

command=${1:-}
shift || usage
# A stop that was begun is finished: make repeats a signal to drivers that are cleaning up already.
[[ $command != stop* ]] || trap '' INT TERM
case $command in
  start)
    select_cluster "$@"
    parse_options "${@:2}"
    [ -e "$pg_home/lib/lad_ext.so" ] || fail "lad_ext is not built: run tools/server_tree.sh first"
    if [ "$keep" = yes ] && is_running; then
      print_environment
      exit
    fi
    if [ "$keep" = yes ] && [ -d "$data" ]; then
      halt fast
    else
      remove
      if [ -n "$primary" ]; then copy_primary; else create; fi
    fi
    append_settings
    launch
    print_environment
    ;;
  restart)
    select_cluster "$@"
    parse_options "${@:2}"
    [ -d "$data" ] || fail "no cluster $name"
    [ "$database" != postgres ] || database=$(cat "$home/database")
    halt fast
    append_settings
    launch
    print_environment
    ;;
  env)
    select_cluster "$@"
    is_running || fail "cluster $name is not running"
    print_environment
    ;;
  stop)
    select_cluster "$@"
    parse_options "${@:2}"
    if [ "$keep" = yes ]; then halt fast; else remove; fi
    ;;
  crash)
    select_cluster "$@"
    crash
    ;;
  stop-all)
    for directory in "$clusters/${1:-}"*/; do
      [ -d "$directory" ] || continue
      select_cluster "$(basename "$directory")"
      remove
    done
    ;;
  *) usage ;;
esac
