#!/usr/bin/env bash
# Benchmarks on a durable throw-away cluster; prints a table of ratios.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
bash tools/setup.sh
bash tools/server_tree.sh
trap 'bash tools/cluster.sh stop bench >/dev/null 2>&1' EXIT
trap 'exit 130' INT TERM
eval "$(bash tools/cluster.sh start bench --fsync --database bench)"
python3 test/bench/bench.py "$@"
