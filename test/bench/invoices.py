"""An invoice against hand-written SQL for its lines, and whether it is linear in its events; CPU of one backend."""
import statistics

from harness import CPU, CYCLES, psql, show

TENANT = "md5('tenant 1')::uuid"
SIZES = (25_000, 50_000, 100_000)

EVENTS = f"""
    INSERT INTO lad_data.billing_usage_events (tenant_id, feature_key, usage_items, total_quantity, total_cost,
        currency, status, charged_at, idempotency_key, occurred_at)
    SELECT {TENANT}, (ARRAY['voice-agent', 'apollo-leads', 'campaigns'])[1 + n % 3], items, 1,
        (SELECT sum((i->>'cost')::numeric) FROM jsonb_array_elements(items) AS i), 'USD', 'charged', now(),
        'invoice ' || n, timestamptz '2001-01-01' + n * interval '1 second'
    FROM generate_series(1, :events) AS n, LATERAL (SELECT jsonb_agg(jsonb_build_object('category', c, 'provider', 'p',
            'model', m, 'unit', u, 'quantity', n % most, 'unit_price', price, 'cost', round(n % most * price, 6),
            'price_id', md5(m)::uuid)) AS items
        FROM (VALUES ('stt', 'whisper-1', 'second', 600, 0.0001), ('llm', 'gpt-4', 'token', 4000, 0.00003),
            ('tts', 'tts-1', 'character', 3000, 0.000015), ('telephony', 'voice', 'minute', 10, 0.013))
            AS parts (c, m, u, most, price)) AS made"""

# What the invoice does, as one would write it by hand.
BY_HAND = f"""
    SELECT e.feature_key, i->>'category', i->>'provider', i->>'model', i->>'unit', (i->>'unit_price')::numeric,
        sum((i->>'quantity')::numeric), sum((i->>'cost')::numeric)
    FROM lad_data.billing_usage_events AS e, jsonb_array_elements(e.usage_items) AS i
    WHERE e.tenant_id = {TENANT} AND e.status = 'charged' AND e.invoice_id IS NULL AND e.currency = 'USD'
        AND e.occurred_at < '2003-01-01'
    GROUP BY 1, 2, 3, 4, 5, 6"""


def run(events: int) -> dict[str, float]:
    """Milliseconds of CPU; all is rolled back."""
    steps = {"by hand": f"SELECT count(*) FROM ({BY_HAND}) AS lines \\g /dev/null",
             "draft": "SELECT lad.generate_invoice('2001-01-01', '2003-01-01') AS invoice \\gset",
             "finalize": "SELECT lad.finalize_invoice(:'invoice') \\g /dev/null"}
    timed = "".join(f"{CPU} AS before \\gset\n{sql}\n{CPU} - :before;\n" for sql in steps.values())
    printed = psql(f"""
        BEGIN;
        {EVENTS};
        ANALYZE lad_data.billing_usage_events;
        SELECT lad.authenticate_service({TENANT}, 'bench') \\g /dev/null
        {timed}
        ROLLBACK;""", events=events).split()
    return dict(zip(steps, (int(ns) / 1e6 for ns in printed)))


def bench_invoice() -> None:
    runs = {events: [run(events) for _ in range(CYCLES)] for events in SIZES}
    for events, of in runs.items():
        show(f"invoice of {events:,} events / hand-written SQL for its lines",
             [one["draft"] / one["by hand"] for one in of],
             f"{statistics.median(one['draft'] for one in of):.0f} ms of CPU;"
             f" to finalise it {statistics.median(one['finalize'] for one in of):.0f}")
    small, large = runs[SIZES[0]], runs[SIZES[-1]]
    show("invoice, CPU per event with 100,000 / with 25,000",
         [b["draft"] / a["draft"] * SIZES[0] / SIZES[-1] for a, b in zip(small, large)], "1 is linear")
