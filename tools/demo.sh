#!/usr/bin/env bash
# The main job, end to end on a throw-away cluster: install, load a month of calls of three tenants
# through their tokens, bill them, replay everything, try to cheat, prove the ledger.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
started=$SECONDS
calls=${LAD_DEMO_CALLS:-3600}
name=${LAD_DEMO_NAME:-demo}           # the cluster; only `demo` is kept, for make psql
file=$build/$name.csv
keep=--keep
[ "$name" = demo ] || keep=

title() { printf '\n== %s\n' "$*"; }
as() { psql -XAtq -U "demo_$1" "${@:2}"; }
shown() { psql -Xq -U "$@"; }
token_of() { as auth -c "SELECT lad.issue_token(md5('tenant $1')::uuid, md5('user $1')::uuid, '10 minutes')"; }
# Everything a replay could change: ledger, wallets, usage events, calls.
fingerprint() {
  psql -XAtqc "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM (
    SELECT id::text, amount::text FROM lad_data.billing_ledger_transactions UNION ALL
    SELECT id::text, current_balance::text FROM lad_data.billing_wallets UNION ALL
    SELECT id::text, status FROM lad_data.billing_usage_events UNION ALL
    SELECT id::text, status || duration_seconds || cost_breakdown::text FROM lad_data.voice_call_logs) AS t"
}
# prove WHAT QUERY: the query counts what must not be there.
prove() {
  local count
  count=$(psql -XAtqc "$2")
  echo "  $1: $count"
  [ "$count" = 0 ] || failed=yes
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
trap 'bash tools/cluster.sh stop "$name" $keep >/dev/null 2>&1' EXIT
trap 'exit 130' INT TERM
bash tools/cluster.sh stop "$name" >/dev/null 2>&1 || true
eval "$(bash tools/cluster.sh start "$name" -c lad.worker=on)"

title "Install the extension and its tables; three tenants with wallets in USD"
psql -XAtq -f examples/demo/setup.sql

title "A month of calls"
python3 examples/make_calls.py --seed 1 --calls "$calls" > "$file"
echo "  $(($(wc -l < "$file") - 1)) deliveries in ${file#"$root"/}"

title "Load them as each tenant, priced and charged call by call"
load_all

for tenant in acme globex initech; do
  title "The bill of $tenant"
  shown demo_app -v token="$(token_of "$tenant")" -f examples/demo/report.sql
done

title "Replay the whole file"
before=$(fingerprint)
load_all
[ "$before" = "$(fingerprint)" ] || die "the replay changed something"
echo "  ledger, wallets, usage and calls are what they were"

title "Acme tries to cheat"
shown demo_app -v token="$(token_of acme)" -f examples/demo/attack.sql 2>&1 |
  sed 's/^psql:[^ ]* //' | tee "$file.attack"
refusals=$(grep -c '^ERROR:' "$file.attack" || true)
[ "$refusals" = 6 ] || die "expected 6 refusals, saw $refusals"

title "Proof"
failed=no
prove "problems of lad.verify_ledger()" "SELECT count(*) FROM lad.verify_ledger()"
psql -Xq -P footer=off -c "SELECT * FROM lad.trial_balance()"
prove "currencies out of balance" "SELECT count(*) FROM (
  SELECT FROM lad.trial_balance() GROUP BY currency HAVING sum(balance) <> 0) AS t"
prove "finished calls without a charged event" "SELECT count(*) FROM lad_data.voice_call_logs c
  WHERE status = 'completed' AND NOT EXISTS (SELECT FROM lad_data.billing_usage_events e
    WHERE e.tenant_id = c.tenant_id AND e.idempotency_key = 'call:' || c.id AND e.status = 'charged')"
prove "usage events that were not charged" "SELECT count(*) FROM lad_data.billing_usage_events WHERE status <> 'charged'"
prove "tenants whose components do not sum to their charges" "SELECT count(*) FROM (
  SELECT tenant_id, sum((item->>'cost')::numeric) AS cost FROM lad_data.billing_usage_events,
    jsonb_array_elements(usage_items) AS item GROUP BY 1) AS components
  JOIN (SELECT tenant_id, -sum(amount) AS charges FROM lad_data.billing_ledger_transactions
        WHERE transaction_type = 'debit' GROUP BY 1) AS ledger USING (tenant_id) WHERE cost <> charges"
prove "leads of globex that acme wrote" "SELECT count(*) FROM lad_data.leads
  WHERE notes = 'stolen' OR first_name = 'Mole'"
[ "$failed" = no ] || die "the proof failed"
printf '\nDone in %s s. Look around with: make psql\n' $((SECONDS - started))
