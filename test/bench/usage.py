"""Usage: lad.charge against the debit alone and against SQL by hand; settlement against bare inserts."""
import statistics

from harness import CPU, CYCLES, HERE, psql, show
from posts import TENANT, token

CALLS = 250
EVENTS = 5000
ITEMS = ('[{"category": "stt", "provider": "openai", "model": "whisper-1", "unit": "second", "quantity": 61},'
         ' {"category": "llm", "provider": "openai", "model": "gpt-4", "unit": "token", "quantity": 900},'
         ' {"category": "tts", "provider": "openai", "model": "tts-1", "unit": "character", "quantity": 700},'
         ' {"category": "telephony", "provider": "twilio", "model": "voice", "unit": "minute", "quantity": 2}]')
ONE_CALL = {
    "debit": "lad.debit(wallets[1 + i % 1000], 0.01, 'bench {turn} ' || i)",
    "charge": "lad.charge('voice-agent', items, 'bench {turn} ' || i, members[1 + i % 1000])",
    "hand": f"bench.charge_by_hand({TENANT}, members[1 + i % 1000], items, 'bench {{turn}} ' || i)",
}
SETTLE = {
    "settle": f"SELECT count(*) FROM lad.settle_usage({EVENTS})",
    "insert": f"""
        INSERT INTO bench.rows (id, tenant_id, wallet_id, transaction_type, amount, balance_before, balance_after,
            reference_type, reference_id, idempotency_key, created_at, seq, counter_account, currency, effective_at,
            request_hash, prev_hash, row_hash)
        SELECT i, {TENANT}, {TENANT}, 'debit', -0.01, 1, 0.99, 'usage_event', i, 'charge_usage_' || i, now(), :serial + s,
            'revenue', 'USD', now(), sha256('k'), sha256('k'), sha256('k')
        FROM unnest((SELECT array_agg(id) FROM fresh), (SELECT array_agg(n) FROM fresh)) AS u (i, s) \\g /dev/null
        INSERT INTO bench.events (id, tenant_id, feature_key, usage_items, total_quantity, total_cost, currency, status,
            ledger_transaction_id, charged_at, idempotency_key)
        SELECT i, {TENANT}, 'voice-agent', '{ITEMS}', 1, 0.07, 'USD', 'charged', i, now(), k
        FROM unnest((SELECT array_agg(id) FROM fresh), (SELECT array_agg(:'serial' || ' ' || n) FROM fresh)) AS u (i, k)""",
}


def calls(kind: str, turn: int) -> str:
    """Transactions of one call each, with their context; prints nanoseconds of CPU."""
    one = ONE_CALL[kind].replace("{turn}", str(turn))
    return f"""
{CPU} AS before \\gset
DO $do$ DECLARE
    items CONSTANT jsonb := '{ITEMS}';
    wallets CONSTANT uuid[] := (SELECT array_agg(id ORDER BY n) FROM bench.wallet_numbers);
    members CONSTANT uuid[] := (SELECT array_agg(md5('user ' || n)::uuid) FROM generate_series(1, 1000) AS n);
    token CONSTANT text := lad.issue_token({TENANT}, ttl => '15 minutes');
BEGIN
    FOR i IN {turn * CALLS} .. {(turn + 1) * CALLS - 1} LOOP
        PERFORM lad.authenticate(token);
        PERFORM {one};
        COMMIT;
    END LOOP;
END $do$;
{CPU} - :before;
"""


def bench_charge() -> None:
    psql((HERE / "charge.sql").read_text())
    # Plans made for empty tables would read all of them.
    psql("".join(calls(kind, turn) for turn in range(4) for kind in ONE_CALL))
    psql("VACUUM ANALYZE")
    script = "".join(calls(kind, turn) for turn in range(4, 4 * CYCLES + 5) for kind in ONE_CALL)
    printed = [int(ns) for ns in psql(script).split()]
    # The first turn plans the statements.
    debit, charge, hand = (printed[3 + place::3] for place in range(3))
    micros = statistics.median(charge) / CALLS / 1000
    show("lad.charge of four components / debit alone", [a / b for a, b in zip(charge, debit)],
         f"{micros:.0f} µs of CPU a transaction")
    show("lad.charge of four components / SQL by hand", [a / b for a, b in zip(charge, hand)])


def settle_seconds(kind: str, serial: int) -> float:
    return float(psql(f"""
        \\set serial {serial}
        SELECT lad.issue_token({TENANT}, ttl => '15 minutes') AS token \\gset
        CREATE TEMPORARY TABLE fresh AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, {EVENTS}) AS n;
        BEGIN;
        SELECT lad.authenticate(:'token') \\g /dev/null
        SELECT count(lad.record_usage('voice-agent', '{ITEMS}', '{kind} {serial} ' || n)) FROM fresh WHERE '{kind}' = 'settle' \\g /dev/null
        COMMIT;
        BEGIN;
        SELECT lad.authenticate_service({TENANT}, 'bench') \\g /dev/null
        SELECT extract(epoch FROM clock_timestamp()) AS before \\gset
        {SETTLE[kind]} \\g /dev/null
        COMMIT;
        SELECT extract(epoch FROM clock_timestamp()) - :before""").strip().splitlines()[-1])


def bench_settle() -> None:
    psql((HERE / "charge.sql").read_text() if psql("SELECT to_regclass('bench.events') IS NULL").strip() == "t" else "")
    psql(f"""BEGIN; SELECT lad.authenticate_service({TENANT}, 'bench');
        SELECT lad.topup(lad.create_wallet(currency => 'USD'), 1000000, 'settle'); COMMIT""")
    runs = [{kind: settle_seconds(kind, turn * EVENTS) for kind in SETTLE} for turn in range(CYCLES + 1)][1:]
    rate = EVENTS / statistics.median(run["settle"] for run in runs)
    show(f"settlement of {EVENTS:,} events of one wallet / INSERT … SELECT FROM unnest of ledger and event rows",
         [run["insert"] / run["settle"] for run in runs], f"{rate:.0f} events/s")
