"""The cache of a model's expansions: a hit against a look-up of the same row by its primary key, and many
clients on one hot keyword."""
import os
import statistics
import subprocess
import tempfile

from harness import CPU, CYCLES, SECONDS, psql, show
from posts import TENANT, token

ROWS = 1000
CALLS = 40  # statements of a transaction, which authenticates once
FILL = f"""
    BEGIN;
    SELECT lad.authenticate_service({TENANT}, 'bench') \\g /dev/null
    INSERT INTO lad_data.ai_keyword_expansions (original_keyword, expanded_keywords, model, expires_at)
    SELECT 'keyword ' || n, '["vice president of sales", "head of sales", "sales director", "chief revenue officer"]',
           'bench', now() + interval '1 day'
    FROM generate_series(1, {ROWS}) AS n ON CONFLICT DO NOTHING;
    CREATE TABLE IF NOT EXISTS bench.expansion_ids AS
        SELECT split_part(original_keyword, ' ', 2)::int AS n, id FROM lad_data.ai_keyword_expansions
        WHERE tenant_id = {TENANT} AND original_keyword LIKE 'keyword %';
    COMMIT;
    VACUUM ANALYZE lad_data.ai_keyword_expansions;"""
HIT = "SELECT * FROM lad.acquire_expansion('keyword {n}');"
ROW = "SELECT expanded_keywords, prompt_version, expires_at FROM lad_data.ai_keyword_expansions WHERE id = '{id}';"


def run(script: list, *options: str) -> str:
    """One transaction of prepared statements again and again; what pgbench reports."""
    with tempfile.NamedTemporaryFile("w", suffix=".pgbench") as file:
        file.write("\n".join(["BEGIN;", f"SELECT lad.authenticate('{token()}');", *script, "COMMIT;"]))
        file.flush()
        done = subprocess.run(["pgbench", "-n", "-M", "prepared", *options, "-f", file.name],
                              text=True, capture_output=True)
    if done.returncode:
        raise SystemExit(f"bench: {done.stderr}")
    return done.stderr


def cpu_pairs(hits: list, rows: list) -> list:
    """Nanoseconds of CPU of so many hits and look-ups, in turn in the same transactions."""
    script = []
    for kind, statements in (("hit", hits), ("row", rows)):
        script += [f"{CPU} AS before \\gset", "SET LOCAL ROLE bench_app;", *statements, "RESET ROLE;",
                   f"{CPU} AS after \\gset",
                   f"INSERT INTO bench.cpu VALUES ('{kind}', :after::bigint - :before::bigint);"]
    psql("DROP TABLE IF EXISTS bench.cpu; CREATE TABLE bench.cpu (role text, ns bigint, n serial)")
    run(script, "-t", str(10 * CYCLES + 5))
    # The first transactions prepare the statements.
    return [tuple(map(int, line.split())) for line in psql(
        "SELECT string_agg(ns::text, ' ' ORDER BY role) FROM (SELECT *, row_number() OVER"
        " (PARTITION BY role ORDER BY n) AS i FROM bench.cpu) AS c GROUP BY i HAVING i > 5 ORDER BY i").splitlines()]


def per_second(statements: list, clients: int) -> float:
    """Statements a second; the first second is left out."""
    report = run(statements, "-U", "bench_app", "-c", str(clients), "-j", "1", "-P", "1", "-T", str(int(SECONDS) + 1))
    rates = [float(line.split()[3]) for line in report.splitlines() if line.startswith("progress")]
    return statistics.mean(rates[1:]) * len(statements)


def bench_expansions() -> None:
    psql(FILL)
    ids = [line.split("|") for line in
           psql(f"SELECT n, id FROM bench.expansion_ids ORDER BY n LIMIT {CALLS}").split()]
    hits = [HIT.format(n=n) for n, _ in ids]
    rows = [ROW.format(id=key) for _, key in ids]
    pairs = cpu_pairs(hits, rows)
    micros = statistics.median(hit for hit, _ in pairs) / CALLS / 1000
    show("SELECT of a row by its primary key / cache hit on it, CPU", [row / hit for hit, row in pairs],
         f"{micros:.1f} µs a hit, at least 0.8")
    runs = [(per_second(hits, 1), per_second(rows, 1)) for _ in range(CYCLES)]
    show("cache hits / SELECTs of the rows by primary key, a second", [hit / row for hit, row in runs],
         "at least 0.8")
    hot = [HIT.format(n=1)] * CALLS
    runs = [{clients: per_second(hot, clients) for clients in (4, 16)} for _ in range(CYCLES)]
    rate = statistics.median(run[16] for run in runs)
    show("hits of one keyword, 16 clients / 4 clients", [run[16] / run[4] for run in runs],
         f"{rate:.0f} hits/s of {os.cpu_count()} cores, at least 1")
