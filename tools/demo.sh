#!/usr/bin/env bash
# The main job, end to end on a throw-away cluster: install, load a month of calls of three tenants
# through their tokens, bill them, replay everything, try to cheat, prove the ledger.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
started=$SECONDS
calls=${LAD_DEMO_CALLS:-3600}
file=$build/calls.csv

title() { printf '\n== %s\n' "$*"; }
as() { psql -XAtq -U "demo_$1" "${@:2}"; }
shown() { psql -Xq -U "$@"; }
token_of() { as auth -c "SELECT lad.issue_token(md5('tenant $1')::uuid, md5('user $1')::uuid, '10 minutes')"; }
fingerprint() {
  psql -XAtqc "SELECT count(*), sum(amount), md5(string_agg(id::text, '' ORDER BY id))
               FROM lad_data.billing_ledger_transactions"
}
load_all() {
  for tenant in acme globex initech; do
    as app -v tenant="$tenant" -v token="$(token_of "$tenant")" -f examples/demo/load.sql \
      < "$file" 2>&1 | sed 's/^.*INFO:  //' | progress
  done
}
# One line that counts on a terminal, the last line of each tenant elsewhere.
progress() {
  if [ -t 1 ]; then
    while IFS= read -r line; do printf '\r\033[K%s' "$line"; done
    echo
  else
    tail -n 1
  fi
}

bash tools/setup.sh
title "Build"
bash tools/server_tree.sh
trap 'bash tools/cluster.sh stop demo --keep >/dev/null 2>&1' EXIT
trap 'exit 130' INT TERM
bash tools/cluster.sh stop demo >/dev/null 2>&1 || true
eval "$(bash tools/cluster.sh start demo)"

title "Install the extension and its tables; three tenants with wallets in USD"
psql -XAtq -f examples/demo/setup.sql

title "A month of calls"
python3 examples/make_calls.py --seed 1 --calls "$calls" > "$file"
echo "  $(($(wc -l < "$file") - 1)) deliveries in build/calls.csv"

title "Load them as each tenant, priced and charged call by call"
load_all

for tenant in acme globex initech; do
  title "The bill of $tenant"
  shown demo_app -v token="$(token_of "$tenant")" -f examples/demo/report.sql
done

title "Replay the whole file"
before=$(fingerprint)
load_all
after=$(fingerprint)
if [ "$before" != "$after" ]; then
  echo "the replay changed the ledger: $before became $after" >&2
  exit 1
fi
echo "  nothing changed: ${after%%|*} ledger rows before and after"

title "Acme tries to cheat"
shown demo_app -v token="$(token_of acme)" -f examples/demo/attack.sql 2>&1 | sed 's/^psql:[^ ]* //'

title "Proof"
problems=$(psql -XAtqc "SELECT count(*) FROM lad.verify_ledger()")
echo "  lad.verify_ledger(): $problems problems"
psql -Xq -P footer=off -c "SELECT * FROM lad.trial_balance()"
unbalanced=$(psql -XAtqc "SELECT count(*) FROM (SELECT FROM lad.trial_balance() GROUP BY currency HAVING sum(balance) <> 0) AS t")
echo "  currencies out of balance: $unbalanced"
[ "$problems" = 0 ] && [ "$unbalanced" = 0 ]
printf '\nDone in %s s. Look around with: make psql\n' $((SECONDS - started))
