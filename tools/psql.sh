#!/usr/bin/env bash
# A shell in the demo's database; its server runs only as long as the shell. Arguments go to psql.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[ -d "$server/clusters/demo/data" ] || die "no demo database yet: run 'make demo'"
trap 'trap "" INT TERM; bash "$root/tools/cluster.sh" stop demo --keep' EXIT
trap 'exit 130' INT TERM

database=$(cat "$server/clusters/demo/database")
eval "$(bash "$root/tools/cluster.sh" start demo --keep --database "$database")"
psql "$@"
