#!/usr/bin/env bash
# Rewrite the tables of README.md from a fresh installation of the extension.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
trap 'trap "" INT TERM; bash tools/cluster.sh stop docs' EXIT
trap 'exit 130' INT TERM

bash tools/server_tree.sh
eval "$(bash tools/cluster.sh start docs)"
psql -Xq -v ON_ERROR_STOP=1 -c 'SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE'
PYTHONDONTWRITEBYTECODE=1 python3 tools/docs.py
