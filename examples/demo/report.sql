-- What the tenant sees of its money. Variables: token.
\set ON_ERROR_STOP on
BEGIN;
SELECT lad.authenticate(:'token') \g /dev/null
SELECT id AS wallet FROM lad_data.billing_wallets WHERE user_id IS NULL \gset
\pset footer off
SELECT (SELECT amount FROM lad_data.billing_ledger_transactions WHERE wallet_id = :'wallet' AND seq = 1)
           AS "opening balance",
       sum(amount) FILTER (WHERE transaction_type = 'debit') AS charges,
       count(*) FILTER (WHERE transaction_type = 'debit') AS postings,
       (SELECT current FROM lad.balance(:'wallet')) AS "closing balance"
FROM lad_data.billing_ledger_transactions WHERE wallet_id = :'wallet';
\echo Tail of the statement:
SELECT seq, type, amount, balance_after, left(idempotency_key, 32) AS key
FROM (SELECT row_number() OVER () AS n, count(*) OVER () AS total, s.*
      FROM lad.statement(:'wallet', '-infinity', 'infinity') AS s) AS lines
WHERE n > total - 4 ORDER BY n;
\echo Cost by component:
SELECT item->>'category' AS category, item->>'provider' AS provider, item->>'model' AS model,
       sum((item->>'quantity')::numeric) AS quantity, item->>'unit' AS unit,
       sum((item->>'cost')::numeric) AS cost
-- A call that grew has an event for each difference, of what came on top.
FROM lad_data.billing_usage_events, jsonb_array_elements(usage_items) AS item
WHERE status = 'charged'
GROUP BY 1, 2, 3, 5 ORDER BY 6 DESC;
COMMIT;
