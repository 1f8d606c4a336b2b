"""lad.expand_keyword against a recursive CTE over an indexed table of edges, both called from SQL, and
what the first expansion of a session costs."""
from harness import CPU, CYCLES, psql, show

TERMS, EDGES, CALLS = 60_000, 200_000, 2_000

# Every term is three words; edges lead near and far. The lexicon is loaded from a file of the server.
SETUP = f"""
DROP TABLE IF EXISTS bench.edges;
CREATE UNLOGGED TABLE bench.edges AS
SELECT DISTINCT ON (term, expansion) term, expansion, weight FROM (
    SELECT bench_term(n % {TERMS}) AS term, bench_term((n::bigint * 7919 % {TERMS})::int) AS expansion,
           round((0.3 + n % 60 / 100.0)::numeric, 2) AS weight FROM generate_series(1, {EDGES}) AS n) AS e
WHERE term <> expansion;
CREATE INDEX ON bench.edges (term) INCLUDE (expansion, weight);
VACUUM ANALYZE bench.edges;
COPY (SELECT term, expansion, 'synonym', weight, 'general' FROM bench.edges) TO PROGRAM 'cat > lad_bench_edges.tsv';
SELECT terms, edges, bytes FROM lad.load_lexicon('bench', 'tsv', 'lad_bench_edges.tsv') \\g /dev/null
COPY (SELECT 1) TO PROGRAM 'rm lad_bench_edges.tsv';
"""
TERM = """
CREATE OR REPLACE FUNCTION bench_term(n int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT 'kind' || n % 97 || ' of trade' || n % 613 || ' number' || n $$;
"""
OURS = "PERFORM count(*) FROM lad.expand_keyword(bench_term(i * 29 %% %d), 'general', 10)" % TERMS
THEIRS = """PERFORM count(*) FROM (
    WITH RECURSIVE found AS (
        SELECT expansion, weight, 1 AS depth FROM bench.edges WHERE term = bench_term(i * 29 %% %d)
        UNION ALL
        SELECT e.expansion, f.weight * e.weight, depth + 1 FROM found f JOIN bench.edges e ON e.term = f.expansion
        WHERE depth < 2)
    SELECT expansion, max(weight) FROM found GROUP BY expansion ORDER BY 2 DESC, 1 LIMIT 10) AS best""" % TERMS


def timed(work: str) -> str:
    return f"""
{CPU} AS before \\gset
DO $$ BEGIN FOR i IN 1..{CALLS} LOOP {work}; END LOOP; END $$;
{CPU} - :before;
"""


def bench_first() -> None:
    """A new session: milliseconds of the first expansion beyond a later one, private kB of the lexicons."""
    clock = "SELECT clock_timestamp() AS started \\gset\n"
    passed = "SELECT 1000 * extract(epoch FROM clock_timestamp() - :'started'::timestamptz);\n"
    ask = "SELECT count(*) FROM lad.lexicons() \\g /dev/null\n"
    private = "SELECT substring(pg_read_file('/proc/self/smaps_rollup') FROM 'Private_Dirty: *([0-9]+)')"
    times = []
    for _ in range(max(CYCLES, 4) * 3):
        printed = psql("LOAD 'lad_ext';\n" + clock + ask + passed + clock + ask + passed).split()
        times.append(float(printed[0]) - float(printed[1]))
    show("opening the lexicons in a new session, ms", times, "at most 1")
    before, after = psql(f"{private} \\g\nSELECT count(*) FROM lad.expand_keyword('cto') \\g /dev/null\n{private} \\g").split()
    show("private memory of a session's first expansion, kB", [int(after) - int(before)], "at most 1024")


def bench_keywords() -> None:
    psql(TERM + SETUP)
    printed = psql((timed(OURS) + timed(THEIRS)) * (CYCLES + 1)).split()
    times = [int(ns) for ns in printed]
    # The first cycle warms caches and plans.
    pairs = list(zip(times[2::2], times[3::2]))
    show(f"lad.expand_keyword, {TERMS} terms, {EDGES} edges / a recursive CTE over an indexed table",
         [theirs / ours for ours, theirs in pairs],
         f"times faster; {pairs[-1][0] / CALLS / 1000:.1f} against {pairs[-1][1] / CALLS / 1000:.1f} µs of CPU")
    bench_first()
    psql("SELECT lad.drop_lexicon('bench'); DROP TABLE bench.edges; DROP FUNCTION bench_term(int)")
