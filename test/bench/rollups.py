"""Sums per day: what counting costs an insert, how fast deltas fold, how fast a tenant's month is read."""
import os
import pathlib
import statistics
import subprocess
import tempfile

from harness import CPU, CYCLES, SECONDS, psql, show

SINGLES = 1000
BATCHES = 4
DELTAS = 200_000
DAYS = int(os.environ.get("LAD_BENCH_DAYS", "120"))
TENANTS = "(SELECT array_agg(id ORDER BY id) FROM lad_data.tenants WHERE slug LIKE 'sums-%')"
ONE = """INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, status, duration_seconds, cost)
    SELECT ids[1 + {i} % 3], '+971', 1 + {i} % 1000, 'busy', {i} % 90, 0.25"""
WORK = {
    "single rows": f"FOR i IN 1..{SINGLES} LOOP {ONE.format(i='i')}; COMMIT; END LOOP;",
    "batches of 1,000": f"FOR b IN 1..{BATCHES} LOOP {ONE.format(i='i')} FROM generate_series(1, 1000) AS i; COMMIT; END LOOP;",
}


def counting(on: bool) -> str:
    return f"ALTER TABLE lad_data.voice_call_logs {'ENABLE' if on else 'DISABLE'} TRIGGER voice_call_logs_insert_count;"


def inserts(work: str, on: bool) -> str:
    """Prints nanoseconds of CPU, after a few inserts that read the altered table anew."""
    loop = f"DO $$ DECLARE ids CONSTANT uuid[] := {TENANTS}; BEGIN {{0}} END $$;"
    warm = loop.format(f"{ONE.format(i='1')};")
    return f"{counting(on)} {warm * 3} {CPU} AS before \\gset\n{loop.format(work)} {CPU} - :before;\n"


def bench_inserts() -> None:
    for kind, work in WORK.items():
        script = "".join(inserts(work, on) for _ in range(CYCLES + 1) for on in (False, True))
        times = [int(ns) for ns in psql(script).split()]
        show(f"calls inserted a second of CPU, {kind}, counted / not counted",
             [off / on for off, on in zip(times[2::2], times[3::2])], "at least 0.90")


def bench_hot_tenants() -> None:
    """Four sessions that insert calls of three tenants."""
    ids = psql(f"SELECT unnest({TENANTS})").split()[:3]
    with tempfile.TemporaryDirectory() as folder:
        scripts = []
        for number, tenant in enumerate(ids):
            script = pathlib.Path(folder, f"{number}.pgbench")
            script.write_text("INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number, status,"
                              f" duration_seconds, cost) VALUES ('{tenant}', '+971', 7, 'busy', 61, 0.25);")
            scripts += ["-f", str(script)]

        def rate(on: bool) -> float:
            psql(counting(on))
            done = subprocess.run(["pgbench", "-n", "-M", "prepared", "-c", "4", "-j", "2", "-T", SECONDS, *scripts],
                                  check=True, capture_output=True, text=True).stdout
            return float(done.split("tps = ")[1].split()[0])

        pairs = [(rate(False), rate(True)) for _ in range(CYCLES)]
    show("calls inserted a second, four sessions, three hot tenants, counted / not counted",
         [on / off for off, on in pairs], f"at least 0.95; {statistics.median(on for _, on in pairs):.0f} a second")


def bench_fold() -> None:
    psql("SELECT lad.fold_rollups()")
    rates = []
    for _ in range(CYCLES):
        rates.append(float(psql(f"""
            INSERT INTO lad_data.call_stats_deltas (tenant_id, day, agent_id, status, currency, calls, seconds, cost, credits)
            SELECT ids[1 + n % 20], '2026-01-01'::date + n % 60, n % 5, 'busy', 'USD', 1, 60, 0.25, 3
            FROM (SELECT {TENANTS} AS ids) AS t, generate_series(1, {DELTAS}) AS n;
            SELECT clock_timestamp() AS started \\gset
            SELECT lad.fold_rollups() AS folded \\gset
            SELECT :folded / extract(epoch FROM clock_timestamp() - :'started'::timestamptz)""")))
    show("deltas folded a second", rates, "at least 50,000")


def bench_month() -> None:
    """Folded sums of 200 tenants; ten million calls would be as many sums at most, and the index finds the
    month of a tenant among any number of them."""
    psql(f"""
        TRUNCATE lad_data.call_stats_folded, lad_data.call_stats_deltas;
        INSERT INTO lad_data.call_stats_folded (tenant_id, day, agent_id, status, currency, calls, seconds, cost, credits)
        SELECT id, '2026-01-01'::date + d, a, s, 'USD', 5, 300, 1.25, 15
        FROM lad_data.tenants, generate_series(0, {DAYS} - 1) AS d, generate_series(1, 3) AS a,
             unnest(ARRAY['ended', 'busy', 'failed', 'no_answer']) AS s WHERE slug LIKE 'sums-%';
        INSERT INTO lad_data.call_stats_deltas (tenant_id, day, agent_id, status, currency, calls, seconds, cost, credits)
        SELECT ids[1 + n % 20], '2026-02-01'::date + n % 28, 1, 'ended', 'USD', 1, 60, 0.25, 3
        FROM (SELECT {TENANTS} AS ids) AS t, generate_series(1, 5000) AS n""")
    psql("VACUUM ANALYZE lad_data.call_stats_folded, lad_data.call_stats_deltas")
    times = psql(f"""
        SELECT lad.issue_token(id, ttl => '15 minutes') AS token, id FROM lad_data.tenants WHERE slug = 'sums-7' \\gset
        BEGIN;
        SELECT lad.authenticate(:'token') \\g /dev/null
        """ + f"""
        {CPU} AS before \\gset
        SET LOCAL ROLE lad_app;
        SELECT day, agent_id, sum(calls), sum(cost) FROM lad_data.call_stats_daily WHERE day BETWEEN '2026-02-01' AND '2026-02-28' GROUP BY 1, 2 \\g /dev/null
        RESET ROLE;
        {CPU} - :before;
        """ * (CYCLES + 1)).split()
    sums = int(psql("SELECT count(*) FROM lad_data.call_stats_folded"))
    show("a tenant's month from the sums, ms of CPU, planning included", [int(ns) / 1e6 for ns in times[1:]], f"at most 5; {sums} sums")


def bench_rollups() -> None:
    psql("""
        INSERT INTO lad_data.tenants (name, slug, status) SELECT 'sums-' || n, 'sums-' || n, 'active' FROM generate_series(1, 200) AS n
        ON CONFLICT DO NOTHING""")
    try:
        bench_inserts()
        bench_hot_tenants()
    finally:
        psql(counting(True))
    bench_fold()
    bench_month()
