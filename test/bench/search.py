"""Leakproof searches against the built-in operators, both behind row-level security."""
import pathlib

ROWS, TENANTS = 2_000_000, 200
HERE = pathlib.Path(__file__).resolve().parent

# What is searched, by us and by the built-in operator: something rare among a tenant's 10,000 rows.
SEARCHES = {
    "text_ilike / ILIKE": ("lad.text_ilike(name, '%a87ff6%')", "name ILIKE '%a87ff6%'"),
    "json_contains / @>": ("lad.json_contains(data, '{\"city\": \"city 17\"}')", "data @> '{\"city\": \"city 17\"}'"),
    "text_matches / @@": ("lad.text_matches(words, 'city17 & even'::tsquery)", "words @@ 'city17 & even'::tsquery"),
}
REPEATS = 5


def timed(condition: str, token: str) -> str:
    """One transaction; prints nanoseconds of CPU and the rows found."""
    cpu = "SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::bigint"
    quoted = condition.replace("'", "''")
    return f"""
BEGIN;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT lad.authenticate('{token}') \\g /dev/null
{cpu} AS before \\gset
SET LOCAL ROLE bench_app;
SELECT set_config('bench.found', '0', true) \\g /dev/null
DO $$ DECLARE found bigint;
BEGIN
    FOR i IN 1..{REPEATS} LOOP
        EXECUTE 'SELECT count(*) FROM bench.people WHERE {quoted}' INTO found;
    END LOOP;
    PERFORM set_config('bench.found', found::text, true);
END $$;
RESET ROLE;
{cpu} - :before, current_setting('bench.found');
COMMIT;
"""


def run(psql, token, show, cycles: int) -> None:
    sql = (HERE / "search.sql").read_text().replace(":rows", str(ROWS)).replace(":tenants", str(TENANTS))
    psql(sql)
    for name, conditions in SEARCHES.items():
        order = [condition for _ in range(cycles + 1) for condition in conditions]
        lines = psql("".join(timed(condition, token()) for condition in order)).split()
        runs = [tuple(map(int, line.split("|"))) for line in lines]
        if len({found for _, found in runs}) != 1:
            raise SystemExit(f"{name}: the two find different rows")
        # The first cycle warms caches.
        pairs = list(zip(runs[2::2], runs[3::2]))
        show(f"{name}, {ROWS} rows of {TENANTS} tenants", [theirs[0] / ours[0] for ours, theirs in pairs],
             f"times faster; {pairs[0][0][0] / REPEATS / 1e6:.2f} ms, {runs[0][1]} rows")
